"""What the X-ray says: a letter and a word for each origin, the facts of a stage, the empty panes.

Invariant: pure text out, safe to show. Colour is never alone: each origin has its own letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .core.clean import clean_line
from .core.message import Origin
from .core.protocol import StageRecord, StageStats
from .core.taken import Piece, PieceKind
from .core.xray import StageXRay
from .wording import seconds, size

NAMES: Final = {"A": "A", "parse": "parser", "B": "B"}
FROM_CACHE: Final = (
    "Nothing was sent: the demonstrations came from the cache.\n\n"
    "Model B's stage shows where they stand in its prompt."
)
REUSED: Final = (
    "Nothing was sent: what Model A wrote was taken from an earlier run.\n\n"
    "Model B's stage shows where the demonstrations stand in its prompt."
)
NOT_KNOWN: Final = "What was sent is not known of this run."
NOTHING_READ: Final = "There was nothing to read: Model A wrote no text."
NOTHING_GIVEN: Final = "Nothing was handed on: the parser found no demonstration and no draft."
NOTHING_WRITTEN: Final = "The model wrote nothing."
NOTHING_YET: Final = "Nothing has come yet."


@dataclass(frozen=True, slots=True)
class Mark:
    """How a kind of text is marked.

    Args:
        letter: Beside each of its rows.
        word: Its name.
        style: A word for its colour, which each face paints in its own way; empty for plain.
    """

    letter: str
    word: str
    style: str


ORIGINS: Final[dict[Origin | None, Mark]] = {
    "instructions": Mark("I", "instructions", "quiet"),
    "system": Mark("S", "your system text", "own"),
    "earlier": Mark("E", "earlier turns", "own"),
    "demonstrations": Mark("D", "demonstrations", "good"),
    "draft": Mark("R", "draft", "wary"),
    "files": Mark("F", "files", "wary"),
    "query": Mark("Q", "query", "asked"),
    None: Mark("?", "not known", ""),
}
KINDS: Final[dict[PieceKind, Mark]] = {
    "draft": Mark("R", "draft", "wary"),
    "demonstration": Mark("D", "demonstration", "good"),
    "thinking": Mark("T", "thinking", "own"),
    "answer": Mark("A", "answer", "asked"),
    "dropped": Mark("×", "dropped", "bad"),
    "left out": Mark("–", "left out", "bad"),
    "rewritten": Mark("~", "rewritten", "wary"),
    "layout": Mark("·", "tags", "quiet"),
}
TEMPLATE: Final = Mark("+", "chat template", "quiet")
ROOM: Final = Mark("r", "room to reply", "quiet")
REST: Final = Mark("…", "the rest", "quiet")


def piece_word(piece: Piece) -> str:
    """What to call a stretch of a reply."""
    word = KINDS[piece.kind].word
    return f"{word} {piece.number}" if piece.number else word


def stage_name(stage: StageRecord, *, with_model: bool) -> str:
    """A stage as its tab says it."""
    name = NAMES.get(stage.name) or clean_line(stage.name, 20)
    model = clean_line(stage.model, 24) if with_model else ""
    return f"{name} {model}".strip()


def view_words(xray: StageXRay) -> tuple[str, str]:
    """The two things there are to see of a stage: what went in, and what came out."""
    if xray.stage.name == "parse":
        return "what it read", "what it gave"
    return "sent", "raw output"


def nothing_words(xray: StageXRay, *, raw: bool) -> str:
    """What to say where there is nothing to list."""
    stage = xray.stage
    if not xray.over:
        return NOTHING_YET
    if stage.name == "parse":
        return NOTHING_GIVEN if raw else NOTHING_READ
    if stage.status == "cached":
        return FROM_CACHE
    if stage.status == "skipped":
        return REUSED
    return NOTHING_WRITTEN if raw else NOT_KNOWN


def percent(share: float | None) -> str:
    """A share of the context: "3 %", "<1 %"."""
    if share is None:
        return ""
    return f"{share:.0%}".replace("%", " %") if share >= 0.005 else "<1 %"


def size_lines(xray: StageXRay) -> tuple[str, ...]:
    """How much of the context the prompt takes, at several lengths, the longest first."""
    if not xray.prompt:
        return ("",)
    counted = xray.stage.stats.prompt_tokens
    share = f" ({percent(xray.share(xray.estimate))})" if xray.num_ctx else ""
    of = f" of {xray.num_ctx:,}" if xray.num_ctx else ""
    about = f"about {xray.estimate:,}"
    if counted is None:
        return f"{about}{of} tokens{share}", f"{about}{of}{share}", about
    return (
        f"{about}{of} tokens{share} · the server counted {counted:,}",
        f"{about}{of}{share} · counted {counted:,}",
        f"{about} · counted {counted:,}",
    )


def output_lines(xray: StageXRay, *, raw: bool) -> tuple[str, ...]:
    """How much was written, or handed on, at several lengths, the longest first."""
    if xray.packet is not None and raw:
        count = len(xray.packet.demonstrations)
        some = "1 demonstration" if count == 1 else f"{count} demonstrations"
        return (f"{some} and a draft" if xray.packet.draft else some, some)
    written = f"{sum(len(piece.text) for piece in xray.pieces):,} characters"
    tokens = xray.stage.stats.output_tokens
    if tokens is None:
        return (written,)
    limit = f" of at most {xray.num_predict:,}" if xray.num_predict else ""
    return (
        f"{written} · the server counted {tokens:,} tokens{limit}",
        f"{written} · {tokens:,} tokens",
        written,
    )


def fitting(lines: tuple[str, ...], width: int) -> str:
    """The longest that fits, or the shortest."""
    return next((line for line in lines if len(line) <= width), lines[-1])


def facts(xray: StageXRay) -> list[tuple[str, str]]:
    """Everything about a stage but its texts: names and what is to be said of them."""
    stage, stats = xray.stage, xray.stage.stats
    status = stage.status if xray.over else "going on"
    reason = f", the server says \u201c{clean_line(stage.done_reason, 40)}\u201d"
    found = [
        ("model", clean_line(stage.model, 80)),
        ("digest", clean_line(stage.digest, 16)),
        ("status", status + (reason if stage.done_reason else "")),
        ("prompt", size_lines(xray)[0]),
        ("reply", _reply(stats)),
        ("memory", f"{size(stats.resident_bytes)} held" if stats.resident_bytes else ""),
        ("problems", "none" if stage.name == "parse" and not stage.problems else ""),
        *((f"problem {n}", clean_line(text, 400)) for n, text in enumerate(stage.problems, 1)),
    ]
    return [(name, text) for name, text in found if text]


def timings(stats: StageStats) -> list[tuple[str, str]]:
    """The server's times and ours; what is not known is left out."""
    found: list[tuple[str, float | None, str]] = [
        ("load", stats.load_ms, ""),
        ("read prompt", stats.prompt_ms, _rate(stats.prompt_tokens, stats.prompt_ms)),
        ("write", stats.output_ms, _rate(stats.output_tokens, stats.output_ms)),
        ("first token", stats.first_token_ms, "measured here"),
        ("in all", stats.wall_ms, "measured here"),
    ]
    return [
        (name, " · ".join(part for part in (seconds(ms / 1000), more) if part))
        for name, ms, more in found
        if ms is not None
    ]


def options(stage: StageRecord) -> list[tuple[str, str]]:
    """The options as they were sent; those left to the model say so."""
    return [
        (
            clean_line(str(name), 24),
            "the model's own" if value is None else clean_line(str(value), 200),
        )
        for name, value in stage.options.items()
    ]


def _reply(stats: StageStats) -> str:
    if stats.output_tokens is None:
        return ""
    return f"{stats.output_tokens:,} tokens by the server's count"


def _rate(tokens: int | None, ms: float | None) -> str:
    if not tokens or not ms:
        return ""
    return f"{tokens:,} tokens, {tokens / (ms / 1000):,.1f} per second"
