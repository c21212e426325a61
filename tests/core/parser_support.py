"""What the parser's tests share: feeding in pieces, merging and folding events, hostile text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from sutra_tui.core.parser import (
    DemonstrationClosed,
    DemonstrationDropped,
    DemonstrationText,
    DraftParser,
    DraftText,
    MovedToThinking,
    ParsedDraft,
    ParserEvent,
    ThinkingText,
)


def chunks(text: str, size: int) -> list[str]:
    """The text in pieces of `size` characters, the last one shorter."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def cut_at(text: str, places: Iterable[int]) -> list[str]:
    """The text cut at some places; a place beyond its end cuts nothing."""
    edges = [0, *sorted(place for place in places if place < len(text)), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def run(
    pieces: Sequence[str], *, cut: bool = False, query: str = ""
) -> tuple[list[ParserEvent], ParsedDraft]:
    """All events of a reply that arrives in these pieces, and what was parsed."""
    parser = DraftParser(query=query)
    events = [event for piece in pieces for event in parser.feed(piece)]
    events += parser.finish(cut=cut)
    return events, parser.parsed


def merged(events: Iterable[ParserEvent]) -> list[ParserEvent]:
    """Adjacent pieces of the same text put together."""
    result: list[ParserEvent] = []
    for event in events:
        match result[-1] if result else None, event:
            case DraftText(before), DraftText(text):
                result[-1] = DraftText(before + text)
            case ThinkingText(before), ThinkingText(text):
                result[-1] = ThinkingText(before + text)
            case DemonstrationText(index, before), DemonstrationText(same, text) if index == same:
                result[-1] = DemonstrationText(index, before + text)
            case _:
                result.append(event)
    return result


def fold(events: Iterable[ParserEvent]) -> tuple[str, tuple[str, ...]]:
    """Draft and demonstrations as somebody sees them who only follows the events."""
    draft = ""
    demonstrations: list[str] = []
    provisional = ""
    for event in events:
        match event:
            case DraftText(text):
                draft += text
            case DemonstrationText(index, text):
                assert index == len(demonstrations)
                provisional += text
            case DemonstrationClosed(index, text):
                assert index == len(demonstrations)
                assert provisional in ("", text)
                demonstrations.append(text)
                provisional = ""
            case DemonstrationDropped(index):
                assert index == len(demonstrations)
                provisional = ""
            case MovedToThinking():
                draft, provisional = "", ""
                demonstrations.clear()
    return draft, tuple(demonstrations)


_PIECES = (
    "<answer>", "</answer>", "<answer", "</answer", "<Answer >", "</ANSWER>", "<answer/>",
    "<demonstrations>", "</demonstrations>", "<demonstration>", "</demonstration>",
    '<demonstration n="1">', "<demonstration2>", "< / Demonstration >", "<demonstration/>",
    "<demo>", "</demo>", "<example>", "</example>", "<think>", "</think>", "<thinking>",
    "</thinking>", "\n<think>", "\n</think>\n", "\n```", "\n```python\n", "\n```\n", "\n~~~\n",
    "```", "`", "``", "\n", "\n\n", "  ", "\t", "\r\n", "\n  ", "<", ">", "</", "< ", "<d", "<a",
    "&lt;answer&gt;", "\n&lt;answer&gt;", "&lt;/answer&gt;", "\n&lt;demonstration&gt;",
    "&lt;/demonstration&gt;", "&amp;", "&", "&l", '{"answer":', '\n{\n "answer" : "',
    '{"demonstrations": [', '"demonstrations": ["', '"', '",', '", "', '"]', "]}", "}", "[", "{",
    "\\", "\\n", "\\u00e9", "\\ud83d", "\\ude00", "'", ":", ",", '\n["', '{"query": "', "null",
    "42", "\nExample 1:", "\n**Example 2:**", "\n### Demonstration 3", "\nExample 2. ",
    "\n**Example 1: T**", "\nExample", "a", "x y", "word ", "List<String>", "a<b && c>d",
    "#include <stdio.h>", "é", "\ufeff",
    "Sure, here is a phrase that is long enough to be taken for the draft itself, I think. ",
)  # fmt: skip


def replies() -> st.SearchStrategy[str]:
    """Text made of what the parser reacts to, and of anything at all."""
    anything = st.text(st.characters(), max_size=12)
    return st.lists(st.sampled_from(_PIECES) | anything, max_size=40).map("".join)


def cuts() -> st.SearchStrategy[list[int]]:
    """Places to cut a reply at."""
    return st.lists(st.integers(min_value=0, max_value=400), max_size=40)
