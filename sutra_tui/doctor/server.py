"""Ollama: the program on this machine, the server, and what a server of its version can do.

What changed in which version is from Ollama's release notes and issues, named where it is used.

Invariant: findings about a version are pure; an address that is not this machine's is not named.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..core.engine import Engine
from ..core.errors import SutraError, UnexpectedFailure
from ..core.memory import GB
from ..core.protocol import Memory
from ..installation import SERVICE_START, Installation, program_version
from .finding import Finding
from .privacy import Privacy

Numbers = tuple[int, ...]

UPDATE: Final = "Update Ollama: install it again, which keeps your models."
SMALL_MEMORY: Final = 16 * GB
"""Machines below this cannot spare what a server keeps of old prompts."""
_REMOTE: Final = "another machine"


def numbers(version: str) -> Numbers | None:
    """A version as numbers; None for builds from source, which call themselves 0.0.0."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", version)
    read = tuple(map(int, found.groups())) if found else ()
    return read if any(read) else None


async def examine_program(
    found: Installation, environ: Mapping[str, str], *, is_needed: bool, privacy: Privacy
) -> Finding:
    """The `ollama` program.

    Args:
        found: What this machine has of it.
        environ: For PATH.
        is_needed: Whether it would have to run a server here: not if one answers, as one in a
            container does, or if the server is on another machine.
        privacy: What not to name.
    """
    if found.program is None:
        return _not_installed(found, is_needed=is_needed)
    version = await asyncio.to_thread(program_version, found.program, environ)
    where = privacy.path(found.program)
    facts = {"program": where, "version": version, "service": found.has_service}
    text = f"Ollama is installed: {where}"
    if version is None:
        fix = "Run `ollama --version` yourself; if it fails, install Ollama again."
        return Finding(
            "ollama.program", "Ollama", "warning", f"{text}, but it tells no version.", fix, facts
        )
    return Finding("ollama.program", "Ollama", "ok", f"{text}, version {version}.", facts=facts)


def _not_installed(found: Installation, *, is_needed: bool) -> Finding:
    facts = {"program": None, "version": None, "service": found.has_service}
    if not is_needed:
        text = "The program `ollama` is not on this machine, and need not be."
        return Finding("ollama.program", "Ollama", "ok", text, facts=facts)
    fix = f"In {found.instructions.shell}: {found.instructions.line}"
    text = "Ollama is not installed on this machine."
    return Finding("ollama.program", "Ollama", "warning", text, fix, facts)


async def ask_version(engine: Engine) -> str | SutraError:
    """The server's version, or why there is none."""
    try:
        return await engine.version()
    except SutraError as error:
        return error
    except Exception as error:
        return UnexpectedFailure.of(error)


def examine_server(
    said: str | SutraError,
    address: str,
    *,
    is_local: bool,
    installation: Installation,
    privacy: Privacy,
) -> Finding:
    """Whether the server answers.

    Args:
        said: Its version, or why it did not say one.
        address: Where it is, for a person.
        is_local: Whether that is this machine.
        installation: What this machine has of Ollama.
        privacy: What not to name.
    """
    shown = address if is_local else _REMOTE
    facts = {"local": is_local, "address": shown}
    if isinstance(said, str):
        version = privacy.text(said, 40)
        text = f"Ollama {version} answers at {shown}."
        return Finding("ollama.server", "Ollama", "ok", text, facts={"version": version, **facts})
    text, fix = told(said, address, is_local, privacy)
    if said.kind == "unreachable":
        fix = _start(installation) if is_local else _REACH
    return Finding("ollama.server", "Ollama", "failed", text, fix, {"error": said.kind, **facts})


def told(error: SutraError, address: str, is_local: bool, privacy: Privacy) -> tuple[str, str]:
    """An error's sentences without the address of another machine."""
    shown = address if is_local else _REMOTE
    message, remedy = (
        privacy.text(words.replace(address, shown)) for words in (error.message, error.remedy)
    )
    return message, remedy or "Look at the server's log."


UNENCRYPTED: Final = Finding(
    "ollama.encryption",
    "Ollama",
    "warning",
    "What you ask travels to the other machine unencrypted.",
    "Use https, or an SSH tunnel (`ssh -L 11434:localhost:11434 MACHINE`).",
)
_REACH: Final = (
    "Start Ollama there with OLLAMA_HOST=0.0.0.0, let its port through the firewall, "
    "and check the address."
)


def _start(installation: Installation) -> str:
    if installation.program is None:
        return "Install Ollama, which also starts it; or play the demo: `sutra --demo`."
    if installation.has_service:
        return f"Run `{SERVICE_START}`, or `ollama serve` in another terminal."
    return "Run `ollama serve` in another terminal, or press s on the first screen of `sutra`."


def examine_version(version: str, memory: Memory | None) -> Iterator[Finding]:
    """What a server of that version can do, as far as it matters here.

    Args:
        version: As the server says.
        memory: Its machine's; None when it cannot be seen.
    """
    read = numbers(version)
    if read is None:
        text = "It is a build of its own, so what it can do is not known."
        yield Finding("ollama.abilities", "Ollama", "ok", text)
        return
    yield _abilities(read)
    if read == (0, 13, 0):  # ollama#13227, mended by #13242
        text = "This version puts a model out of memory for every other one, fitting or not."
        yield Finding("ollama.eviction", "Ollama", "warning", text, UPDATE)
    if read >= (0, 30, 0):
        yield _memory_check()
        if memory is not None and not memory.simulated and memory.total < SMALL_MEMORY:
            yield _prompt_cache()


def _abilities(read: Numbers) -> Finding:
    since = {
        "saying how much context a loaded model has": (0, 10, 0),
        "keeping thinking apart from the answer": (0, 9, 0),
        "being told not to think": (0, 12, 5),
        "listing what each model can do": (0, 30, 0),
    }
    lacking = [what for what, first in since.items() if read < first]
    facts = {"lacking": lacking}
    if not lacking:
        text = "This version can do everything that sutra makes use of."
        return Finding("ollama.abilities", "Ollama", "ok", text, facts=facts)
    text = f"This version is not yet capable of {', '.join(lacking)}."
    if read < (0, 9, 0):
        fix = f"Thinking models are of little use with it. {UPDATE}"
        return Finding("ollama.abilities", "Ollama", "warning", text, fix, facts)
    return Finding("ollama.abilities", "Ollama", "ok", text, facts=facts)


def _memory_check() -> Finding:
    text = "Without a graphics card it also loads what does not fit; sutra does the sum first."
    return Finding("ollama.memory_check", "Ollama", "ok", text, facts={"checks_memory": False})


def _prompt_cache() -> Finding:
    # ollama#18264: up to 8,192 MiB for each model, and `ollama ps` does not show it.
    return Finding(
        "ollama.prompt_cache",
        "Ollama",
        "warning",
        "It may keep old prompts in memory, up to 8 GB for each model.",
        "Start it with LLAMA_ARG_CACHE_RAM=256 set, as sutra does, or unload models now and then.",
    )
