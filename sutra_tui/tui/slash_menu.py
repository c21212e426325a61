"""What the palette above the query box shows for what is typed: commands, or their arguments.

Invariant: pure, but for arguments that look at the disk. Every row, taken, is a text for the box.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from textual.keys import format_key

from ..core.clean import clean_line
from . import slash
from .commands.argument import Known, Offer
from .commands.command import Command
from .fuzzy import Fit, fit

MOST_ROWS: Final = 60
"""Rows of a palette; more are found by typing."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that can be taken.

    Args:
        text: What stands in the box when it is taken.
        label: What is shown of it.
        about: What it is.
        key: A key that does the same.
        reason: Why it does not apply right now; empty when it does.
        marks: Places of the label that fit what is typed.
        more: There is more to type before it can be run.
        chosen: It is what counts now.
        file: The path of a file that is attached when it is taken; empty for none.
        cursor: Where the cursor goes in a query; None for a command, behind its end.
    """

    text: str
    label: str
    about: str = ""
    key: str = ""
    reason: str = ""
    marks: tuple[int, ...] = ()
    more: bool = False
    chosen: bool = False
    file: str = ""
    cursor: int | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """The palette for a text.

    Args:
        text: What is typed.
        said: A sentence above the rows; empty for none.
        rows: What can be taken, the best fit first.
        meant: The row that enter takes before any other was chosen; None when the text itself is.
    """

    text: str
    said: str = ""
    rows: tuple[Row, ...] = ()
    meant: int | None = None

    @property
    def names_files(self) -> bool:
        """Whether it completes a file in a query."""
        return any(row.cursor is not None for row in self.rows)


def menu(text: str, commands: Sequence[Command], known: Known) -> Menu | None:
    """The palette for what is typed; None when it is a query like any other.

    Args:
        text: What stands in the box.
        commands: The registry with the keys in effect.
        known: What arguments are completed from.
    """
    if text.startswith("//"):
        return Menu(text, f"Sends the query {clean_line(slash.query_of(text), 60)}")
    if not slash.is_command(text):
        return None
    name, argument = slash.split(text)
    if argument is None:
        return _commands(text, name, commands, known)
    command = slash.named(name, commands)
    if command is None:
        return _nothing(text, name, commands, known)
    return _arguments(text, command, argument, known)


def waits_for_disk(text: str, commands: Sequence[Command]) -> bool:
    """Whether making the palette for a text looks at the disk."""
    name, argument = slash.split(text)
    command = slash.named(name, commands) if slash.is_command(text) else None
    return argument is not None and bool(command and command.takes and command.takes.argument.slow)


def _commands(text: str, name: str, commands: Sequence[Command], known: Known) -> Menu:
    found = [
        (best, command)
        for command in commands
        if command.slash and (best := _fit_of(name, command)) is not None
    ]
    if not found:
        return _nothing(text, name, commands, known)
    # Before anything is typed, what applies comes first.
    found.sort(key=lambda i: i[0] if name else Fit(bool(i[1].reason(known.bench))))
    rows = tuple(_row(command, known, best) for best, command in found)
    return Menu(text, rows=rows, meant=0)


def _fit_of(name: str, command: Command) -> Fit | None:
    """By its name, else by an alias or a word of its title, which do not fit as well."""
    if best := fit(name, command.slash):
        return best
    if any(fit(name, alias) for alias in command.aliases):
        return Fit(4, 50, 0)
    if any(word.startswith(name.lower()) for word in command.title.lower().split()):
        return Fit(4, 99, 0)
    return None


def _row(command: Command, known: Known, found: Fit | None = None) -> Row:
    keys = command.key.partition(",")[0]
    more = command.takes is not None and command.takes.required
    return Row(
        f"/{command.slash}{' ' if more else ''}",
        command.usage,
        command.title,
        format_key(keys) if keys else "",
        command.reason(known.bench) or "",
        tuple(place + 1 for place in found.places) if found else (),
        more,
    )


def _nothing(text: str, name: str, commands: Sequence[Command], known: Known) -> Menu:
    """No such command: the nearest, and how the text can be sent all the same."""
    meaning = slash.read(f"/{name}", commands)
    near = meaning.near if isinstance(meaning, slash.Unknown) else ""
    meant = slash.named(near, commands)
    return Menu(text, unknown_words(name, near), (_row(meant, known),) if meant else ())


def unknown_words(name: str, near: str = "") -> str:
    """That there is no such command, and what can be done."""
    shown = clean_line(name, 40)
    meant = f" Did you mean /{near}?" if near else ""
    return f"There is no command /{shown}.{meant} To send it as a query, begin with two slashes."


def _arguments(text: str, command: Command, typed: str, known: Known) -> Menu:
    if reason := command.reason(known.bench):
        return Menu(text, f"Not now: {reason}")
    if command.takes is None:
        return Menu(
            text, f"/{command.slash} takes nothing behind it." if typed.strip() else command.help
        )
    argument = command.takes.argument
    offers = argument.offers(typed, known)
    found = _fitting(typed, offers)
    rows = tuple(_offered(command, offer, best) for best, offer in found[:MOST_ROWS])
    usage = f"{command.usage}  {command.help}"
    if typed and offers and not rows and not argument.free:
        return Menu(text, f"Nothing fits {clean_line(typed, 40)}. Delete it to see all.")
    return Menu(text, usage, rows, _meant(typed, rows, argument.free))


def _fitting(typed: str, offers: Iterable[Offer]) -> list[tuple[Fit, Offer]]:
    found = [(best, offer) for offer in offers if (best := fit(typed, offer.text)) is not None]
    return sorted(found, key=lambda item: item[0].rank) if typed else found


def _meant(typed: str, rows: tuple[Row, ...], free: bool) -> int | None:
    """Free text stands for itself; of a few choices the best fit is meant."""
    if free or not rows:
        return None
    if typed:
        return 0
    return next((place for place, row in enumerate(rows) if row.chosen), None)


def _offered(command: Command, offer: Offer, best: Fit) -> Row:
    return Row(
        f"/{command.slash} {offer.text}",
        offer.text,
        offer.about,
        marks=best.places,
        more=offer.more,
        chosen=offer.chosen,
    )
