"""The stages of a run as rows that a face can list and show: parts of prompts, parts of replies.

Invariant: pure. Texts are raw in here and cleaned by whoever shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from .core.budget import estimate_tokens
from .core.protocol import HandoffResult
from .core.taken import Piece
from .core.xray import StageXRay, xrays
from .xray_words import KINDS, ORIGINS, REST, ROOM, TEMPLATE, Mark, piece_word

MOST_ROWS: Final = 1_000
"""Pieces told apart of one text; an honest reply has a dozen."""
_HANDED_ON: Final = "handed on to Model B"
_KEPT: Final = "shown; handed on only where a template asks for it"
_APART: Final = "came apart from the output"


@dataclass(frozen=True, slots=True)
class XRow:
    """One part of a text.

    Args:
        mark: What it is.
        word: What to call it.
        about: A few words more; of what was not taken, why.
        text: The part, raw; empty for what has no text of ours.
        tokens: About how many it takes.
        share: Of the context; None when that is not known.
    """

    mark: Mark
    word: str
    about: str
    text: str
    tokens: int
    share: float | None = None

    @property
    def key(self) -> str:
        return self.word

    @property
    def is_layout(self) -> bool:
        """It is only what stands between the parts."""
        return self.mark is KINDS["layout"]


@dataclass(frozen=True, slots=True)
class Look:
    """One stage from both sides.

    Args:
        xray: The stage.
        sent: What went in, all of it in order.
        raw: What came out, likewise.
    """

    xray: StageXRay
    sent: tuple[XRow, ...]
    raw: tuple[XRow, ...]


def looks_of(result: HandoffResult, *, running: bool) -> tuple[Look, ...]:
    """Look into a run. Long texts take a moment: call it in a thread.

    Args:
        result: The run, or what there is of it.
        running: It goes on.
    """
    return tuple(_look(xray) for xray in xrays(result, over=not running))


def body_of(look: Look) -> dict[str, Any] | None:
    """What a copy holds: the request of a stage, or what the parser handed on; None for nothing."""
    packet = look.xray.packet
    return packet.to_dict() if packet is not None else look.xray.body


def _look(xray: StageXRay) -> Look:
    pieces = _piece_rows(xray, xray.pieces)
    if xray.packet is not None:
        return Look(xray, pieces, _packet_rows(xray))
    sent = [
        XRow(
            ORIGINS[part.origin],
            ORIGINS[part.origin].word,
            f"{part.role} message",
            part.text,
            part.tokens,
            xray.share(part.tokens),
        )
        for part in xray.prompt
    ]
    if sent:
        tokens = xray.template_tokens
        about = "added by the model's own format"
        sent.append(XRow(TEMPLATE, TEMPLATE.word, about, "", tokens, xray.share(tokens)))
        room = xray.num_predict
        if room:
            about = "num_predict: the most it may write"
            sent.append(XRow(ROOM, ROOM.word, about, "", room, xray.share(room)))
    if xray.apart:
        pieces = (_row(xray, KINDS["thinking"], "thinking", _APART, xray.apart), *pieces)
    return Look(xray, tuple(sent), pieces)


def _piece_rows(xray: StageXRay, pieces: tuple[Piece, ...]) -> tuple[XRow, ...]:
    rows = [
        _row(xray, KINDS[piece.kind], piece_word(piece), piece.why, piece.text)
        for piece in pieces[:MOST_ROWS]
    ]
    rest = "".join(piece.text for piece in pieces[MOST_ROWS:])
    if rest:
        rows.append(_row(xray, REST, REST.word, "too many parts to tell apart", rest))
    return tuple(rows)


def _packet_rows(xray: StageXRay) -> tuple[XRow, ...]:
    packet = xray.packet
    if packet is None:
        return ()
    demonstration = KINDS["demonstration"]
    rows = [
        _row(xray, demonstration, f"{demonstration.word} {number}", _HANDED_ON, text)
        for number, text in enumerate(packet.demonstrations, 1)
    ]
    if packet.draft:
        rows.append(_row(xray, KINDS["draft"], "draft", _KEPT, packet.draft))
    return tuple(rows)


def _row(xray: StageXRay, mark: Mark, word: str, about: str, text: str) -> XRow:
    tokens = estimate_tokens(text).likely
    return XRow(mark, word, about, text, tokens, xray.share(tokens))
