"""What a model says: scripted replies, the default ones, and the counting of tokens.

Invariant: the pieces of a reply joined are its text. A reply is a value and can be given again.
"""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .journal import Recorded

_PIECE = re.compile(r"\s*\S{1,4}|\s+")
_PER_MESSAGE = 4
"""Tokens a chat template adds per message."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of one model.

    Args:
        text: What it says, cut into pieces by `pieces()`, one stream line each.
        thinking: What it thinks first; left out when the request says `think: false`.
        chunks: The exact pieces instead of `text`; "" is allowed.
        thinking_chunks: The exact pieces instead of `thinking`.
        done_text, done_thinking: What the last line carries besides the figures.
        prompt_tokens: `prompt_eval_count`; None counts, and cuts as the server's version does.
        done_reason: Why it ends; "" leaves the field out. "length" is set by `num_predict`.
        done: Whether there is a last line at all.
        error: Text of an `{"error": ...}` line after the pieces, instead of the last line.
        endless: Say the pieces again and again, until `num_predict`.
        unlimited: Take no notice of `num_predict`.
        token_delay: Seconds before each piece after the first.
        load_delay: Seconds a load takes if one is needed; the model's own when that is longer.
        prompt_delay: Seconds between the load and the first byte.
        metrics: Figures of the last line to replace ("load_duration": ns, ...); 0 omits.
    """

    text: str = ""
    thinking: str = ""
    chunks: Sequence[str] | None = None
    thinking_chunks: Sequence[str] | None = None
    done_text: str = ""
    done_thinking: str = ""
    prompt_tokens: int | None = None
    done_reason: str = "stop"
    done: bool = True
    error: str = ""
    endless: bool = False
    unlimited: bool = False
    token_delay: float = 0.0
    load_delay: float = 0.0
    prompt_delay: float = 0.0
    metrics: Mapping[str, int] = field(default_factory=dict)

    def stream(self) -> Iterator[tuple[str, str]]:
        """(thinking, text) of every line before the last; one of the two is ""."""
        thinking = self.thinking_chunks
        yield from (
            (piece, "") for piece in (pieces(self.thinking) if thinking is None else thinking)
        )
        said = list(pieces(self.text) if self.chunks is None else self.chunks)
        yield from (("", piece) for piece in (itertools.cycle(said) if self.endless else said))


Answer: TypeAlias = "Reply | str | Callable[[Recorded], Reply | str]"
"""A reply, its bare text, or what makes one from the request (called on the server's thread)."""


def pieces(text: str) -> list[str]:
    """The tokens of a text: up to four characters with the white space before them."""
    return _PIECE.findall(text)


def count_prompt(messages: Sequence[Mapping[str, Any]]) -> int:
    """Tokens of a prompt: one to begin, and per message four and those of its content."""
    return 1 + sum(
        _PER_MESSAGE + len(pieces(str(message.get("content", "")))) for message in messages
    )


class Scripts:
    """Which model says what next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, list[Answer]] = {}

    def put(self, model: str, answers: Sequence[Answer]) -> None:
        """Replace what a model will say; "*" is every model that has no script of its own.

        Raises:
            ValueError: There is nothing to say.
        """
        if not answers:
            raise ValueError("a script needs at least one reply")
        with self._lock:
            self._waiting[model] = list(answers)

    def take(self, model: str, request: Recorded, otherwise: Answer) -> Reply:
        """The next reply of a model; the last one of a script repeats."""
        with self._lock:
            script = self._waiting.get(model) or self._waiting.get("*") or [otherwise]
            answer = script.pop(0) if len(script) > 1 else script[0]
        if not isinstance(answer, (Reply, str)):
            answer = answer(request)
        return Reply(answer) if isinstance(answer, str) else answer

    def load_delay(self, model: str) -> float:
        """The load delay the next reply asks for, without taking it."""
        with self._lock:
            script = self._waiting.get(model) or self._waiting.get("*")
        answer = script[0] if script else None
        return answer.load_delay if isinstance(answer, Reply) else 0.0


_SHOWN = "Scripted demonstration"


def default_reply(request: Recorded, thinks: bool = False) -> Reply:
    """Three demonstrations for a prompt that asks for them, a short final answer for others.

    A prompt that already contains this server's demonstrations is Model B's.
    """
    prompt = request.prompt
    thinking = "Let me think about it."
    if "<demonstration" not in prompt or _SHOWN in prompt:
        return Reply("This is the scripted final answer.", thinking if thinks else "")
    shown = "\n".join(
        f"<demonstration>\n{_SHOWN} {number}: ask for {thing}, get {thing}.\n</demonstration>"
        for number, thing in enumerate(("tea", "bread", "rain"), 1)
    )
    draft = "<answer>\nThis is the scripted draft.\n</answer>"
    text = f"{draft}\n<demonstrations>\n{shown}\n</demonstrations>"
    return Reply(text, thinking if thinks else "")
