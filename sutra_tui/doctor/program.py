"""This program, Python and the packages under it, the machine, and what the environment says.

Invariant: pure but for reading versions; of the environment only names are repeated, never values.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from typing import Final

from .. import __version__
from ..core.memory import GB
from ..core.protocol import Memory
from ..wording import size
from .finding import Finding

LEAST_PYTHON: Final = (3, 10)
PACKAGES: Final = (
    "textual",
    "rich",
    "ollama",
    "httpx",
    "markdown-it-py",
    "platformdirs",
    "psutil",
)
"""What is needed to run, as in `pyproject.toml`."""
LITTLE_MEMORY: Final = int(1.5 * GB)
"""Free bytes below which not even the smallest suggested model leaves room for anything else."""
_PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy")


def examine_program(environ: Mapping[str, str]) -> Iterator[Finding]:
    """This program and what it stands on."""
    yield Finding(
        "program.version", "Program", "ok", f"sutra {__version__}.", facts={"version": __version__}
    )
    yield _python()
    yield _packages()
    if said := _environment(environ):
        yield said


def _python() -> Finding:
    version = platform.python_version()
    text = f"Python {version} ({platform.python_implementation()})."
    facts = {"version": version}
    if sys.version_info[:2] < LEAST_PYTHON:
        least = ".".join(map(str, LEAST_PYTHON))
        fix = f"Install Python {least} or newer."
        return Finding("program.python", "Program", "failed", text, fix, facts)
    return Finding("program.python", "Program", "ok", text, facts=facts)


def _packages() -> Finding:
    versions: dict[str, str | None] = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = None
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        return Finding(
            "program.packages",
            "Program",
            "failed",
            f"Not installed: {', '.join(missing)}.",
            "Install it again, with what it needs: `pip install --force-reinstall sutra-tui`.",
            versions,
        )
    told = ", ".join(f"{name} {version}" for name, version in versions.items())
    return Finding("program.packages", "Program", "ok", f"{told}.", facts=versions)


def _environment(environ: Mapping[str, str]) -> Finding | None:
    """Variables that change what sutra does; None when there are none."""
    present = {name.lower() for name, value in environ.items() if value.strip()}
    told: list[str] = []
    if "ollama_host" in present:
        told.append("OLLAMA_HOST is set")
    if "ollama_api_key" in present:
        told.append("OLLAMA_API_KEY is set (sent over https only)")
    if any(name in present for name in _PROXIES):
        told.append("a proxy is set (not used for the model server)")
    if not told:
        return None
    named = sorted(present & {"ollama_host", "ollama_api_key", *_PROXIES})
    text = f"{'; '.join(told)}."
    return Finding("program.environment", "Program", "ok", text, facts={"set": named})


def examine_system() -> Finding:
    """The operating system and the processor."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system())
    release = platform.mac_ver()[0] if system == "macOS" else platform.release()
    under = ", in WSL" if "microsoft" in release.lower() else ""
    version = ".".join(release.split("-")[0].split(".")[:2])
    facts = {"system": system, "version": version, "machine": platform.machine()}
    text = f"{system} {version} on {platform.machine() or 'an unknown processor'}{under}."
    return Finding("machine.system", "Machine", "ok", text, facts=facts)


def examine_memory(memory: Memory | None) -> Finding:
    """Memory of the machine that runs the models.

    Args:
        memory: As the engine sees it; None when it cannot.
    """
    if memory is None:
        text = "The memory of the server's machine cannot be seen from here."
        return Finding("machine.memory", "Machine", "ok", text)
    facts = {"total": memory.total, "available": memory.available, "simulated": memory.simulated}
    text = f"{size(memory.available)} of {size(memory.total)} memory free"
    if memory.simulated:
        return Finding("machine.memory", "Machine", "ok", f"{text} (of the demo's).", facts=facts)
    if memory.available < LITTLE_MEMORY:
        fix = "Close programs that take much memory, or unload models (`ollama stop NAME`)."
        return Finding("machine.memory", "Machine", "warning", f"{text}.", fix, facts)
    return Finding("machine.memory", "Machine", "ok", f"{text}.", facts=facts)
