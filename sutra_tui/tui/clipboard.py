"""Copying: to the terminal, to the system's clipboard, or to a file, and saying which.

Invariant: every copy of the app goes through here. What is said was done: a terminal never answers,
so a copy that only it got is called sent, not copied.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .clipboard_ways import Tool, Ways


PATIENCE_S: Final = 2.0
"""How long a clipboard's program may take."""
UNREACHED: Final = "no clipboard can be reached from here"
TOO_LONG: Final = "it is too long for the terminal's clipboard"


class Clipboard:
    """Takes copies.

    Args:
        ways: Says which ways there are; it may look at the disk.
        file: What no clipboard takes goes there, and replaces what was there; None is nowhere.
    """

    def __init__(self, ways: Callable[[], Ways] | None = None, file: Path | None = None) -> None:
        self._ways = ways
        self._file = file

    async def copy(self, what: str, text: str, send: Callable[[str], None]) -> str:
        """Copy a text by all ways that there are, or write it to a file when there is none.

        Args:
            what: What it is, for the sentence: "answer".
            text: Copied as it stands; only what cannot be encoded becomes a question mark.
            send: Writes a sequence to the terminal.

        Returns:
            A sentence that says what was done.
        """
        from . import clipboard_ways as words  # most never copy

        ways = await asyncio.to_thread(self._ways or words.Ways)
        data = text.encode("utf-8", "replace")
        sent = ways.terminal and words.fits_terminal(len(data))
        if sent:
            send(sequence(data))
        if ways.tool is not None and await fill(ways.tool, text):
            return words.by_tool(what, len(text), ways.tool)
        if sent:
            return words.by_terminal(what, len(text))
        why = TOO_LONG if ways.terminal else UNREACHED
        return await asyncio.to_thread(self._write, what, text, why)

    def _write(self, what: str, text: str, why: str) -> str:
        from ..core.clean import clean_line
        from ..paths import shown
        from ..store.files import write_atomically
        from . import clipboard_ways as words

        if self._file is None:
            return words.not_copied(what, why)
        place = clean_line(shown(self._file), 400)
        try:
            write_atomically(self._file, [text.encode("utf-8", "replace").decode()], overwrite=True)
        except (OSError, ValueError):
            return words.not_copied(what, f"{why}, and {place} cannot be written")
        return words.by_file(what, len(text), place, why)


def sequence(data: bytes) -> str:
    """OSC 52: asks the terminal to put bytes into its clipboard."""
    return f"\x1b]52;c;{base64.b64encode(data).decode('ascii')}\x07"


async def fill(tool: Tool, text: str, patience_s: float = PATIENCE_S) -> bool:
    """Give a text to a clipboard's program.

    Args:
        tool: The program.
        text: The text.
        patience_s: How long it may take, in seconds.

    Returns:
        Whether it took it.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *tool.command,
            stdin=asyncio.subprocess.PIPE,
            # Some stay behind to hold the clipboard; a pipe to us would stay open with them.
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return False
    try:
        data = text.encode(tool.encoding, "replace")
        await asyncio.wait_for(process.communicate(data), patience_s)
    except (OSError, asyncio.TimeoutError):
        return False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode == 0
