"""Which ways there are from here to a clipboard, and what is said of the one that was taken.

Invariant: pure; what the terminal and the system are is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..doctor.terminal import TerminalFacts

MOST_OSC_52: Final = 74_994
"""Longest text, in characters of base64, that terminals at large take by OSC 52: xterm's limit
(https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "Manipulate Selection Data"), which hterm,
tmux and others keep to."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that fills the system's clipboard with what it reads.

    Args:
        command: The program, by its path, and its arguments.
        encoding: What it reads.
    """

    command: tuple[str, ...]
    encoding: str = "utf-8"

    @property
    def name(self) -> str:
        """Its name without its place."""
        return Path(self.command[0]).name


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be tried.

    Args:
        terminal: The terminal may take copies (OSC 52). It never says whether it did.
        tool: The system's own way; None when there is none, or when it is another machine's.
    """

    terminal: bool = True
    tool: Tool | None = None


def ways(variables: Mapping[str, str], platform: str, find: Callable[[str], str | None]) -> Ways:
    """The ways there are.

    Args:
        variables: The environment.
        platform: As `sys.platform`.
        find: Finds a program's path by its name.
    """
    facts = TerminalFacts(True, 0, 0, "", variables)
    tool = None
    if "ssh" not in facts.between:  # else it would fill the clipboard of the wrong machine
        for name, arguments, encoding in _tools(variables, platform):
            if path := find(name):
                tool = Tool((path, *arguments), encoding)
                break
    return Ways(facts.takes_copies is not False and facts.term != "dumb", tool)


def _tools(
    variables: Mapping[str, str], platform: str
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    if platform == "darwin":
        yield "pbcopy", (), "utf-8"
    if variables.get("WAYLAND_DISPLAY"):
        yield "wl-copy", ("--type", "text/plain;charset=utf-8"), "utf-8"
    if variables.get("DISPLAY"):
        yield "xclip", ("-in", "-selection", "clipboard"), "utf-8"
        yield "xsel", ("--clipboard", "--input"), "utf-8"
    if variables.get("WSL_DISTRO_NAME") or platform == "win32":
        yield "clip.exe", (), "utf-16-le"


def fits_terminal(length: int) -> bool:
    """Whether a text is short enough for OSC 52.

    Args:
        length: Of the text, in bytes.
    """
    return (length + 2) // 3 * 4 <= MOST_OSC_52


# What is said


def by_tool(what: str, length: int, tool: Tool) -> str:
    """A tool took it.

    Args:
        what: What was copied: "answer".
        length: In characters.
        tool: Which.
    """
    return f"Copied the {what} ({length:,} characters) with {tool.name}."


def by_terminal(what: str, length: int, *, sure: bool = False) -> str:
    """It was sent to the terminal. Arguments as of `by_tool`.

    Args:
        sure: The terminal is known to take copies.
    """
    said = f"Sent the {what} ({length:,} characters) to the terminal's clipboard"
    return f"{said}." if sure else f"{said}; some terminals ignore that."


def by_file(what: str, length: int, place: str, why: str) -> str:
    """It was written to a file. Arguments as of `by_tool`.

    Args:
        place: The file.
        why: Why no clipboard took it.
    """
    return f"Wrote the {what} ({length:,} characters) to {place}: {why}."


def not_copied(what: str, why: str) -> str:
    """Nothing took it. Arguments as of `by_file`."""
    return f"The {what} could not be copied: {why}. /save and /export write files."
