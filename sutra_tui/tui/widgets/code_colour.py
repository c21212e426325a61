"""Colours for code that is still being written.

Invariant: a growing code block costs a constant times its final length, not its length squared; and
only well-known lexers run on text from a model.
"""

from __future__ import annotations

from typing import Final

from textual.content import Content, Span

_NAMES: Final = """
bash c c# c++ clojure cmake cpp cs csharp css dart diff docker dockerfile elixir erlang go
golang graphql haskell html ini java javascript jinja js json jsx julia kotlin kt latex
less lua make makefile markdown matlab md nginx nix objc objective-c ocaml perl php
powershell ps1 protobuf py python python3 r rb rs ruby rust scala scss sh shell sql svelte
swift tcl terraform tex toml ts tsx typescript vim vue xml yaml yml zig zsh
"""
LANGUAGES: Final = frozenset(_NAMES.split())
"""What is coloured. Guessing a language would run every lexer there is over the text."""
GROWTH: Final = 1.25
"""How much a block grows before it is coloured anew; until then its new end is uncoloured."""
MAX_COLOURED: Final = 10_000
"""Characters of a block that are coloured, from its beginning; more would not fit a frame."""
REMEMBERED: Final = 32
"""Complete blocks whose colours are kept."""


class CodeColour:
    """Colours the code blocks of one document while the last of them grows."""

    def __init__(self) -> None:
        self._language = ""
        self._code = ""
        self._spans: list[Span] = []
        self._whole: dict[tuple[str, str], list[Span]] = {}

    def paint(self, code: str, language: str, *, growing: bool) -> Content:
        """Colour code.

        Args:
            code: The block so far.
            language: Its name as the model wrote it, in lower case; unknown ones stay plain.
            growing: More may follow, so colours of its beginning will do for now.
        """
        if language not in LANGUAGES:
            return Content(code)
        return Content(code, self._paint(code[:MAX_COLOURED], language, growing=growing))

    def _paint(self, code: str, language: str, *, growing: bool) -> list[Span]:
        if not growing:
            return self._whole_spans(code, language)
        known = language == self._language and code.startswith(self._code)
        if not known or len(code) > GROWTH * len(self._code):
            self._language, self._code = language, code
            self._spans = _spans(code, language)
        return self._spans

    def _whole_spans(self, code: str, language: str) -> list[Span]:
        """A block that is complete can stand in a list that still grows, and be asked for again."""
        key = (language, code)
        if key not in self._whole:
            while len(self._whole) >= REMEMBERED:
                del self._whole[next(iter(self._whole))]
            self._whole[key] = _spans(code, language)
        return self._whole[key]


def _spans(code: str, language: str) -> list[Span]:
    from textual.highlight import highlight

    try:
        return list(highlight(code, language=language, tab_size=0).spans)
    except Exception:  # a lexer's bug must not take the answer with it
        return []
