"""What a program writes to a terminal, taken apart: text, controls and escape sequences.

Invariant: every byte ends up in exactly one token, however the bytes are cut into pieces.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"(?P<csi>\x1b\[(?P<private>[<-?]*)(?P<arguments>[0-9;:]*)(?P<end>[ -/]*[@-~]))"
    r"|(?P<string>\x1b(?P<opens>[\]PX^_])(?P<number>[0-9]*)[^\x07\x1b]*(?:\x07|\x1b\\))"
    r"|(?P<escape>\x1b[ -/]*[0-Z\\`-~])"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f\ud800-\udfff])"
    r"|(?P<text>[^\x00-\x1f\x7f-\x9f\ud800-\udfff]+)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[<-?]*[0-9;:]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?\Z")
_STRINGS = {"]": "OSC", "P": "DCS", "X": "SOS", "^": "PM", "_": "APC"}


@dataclass(frozen=True)
class Token:
    """One piece of what was written.

    Args:
        kind: "text", or what sort of sequence: "CSI H", "CSI ?1049h", "OSC 22", "ESC 7", "C0 0a",
            "C0 1b" (begins nothing), "C1 9b", "byte 9b" (not UTF-8). Modes keep their number,
            all else loses it.
        raw: The characters themselves.
        arguments: The numbers of a CSI sequence.
    """

    kind: str
    raw: str
    arguments: str = ""


class Lexer:
    """Takes a stream apart piece by piece."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._rest = ""

    def feed(self, data: bytes, *, final: bool = False) -> Iterator[Token]:
        """The tokens that are complete with these bytes; at the end, all that is left."""
        text = self._rest + self._decode(data, final)
        self._rest = ""
        place = 0
        while place < len(text):
            if not final and text[place] == "\x1b" and _UNFINISHED.match(text, place):
                self._rest = text[place:]
                return
            found = _TOKEN.match(text, place)
            assert found is not None  # every character is a control or text at least
            yield _token(found)
            place = found.end()


def _token(found: re.Match[str]) -> Token:
    raw = found.group()
    if found["csi"]:
        shown = found["arguments"] if found["end"] in ("h", "l", "$p") else ""
        return Token(f"CSI {found['private']}{shown}{found['end']}", raw, found["arguments"])
    if found["string"]:
        return Token(f"{_STRINGS[found['opens']]} {found['number']}".strip(), raw)
    if found["escape"]:
        return Token(f"ESC {raw[1:]}", raw)
    if found["control"]:
        code = ord(raw)
        name = "byte" if code >= 0xD800 else "C1" if code >= 0x7F else "C0"
        return Token(f"{name} {code & 0xFF:02x}", raw)
    return Token("text", raw)


def kinds(data: bytes, *, final: bool) -> set[str]:
    """The kinds of sequences in a recording, text left out.

    Args:
        data: The recording.
        final: Whether it is a whole one: what is cut at its end counts then.
    """
    return {token.kind for token in Lexer().feed(data, final=final)} - {"text"}
