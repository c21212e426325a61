"""Reads `{"answer": ..., "demonstrations": [...]}` while it is being written.

Invariant: total and linear. Brackets may be missing, crossed or nested without end: what is not
understood is passed over, and depth costs a list entry, never a stack frame.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from .json_lexer import JsonLexer, Lexeme


class Part(Enum):
    """What a piece of the document is."""

    DRAFT = auto()
    """The draft begins."""
    DEMONSTRATION = auto()
    """A demonstration begins."""
    TEXT = auto()
    """A piece of what began last."""
    END = auto()
    """What began last is complete."""


class _Role(Enum):
    DRAFT = auto()
    DEMONSTRATIONS = auto()


_ROLES: Final = {
    "answer": _Role.DRAFT,
    "draft": _Role.DRAFT,
    "demonstrations": _Role.DEMONSTRATIONS,
    "demonstration": _Role.DEMONSTRATIONS,
    "examples": _Role.DEMONSTRATIONS,
}
_NUMBERING: Final = {"id", "index", "n", "no", "number", "demonstration_number", "example_number"}
"""Fields of a demonstration that say nothing."""
_NOTHING: Final = {"null", "none"}
_LIST: Final = 2
"""Depth of the list of demonstrations: the document, the list."""

Field = tuple[str, list[str]]


class JsonReader:
    """Chunks of one document in, parts out.

    Args:
        in_list: The document is the list of demonstrations itself.
    """

    def __init__(self, *, in_list: bool = False) -> None:
        self.done = False
        """The document is complete; what follows it stays unread."""
        self.recognised = in_list
        """An answer or demonstrations were seen in it."""
        self._lexer = JsonLexer()
        self._parts: list[tuple[Part, str]] = []
        # One entry per open bracket: which one it is, and the last key read inside.
        self._brackets: list[str] = ["{"] if in_list else []
        self._keys: list[str] = ["demonstrations"] if in_list else []
        self._floor = len(self._brackets)
        self._counts = {"{": 0, "[": 0}
        self._pieces: list[str] | None = None  # of a key, or of a field of a demonstration
        self._fields: list[Field] = []

    def feed(self, text: str) -> list[tuple[Part, str]]:
        """Read on."""
        self._lexer.feed(text)
        return self._read()

    def finish(self) -> list[tuple[Part, str]]:
        """The text ended, perhaps too early: nothing is held back, but what is open stays open."""
        self._lexer.finish()
        return [*self._read(), (Part.TEXT, joined(self._fields))]

    @property
    def unread(self) -> int:
        """Characters behind the end of the document."""
        return self._lexer.unread

    def _read(self) -> list[tuple[Part, str]]:
        for lexeme, text in self._lexer.lexemes():
            match lexeme:
                case Lexeme.OPEN:
                    self._enter(text)
                case Lexeme.CLOSE:
                    self._leave("{" if text == "}" else "[")
                case Lexeme.COLON:
                    self._lexer.key_next = False
                case Lexeme.STRING:
                    self._begin_value()
                case Lexeme.PIECE:
                    self._write(text)
                case Lexeme.STRING_END:
                    self._end_value()
                case Lexeme.BARE:
                    self._bare(text)
            if self.done:
                break
        parts, self._parts = self._parts, []
        return parts

    @property
    def _role(self) -> _Role | None:
        return _ROLES.get(self._keys[0]) if self._keys else None

    @property
    def _beginning(self) -> Part | None:
        """What begins with a value at this place; None when it is a field, or nothing to us."""
        role, depth = self._role, len(self._brackets)
        if role is _Role.DRAFT and depth == 1:
            return Part.DRAFT
        if role is _Role.DEMONSTRATIONS and depth <= _LIST:
            return Part.DEMONSTRATION
        return None

    def _begin_value(self) -> None:
        if self._lexer.key_next:
            self._pieces = []
        elif part := self._beginning:
            self._parts.append((part, ""))
        elif self._role:
            self._pieces = []
            self._fields.append((self._keys[-1], self._pieces))

    def _write(self, text: str) -> None:
        if self._pieces is not None:
            self._pieces.append(text)
        elif self._beginning:
            self._parts.append((Part.TEXT, text))

    def _end_value(self) -> None:
        if self._lexer.key_next:
            self._take_key()
            return
        if self._beginning:
            self._parts.append((Part.END, ""))
        self._pieces = None
        self._value_is_over()

    def _take_key(self) -> None:
        key, self._pieces = "".join(self._pieces or ()).strip().lower(), None
        self._keys[-1] = key
        self._lexer.key_next = False  # also where the colon is missing
        self.recognised |= len(self._keys) == 1 and key in _ROLES

    def _value_is_over(self) -> None:
        self._lexer.key_next = bool(self._brackets) and self._brackets[-1] == "{"

    def _bare(self, word: str) -> None:
        if not self._lexer.key_next and word.lower() in _NOTHING:
            self._value_is_over()
            return
        self._begin_value()
        self._write(word)
        self._end_value()

    def _enter(self, bracket: str) -> None:
        if part := self._container:
            self._parts.append((part, ""))
        self._brackets.append(bracket)
        # What stands in a list belongs to the key before the list.
        self._keys.append(self._keys[-1] if bracket == "[" and self._keys else "")
        self._counts[bracket] += 1
        self._lexer.key_next = bracket == "{"

    def _leave(self, bracket: str) -> None:
        """Close the innermost bracket of that kind, and with it those left open inside."""
        closed = ""
        while closed != bracket and self._counts[bracket]:
            closed = self._brackets.pop()
            self._keys.pop()
            self._counts[closed] -= 1
            if self._container:
                self._parts += ((Part.TEXT, joined(self._fields)), (Part.END, ""))
                self._fields = []
        self._value_is_over()
        self.done = len(self._brackets) == self._floor

    @property
    def _container(self) -> Part | None:
        """What a bracket at this place holds: all but the list of demonstrations itself."""
        is_list = self._role is _Role.DEMONSTRATIONS and len(self._brackets) < _LIST
        return None if is_list else self._beginning


def joined(fields: list[Field]) -> str:
    """The fields of a demonstration as text: `Question: ...`, `Answer: ...`.

    A single field goes without its name, fields that only number the demonstration go away.
    """
    texts: dict[str, list[str]] = {}
    for key, pieces in fields:
        text = "".join(pieces).strip()
        if text and key not in _NUMBERING:
            texts.setdefault(key, []).append(text)
    if len(texts) == 1:
        return "\n".join(*texts.values())
    return "\n".join(_labelled(key, "\n".join(values)) for key, values in texts.items())


def _labelled(key: str, text: str) -> str:
    if not key:
        return text
    gap = "\n" if "\n" in text else " "
    return f"{key.replace('_', ' ').capitalize()}:{gap}{text}"
