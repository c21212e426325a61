"""Finds the code blocks in a text, for copying them.

Invariant: one pass over the lines, linear in the text, whatever the text is.
"""

from __future__ import annotations

import re

_OPENING = re.compile(
    r"(?P<quote>(?:[ ]{0,3}>)*)"
    r"(?P<indent>[ ]*(?:(?:[-*+]|\d{1,9}[.)])[ ]+)*)"
    r"(?P<fence>`{3,}(?=[^`]*$)|~{3,})"
)
_QUOTE = re.compile(r"^(?: {0,3}>)+")


def fenced_code(text: str) -> list[str]:
    """The bodies of the fenced code blocks, in order; one that is never closed runs to the end.

    Args:
        text: Markdown as the model wrote it.

    Returns:
        Code without its fences, without the indentation and quote marks the fence itself has, and
        without the last newline.
    """
    blocks: list[str] = []
    body: list[str] | None = None
    fence, indent, quoted = "", 0, False
    for line in text.replace("\r\n", "\n").split("\n"):
        if body is None:
            if opening := _OPENING.match(line):
                body, fence = [], opening["fence"]
                indent, quoted = len(opening["indent"]), ">" in opening["quote"]
            continue
        if quoted:
            line = _QUOTE.sub("", line)
        content = line.strip()
        if len(content) >= len(fence) and not content.strip(fence[0]):
            blocks.append("\n".join(body))
            body = None
        else:
            margin = min(indent, len(line) - len(line.lstrip(" ")))
            body.append(line[margin:])
    if body is not None:
        blocks.append("\n".join(body).rstrip("\n"))
    return blocks
