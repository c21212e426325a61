"""What the settings screen shows and what is typed there: words and values.

Invariant: pure. What a person typed becomes a value that its setting accepts, or a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from textual.content import Content

from ..core.clean import clean_line
from ..settings import Choice, Field, Number, Switch
from ..settings.effective import DEFAULT, Effective, words_for
from ..settings.fields import KEYS_TABLE
from ..settings.key_names import read_keys, why_no_key
from ..settings.reading import nearest
from ..settings.rules import Address, Keys
from .wishes import granted, theme_names, theme_problem

NAME_WIDTH: Final = 22
SOURCE_WIDTH: Final = len("OLLAMA_HOST")
MOST_VALUE: Final = 50
MUTED: Final = "$foreground-muted"
YES: Final = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a typed text means for a setting.

    Args:
        value: The value; None resets the setting.
        problem: Why it cannot be used; empty when it can.
    """

    value: Any = None
    problem: str = ""


def read_typed(field: Field, text: str, keys: dict[str, str]) -> Typed:
    """Understand what was typed for a setting.

    Args:
        field: Which one.
        text: What was typed; nothing resets it.
        keys: The keys that commands have now, for clashes.
    """
    text = text.strip()
    if not text:
        return Typed()
    if isinstance(field.rule, Keys):
        return _keys(field, text, keys)
    value = _value(field, text)
    if field.name == "theme" and (problem := theme_problem(text)):
        return Typed(problem=problem[0].upper() + problem[1:])
    if value is not None and field.rule.accepts(value):
        return Typed(value)
    return Typed(problem=_refusal(field, text))


def choices(field: Field) -> tuple[Any, ...]:
    """The values there are, where they are few enough to go through."""
    if isinstance(field.rule, Choice):
        return field.rule.names
    return (False, True) if isinstance(field.rule, Switch) else ()


def following(field: Field, value: Any) -> Any:
    """The choice after the one that counts."""
    all_ = choices(field)
    return all_[(all_.index(value) + 1) % len(all_)] if value in all_ else all_[-1]


def suggestions(field: Field) -> list[str]:
    """What may be typed, for completing it."""
    return theme_names() if field.name == "theme" else []


def matches(row: Effective, typed: str) -> bool:
    """Whether a row is found by the words typed as a filter."""
    field = row.field
    text = f"{field.group} {field.name} {field.about} {row.shown}".lower()
    return all(word in text for word in typed.lower().split())


def row_words(row: Effective, width: int, *, wrong: bool) -> Content:
    """One line of the list: name, value, where it comes from.

    Args:
        row: The setting.
        width: Cells there are.
        wrong: Something in the file about it could not be used.
    """
    room = max(8, min(MOST_VALUE, width - NAME_WIDTH - SOURCE_WIDTH - 4))
    value = clean_line(row.shown, room)
    changed = row.source != DEFAULT
    return Content.assemble(
        ("! " if wrong else "  ", "$text-error"),
        (f"{clean_line(row.field.key, NAME_WIDTH):<{NAME_WIDTH}} ", ""),
        (f"{value:<{room}} ", "bold" if changed else MUTED),
        (clean_line(row.source, SOURCE_WIDTH), "$accent" if changed else MUTED),
    )


def about_words(row: Effective, problems: Sequence[str]) -> Content:
    """What a setting is for, what it may be, when it counts, and what is wrong with it."""
    field = row.field
    default = "" if field.table == KEYS_TABLE else words_for(field, field.default)
    parts: list[str | tuple[str, str]] = [field.about, "\n"]
    allowed = f"It may be {_allowed(field)}."
    if default or field.unset:
        allowed += f" Default: {default or field.unset}."
    parts.append((f"{allowed} A change counts {field.effect}.", MUTED))
    if row.line and row.source != f"line {row.line}":
        parts.append((f"\nLine {row.line} says something too; {row.source} goes first.", ""))
    for problem in problems:
        parts.append((f"\n! {clean_line(problem, 400)}", "$text-error"))
    return Content.assemble(*parts)


def saved_words(field: Field, value: Any, when: str) -> str:
    """That a change is saved, and when it counts."""
    if value is None:
        return f"{field.name} has its default again. {when}"
    return f"Saved: {field.name} = {clean_line(words_for(field, value), 80)}. {when}"


def _allowed(field: Field) -> str:
    if field.name == "theme":
        return "the name of a theme"
    if isinstance(field.rule, Address):
        return "HOST, HOST:PORT or http(s)://HOST:PORT"
    if isinstance(field.rule, Keys):
        return "keys such as f2, ctrl+k or alt+m, with commas between"
    return field.rule.allowed.replace('"', "")


def _value(field: Field, text: str) -> Any:
    if isinstance(field.rule, Switch):
        return YES.get(text.lower())
    if isinstance(field.rule, Number):
        try:
            number = float(text)
        except ValueError:
            return None
        whole = number.is_integer() and "." not in text
        return int(number) if whole or (field.rule.whole and number.is_integer()) else number
    return text


def _keys(field: Field, text: str, keys: dict[str, str]) -> Typed:
    wished = read_keys(text)
    if not wished:
        why = why_no_key(text)
        shown = clean_line(text, 40)
        return Typed(problem=f"{shown} is no key{f': {why}' if why else ''}".rstrip("?.") + ".")
    others = {name: held for name, held in keys.items() if name != field.key}
    _, refused = granted({**others, field.key: ",".join(wished)})
    if reason := refused.get(field.key):
        return Typed(problem=reason)
    return Typed(",".join(wished))


def _refusal(field: Field, text: str) -> str:
    if isinstance(field.rule, Choice) and (close := nearest(text, list(field.rule.names))):
        return f"Did you mean {close}?"
    return f"It must be {_allowed(field)}."
