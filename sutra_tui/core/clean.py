"""The one door for outside text on its way to a screen, a terminal or a log line.

Text from models, servers, files and the clipboard can carry escape sequences that write to the
clipboard, retitle the terminal or reorder what is read. `clean` replaces single code points and
never looks at sequences, so it is idempotent and `clean(a) + clean(b) == clean(a + b)`: a sequence
split over two stream chunks is as harmless as a whole one. Stores keep the raw text.
"""

from __future__ import annotations

from typing import Final

_REPLACEMENT: Final = "\ufffd"
_KEPT_CONTROLS: Final = {0x09, 0x0A}


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    # C0 as its visible picture (U+2400 block): the reader sees that something was there.
    table.update({c: chr(0x2400 + c) for c in range(0x20) if c not in _KEPT_CONTROLS})
    table[0x0D] = None  # CR only ever moves the cursor back over text
    table[0x7F] = "\u2421"
    for start, end in (
        (0x80, 0x9F),  # C1: 0x9b is CSI in one code point
        (0x202A, 0x202E),  # bidi embeddings and overrides
        (0x2066, 0x2069),  # bidi isolates
        (0x200E, 0x200F),  # directional marks
        (0x061C, 0x061C),
        (0x2028, 0x2029),  # line and paragraph separators
        (0xFEFF, 0xFEFF),  # BOM
        (0xFFF9, 0xFFFB),  # interlinear annotation
        (0xE0000, 0xE007F),  # invisible tag characters
        (0xD800, 0xDFFF),  # lone surrogates cannot be encoded
    ):
        table.update(dict.fromkeys(range(start, end + 1), _REPLACEMENT))
    return table


_TABLE: Final = _table()


def clean(text: str) -> str:
    """Make outside text safe to show. Newlines and tabs stay; ZWJ and variation selectors too.

    Args:
        text: Any text, of any length.

    Returns:
        Text without control, bidi-override or unencodable code points.
    """
    return text.translate(_TABLE)


def clean_line(text: str, limit: int = 200) -> str:
    """`clean`, on one line and no longer than `limit` characters: for names, titles and toasts."""
    line = " ".join(clean(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def whole(text: str) -> str:
    """Text with surrogate pairs joined and lone surrogates as U+FFFD, so that it can be encoded."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
