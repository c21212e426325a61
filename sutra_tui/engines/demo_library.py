"""The demo's scripts: what it says to the queries it knows, read from Markdown files on first use.

Invariant: a script is complete or it is an error naming its file; nothing is played in part.

A file is a header and sections, in this form; the two `thinking` sections may be left out:

    query: Write a Python merge sort
    kind: coding
    --- draft
    ...
    --- demonstration   (three times)
    --- answer
    --- raw
    --- draft thinking
    --- answer thinking
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final

DEMONSTRATIONS: Final = 3
"""Demonstrations in every script."""
_MARK: Final = "--- "
_SECTIONS: Final = {"draft", "demonstration", "answer", "raw", "draft thinking", "answer thinking"}
_END_MARKS: Final = " \t\n.?!,;:…。？！"


class InvalidScript(ValueError):
    """A script file that is not in the form."""


@dataclass(frozen=True, slots=True)
class DemoQuery:
    """A query the demo has a script for.

    Args:
        text: What to type.
        kind: What sort of task it is, one word or two, for grouping.
    """

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Script:
    """What is said to one query, by role.

    Args:
        draft: Model A's own answer.
        demonstrations: Model A's worked examples.
        answer: Model B's answer with the examples before it.
        raw: A model's answer without any.
    """

    query: DemoQuery
    draft: str
    demonstrations: tuple[str, ...]
    answer: str
    raw: str
    draft_thinking: str = ""
    answer_thinking: str = ""


def parse_script(text: str, name: str) -> Script:
    """Read one script.

    Args:
        text: The file's text.
        name: What to call the file in an error.

    Raises:
        InvalidScript: Something is missing, empty, unknown or there too often.
    """
    header, sections = _split(text, name)
    unknown = sorted(set(sections) - _SECTIONS)
    if unknown:
        raise InvalidScript(f"{name}: there is no section called {unknown[0]!r}")
    if any(not part for parts in sections.values() for part in parts):
        raise InvalidScript(f"{name}: a section is empty")
    demonstrations = sections.pop("demonstration", [])
    if len(demonstrations) != DEMONSTRATIONS:
        raise InvalidScript(f"{name}: {len(demonstrations)} demonstrations, not {DEMONSTRATIONS}")

    def one(section: str, *, optional: bool = False) -> str:
        parts = sections.get(section, [])
        if len(parts) != 1 and not (optional and not parts):
            raise InvalidScript(f"{name}: {len(parts)} sections called {section!r}, not 1")
        return parts[0] if parts else ""

    return Script(
        query=DemoQuery(_field(header, "query", name), _field(header, "kind", name)),
        draft=one("draft"),
        demonstrations=tuple(demonstrations),
        answer=one("answer"),
        raw=one("raw"),
        draft_thinking=one("draft thinking", optional=True),
        answer_thinking=one("answer thinking", optional=True),
    )


def _split(text: str, name: str) -> tuple[list[str], dict[str, list[str]]]:
    header: list[str] = []
    sections: dict[str, list[str]] = {}
    current = header
    bodies: list[tuple[str, list[str]]] = []
    for row in text.replace("\r\n", "\n").split("\n"):
        if row.startswith(_MARK):
            current = []
            bodies.append((row.removeprefix(_MARK).strip(), current))
        else:
            current.append(row)
    for section, rows in bodies:
        sections.setdefault(section, []).append("\n".join(rows).strip("\n"))
    if not bodies:
        raise InvalidScript(f"{name}: there are no sections")
    return header, sections


def _field(header: list[str], field: str, name: str) -> str:
    values = [row.partition(":")[2].strip() for row in header if row.startswith(f"{field}:")]
    if len(values) != 1 or not values[0]:
        raise InvalidScript(f"{name}: the header needs one {field!r}")
    return values[0]


def normalise(text: str) -> str:
    """A query without what people vary: case, blanks and punctuation at its end."""
    return " ".join(text.casefold().split()).rstrip(_END_MARKS)


class Library:
    """All scripts of one folder, in the order of their file names.

    Args:
        folder: Where the `*.md` files are; None is the package's own.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @cached_property
    def scripts(self) -> tuple[Script, ...]:
        """Read on first use.

        Raises:
            InvalidScript: A file is not in the form.
        """
        folder = self._folder or Path(__file__).with_name("demo_scripts")
        files = folder.iterdir() if folder.is_dir() else ()
        return tuple(
            parse_script(file.read_text(encoding="utf-8"), file.name)
            for file in sorted(files, key=lambda file: file.name)
            if file.name.endswith(".md")
        )

    def queries(self) -> list[DemoQuery]:
        """What the demo knows an answer to."""
        return [script.query for script in self.scripts]

    def suggestions(self, count: int = 3) -> list[DemoQuery]:
        """A few queries to try, of different kinds as far as there are any."""
        queries = self.queries()
        first_of_kind = {query.kind: query for query in reversed(queries)}.values()
        ordered = sorted(queries, key=lambda query: query not in first_of_kind)
        return ordered[:count]

    def find(self, query: str) -> Script | None:
        """The script for exactly this query, whatever its case, blanks and end."""
        wanted = normalise(query)
        return next((s for s in self.scripts if normalise(s.query.text) == wanted), None)

    def search(self, text: str) -> Script | None:
        """The script whose query occurs in a text as whole words; the longest if there are many."""
        found = [script for script in self.scripts if _pattern(script.query.text).search(text)]
        return max(found, key=lambda script: len(script.query.text), default=None)


@cache
def _pattern(query: str) -> re.Pattern[str]:
    words = query.rstrip(_END_MARKS).split()
    spaced = r"\s+".join(re.escape(word) for word in words)
    return re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)


@cache
def library() -> Library:
    """The package's own scripts."""
    return Library()


def queries() -> list[DemoQuery]:
    """The queries the built-in demo has scripts for: suggestions, and the benchmark's questions."""
    return library().queries()
