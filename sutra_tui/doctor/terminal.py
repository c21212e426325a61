"""What the terminal can do: size, colours, characters, clipboard.

Nothing is asked of the terminal, whose answer could come late and be taken for keys; everything is
told from what it says of itself in the environment.

Invariant: pure. Of variables only known words are repeated, of others only whether they are set.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from .finding import Finding, Verdict

LEAST_COLUMNS: Final = 60
LEAST_ROWS: Final = 15
"""Below this the app says that there is no room."""
_TERM: Final = re.compile(
    r"(?:alacritty|ansi|contour|cygwin|dumb|eterm|foot|ghostty|gnome|hterm|iterm2?|kitty|konsole|"
    r"linux|mintty|mlterm|ms-terminal|putty|rio|rxvt|screen|st|tmux|unknown|vt100|vt102|vt220|vte|"
    r"wezterm|xterm)"
    r"(?:[-.+](?:16color|24bit|256color|88color|bce|color|direct|ghostty|italic|kitty|mono|"
    r"new|old|truecolor|unicode|xterm))*"
)
_PROGRAMS: Final = {
    "Apple_Terminal": "macOS Terminal",
    "Hyper": "Hyper",
    "WarpTerminal": "Warp",
    "WezTerm": "WezTerm",
    "ghostty": "Ghostty",
    "iTerm.app": "iTerm2",
    "mintty": "mintty",
    "rio": "Rio",
    "tmux": "tmux",
    "vscode": "VS Code",
    "zed": "Zed",
}
_SIGNS: Final = {
    "WT_SESSION": "Windows Terminal",
    "KITTY_WINDOW_ID": "kitty",
    "ALACRITTY_WINDOW_ID": "Alacritty",
    "KONSOLE_VERSION": "Konsole",
    "VTE_VERSION": "GNOME Terminal or a relative",
}
"""Variables that only one terminal sets."""
_TAKES_CLIPBOARD: Final = {
    "Alacritty", "Ghostty", "Rio", "VS Code", "Warp", "WezTerm", "Windows Terminal", "kitty",
}  # fmt: skip
_NO_CLIPBOARD: Final = {"macOS Terminal", "GNOME Terminal or a relative"}
_OTHERWISE: Final = "select with the mouse while Shift is held, or use `sutra run` in a pipe."


@dataclass(frozen=True, slots=True)
class TerminalFacts:
    """What a face knows of its terminal.

    Args:
        is_terminal: Whether there is one at all.
        columns: Its width in cells; 0 when it is not known.
        rows: Its height.
        encoding: Of standard output, as Python names it.
        variables: The environment.
    """

    is_terminal: bool
    columns: int
    rows: int
    encoding: str
    variables: Mapping[str, str]

    @property
    def term(self) -> str:
        """`TERM` if it is a kind of terminal that is known."""
        value = self.variables.get("TERM", "")
        if not value:
            return "not set"
        return value if _TERM.fullmatch(value.lower()) else "an unusual value"

    @property
    def program(self) -> str:
        """The terminal's name; empty when it does not say."""
        for variable, name in _SIGNS.items():
            if self.variables.get(variable):
                return name
        name = _PROGRAMS.get(self.variables.get("TERM_PROGRAM", ""), "")
        return name or ("kitty" if self.term == "xterm-kitty" else "")

    @property
    def between(self) -> list[str]:
        """What sits between the app and the terminal."""
        signs = {"tmux": ("TMUX",), "screen": ("STY",), "ssh": ("SSH_CONNECTION", "SSH_TTY")}
        return [
            name
            for name, variables in signs.items()
            if any(self.variables.get(variable) for variable in variables)
        ]

    @property
    def takes_copies(self) -> bool | None:
        """Whether it takes what programs copy (OSC 52); None when that is not known."""
        if "screen" in self.between or self.term.startswith("linux"):
            return False
        if "tmux" in self.between:
            return None
        if self.program in _NO_CLIPBOARD:
            return False
        return True if self.program in _TAKES_CLIPBOARD or self.term.startswith("foot") else None

    @property
    def colours(self) -> int:
        """How many colours there are, as far as the terminal says; 0 is none wanted."""
        if self.variables.get("NO_COLOR"):
            return 0
        if self.variables.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
            return 2**24
        if self.program in ("Windows Terminal", "kitty") or "direct" in self.term:
            return 2**24
        return 256 if "256color" in self.term else 16


def examine_terminal(facts: TerminalFacts) -> Iterator[Finding]:
    """Everything about the terminal."""
    yield _kind(facts)
    yield _characters(facts)
    if facts.is_terminal:
        yield _size(facts)
        yield _colours(facts)
        yield _clipboard(facts)


def _kind(facts: TerminalFacts) -> Finding:
    named = f"{facts.program}, " if facts.program else ""
    through = f", through {' and '.join(facts.between)}" if facts.between else ""
    said = {"term": facts.term, "program": facts.program, "through": facts.between}
    if not facts.is_terminal:
        return Finding(
            "terminal.kind",
            "Terminal",
            "ok",
            f"There is no terminal here (TERM is {facts.term}{through}), so little is known of it.",
            facts={"is_terminal": False, **said},
        )
    if facts.variables.get("TERM") in ("dumb", "unknown"):
        return Finding(
            "terminal.kind",
            "Terminal",
            "failed",
            f"The terminal says that it cannot draw (TERM is {facts.term}).",
            "Use another terminal, or work without a screen: `sutra run`.",
            {"is_terminal": True, **said},
        )
    return Finding(
        "terminal.kind",
        "Terminal",
        "ok",
        f"{named}TERM is {facts.term}{through}.",
        facts={"is_terminal": True, **said},
    )


def _size(facts: TerminalFacts) -> Finding:
    size = {"columns": facts.columns, "rows": facts.rows}
    text = f"{facts.columns} columns and {facts.rows} rows"
    if not facts.columns or not facts.rows:
        return Finding(
            "terminal.size",
            "Terminal",
            "warning",
            "The terminal does not say how large it is.",
            "If the app looks wrong, use another terminal.",
            size,
        )
    if facts.columns < LEAST_COLUMNS or facts.rows < LEAST_ROWS:
        return Finding(
            "terminal.size",
            "Terminal",
            "warning",
            f"{text}: little room for the app.",
            f"Enlarge the window to {LEAST_COLUMNS} columns and {LEAST_ROWS} rows or more.",
            size,
        )
    return Finding("terminal.size", "Terminal", "ok", f"{text}.", facts=size)


def _colours(facts: TerminalFacts) -> Finding:
    count = facts.colours
    verdict: Verdict = "ok"
    fix = ""
    if count == 0:
        text = "No colours, because NO_COLOR is set."
    elif count == 2**24:
        text = "All colours."
    elif count == 256:
        text = "256 colours."
    else:
        verdict, text = "warning", "Only 16 colours, as far as the terminal says."
        fix = "If it has more, set TERM=xterm-256color or COLORTERM=truecolor."
    return Finding("terminal.colours", "Terminal", verdict, text, fix, {"colours": count})


def _characters(facts: TerminalFacts) -> Finding:
    normal = facts.encoding.lower().replace("-", "").replace("_", "")
    known = re.fullmatch(r"[A-Za-z0-9_-]{1,20}", facts.encoding, re.ASCII)
    name = facts.encoding if known else "unknown"
    said = {"encoding": name}
    if normal.startswith("utf8"):
        return Finding("terminal.unicode", "Terminal", "ok", "All characters (UTF-8).", facts=said)
    return Finding(
        "terminal.unicode",
        "Terminal",
        "warning",
        f"Text is written as {name}, which lacks many characters.",
        "Set LANG to a UTF-8 locale, for example LANG=C.UTF-8.",
        said,
    )


def _clipboard(facts: TerminalFacts) -> Finding:
    """Whether copying works. It goes through the terminal (OSC 52), which need not answer."""

    def finding(verdict: Verdict, text: str, fix: str = "", works: bool | None = None) -> Finding:
        return Finding("terminal.clipboard", "Terminal", verdict, text, fix, {"osc52": works})

    if "screen" in facts.between or facts.term.startswith("linux"):
        return finding("warning", "Copying does not work here.", f"To copy, {_OTHERWISE}", False)
    if "tmux" in facts.between:
        return finding(
            "warning",
            "Copying goes through tmux, which may keep it to itself.",
            "Put `set -g set-clipboard on` into ~/.tmux.conf.",
        )
    if facts.takes_copies is False:
        text = f"The terminal ({facts.program}) takes no copies from programs."
        return finding("warning", text, f"To copy, {_OTHERWISE}", False)
    if facts.program == "iTerm2":
        return finding(
            "warning",
            "iTerm2 takes copies only when it is allowed to.",
            "In its settings: General, Selection, Applications in terminal may access clipboard.",
        )
    if facts.takes_copies:
        return finding("ok", "Copying works, also from another machine.", works=True)
    return finding("ok", "It is not known whether this terminal takes copies (OSC 52).")
