"""Text that is made to do something to a terminal, and how to tell that it did not."""

from __future__ import annotations

import re

from sutra_tui.core.clean import clean

from .terminal import Terminal

DRAWING = {"CSI H", "CSI m", "C0 0a", "C0 0d", "OSC 22", "OSC 2"}
"""Cursor to a place, styles, ends of lines, the shape of the mouse pointer, the title."""
BEGINNING = {
    "CSI ?1049h",  # the other screen
    "CSI ?1000h",  # mouse
    "CSI ?1003h",
    "CSI ?1006h",
    "CSI ?1015h",
    "CSI ?25l",  # no cursor
    "CSI ?1004h",  # focus
    "CSI >u",  # keyboard protocol
    "CSI ?2026$p",  # what can you do?
    "CSI ?2048$p",
    "CSI ?2004h",  # bracketed paste
    "CSI ?7l",  # no line wrap
    "CSI t",  # put the title by
}
LEAVING = {
    "CSI ?1049l",
    "CSI ?1000l",
    "CSI ?1003l",
    "CSI ?1006l",
    "CSI ?1015l",
    "CSI ?25h",
    "CSI ?1004l",
    "CSI <u",
    "CSI ?2004l",
    "CSI ?7h",
    "CSI t",  # and give it back
}
POINTERS = {"default", "pointer", "text"}
TITLE = re.compile(
    r"sutra( · (starting|done|failed|stopped|writing \d+/\d+|[AB] "
    r"(waiting|making room|loading the model|reading the prompt|thinking|writing)))?"
)
"""Everything that the title may be."""

EVIL = {
    "clipboard": "\x1b]52;c;ZXZpbA==\x07",
    "clipboard, other end": "\x1b]52;c;ZXZpbA==\x1b\\",
    "title": "\x1b]0;evil title\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "pointer": "\x1b]22;wait\x07",
    "clear": "\x1b[2J\x1b[3J",
    "move": "\x1b[777;999H",
    "colour": "\x1b[38;5;201;5mpink",
    "leave": "\x1b[?1049l",
    "ask": "\x1b[6n\x1b[c",
    "device control": '\x1bP$q"p\x1b\\',
    "program": "\x1b_Gevil\x1b\\",
    "private": "\x1b^evil\x1b\\",
    "reset": "\x1bc",
    "other characters": "\x1b(0",
    "8 bit": "\x9b2J",
    "8 bit title": "\x9d0;evil\x9c",
    "bells": "\x07\x07",
    "backspace": "good\x08\x08\x08\x08evil",
    "delete": "a\x7f",
    "nul": "a\x00b",
    "feeds": "a\x0b\x0cb",
    "return": "good\revil",
    "bidi": "\u202egnp.exe\u202c\u2066x\u2069\u200f",
    "separators": "a\u2028b\u2029c\ufeffd",
    "tags": "a\U000e0041\U000e0042",
    "markup": "[/] [red]x[/red] [@click=app.quit]y[/] [a='x]y[/] \\[",
    "unfinished": "\x1b]0;",
}
THE_END = "\x1b[31mthe end"
EVIL_TEXT = "\n\n".join((*(f"evil {sequence} evil" for sequence in EVIL.values()), THE_END))
EVIL_TABLE = "".join(
    f"| {name} | {sequence} |\n"
    for name, sequence in {"kind": "text", "-": "-", **EVIL}.items()
    if not set("\r\v\f") & set(sequence)
)
SHOWN_END = "␛[31mthe end"
"""What is to be seen of the last line."""


def titles(written: str) -> list[str]:
    """The titles that the terminal was given, in order."""
    return re.findall(r"\x1b]2;([^\x07]*)\x07", written)


def assert_only_drawing(terminal: Terminal) -> None:
    """Nothing but Textual's own sequences has reached the terminal, and nothing invisible."""
    raw, written = terminal.raw, terminal.written
    for name, sequence in EVIL.items():
        assert sequence.isprintable() or sequence.encode() not in raw, name
    assert terminal.kinds <= DRAWING | BEGINNING
    assert set(re.findall(r"\x1b]22;([^\x07]*)\x07", written)) <= POINTERS
    assert all(TITLE.fullmatch(title) for title in titles(written))
    # The bell only ends a sequence: "C0 07" is in neither list.
    assert {character for character in written if clean(character) != character} <= set(
        "\x1b\r\x07"
    )
