"""What stands between the user and a first answer, and what can be done about it.

Invariant: pure. The card shows a `Hurdle`; what its keys do is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .. import paths
from ..core.clean import clean, clean_line
from ..installation import DOWNLOAD_PAGE, SERVICE_START
from ..server_process import Chance, Start
from ..wording import seconds
from .workbench import Workbench

Kind = Literal["stopped", "missing", "empty", "elsewhere"]
"""Ollama does not run; is not installed; has no model; or is not ours to start."""
SUGGESTED: Final = ("llama3.2:3b", "qwen2.5:3b")


@dataclass(frozen=True, slots=True)
class Offer:
    """Something the card can do, by a key and by a button.

    Args:
        id: Of the button.
        key: The key.
        label: The button's text.
        action: Textual action.
    """

    id: str
    key: str
    label: str
    action: str


RETRY: Final = Offer("retry", "r", "Retry", "screen.retry")
HOST: Final = Offer("other_host", "h", "Another host", "screen.other_host")
DEMO: Final = Offer("play_demo", "d", "Play the demo", "screen.play_demo")
START: Final = Offer("start_server", "s", "Start Ollama", "screen.start_server")
COPY: Final = Offer("copy_lines", "c", "Copy", "copy_lines")
DOCTOR: Final = Offer("open_doctor", "o", "Doctor", "screen.open_doctor")
MANAGE: Final = Offer("open_models", "m", "Pull a pair", "screen.open_models")
KEEP: Final = Offer("switch_leaving", "k", "Keep it running", "switch_leaving")
STOP: Final = Offer("switch_leaving", "k", "Stop it then", "switch_leaving")
OFFERS: Final = (START, MANAGE, RETRY, DEMO, HOST, COPY, KEEP, DOCTOR)
"""Everything any card offers."""


@dataclass(frozen=True, slots=True)
class Hurdle:
    """One state of the card.

    Args:
        kind: Which.
        head: What is the matter.
        body: What to do, in paragraphs.
        lines: Commands for another terminal, to be copied.
        after: What is said below them.
        offers: What the card can do, the most likely one first.
    """

    kind: Kind
    head: str
    body: str
    lines: tuple[str, ...] = ()
    after: str = ""
    offers: tuple[Offer, ...] = (RETRY, DEMO, HOST)


def hurdle(bench: Workbench, *, leaves: bool = False, manages: bool = False) -> Hurdle:
    """What the card says.

    Args:
        bench: The server as last seen.
        leaves: Whether a server that is started here goes on running after the app.
        manages: Whether the app can pull models itself.
    """
    chance = bench.server.chance
    if bench.server.status == "up":
        return _empty(manages)
    if chance is None:
        return _elsewhere(bench)
    return _stopped(bench, chance, leaves) if chance.installation.program else _missing(chance)


def _stopped(bench: Workbench, chance: Chance, leaves: bool) -> Hurdle:
    address = clean_line(bench.server.address, 80)
    body = f"Nobody answers at {address}. Its server can be started here."
    fate = "goes on running" if leaves else "is stopped too"
    after = (
        f"Log: {clean_line(paths.shown(chance.log), 200)}\n"
        f"When sutra ends, the server started here {fate}."
    )
    service = chance.installation.has_service
    if service:
        body += (
            "\nIt is also set up as a system service, which has models of its own. "
            "In another terminal, that one is started by"
        )
    switch = STOP if leaves else KEEP
    offers = (START, RETRY, DEMO, HOST, switch)
    return Hurdle(
        "stopped",
        "Ollama is installed, but it is not running.",
        body,
        (SERVICE_START,) if service else (),
        after,
        (*offers, COPY) if service else offers,
    )


def _missing(chance: Chance) -> Hurdle:
    how = chance.installation.instructions
    return Hurdle(
        "missing",
        "Ollama is not installed on this machine.",
        "It runs the models; sutra does not install it for you. "
        f"The official way on {how.system}, in {how.shell}:",
        (how.line,),
        f"{how.otherwise}\nAll ways: {DOWNLOAD_PAGE}\n"
        "Then retry. Or play the built-in demo: it needs nothing.",
        (RETRY, DEMO, COPY, HOST),
    )


def _empty(manages: bool) -> Hurdle:
    head = "Ollama is running, but no model is pulled yet."
    if manages:
        return Hurdle(
            "empty",
            head,
            "The chain needs one or two small models. The models screen suggests pairs for this "
            "machine's memory, and pulls them.",
            after="Or play the built-in demo: it needs no model.",
            offers=(MANAGE, DEMO, RETRY, HOST),
        )
    return Hurdle(
        "empty",
        head,
        "The chain needs one or two small models. In another terminal:",
        tuple(f"ollama pull {name}" for name in SUGGESTED),
        "Then retry. Or play the built-in demo: it needs no model.",
        (RETRY, DEMO, COPY, HOST),
    )


def _elsewhere(bench: Workbench) -> Hurdle:
    error = bench.server.error
    said = f"{error.message} {error.remedy}" if error else "Nobody answers."
    address = clean_line(bench.server.address, 80)
    return Hurdle(
        "elsewhere",
        f"No model server at {address}.",
        clean(said).strip(),
        offers=(RETRY, DEMO, HOST, DOCTOR),
    )


# Starting a server


def waiting_words(elapsed_s: float) -> str:
    """What is said while a server starts."""
    text = f"Starting Ollama, {seconds(elapsed_s)}"
    return f"{text}. The first start takes longest." if elapsed_s >= SLOW_S else text


SLOW_S: Final = 8.0
"""After this a person wonders."""


def ended_words(start: Start) -> tuple[str, str]:
    """What went wrong with a start, and what to do about it."""
    if start.outcome == "not startable":
        return start.problem, "Start it yourself in another terminal: ollama serve"
    if start.port_is_taken:
        return (
            "Ollama ended at once: another program has its port.",
            "End that program, or use another port: start `ollama serve` yourself with "
            "OLLAMA_HOST=127.0.0.1:11500 and name it here as another host.",
        )
    code = start.exit_code if start.exit_code is not None else 0
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return (
        f"Ollama ended before it answered, {how}.",
        "Its last words are below; all of them are in the log.",
    )


def copy_text(lines: Sequence[str]) -> str:
    """Commands as they are pasted into a shell."""
    return "\n".join(lines)
