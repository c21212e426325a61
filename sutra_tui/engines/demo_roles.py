"""What the demo makes of a prompt: which role it is to play, for which query, and what to say.

Invariant: it goes by the messages alone, as a model would; nobody tells it the stage. Work is
linear in the prompt, whatever the prompt contains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from ..core.fencing import FILE_RULE, FILE_TAG, TURN_RULE, TURN_TAG
from ..core.options import DEFAULT_COUNT
from ..core.templates import EXAMPLE_TAG, PROMPT_A_ANSWER_FIRST, PROMPT_A_DEMOS_FIRST, PROMPT_B
from .demo_library import Library, Script
from .demo_walkthrough import Walkthrough

Role = Literal["demonstrations", "final", "raw"]
NO_THINKING: Final = (
    "This is the built-in demo, no model is thinking here. The script for this query has no "
    "thinking in it."
)

_ASKS: Final = re.compile(r"<demonstration", re.IGNORECASE)
_BLOCK_END: Final = re.compile(rf"^</{EXAMPLE_TAG}(\S+) (\d+)>$", re.MULTILINE)
_BLOCK_START: Final = re.compile(rf"^<{EXAMPLE_TAG}(\S+) (\d+)>$", re.MULTILINE)
_LABEL: Final = re.compile(
    r"^[ \t]*(?:user )?(?:query|question|task|problem|input)[ \t]*:\s*",
    re.IGNORECASE | re.MULTILINE,
)
_WANTED: Final = re.compile(
    r"\b(\d{1,3}) (?:\w+ ){0,2}(?:demonstration|example)s?\b", re.IGNORECASE
)


_ALONG: Final = (
    (FILE_RULE, rf"(?:\n\nFile [^\n]*:\n<({FILE_TAG}\w+)>\n.*?\n</\1>)+\n\n"),
    (TURN_RULE, rf"(?:\n<({TURN_TAG}\w+) \d+>\n.*?\n</\1 \d+>)+\n\n"),
)
"""What may stand beside the query, by how it begins: files, and earlier turns."""


def _head_pattern(prompt: str) -> re.Pattern[str]:
    head = re.escape(prompt.partition("{query}")[0].replace("{files}{earlier}", ""))
    return re.compile(head.replace(re.escape("{count}"), r"\d+"))


_DEFAULT_A: Final = tuple(map(_head_pattern, (PROMPT_A_ANSWER_FIRST, PROMPT_A_DEMOS_FIRST)))
_BEFORE_QUERY_B: Final = PROMPT_B.partition("{demonstrations}")[2].partition("{query}")[0]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A prompt, understood as far as the demo can.

    Args:
        role: What to play.
        query: The query in the prompt, or what is most likely it.
        custom: The prompt is laid out by the user's own template, so the query may be anywhere.
        prompt: The instructions, worked examples left out.
        count: Demonstrations asked for, or received.
    """

    role: Role
    query: str
    custom: bool
    prompt: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say; the thinking is only said by a model that thinks."""

    text: str
    thinking: str


def understand(asked: str) -> Assignment:
    """Find the role and the query in a prompt.

    Args:
        asked: The last user message.
    """
    asked = _alone(asked)
    asks, block = _ASKS.search(asked), _BLOCK_START.search(asked)
    # Whichever comes first is the prompt's own; the other stands in a query or in an example.
    if block and not (asks and asks.start() < block.start()):
        rest, received = _after_examples(asked, block)
        if received:
            return _final(asked[: block.start()], rest, received)
    if asks:
        return _demonstrations(asked)
    return Assignment("raw", asked, custom=False, prompt=asked)


def _alone(asked: str) -> str:
    """A prompt without what goes along with its query, which no script knows."""
    for rule, blocks in _ALONG:
        start = asked.find(rule)
        if start >= 0 and (found := re.compile(blocks, re.DOTALL).match(asked, start + len(rule))):
            asked = asked[:start] + asked[found.end() :]
    return asked


def _after_examples(asked: str, first: re.Match[str]) -> tuple[str, int]:
    ends = [m for m in _BLOCK_END.finditer(asked, first.end()) if m[1] == first[1]]
    return (asked[ends[-1].end() :], len(ends)) if ends else ("", 0)


def _final(before: str, rest: str, received: int) -> Assignment:
    if not before and rest.startswith(_BEFORE_QUERY_B):
        query = rest[len(_BEFORE_QUERY_B) :]
        return Assignment("final", query, custom=False, prompt=rest, count=received)
    prompt = f"{before}\n{rest}"
    query = _after_label(prompt) or prompt
    return Assignment("final", query.strip(), custom=True, prompt=prompt, count=received)


def _demonstrations(asked: str) -> Assignment:
    head = next((head for pattern in _DEFAULT_A if (head := pattern.match(asked))), None)
    prompt = head[0] if head else asked
    query = asked[head.end() :] if head else _after_label(asked) or asked
    wanted = _WANTED.search(prompt)
    count = max(1, int(wanted[1])) if wanted else DEFAULT_COUNT
    return Assignment("demonstrations", query, custom=head is None, prompt=prompt, count=count)


def _after_label(text: str) -> str:
    labels = list(_LABEL.finditer(text))
    return text[labels[-1].end() :].strip() if labels else ""


def perform(assignment: Assignment, library: Library) -> Reply:
    """What to say to a prompt.

    Args:
        assignment: The prompt, understood.
        library: The scripts to play from.
    """
    script = library.find(assignment.query)
    if script is None and assignment.role == "raw":
        script = library.find(_after_label(assignment.prompt))
    if script is None and assignment.custom:
        script = library.search(assignment.prompt)
    if script is not None:
        return _from_script(assignment, script)
    walk = Walkthrough(assignment.query, library.suggestions(), assignment.count)
    if assignment.role == "demonstrations":
        return Reply(_reply_a(assignment, walk.draft(), walk.demonstrations()), walk.thinking())
    text = walk.answer() if assignment.role == "final" else walk.raw()
    return Reply(text, walk.thinking())


def _from_script(assignment: Assignment, script: Script) -> Reply:
    if assignment.role == "demonstrations":
        text = _reply_a(assignment, script.draft, script.demonstrations)
        return Reply(text, script.draft_thinking or NO_THINKING)
    text = script.answer if assignment.role == "final" else script.raw
    return Reply(text, script.answer_thinking or NO_THINKING)


def _reply_a(assignment: Assignment, draft: str, demonstrations: tuple[str, ...]) -> str:
    """Model A's reply in the tags and the order that its prompt shows."""
    prompt = assignment.prompt.lower()
    blocks = "\n".join(
        f"<demonstration>\n{text}\n</demonstration>" for text in demonstrations[: assignment.count]
    )
    if "<demonstrations>" in prompt:
        blocks = f"<demonstrations>\n{blocks}\n</demonstrations>"
    if "<answer>" not in prompt:
        return f"{draft}\n\n{blocks}"
    answer = f"<answer>\n{draft}\n</answer>"
    draft_last = prompt.index("<answer>") > prompt.index("<demonstration")
    return f"{blocks}\n{answer}" if draft_last else f"{answer}\n{blocks}"
