"""Replies of every form small models are known to write, with what a person reads in them.

Each `corpus/<name>.txt` is a reply byte for byte; `<name>.json` beside it holds the expected draft,
demonstrations, thinking and problems, and the arguments `cut` and `query` where they matter.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sutra_tui.core.parser import DraftParser, ParsedDraft, parse

from .parser_support import chunks, run

CORPUS = Path(__file__).parent / "corpus"
NAMES = sorted(path.stem for path in CORPUS.glob("*.txt"))


def reply(name: str) -> str:
    return (CORPUS / f"{name}.txt").read_bytes().decode()


def expected(name: str) -> tuple[ParsedDraft, str, bool]:
    case = json.loads((CORPUS / f"{name}.json").read_text(encoding="utf-8"))
    parsed = ParsedDraft(
        case["draft"], tuple(case["demonstrations"]), case["thinking"], tuple(case["problems"])
    )
    return parsed, case.get("query", ""), case.get("cut", False)


def test_every_form_has_a_case() -> None:
    assert len(NAMES) >= 100
    assert {path.stem for path in CORPUS.glob("*.json")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_P1_P2_P3_P4_P5_a_reply_is_read_as_a_person_would(name: str) -> None:
    parsed, query, cut = expected(name)
    assert parse(reply(name), query=query, cut=cut) == parsed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [1, 3, 7])
def test_P6_a_reply_reads_the_same_in_small_pieces(name: str, size: int) -> None:
    parsed, query, cut = expected(name)
    assert run(chunks(reply(name), size), query=query, cut=cut)[1] == parsed


@pytest.mark.parametrize("name", NAMES)
def test_P1_P14_every_complete_demonstration_survives_a_cut_anywhere(name: str) -> None:
    """Nothing that was announced before the cut is lost or changed by it."""
    text = reply(name)
    query = expected(name)[1]
    for place in range(len(text)):
        before = parse_open(text[:place], query)
        after = parse(text[:place], query=query, cut=True).demonstrations
        assert after[: len(before)] == before


def parse_open(text: str, query: str) -> tuple[str, ...]:
    """The demonstrations that are complete while the stream is still open."""
    parser = DraftParser(query=query)
    parser.feed(text)
    return parser.parsed.demonstrations
