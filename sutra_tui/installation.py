"""Ollama on this very machine: whether it is installed, where, which version, and how to get it.

Invariant: looking starts at most `ollama --version`, and nothing here ever installs anything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

System = Literal["linux", "macos", "windows"]

PROGRAM: Final = "ollama"
VERSION_S: Final = 5.0
"""How long the program may take to say its version; it first looks for a server."""
_PLACES: Final[Mapping[System, Sequence[str]]] = {
    "linux": ("/usr/local/bin/ollama", "/usr/bin/ollama"),
    "macos": (
        "/usr/local/bin/ollama",
        "/opt/homebrew/bin/ollama",
        "/Applications/Ollama.app/Contents/Resources/ollama",
    ),
    "windows": (r"{LOCALAPPDATA}\Programs\Ollama\ollama.exe",),
}
"""Where the official installers put it, for shells whose PATH does not say so."""
_SERVICES: Final = (
    "/etc/systemd/system/ollama.service",
    "/usr/lib/systemd/system/ollama.service",
    "/lib/systemd/system/ollama.service",
)
SERVICE_START: Final = "sudo systemctl start ollama"
DOWNLOAD_PAGE: Final = "https://ollama.com/download"


@dataclass(frozen=True, slots=True)
class Instructions:
    """How Ollama is installed, as https://ollama.com/download has it.

    Args:
        system: The operating system's name.
        shell: What the line is typed into.
        line: The documented line.
        otherwise: The way without a shell.
    """

    system: str
    shell: str
    line: str
    otherwise: str


INSTRUCTIONS: Final[Mapping[System, Instructions]] = {
    "linux": Instructions(
        "Linux",
        "a terminal",
        "curl -fsSL https://ollama.com/install.sh | sh",
        "By hand: https://docs.ollama.com/linux#manual-install",
    ),
    "macos": Instructions(
        "macOS",
        "Terminal",
        "curl -fsSL https://ollama.com/install.sh | sh",
        "As an app: https://ollama.com/download/Ollama.dmg",
    ),
    "windows": Instructions(
        "Windows",
        "PowerShell",
        "irm https://ollama.com/install.ps1 | iex",
        "As a setup program: https://ollama.com/download/OllamaSetup.exe",
    ),
}


@dataclass(frozen=True, slots=True)
class Installation:
    """What this machine has of Ollama.

    Args:
        system: Its operating system.
        program: The `ollama` program; None when there is none.
        has_service: Whether it is set up as a system service, which has models of its own.
    """

    system: System
    program: Path | None = None
    has_service: bool = False

    @property
    def instructions(self) -> Instructions:
        """How to install it here."""
        return INSTRUCTIONS[self.system]


def this_system() -> System:
    """The operating system; an unknown one is taken for Linux, whose instructions say the most."""
    names: dict[str, System] = {"darwin": "macos", "win32": "windows", "cygwin": "windows"}
    return names.get(sys.platform, "linux")


def find_installation(
    environ: Mapping[str, str],
    system: System | None = None,
    places: Sequence[str] | None = None,
    services: Sequence[str] = _SERVICES,
) -> Installation:
    """Look for Ollama on this machine.

    Args:
        environ: For PATH.
        system: The operating system; None is this one.
        places: Where to look besides PATH; None is where the installers put it.
        services: Files whose presence means that it is a system service.
    """
    system = system or this_system()
    found = shutil.which(PROGRAM, path=environ.get("PATH", os.defpath))
    if found is None:
        for place in _PLACES[system] if places is None else places:
            place = place.replace("{LOCALAPPDATA}", environ.get("LOCALAPPDATA", ""))
            if Path(place).is_file() and os.access(place, os.X_OK):
                found = place
                break
    has_service = system == "linux" and any(Path(service).exists() for service in services)
    return Installation(system, Path(found) if found else None, has_service)


def program_version(program: Path, environ: Mapping[str, str]) -> str | None:
    """The version of the program itself, which need not be the running server's; None if unknown.

    Blocks for up to `VERSION_S`.
    """
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return version_in(done.stdout.decode("utf-8", "replace"))


def version_in(said: str) -> str | None:
    """The program's version in what `ollama --version` says.

    Beside a server of another version it says both, and without a server a warning before it.
    """
    for words in ("client version is", "version is"):
        if found := re.search(rf"{words} (\d[0-9A-Za-z.+-]{{0,39}})", said[:4096]):
            return found[1]
    return None
