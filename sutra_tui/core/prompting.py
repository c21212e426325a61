"""What each role of a run is sent: templates filled with query, files and as many earlier turns as
the role's context has room for.

Invariant: pure. The plan, the cache key and the run all build a prompt here, so what is counted
before a run is what is sent in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .budget import check_fits, estimate_messages
from .errors import PromptTooLong
from .message import Message
from .options import GenerationOptions
from .request import RunRequest
from .role import Role
from .turns import SHARE_A, SHARE_B, Turn, newest_within, room_for_turns


@dataclass(frozen=True, slots=True)
class Prompt:
    """A role's messages.

    Args:
        messages: In order.
        turns: The earlier turns among them, the oldest first.
        left_out: Earlier turns that there was no room for.
    """

    messages: tuple[Message, ...]
    turns: tuple[Turn, ...] = ()
    left_out: int = 0

    @property
    def left_out_words(self) -> str:
        """That not the whole conversation was sent."""
        kept, all_of_them = len(self.turns), len(self.turns) + self.left_out
        return (
            f"Model B was sent the last {kept} of {all_of_them} earlier turns; its context has no "
            "room for the others."
            if kept
            else f"Model B was sent none of the {all_of_them} earlier turns; its context has no "
            "room for them."
        )


def turns_for_a(request: RunRequest, options: GenerationOptions) -> tuple[Turn, ...]:
    """The earlier turns that Model A is told of.

    It is told at all because its demonstrations would otherwise miss what a follow-up speaks of. It
    gets them as a note in its prompt: as messages, answers without tags would teach it to write
    none. They take a small share of its context, since it reads them before it writes a word.

    Args:
        request: The run.
        options: How Model A generates in it.
    """
    if not request.earlier:
        return ()
    rest = estimate_messages(_messages_a(request, ()))
    return newest_within(request.earlier, room_for_turns(SHARE_A, rest, options))


def prompt_a(request: RunRequest, options: GenerationOptions) -> Prompt:
    """What Model A is sent. Arguments as of `turns_for_a`."""
    turns = turns_for_a(request, options)
    return Prompt(_messages_a(request, turns), turns, len(request.earlier) - len(turns))


def prompt_b(
    request: RunRequest,
    options: GenerationOptions,
    demonstrations: tuple[str, ...] = (),
    draft: str = "",
) -> Prompt:
    """What Model B is sent, earlier turns as messages before the query's.

    Args:
        request: The run.
        options: How Model B generates in it.
        demonstrations: What Model A, the cache or the user gave.
        draft: Model A's own answer, for templates that pass it on.
    """
    query, system, files = request.query, request.system, request.files
    alone = request.templates.messages_b(query, demonstrations, draft, system, files=files)
    turns: tuple[Turn, ...] = ()
    if request.earlier:
        room = room_for_turns(SHARE_B, estimate_messages(alone), options)
        turns = newest_within(request.earlier, room)
    left_out = len(request.earlier) - len(turns)
    return Prompt(request.templates.with_turns(alone, turns), turns, left_out)


def check_fit(request: RunRequest, a: Role | None, b: Role | None) -> None:
    """Refuse a run whose prompts cannot fit, before any model is loaded for it.

    Model B's demonstrations do not exist yet, so its prompt is checked again when they do.

    Args:
        request: The run.
        a: Model A's role; None when the run has none.
        b: Model B's, likewise.

    Raises:
        PromptTooLong: With the figures, and what takes most.
    """
    try:
        if a is not None:
            check_fits(
                "Model A", estimate_messages(prompt_a(request, a.options).messages), a.options
            )
        if b is not None:
            given = request.demonstrations or ()
            messages = prompt_b(request, b.options, tuple(given), request.draft).messages
            check_fits("Model B", estimate_messages(messages), b.options)
    except PromptTooLong as error:
        if request.files:
            largest = max(request.files, key=lambda file: file.likely_tokens)
            error.remedy += (
                f" The file {largest.name} alone takes about {largest.likely_tokens:,} tokens."
            )
        raise


def _messages_a(request: RunRequest, turns: tuple[Turn, ...]) -> tuple[Message, ...]:
    return request.templates.messages_a(
        request.query,
        request.order,
        request.count,
        request.system,
        files=request.files,
        earlier=turns,
    )
