"""How much of a model's context a prompt takes, before it is sent and checked afterwards.

Ollama drops the front of an over-long prompt without a word, and the front of Model B's prompt is
its demonstrations. So a prompt that cannot fit is refused here, and the server's own count is
compared with the estimate when the reply is in.

Invariant: estimates are only ever compared with limits; no figure shown as a count comes from here
without the word "about".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Final

from .errors import PromptTooLong
from .message import Message
from .options import GenerationOptions

LIKELY_CHARS_PER_TOKEN: Final = 4.0
"""Characters of English or code a token holds on average with today's vocabularies."""
CAUTIOUS_CHARS_PER_TOKEN: Final = 3.0
MESSAGE_OVERHEAD: Final = 8
"""Tokens a chat template adds around each message, about."""
SUSPICIOUS_RATIO: Final = 1.5
"""A server that counts less than the estimate divided by this has probably cut the prompt."""
_BLANKS: Final = re.compile(r"[ \t]{2,}|\n{2,}")


@dataclass(frozen=True, slots=True)
class Estimate:
    """Tokens of a prompt: `likely` for warnings after the fact, `cautious` for limits before it."""

    likely: int
    cautious: int


def estimate_tokens(text: str) -> Estimate:
    """Estimate the tokens of a text from its characters.

    Runs of blanks count as one character, because vocabularies have tokens for indentation; every
    character beyond Latin scripts counts as a token of its own (CJK), or more than one (cautious).
    """
    squeezed = _BLANKS.sub(" ", text)
    wide = 0 if squeezed.isascii() else sum(ord(char) > 0x2E7F for char in squeezed)
    narrow = len(squeezed) - wide
    return Estimate(
        likely=round(narrow / LIKELY_CHARS_PER_TOKEN + wide),
        cautious=round(narrow / CAUTIOUS_CHARS_PER_TOKEN + wide * 1.5) + 1,
    )


def estimate_messages(messages: Sequence[Message]) -> Estimate:
    """Estimate the tokens of a whole prompt, chat template included."""
    parts = [part for message in messages for part in _estimates(message)]
    overhead = MESSAGE_OVERHEAD * len(messages)
    return Estimate(
        likely=sum(part.likely for part in parts) + overhead,
        cautious=sum(part.cautious for part in parts) + overhead,
    )


def _estimates(message: Message) -> Iterator[Estimate]:
    """Files apart from the rest, and once: the plan asks again whenever typing rests."""
    if not any(span.origin == "files" for span in message.spans):
        yield estimate_tokens(message.content)
        return
    for is_files, parts in groupby(message.parts, key=lambda part: part[0] == "files"):
        text = "".join(text for _, text in parts)
        yield _estimate_once(text) if is_files else estimate_tokens(text)


@lru_cache(maxsize=8)
def _estimate_once(text: str) -> Estimate:
    return estimate_tokens(text)


def check_fits(who: str, estimate: Estimate, options: GenerationOptions) -> str | None:
    """Refuse a prompt that cannot fit; warn about one that may not leave room for the reply.

    Args:
        who: The role, for the sentence: "Model B".
        estimate: The prompt's.
        options: The role's, with its `num_ctx` and `num_predict`.

    Returns:
        A sentence when the reply may be cut short, None when all is well.

    Raises:
        PromptTooLong: Even the likely estimate is over the context.
    """
    wanted = estimate.cautious + options.num_predict
    if estimate.likely >= options.num_ctx:
        raise PromptTooLong(
            f"The prompt for {who} is about {estimate.likely:,} tokens and its context holds "
            f"{options.num_ctx:,}: the server would silently cut about "
            f"{estimate.likely - options.num_ctx + options.num_predict:,} tokens from its start.",
            f"Shorten the query or its files, or raise num_ctx to {_round_up(wanted):,}.",
        )
    if wanted > options.num_ctx:
        return (
            f"{who} has a context of {options.num_ctx:,} tokens for a prompt of about "
            f"{estimate.likely:,} and a reply of up to {options.num_predict:,}: the reply may be "
            f"cut. num_ctx {_round_up(wanted):,} would hold both."
        )
    return None


def suspect_cut(
    who: str, estimate: Estimate, prompt_tokens: int | None, num_ctx: int
) -> str | None:
    """Say so when the server's own count looks as if it had cut the prompt.

    Servers before 0.30 keep exactly `num_ctx` tokens, later ones about half of it.

    Args:
        who: The role, for the sentence.
        estimate: What we expected.
        prompt_tokens: What the server counted; None when it did not say.
        num_ctx: The context that was asked for, in tokens.
    """
    if prompt_tokens is None:
        return None
    half = num_ctx // 2 <= prompt_tokens <= num_ctx // 2 + 4 and estimate.likely > prompt_tokens
    full = prompt_tokens >= num_ctx - 1
    short = prompt_tokens and estimate.likely > SUSPICIOUS_RATIO * prompt_tokens + 64
    if not (half or full or short):
        return None
    return (
        f"{who} may not have seen the whole prompt: the server counted {prompt_tokens:,} tokens "
        f"where about {estimate.likely:,} were sent (num_ctx {num_ctx:,})."
    )


def _round_up(tokens: int, step: int = 1024) -> int:
    return -(-tokens // step) * step
