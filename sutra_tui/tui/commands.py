"""The one registry of what the app can do. Keys, the footer and the palette are views of it.

Invariant: every action of the main screen is listed here once, with its key, and says why it does
not apply when it does not; nothing else in the app names a key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from textual.binding import ActiveBinding, Binding

from .workbench import Workbench

Reason = Callable[[Workbench], "str | None"]


def _always(_: Workbench) -> str | None:
    return None


def _when_running(bench: Workbench) -> str | None:
    return None if bench.run.running else "Nothing is running."


def _when_idle(bench: Workbench) -> str | None:
    return "Stop the run first." if bench.run.running else None


def _when_rerunnable(bench: Workbench) -> str | None:
    if bench.run.running:
        return "Stop the run first."
    return None if bench.run.query else "There is no query to run again yet."


def _when_two_models(bench: Workbench) -> str | None:
    if bench.run.running:
        return "Stop the run first."
    if not bench.model_a or not bench.model_b:
        return "No models are chosen yet."
    if bench.model_a == bench.model_b:
        return "Both roles use the same model."
    if bench.at("a").info(bench.model_b) is None or bench.at("b").info(bench.model_a) is None:
        return "The models are on two servers, and neither has both."
    return None


def _when_pair(bench: Workbench) -> str | None:
    return None if bench.ready else "There are no two models to plan for yet."


def _when_models(bench: Workbench) -> str | None:
    if bench.run.running:
        return "Stop the run first."
    return None if bench.choosable else "No models are there to choose from."


def _when_startable(bench: Workbench) -> str | None:
    server = bench.server
    if server.status != "down":
        return "The demo needs no server." if server.is_demo else "The server answers already."
    if server.chance is None:
        return "It is on another machine, or something else answers there."
    return None if server.chance.installation.program else "Ollama is not installed here."


def _when_similar(bench: Workbench) -> str | None:
    return None if bench.similar else "No similar query is in the cache."


def _when_answered(bench: Workbench) -> str | None:
    result = bench.run.result
    return None if result and result.answer else "There is no answer yet."


def _when_code(bench: Workbench) -> str | None:
    result = bench.run.result
    return None if result and "```" in result.answer else "The answer has no code block."


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the app can do.

    Args:
        id: Stable name; keys are remapped by it.
        title: A few words, for the palette and the help.
        help: One sentence more.
        action: Textual action on the main screen or the app.
        key: Keys that trigger it, separated by commas; empty when only the palette does.
        footer: Its word in the footer; empty keeps it out.
        footer_from: Narrowest screen (cells) whose footer has room for it.
        reason: Why it does not apply right now; None when it does.
        priority: The key works even while a text box has the focus and would take it.
    """

    id: str
    title: str
    help: str
    action: str
    key: str = ""
    footer: str = ""
    footer_from: int = 0
    reason: Reason = _always
    priority: bool = False


COMMANDS: tuple[Command, ...] = (
    Command(
        "run.stop",
        "Stop the run",
        "Stops the model at once; everything written so far is kept.",
        "stop",
        key="escape",
        footer="Stop",
        reason=_when_running,
    ),
    Command(
        "model.a",
        "Choose Model A",
        "The model that writes the draft and the demonstrations.",
        "choose('a')",
        key="f2",
        footer="Model A",
        footer_from=70,
        reason=_when_models,
        priority=True,
    ),
    Command(
        "model.b",
        "Choose Model B",
        "The model that writes the final answer.",
        "choose('b')",
        key="f3",
        footer="Model B",
        footer_from=70,
        reason=_when_models,
        priority=True,
    ),
    Command(
        "model.swap",
        "Swap the models",
        "Model A becomes Model B and the other way round.",
        "swap",
        key="ctrl+s",
        footer="Swap",
        footer_from=70,
        reason=_when_two_models,
        priority=True,
    ),
    Command(
        "models.open",
        "Models",
        "Every pulled model: load, unload, pull, delete, and whether it fits into memory.",
        "open_models",
        key="ctrl+o",
        footer="Models",
        footer_from=118,
        priority=True,
    ),
    Command(
        "method.switch",
        "Switch the method",
        "handoff chains both models, raw asks Model B alone.",
        "switch_method",
        key="ctrl+t",
        footer="Method",
        footer_from=100,
        reason=_when_idle,
        priority=True,
    ),
    Command(
        "order.switch",
        "Switch the order",
        "Whether Model A writes its draft or the demonstrations first.",
        "switch_order",
        key="f6",
        reason=_when_idle,
        priority=True,
    ),
    Command(
        "run.again",
        "Run the query again",
        "The last query once more, with the models chosen now.",
        "run_again",
        key="ctrl+r",
        footer="Rerun",
        footer_from=60,
        reason=_when_rerunnable,
        priority=True,
    ),
    Command(
        "run.fresh",
        "Run again without the cache",
        "Model A writes new demonstrations, which replace the cached ones.",
        "run_fresh",
        key="f5",
        reason=_when_rerunnable,
        priority=True,
    ),
    Command(
        "cache.similar",
        "Use the similar demonstrations",
        "Stops, and lets Model B answer with the demonstrations of the similar query on offer.",
        "use_similar",
        key="ctrl+n",
        reason=_when_similar,
        priority=True,
    ),
    Command(
        "cache.open",
        "Cache inspector",
        "Every kept demonstration: look, search, edit, pin, ban, delete, use.",
        "open_cache",
        key="f7",
        footer="Cache",
        footer_from=100,
        priority=True,
    ),
    Command(
        "cache.keep_answer",
        "Keep the answer as a demonstration",
        "Adds the final answer to the demonstrations kept for this query and Model A.",
        "keep_answer",
        reason=_when_answered,
    ),
    Command(
        "plan.open",
        "Memory plan",
        "The sum behind the line above the query box, and what can be done when it is too much.",
        "open_plan",
        key="ctrl+g",
        footer="Plan",
        footer_from=146,
        reason=_when_pair,
        priority=True,
    ),
    Command(
        "history.open",
        "History",
        "Every run with its stages: find, open, run again, compare, star, delete.",
        "open_history",
        key="ctrl+l",
        footer="History",
        footer_from=146,
        priority=True,
    ),
    Command(
        "pane.zoom",
        "Zoom a pane",
        "Shows one pane alone, then the next, then all of them again.",
        "zoom",
        key="f4",
        footer="Zoom",
        footer_from=80,
        priority=True,
    ),
    Command(
        "copy.answer",
        "Copy the answer",
        "The final answer, exactly as Model B wrote it.",
        "copy_answer",
        key="ctrl+y",
        footer="Copy",
        footer_from=100,
        reason=_when_answered,
        priority=True,
    ),
    Command(
        "copy.code",
        "Copy the code",
        "The code blocks of the final answer.",
        "copy_code",
        key="f8",
        reason=_when_code,
        priority=True,
    ),
    Command(
        "server.retry",
        "Look for models again",
        "Asks the server once more which models it has.",
        "retry",
        key="f9",
        reason=_when_idle,
        priority=True,
    ),
    Command(
        "server.start",
        "Start Ollama",
        "Starts the Ollama server on this machine and waits until it answers.",
        "start_server",
        reason=_when_startable,
    ),
    Command(
        "server.host",
        "Use another server",
        "Asks for the address of another Ollama server.",
        "other_host",
        reason=_when_idle,
    ),
    Command(
        "server.demo",
        "Play the built-in demo",
        "Scripted replies, no model and no download needed.",
        "play_demo",
        reason=_when_idle,
    ),
    Command(
        "doctor.open",
        "Doctor",
        "What is wrong and how to put it right: Ollama, models, memory, terminal, files.",
        "open_doctor",
    ),
    Command(
        "settings.open",
        "Settings",
        "Every setting, what it means, and what counts; changes are kept in config.toml.",
        "settings",
        key="f10",
        priority=True,
    ),
    Command(
        "app.help",
        "Help",
        "Every key and command, and what the screen shows.",
        "help",
        key="f1",
        footer="Help",
        priority=True,
    ),
    Command(
        "app.interrupt",
        "Stop, then quit",
        "Once stops the run; twice within two seconds quits.",
        "interrupt",
        key="ctrl+c",
        priority=True,
    ),
    Command(
        "app.quit",
        "Quit",
        "Stops what is running and closes the app.",
        "app.quit",
        key="ctrl+q",
        footer="Quit",
        priority=True,
    ),
)

_PLACES = {command.id: place for place, command in enumerate(COMMANDS)}
_BY_ACTION = {command.action.partition("(")[0]: command for command in COMMANDS}


def bindings(commands: Iterable[Command] = COMMANDS) -> list[Binding]:
    """The registry as key bindings; the footer shows those that have a word for it."""
    return [
        Binding(
            command.key,
            command.action,
            command.footer or command.title,
            show=bool(command.footer),
            priority=command.priority,
            id=command.id,
            tooltip=command.help,
        )
        for command in commands
        if command.key
    ]


def footer_order(
    active: Mapping[str, ActiveBinding], width: int, *, blocked: bool
) -> dict[str, ActiveBinding]:
    """Active bindings in the order of the registry; those the footer has no room for hidden.

    Args:
        active: By key, as the screen collected them.
        width: The screen's, in cells.
        blocked: There is nothing to run with, so only what concerns the app is shown.
    """

    def shown(command: Command) -> bool:
        return command.footer_from <= width and (not blocked or command.id.startswith("app."))

    def fitting(binding: ActiveBinding) -> ActiveBinding:
        place = _PLACES.get(binding.binding.id or "")
        if place is None or shown(COMMANDS[place]):
            return binding
        return binding._replace(binding=replace(binding.binding, show=False))

    ordered = sorted(active.items(), key=lambda item: _PLACES.get(item[1].binding.id or "", -1))
    return {key: fitting(binding) for key, binding in ordered}


def applicable(bench: Workbench) -> frozenset[str]:
    """Ids of the commands that apply right now."""
    return frozenset(command.id for command in COMMANDS if command.reason(bench) is None)


def reason_against(action: str, bench: Workbench) -> str | None:
    """Why an action does not apply right now; None when it does, or is not in the registry."""
    command = _BY_ACTION.get(action)
    return command.reason(bench) if command else None
