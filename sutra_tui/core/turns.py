"""The conversation so far: whole turns, the newest first as far as a context has room.

Invariant: pure. A turn is sent whole or not at all, and none is left out between two that are sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .budget import MESSAGE_OVERHEAD, Estimate, estimate_tokens
from .options import GenerationOptions

SHARE_A: Final = 0.25
"""Most of Model A's context that earlier turns may take: it needs only to know what is spoken of,
and every token of it is read before the first demonstration."""
SHARE_B: Final = 0.5
"""Most of Model B's context: the other half is for instructions, demonstrations and the reply."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One query and its whole answer.

    Args:
        query: What the user typed.
        answer: What Model B wrote.
    """

    query: str
    answer: str


def turn_tokens(turn: Turn) -> Estimate:
    """What a turn takes as two messages of a prompt."""
    query, answer = estimate_tokens(turn.query), estimate_tokens(turn.answer)
    return Estimate(
        likely=query.likely + answer.likely + 2 * MESSAGE_OVERHEAD,
        cautious=query.cautious + answer.cautious + 2 * MESSAGE_OVERHEAD,
    )


def likely_tokens(turns: Sequence[Turn]) -> int:
    """What turns take together, about."""
    return sum(turn_tokens(turn).likely for turn in turns)


def newest_within(turns: Sequence[Turn], tokens: int) -> tuple[Turn, ...]:
    """The last turns that together take no more than so many tokens, cautiously estimated."""
    left = tokens
    for place in range(len(turns) - 1, -1, -1):
        left -= turn_tokens(turns[place]).cautious
        if left < 0:
            return tuple(turns[place + 1 :])
    return tuple(turns)


def room_for_turns(share: float, rest: Estimate, options: GenerationOptions) -> int:
    """Tokens that earlier turns may take of a context.

    Args:
        share: Most of the context they may take.
        rest: Everything else of the prompt.
        options: The role's, with its `num_ctx` and `num_predict`.
    """
    free = options.num_ctx - options.num_predict - rest.cautious
    return max(0, min(int(options.num_ctx * share), free))
