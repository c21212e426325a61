"""The Markdown that is understood: what a terminal can show, and nothing that could hide text.

Invariant: one parser for all texts; it keeps nothing of what it parsed.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from markdown_it import MarkdownIt

from .web_links import is_web_link

_NESTING: Final = 24
"""Two levels of tokens per list: enough for what the size gate lets through, and the parser's
look-ahead for links costs no more than it must."""


class _Parser(MarkdownIt):
    """A link the parser refuses stays visible as written, address and all."""

    def validateLink(self, url: str) -> bool:
        return is_web_link(url)


@cache
def parser() -> MarkdownIt:
    """The parser, made with the first text."""
    options = {"html": False, "linkify": False, "maxNesting": _NESTING}
    parser = _Parser("gfm-like", options)
    # `<std::string>` is an autolink to the parser, `[TODO]: x` a definition that vanishes, and
    # `&#x202e;` would bring back what was cleaned out of the text.
    parser.disable(["reference", "entity", "autolink", "html_block", "html_inline"])
    parser.core.ruler.enableOnly(["normalize", "block"])  # `Reader` does inline text itself
    return parser
