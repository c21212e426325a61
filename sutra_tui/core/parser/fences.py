"""Code fences that are not what they seem: packaging around a whole reply, and forgotten ends.

Invariant: tags in a code fence are text, with two exceptions. A fence whose first content is one of
our sections or a JSON document is packaging, and its lines are dropped. A fence nobody closed ends
at a closing tag of the open section that starts a line, has no opening tag inside the fence, and is
not followed by the fence's end after all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Literal

from .grammar import Fence, Tag, Text, Token
from .scanner import Scanner


class Fences:
    """Watches the code fences of one reply.

    Args:
        scanner: Told when a fence is none.
    """

    def __init__(self, scanner: Scanner) -> None:
        self._scanner = scanner
        self._held: list[Token] = []  # a fence's first line and blanks, until more is known
        self._packaged = False
        self._opened: Counter[str] = Counter()  # opening tags inside the open fence

    @property
    def is_undecided(self) -> bool:
        """A fence has begun that may be packaging."""
        return bool(self._held)

    def line(self, fence: Fence, *, between: bool) -> Literal["text", "held", "end"]:
        """What the line that opens or closes a fence is: text, held back, or a package's end.

        Args:
            between: It stands between the sections, where there may be packaging.
        """
        self._opened.clear()
        if not (between and fence.opening):
            return "text"
        if self._packaged and fence.bare:
            self._packaged = False
            self._scanner.leave_fence()
            return "end"
        self._held = [fence]
        return "held"

    def decide(self, token: Token, *, is_content: bool) -> tuple[str, Token]:
        """Whether the fence that has just begun is packaging.

        Args:
            token: What comes next in it.
            is_content: It opens a section or a JSON document.

        Returns:
            Text that was held back and is text after all, and the token as it is to be read.
        """
        if isinstance(token, Text) and token.raw.isspace():
            self._held.append(token)
            return "", Text("")
        if not is_content:
            return self.release(), token
        self._held.clear()
        self._packaged = True
        self._scanner.leave_fence()
        return "", replace(token, fenced=False) if isinstance(token, Tag) else token

    def release(self) -> str:
        """The text that was held back."""
        held, self._held = self._held, []
        return "".join(token.raw for token in held)

    def is_broken_by(self, tag: Tag, *, closes: bool) -> bool:
        """Whether a tag in a fence shows that the fence should have been closed before.

        Args:
            closes: It is a closing tag of what is open.
        """
        if not tag.closing:
            self._opened[tag.name] += not tag.empty
            return False
        if self._opened[tag.name]:
            self._opened[tag.name] -= 1
            return False
        if not closes or not tag.starts_line or tag.ends_fence:
            return False
        self._scanner.leave_fence()
        return True
