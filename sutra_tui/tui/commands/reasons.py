"""Why a command does not apply right now, in a sentence; None when it does.

Invariant: pure; the workbench is all they look at.
"""

from __future__ import annotations

from ..along import turns
from ..workbench import Workbench

STOP_FIRST = "Stop the run first."


def running(bench: Workbench) -> str | None:
    return None if bench.run.running else "Nothing is running."


def idle(bench: Workbench) -> str | None:
    return STOP_FIRST if bench.run.running else None


def askable(bench: Workbench) -> str | None:
    if bench.run.running:
        return STOP_FIRST
    return None if bench.ready else "There is no model to ask yet."


def rerunnable(bench: Workbench) -> str | None:
    if bench.run.running:
        return STOP_FIRST
    return None if bench.last_query else "There is no query to run again yet."


def attached(bench: Workbench) -> str | None:
    return None if bench.files else "No file is attached."


def spoken(bench: Workbench) -> str | None:
    if bench.follow or turns(bench):
        return None
    return "There is no whole answer to go on from yet."


def paired(bench: Workbench) -> str | None:
    return None if bench.model_a and bench.model_b else "No models are chosen yet."


def plannable(bench: Workbench) -> str | None:
    return None if bench.ready else "There are no two models to plan for yet."


def two_models(bench: Workbench) -> str | None:
    if bench.run.running:
        return STOP_FIRST
    if reason := paired(bench):
        return reason
    if bench.model_a == bench.model_b:
        return "Both roles use the same model."
    if bench.at("a").info(bench.model_b) is None or bench.at("b").info(bench.model_a) is None:
        return "The models are on two servers, and neither has both."
    return None


def models(bench: Workbench) -> str | None:
    if bench.run.running:
        return STOP_FIRST
    return None if bench.choosable else "No models are there to choose from."


def startable(bench: Workbench) -> str | None:
    server = bench.server
    if server.status != "down":
        return "The demo needs no server." if server.is_demo else "The server answers already."
    if server.chance is None:
        return "It is on another machine, or something else answers there."
    return None if server.chance.installation.program else "Ollama is not installed here."


def similar(bench: Workbench) -> str | None:
    return None if bench.similar else "No similar query is in the cache."


def answered(bench: Workbench) -> str | None:
    result = bench.run.result
    return None if result and result.answer else "There is no answer yet."


def code(bench: Workbench) -> str | None:
    result = bench.run.result
    return None if result and "```" in result.answer else "The answer has no code block."


def staged(bench: Workbench) -> str | None:
    run = bench.run
    begun = run.a.started is not None or run.b.started is not None
    return None if begun or (run.result and run.result.stages) else "No run has a stage yet."


def shown(bench: Workbench) -> str | None:
    return None if bench.run.query else "There is no run on the screen yet."
