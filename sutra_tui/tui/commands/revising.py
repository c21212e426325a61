"""Commands about editing the run on the screen and running parts of it again."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.clean import clean_line
from ...core.errors import InvalidRequest
from ..workbench import Workbench
from . import reasons
from .argument import Known, Offer
from .command import Command, Takes
from .texts import ROLES


def _places(known: Known) -> list[Offer]:
    """The demonstrations of the run on the screen, by number."""
    result = known.bench.run.result
    texts = result.demonstrations if result else ()
    return [Offer(str(n), clean_line(text, 40)) for n, text in enumerate(texts, 1)]


def _place(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1000:
        raise InvalidRequest(
            f"{clean_line(text, 60)} cannot stand there.", "Write the number of a demonstration."
        )
    return int(text)


class EditTarget:
    """What to edit: the query, a demonstration by its number, or a role's prompt."""

    word = "query|N|a|b"
    free = False
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """All there is."""
        prompts = [
            Offer(role, f"{name}'s prompt, for this session") for role, name in ROLES.items()
        ]
        return [Offer("query", "the query of the run, in the box"), *_places(known), *prompts]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """A number, or one of the names."""
        name = text.lower()
        return (name,) if name in ("query", *ROLES) else (_place(name),)


class Place:
    """The number of a demonstration."""

    word = "N"
    free = False
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """Those of the run on the screen."""
        return _places(known)

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The number."""
        return (_place(text),)


def leavable(bench: Workbench) -> str | None:
    """Why no demonstration can be left out; None when one can."""
    if reason := reasons.askable(bench):
        return reason
    result = bench.run.result
    if result is None or not result.demonstrations:
        return "There is no run with demonstrations on the screen."
    return None if result.answer else "There is no answer yet that another could be compared with."


REVISING = (
    Command(
        "run.edit",
        "Edit the run on the screen",
        "Its query, a demonstration (by number), or a model's prompt (a, b). What depends on it "
        "turns stale.",
        "edit_query",
        "Runs",
        slash="edit",
        takes=Takes(EditTarget(), "edit"),
        reason=reasons.idle,
    ),
    Command(
        "run.leave_out",
        "Leave one demonstration out",
        "Runs Model B again without the selected one, and shows what that changes in the answer.",
        "leave_out_selected",
        "Runs",
        slash="without",
        takes=Takes(Place(), "leave_out"),
        reason=leavable,
    ),
    Command(
        "run.bench",
        "Compare with Model B alone",
        "Asks Model B the same query without demonstrations, and shows both answers with their "
        "times and counts.",
        "bench",
        "Runs",
        slash="bench",
        reason=leavable,
    ),
)
