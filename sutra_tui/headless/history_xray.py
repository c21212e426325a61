"""A run of the history stage by stage: what was sent, from where it came, and what came back.

Invariant: pure; a heading is one line that is safe to show. Texts stay as they are: it is `Output`
that decides about them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..core.clean import clean_line
from ..store.history import HistoryRun
from ..xray_rows import Look, XRow, looks_of
from ..xray_words import facts, nothing_words, options, percent, stage_name, timings, view_words
from .table import table

Part = tuple[str, str, str]
"""Heading, facts as lines, text; each may be empty."""


def parts(run: HistoryRun) -> Iterator[Part]:
    """Everything of every stage, in order.

    Args:
        run: The run.
    """
    for look in looks_of(run.result, running=False):
        stage = look.xray.stage
        name = stage_name(stage, with_model=True)
        told = [*facts(look.xray), *timings(stage.stats), *options(stage)]
        yield f"== Stage {name}", table(told) if told else "", ""
        for is_raw, side in enumerate(view_words(look.xray)):
            rows = look.raw if is_raw else look.sent
            nothing = (
                "" if rows else nothing_words(look.xray, raw=bool(is_raw)).replace("\n\n", " ")
            )
            yield f"-- Stage {name}, {side}", nothing + "\n" if nothing else "", ""
            for row in rows:
                if not row.is_layout:
                    yield _heading(row), "", row.text


def document(run: HistoryRun) -> list[dict[str, Any]]:
    """The same as JSON-ready fields.

    Args:
        run: The run.
    """
    return [_fields(look) for look in looks_of(run.result, running=False)]


def _heading(row: XRow) -> str:
    size = f"about {row.tokens:,} tokens"
    share = f"{percent(row.share)} of num_ctx" if row.share is not None else ""
    said = (row.word, clean_line(row.about, 300), size, share)
    return f"[{row.mark.letter}] " + " · ".join(part for part in said if part)


def _fields(look: Look) -> dict[str, Any]:
    xray = look.xray
    return {
        "stage": xray.stage.name,
        "request": xray.body,
        "estimated_tokens": xray.estimate,
        "num_ctx": xray.num_ctx,
        "parts": [
            {
                "origin": part.origin,
                "role": part.role,
                "estimated_tokens": part.tokens,
                "share": xray.share(part.tokens),
                "text": part.text,
            }
            for part in xray.prompt
        ],
        "reply": [
            {"kind": piece.kind, "number": piece.number, "why": piece.why, "text": piece.text}
            for piece in xray.pieces
        ],
    }
