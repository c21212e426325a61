"""A look into one stage: what was sent and from where it came, and what was made of the reply.

Invariant: pure, and made from the stage's record alone, so that it says the same of a run of last
week as of one that goes on. Everything counted here is an estimate; the server's own figures are
in the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from .budget import MESSAGE_OVERHEAD, estimate_messages, estimate_tokens
from .chat_body import chat_body
from .message import Origin, Speaker
from .protocol import HandoffPacket, HandoffResult, StageRecord
from .taken import Piece, pieces_as_taken, pieces_of

CACHED: Final = "From the cache, which does not keep the raw reply."
REUSED: Final = "From the run that this one was made from, which has the raw reply."


@dataclass(frozen=True, slots=True)
class PromptPart:
    """A stretch of a prompt that came from one place.

    Args:
        role: Of the message it stands in.
        origin: The place; None when that is not known, as of runs of earlier versions.
        text: The stretch, exactly as sent.
        tokens: About how many it takes.
    """

    role: Speaker
    origin: Origin | None
    text: str
    tokens: int


@dataclass(frozen=True, slots=True)
class StageXRay:
    """One stage, looked into.

    Args:
        stage: Its record.
        prompt: What was sent, part by part; empty for the parser and where nothing was sent.
        estimate: About how many tokens the prompt takes, the chat template included.
        pieces: The raw output, with what became of each part. The parser's is what it read.
        apart: Thinking that came apart from the output.
        packet: What was handed on, of the parser's stage; None for others.
        over: The stage has ended; False while more may come.
    """

    stage: StageRecord
    prompt: tuple[PromptPart, ...] = ()
    estimate: int = 0
    pieces: tuple[Piece, ...] = ()
    apart: str = ""
    packet: HandoffPacket | None = None
    over: bool = True

    @property
    def num_ctx(self) -> int | None:
        """The context it ran with, in tokens; None when it is not known."""
        return _whole(self.stage.options.get("num_ctx"))

    @property
    def num_predict(self) -> int | None:
        """The most it could write, in tokens; None when it is not known."""
        return _whole(self.stage.options.get("num_predict"))

    @property
    def template_tokens(self) -> int:
        """About how many tokens the model's chat template adds."""
        return MESSAGE_OVERHEAD * len(self.stage.messages)

    @property
    def body(self) -> dict[str, Any] | None:
        """The request as it was sent; None where nothing was."""
        stage = self.stage
        return chat_body(stage.model, stage.messages, stage.options) if stage.messages else None

    def share(self, tokens: int) -> float | None:
        """Which part of the context some tokens are; None when the context is not known."""
        return tokens / self.num_ctx if self.num_ctx else None


def xrays(result: HandoffResult, *, over: bool = True) -> tuple[StageXRay, ...]:
    """Look into every stage of a run. Long texts take a moment: call it in a thread.

    Args:
        result: The run, or what there is of it.
        over: It has ended; False while its last stage may go on.
    """
    last = len(result.stages) - 1
    found: list[StageXRay] = []
    pieces: tuple[Piece, ...] = ()
    for place, stage in enumerate(result.stages):
        ended = over or place < last
        if stage.name == "A":
            pieces = _draft_pieces(result, stage, over=ended)
            found.append(_model_stage(stage, pieces, ended))
        elif stage.name == "parse":
            found.append(StageXRay(stage, pieces=pieces, packet=result.packet, over=ended))
        else:
            whole = (Piece("answer", stage.output),) if stage.output else ()
            found.append(_model_stage(stage, whole, ended))
    return tuple(found)


def _model_stage(stage: StageRecord, pieces: tuple[Piece, ...], over: bool) -> StageXRay:
    prompt = tuple(
        PromptPart(message.role, origin, text, estimate_tokens(text).likely)
        for message in stage.messages
        for origin, text in message.parts
    )
    estimate = estimate_messages(stage.messages).likely
    return StageXRay(stage, prompt, estimate, pieces, _apart(stage.thinking, pieces), over=over)


def _draft_pieces(result: HandoffResult, stage: StageRecord, *, over: bool) -> tuple[Piece, ...]:
    """What became of each part of Model A's reply."""
    if stage.status in ("cached", "skipped"):
        why = CACHED if stage.status == "cached" else REUSED
        return (Piece("draft", stage.output, why=why),) if stage.output else ()
    parse = result.stage("parse")
    if not over or parse is None:
        # Stopped or going on: there is no verdict to compare with.
        cut = over and stage.status != "complete"
        return pieces_of(stage.output, query=result.query, cut=cut, over=over)
    return pieces_as_taken(
        stage.output,
        result.query,
        result.demonstrations,
        parse.problems,
        cut=stage.status != "complete",
    )


def _apart(thinking: str, pieces: Sequence[Piece]) -> str:
    """The part of a stage's thinking that does not stand in its output."""
    inside = next((piece.text.strip() for piece in pieces if piece.kind == "thinking"), "")
    if not inside:
        return thinking
    start = thinking.find(inside)
    return thinking if start < 0 else thinking[:start].rstrip()


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value > 0 else None
