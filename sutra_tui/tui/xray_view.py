"""What the X-ray shows, as one frozen value: the stages of a run, one of them from one side.

Invariant: pure. Texts are raw in here and cleaned where they are painted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from ..core.budget import estimate_tokens
from ..core.protocol import HandoffResult
from ..core.taken import Piece
from ..core.xray import StageXRay, xrays
from .paging import PagedView
from .xray_words import KINDS, ORIGINS, REST, ROOM, TEMPLATE, Mark, nothing_words, piece_word

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


@dataclass(frozen=True)
class XRayView(PagedView[XRow]):
    """Everything the X-ray screen shows.

    Args:
        query: What the run asked.
        looks: Its stages.
        stage: Place of the one that is shown.
        is_raw: What came out is shown; else what went in.
        running: The run goes on.
        is_demo: Replies are scripted.
        is_read: The run has been looked into.
    """

    query: str = ""
    looks: tuple[Look, ...] = ()
    stage: int = 0
    is_raw: bool = False
    running: bool = False
    is_demo: bool = False
    is_read: bool = False

    @property
    def question(self) -> object:
        return (self.stage, self.is_raw)

    @property
    def look(self) -> Look | None:
        """The stage that is shown."""
        return self.looks[self.stage] if self.stage < len(self.looks) else None

    @property
    def text(self) -> tuple[XRow, ...]:
        """The text that is shown, all of it in order."""
        look = self.look
        if look is None:
            return ()
        return look.raw if self.is_raw else look.sent

    @property
    def listed(self) -> tuple[XRow, ...]:
        """Its parts."""
        return tuple(row for row in self.text if not row.is_layout)

    def row(self, place: int) -> XRow | None:
        listed = self.listed
        return listed[place] if 0 <= place < len(listed) else None

    def missing(self, first: int, last: int) -> tuple[int, ...]:
        return ()

    @property
    def nothing(self) -> str:
        """Why nothing is listed; empty when something is."""
        if self.total:
            return ""
        if self.look is None:
            return "This run has no stage yet." if self.is_read else "Looking into the run."
        return nothing_words(self.look.xray, raw=self.is_raw)

    @property
    def written(self) -> tuple[XRow, ...]:
        """Those parts of the text that have one."""
        return tuple(row for row in self.text if row.text)

    def place_in_text(self, place: int) -> int:
        """Where a listed part stands among the written ones."""
        row = self.row(place)
        at = (n for n, written in enumerate(self.written) if written is row)
        return next(at, len(self.written))

    def showing(self, *, stage: int | None = None, is_raw: bool | None = None) -> XRayView:
        """Another stage, or the other side of it."""
        view = replace(
            self,
            stage=self.stage if stage is None else stage,
            is_raw=self.is_raw if is_raw is None else is_raw,
        )
        return replace(view._counted(), cursor=0)

    def looked(self, looks: tuple[Look, ...], *, running: bool) -> XRayView:
        """The run as it is now; what is shown stays where it is."""
        view = replace(self, looks=looks, running=running, is_read=True)
        return view._counted().moved(self.cursor)

    def named(self, name: str) -> int | None:
        """Place of the stage of that name; None when the run has none."""
        names = (place for place, look in enumerate(self.looks) if look.xray.stage.name == name)
        return next(names, None)

    def _counted(self) -> XRayView:
        return replace(
            self, total=len(self.listed), answered=self.question, shown=0, edition=0, pages={}
        )


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
