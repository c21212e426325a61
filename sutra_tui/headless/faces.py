"""What goes to standard output: the answer as it is written, one JSON document, or every event.

Invariant: a text face writes Model B's text and nothing else; a JSON face always writes a complete
document, also for a run that was stopped or that failed before it began.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, Protocol

from ..core.clean import clean
from ..core.errors import SutraError
from ..core.events import (
    Event,
    MovedToThinking,
    Planned,
    RunFailed,
    RunFinished,
    RunStarted,
    StageStarted,
    Token,
    to_dict,
)
from ..core.protocol import HandoffResult
from .streams import Output
from .telling import Teller

_SUSPECT: Final = re.compile(r"[^\x20-\x7e\n]")
MOVED: Final = "What stands above was thinking; the answer begins here."


class Face(Protocol):
    """Writes one run to standard output."""

    def take(self, event: Event) -> None:
        """Write what an event adds."""

    def end(self, result: HandoffResult, error: SutraError | None) -> None:
        """Write what is still owed, however the run ended."""


class TextFace:
    """Model B's text as it arrives.

    A thinking model may turn out to have been thinking in its answer. On a terminal that is said;
    in a pipe it could not be taken back, so there such a model's text waits until its end.
    """

    def __init__(self, output: Output, teller: Teller) -> None:
        self._output = output
        self._teller = teller
        self._waits = False
        self._held: list[str] = []
        self._last = ""

    def take(self, event: Event) -> None:
        match event:
            case StageStarted(stage="B"):
                self._waits = "think" in event.options and not self._output.is_terminal
            case MovedToThinking(stage="B"):
                self._held.clear()
                if self._last:
                    self._end_line()
                    self._teller.say(MOVED)
            case Token(channel="answer"):
                if self._waits:
                    self._held.append(event.text)
                else:
                    self._write(event.text)

    def end(self, result: HandoffResult, error: SutraError | None) -> None:
        self._write("".join(self._held))
        self._held.clear()
        self._end_line()

    def _write(self, text: str) -> None:
        if text:
            self._teller.make_way()
            self._output.write(text)
            self._last = text[-1]

    def _end_line(self) -> None:
        """A terminal's next line begins at its left edge; a pipe gets nothing that is not text."""
        if self._output.is_terminal and self._last not in ("", "\n"):
            self._output.write_trusted("\n")
            self._last = "\n"


class JsonFace:
    """One JSON document at the end."""

    def __init__(self, output: Output, teller: Teller, *, demo: bool) -> None:
        self._output = output
        self._teller = teller
        self._demo = demo
        self._plan: dict[str, Any] | None = None

    def take(self, event: Event) -> None:
        """Keep the plan; the result holds everything else."""
        if isinstance(event, Planned):
            self._plan = to_dict(event)["plan"]

    def end(self, result: HandoffResult, error: SutraError | None) -> None:
        document = {**result.to_dict(), "demo": self._demo, "plan": self._plan}
        if error is not None:
            document["error"] = error.to_dict()
        self._teller.make_way()
        self._output.write_trusted(to_json(document, self._output, indent=2) + "\n")


class EventsFace:
    """Every event as one line of JSON, passed on at once."""

    def __init__(self, output: Output, teller: Teller, *, demo: bool) -> None:
        self._output = output
        self._teller = teller
        self._demo = demo
        self._over = False

    def take(self, event: Event) -> None:
        data = to_dict(event)
        if isinstance(event, (RunStarted, RunFinished, RunFailed)):
            data["demo"] = self._demo
        self._over = isinstance(event, (RunFinished, RunFailed))
        self._write(data)

    def end(self, result: HandoffResult, error: SutraError | None) -> None:
        """A run that was stopped, or failed before it began, has no last event of its own."""
        if self._over:
            return
        data: dict[str, Any] = {
            "event": "run_failed" if error else "run_stopped",
            "run_id": result.run_id,
            "result": result.to_dict(),
            "demo": self._demo,
        }
        if error is not None:
            data["error"] = error.to_dict()
        self._write(data)

    def _write(self, data: dict[str, Any]) -> None:
        self._teller.make_way()
        self._output.write_trusted(to_json(data, self._output) + "\n")


def to_json(data: dict[str, Any], output: Output, indent: int | None = None) -> str:
    """JSON that any terminal can show and any encoding can carry, and that loses nothing.

    Whatever `clean` would replace is escaped instead: in JSON such characters only occur inside
    strings, where an escape means the same.
    """
    return in_safe_json(json.dumps(data, ensure_ascii=False, indent=indent), output)


def in_safe_json(text: str, output: Output) -> str:
    """The same piece of JSON with all escaped that a terminal or an encoding might not take."""
    replace = _escape if output.is_unicode else _escape_all
    return _SUSPECT.sub(lambda match: replace(match[0]), text)


def _escape(char: str) -> str:
    return char if clean(char) == char else _escape_all(char)


def _escape_all(char: str) -> str:
    # json.dumps knows surrogate pairs, but leaves DEL as it is.
    return "\\u007f" if char == "\x7f" else json.dumps(char)[1:-1]
