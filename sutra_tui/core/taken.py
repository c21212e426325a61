"""What became of each part of Model A's reply: taken as what, or left out and why.

The parser says what it takes but not from where, so its texts are looked up in the reply in the
order in which it announced them. A text that it rewrote (JSON, HTML entities) may not be found as
it stands; what is left over is then marked as rewritten instead of left out.

Invariant: total; the pieces put together are the reply, byte for byte.
"""

from __future__ import annotations

import html
import json
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from .announced import Reading, Refuse, Run, read_again, tags
from .parser import problems
from .parser.grammar import ESCAPED, is_heading
from .protocol import DEFAULT_COUNT, MAX_COUNT

PieceKind = Literal[
    "draft", "demonstration", "thinking", "answer", "dropped", "left out", "rewritten", "layout"
]
OUTSIDE: Final = "It stood outside the tags."
SURPLUS: Final = "More demonstrations than were wanted; it was only counted."
REWRITTEN: Final = "The parser took from here, but not letter for letter: it was JSON or escaped."
BANNED: Final = "it is banned"
BEING_WRITTEN: Final = "It is still being written."
BROKEN_OFF: Final = "The reply ended before this was complete."
MOST_RUNS: Final = 4_000
"""Texts looked up at most; an honest reply has a handful, a hostile one may have any number."""
SHORT: Final = 50_000
"""Longest reply, in characters, that is read with every number that may have been wanted."""
_EDGES: Final = ("", ">", "<", "\n", "\r", '"')
_TRIES: Final = 40
_MISSES: Final = 60
"""Texts that may be searched for in vain before no more are searched for."""
_CODE_FENCE: Final = re.compile(r"^[ \t]*(?:`{3,}|~{3,})[\w-]{0,20}[ \t\r]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a reply.

    Args:
        kind: What became of it; `layout` is the tags and blanks around the texts.
        text: The stretch as it stands in the reply.
        number: Of a demonstration as Model B got it, from 1; 0 for anything else.
        why: A sentence for what was not taken, or not as it stands; empty for the rest.
    """

    kind: PieceKind
    text: str
    number: int = 0
    why: str = ""


def pieces_of(
    reply: str,
    *,
    wanted: int = DEFAULT_COUNT,
    query: str = "",
    cut: bool = False,
    over: bool = True,
    refuse: Refuse | None = None,
) -> tuple[Piece, ...]:
    """Read a reply of Model A again and say what became of each part of it.

    Args:
        reply: The raw text.
        wanted: Demonstrations wanted.
        query: What the user typed.
        cut: It was not the model that ended it.
        over: It is complete; False while it is still being written.
        refuse: As of `DraftParser`.
    """
    reading = read_again(reply, wanted, query, cut=cut, over=over, refuse=refuse)
    return _pieces(reply, reading, cut=cut, over=over)


def pieces_as_taken(
    reply: str,
    query: str,
    demonstrations: Sequence[str],
    said: Sequence[str],
    *,
    cut: bool = False,
) -> tuple[Piece, ...]:
    """The same for a run that is over, of which is not known how many demonstrations it wanted.

    It is the number with which the reply reads as it did then. A demonstration that the run did
    not take although it is whole was refused, because it was banned at the time.

    Args:
        reply: Model A's raw text.
        query: What the user typed.
        demonstrations: What the run took from it.
        said: The problems its parser named.
        cut: It was not the model that ended it.
    """

    def refuse(text: str) -> str | None:
        return None if text in taken else BANNED

    taken = frozenset(demonstrations)
    likely = (DEFAULT_COUNT, len(demonstrations))
    others = range(1, MAX_COUNT + 1) if len(reply) <= SHORT else ()
    then = (tuple(demonstrations), tuple(said))
    for given in (None, refuse):
        for wanted in dict.fromkeys(filter(None, (*likely, *others))):
            reading = read_again(reply, wanted, query, cut=cut, refuse=given)
            if (reading.parsed.demonstrations, reading.parsed.problems) == then:
                return _pieces(reply, reading, cut=cut, over=True)
    wanted = max(likely)
    return pieces_of(reply, wanted=wanted, query=query, cut=cut, refuse=refuse if taken else None)


def _pieces(reply: str, reading: Reading, *, cut: bool, over: bool) -> tuple[Piece, ...]:
    runs = reading.runs[:MOST_RUNS]
    labels, lost = _label(reply, runs)
    surplus = _surplus_after(labels, runs, reading)
    is_json = problems.JSON in reading.parsed.problems
    found: list[Piece] = []
    start = 0
    for label, group in groupby(labels):
        end = start + sum(1 for _ in group)
        text = reply[start:end]
        if label:
            found.append(_taken(runs[label - 1], text, over))
        else:
            why = _why_left(lost, start >= surplus, cut and end == len(reply))
            found += _left(text, why, is_json)
        start = end
    return tuple(found)


# Looking up


def _label(reply: str, runs: Sequence[Run]) -> tuple[array[int], bool]:
    """The number of the run that each character belongs to, 0 for none; and whether one is lost."""
    labels = array("H", bytes(2 * len(reply)))
    cursor = misses = 0
    for number, run in enumerate(runs, 1):
        if misses > _MISSES:
            return labels, True
        stretches = _places(reply, run, cursor)
        misses += not stretches
        for start, end in stretches:
            labels[start:end] = array("H", [number]) * (end - start)
            cursor = end
    return labels, misses > 0


def _places(reply: str, run: Run, cursor: int) -> list[tuple[int, int]]:
    """Where a run's text stands; empty if it stands nowhere as it is."""
    text = run.text
    whole = len(reply)
    likely = (max(cursor, run.begins_at), run.ends_by)
    for low, high in (likely, (cursor, run.ends_by), (cursor, whole), (0, whole)):
        if (start := _find(reply, text, low, high)) >= 0:
            return [(start, start + len(text))]
    stretches, place = [], cursor
    for piece in _fragments(run):
        start = _find(reply, piece, place, whole)
        if start < 0:
            break
        place = start + len(piece)
        stretches.append((start, place))
    else:
        return stretches
    for written in _rewritten(text):
        if (start := reply.find(written, cursor)) >= 0:
            return [(start, start + len(written))]
    return []


def _fragments(run: Run) -> Iterator[str]:
    """A run's pieces, put together where one is too short to be found for certain."""
    held = ""
    for text in run.texts:
        held += text
        if len(held.strip()) >= 8:
            yield held.strip()
            held = ""
    if held.strip():
        yield held.strip()


def _rewritten(text: str) -> Iterator[str]:
    """How a text may have been written where the parser had to decode it."""
    for readable in (False, True):
        yield json.dumps(text, ensure_ascii=not readable)[1:-1]
    yield html.escape(text, quote=False)
    yield html.escape(text)


def _find(reply: str, text: str, low: int, high: int) -> int:
    """The first place between tags, quotes or line ends, else the first there is; -1: none."""
    first = place = reply.find(text, low, high)
    for _ in range(_TRIES):
        if place < 0:
            break
        before = reply[max(0, place - 80) : place].rstrip(" \t")[-1:]
        after = reply[place + len(text) : place + len(text) + 80].lstrip(" \t")[:1]
        if before in _EDGES and after in _EDGES:
            return place
        place = reply.find(text, place + 1, high)
    return first


# Naming


def _taken(run: Run, text: str, over: bool) -> Piece:
    if run.kind != "demonstration":
        return Piece(run.kind, text, why=run.reason)
    if not run.open:
        return Piece(run.kind, text, run.index + 1)
    if not over:
        return Piece(run.kind, text, run.index + 1, BEING_WRITTEN)
    return Piece("dropped", text, why=BROKEN_OFF)


def _surplus_after(labels: array[int], runs: Sequence[Run], reading: Reading) -> int:
    """From where on left-over text is demonstrations too many."""
    sentence = problems.MORE.format(count="", wanted=reading.wanted).rpartition(";")[2]
    if not any(said.endswith(sentence) for said in reading.parsed.problems):
        return len(labels) + 1
    last = max((n for n, run in enumerate(runs, 1) if run.kind == "demonstration"), default=0)
    if not last or last not in labels:
        return len(labels) + 1
    return len(labels) - labels[::-1].index(last)


def _why_left(lost: bool, surplus: bool, cut: bool) -> str:
    if lost:
        return REWRITTEN
    if surplus:
        return SURPLUS
    return BROKEN_OFF if cut else OUTSIDE


def _left(text: str, why: str, is_json: bool) -> Iterator[Piece]:
    """Text that no run owns: the tags and blanks of the layout, and what was left out."""
    kind: PieceKind = "rewritten" if why == REWRITTEN else "left out"
    if is_json and why != REWRITTEN and '"' in text:
        yield Piece("layout", text)
        return
    held, start = "", 0
    for mark in (*_layout(text), None):
        between = text[start : mark[0] if mark else len(text)]
        if any(map(str.isalnum, between)) and not is_heading(between.strip()):
            if held:
                yield Piece("layout", held)
            held = ""
            yield Piece(kind, between, why=why)
        else:
            held += between
        if mark:
            held += text[mark[0] : mark[1]]
            start = mark[1]
    if held:
        yield Piece("layout", held)


def _layout(text: str) -> list[tuple[int, int]]:
    """Where tags and fences stand, in order and apart."""
    marks = sorted(
        (
            *tags(text),
            *(
                found.span()
                for pattern in (ESCAPED, _CODE_FENCE)
                for found in pattern.finditer(text)
            ),
        )
    )
    apart: list[tuple[int, int]] = []
    for start, end in marks:
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart
