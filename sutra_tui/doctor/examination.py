"""The examination: every check in order, each finding as soon as it is known.

Invariant: it always comes to its end. A check that cannot be made is a finding too, and whoever
stops listening stops the examination.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..core.engine import Engine
from ..core.errors import SutraError, UnexpectedFailure
from ..core.model_names import is_cloud_name
from ..core.protocol import GenerationOptions, Memory, ModelInfo, ModelShape, reconcile
from ..core.role import Role
from ..installation import Installation, find_installation
from . import files, models, program, self_test, server, terminal
from .files import Place
from .finding import Finding
from .models import Pair, Wanted
from .privacy import Privacy
from .terminal import TerminalFacts

SMALLEST_PAIR: Final = 4_000_000_000
"""Bytes on disk of two models of 3B."""
SERVER_FIRST: Final = "Put right what is said of the server first."


@dataclass(frozen=True, slots=True)
class Server:
    """The model server.

    Args:
        engine: The door to it; or why there is none, such as an address that cannot be one.
        is_local: Whether it is on this machine, or in this process.
        is_encrypted: Whether what travels there is encrypted.
    """

    engine: Engine | SutraError
    is_local: bool = True
    is_encrypted: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Everything the doctor looks at.

    Args:
        server: The model server.
        terminal: What the face knows of its terminal.
        places: Our files.
        data_folder: Where most of them are.
        settings_problems: How many things in the settings file cannot be used.
        options_a: How Model A generates.
        options_b: How Model B generates.
        wanted: The models asked for, or used last.
        environ: The environment.
        privacy: What not to name.
        find: Looks for Ollama on this machine.
    """

    server: Server
    terminal: TerminalFacts
    places: tuple[Place, ...]
    data_folder: Path
    settings_problems: int = 0
    options_a: GenerationOptions = field(default_factory=GenerationOptions)
    options_b: GenerationOptions = field(default_factory=GenerationOptions)
    wanted: Wanted = field(default_factory=Wanted)
    environ: Mapping[str, str] = field(default_factory=dict)
    privacy: Privacy = field(default_factory=Privacy)
    find: Callable[[Mapping[str, str]], Installation] = find_installation


async def examine(about: Circumstances) -> AsyncGenerator[Finding, None]:
    """Make every check but the self-test.

    Args:
        about: What to look at.

    Yields:
        Findings in the order of their topics.
    """
    for found in program.examine_program(about.environ):
        yield found
    for found in terminal.examine_terminal(about.terminal):
        yield found
    for found in await asyncio.to_thread(_files, about):
        yield found
    engine = about.server.engine
    memory = None if isinstance(engine, SutraError) else await _memory(engine)
    yield program.examine_system()
    if not isinstance(engine, SutraError):
        yield program.examine_memory(memory)
    yield await asyncio.to_thread(files.examine_disk, about.data_folder, SMALLEST_PAIR)
    if isinstance(engine, SutraError):
        yield _no_engine(about, engine)
        return
    async for found in _ollama(about, engine, memory):
        yield found


def _files(about: Circumstances) -> list[Finding]:
    found = [*files.examine_files(about.places, about.settings_problems, about.privacy)]
    return [*found, files.examine_journal(about.data_folder)]


async def _memory(engine: Engine) -> Memory | None:
    try:
        return await engine.memory()
    except Exception:  # it is one line of many, and says itself that nothing is known
        return None


def _no_engine(about: Circumstances, error: SutraError) -> Finding:
    text, fix = about.privacy.text(error.message), about.privacy.text(error.remedy)
    return Finding("ollama.server", "Ollama", "failed", text, fix, {"error": error.kind})


async def _ollama(
    about: Circumstances, engine: Engine, memory: Memory | None
) -> AsyncGenerator[Finding, None]:
    """The server, and what it has."""
    if engine.is_demo:
        text = "The built-in demo answers; it needs neither Ollama nor models."
        yield Finding("ollama.server", "Ollama", "ok", text, facts={"demo": True})
    else:
        is_local, privacy = about.server.is_local, about.privacy
        installation = await asyncio.to_thread(about.find, about.environ)
        said = await server.ask_version(engine)
        needed = is_local and not isinstance(said, str)
        yield await server.examine_program(
            installation, about.environ, is_needed=needed, privacy=privacy
        )
        yield server.examine_server(
            said, engine.address, is_local=is_local, installation=installation, privacy=privacy
        )
        if not is_local and not about.server.is_encrypted:
            yield server.UNENCRYPTED
        if not isinstance(said, str):
            return
        for found in server.examine_version(said, memory):
            yield found
    try:
        for found in await _pair_findings(about, engine, memory):
            yield found
    except SutraError as error:
        yield _unlisted(about, engine, error)
    except Exception as error:
        yield _unlisted(about, engine, UnexpectedFailure.of(error))


async def _pair_findings(
    about: Circumstances, engine: Engine, memory: Memory | None
) -> list[Finding]:
    listed = await engine.models()
    pair = models.choose(listed, about.wanted, memory)
    found = [*models.examine_models(listed, about.wanted, pair, about.privacy)]
    if pair is not None and not any(info.remote for info in pair.distinct):
        roles = [await _role(about, engine, pair, info) for info in pair.distinct]
        names = {info.name for info in pair.distinct}
        held = sum(m.size for m in await engine.loaded() if m.name in names)
        found.append(models.examine_fit(roles, memory, held))
    return found


async def _role(about: Circumstances, engine: Engine, pair: Pair | None, info: ModelInfo) -> Role:
    """A model in its role; one that plays both, or none, has the larger of both limits."""
    options_a, options_b = about.options_a, about.options_b
    if pair is None or len(pair.distinct) == 1 or info not in pair.distinct:
        options_a, options_b = reconcile(options_a, options_b)
    is_b = pair is not None and info == pair.b and info != pair.a
    return Role(info, options_b if is_b else options_a, await _shape(engine, info))


async def _shape(engine: Engine, info: ModelInfo) -> ModelShape:
    try:
        return await engine.shape(info.name)
    except SutraError:
        return ModelShape()


def _unlisted(about: Circumstances, engine: Engine, error: SutraError) -> Finding:
    text, fix = server.told(error, engine.address, about.server.is_local, about.privacy)
    return Finding(
        "models.pulled", "Models", "failed", text, fix or "Try again.", {"error": error.kind}
    )


async def try_models(
    about: Circumstances,
    names: Iterable[str] = (),
    tell: Callable[[str, self_test.Step], None] = lambda model, step: None,
) -> AsyncGenerator[Finding, None]:
    """Make the self-test of the chosen models, one after the other.

    Args:
        about: What to look at.
        names: Which models; none are the pair that a run would use.
        tell: Is told each step as it begins.
    """
    engine, privacy = about.server.engine, about.privacy
    if isinstance(engine, SutraError):
        yield _untried(privacy.text(engine.message), SERVER_FIRST)
        return
    try:
        listed = await engine.models()
    except SutraError as error:
        text, _ = server.told(error, engine.address, about.server.is_local, privacy)
        yield _untried(text, SERVER_FIRST)
        return
    pair = models.choose(listed, about.wanted, await _memory(engine))
    if not (wanted := tuple(names) or _names(pair)):
        yield _untried("There is no model to test.", f"{models.PULL}.")
    before: Role | None = None
    for name in wanted:
        info = models.find(listed, name)
        if info is None:
            shown = privacy.text(name, 80)
            yield _untried(f"{shown} is not pulled here.", f"`ollama pull {shown}`", shown)
            continue
        if info.remote or is_cloud_name(info.name):
            yield _not_here(privacy.text(info.name, 80))
            continue
        role = await _role(about, engine, pair, info)
        with suppress(SutraError):
            await self_test.make_room(engine, before, role)
        trial = await self_test.try_model(engine, role, tell=tell)
        only_b = pair is not None and info == pair.b and info != pair.a
        yield self_test.examine_trial(
            trial, info, writes_demonstrations=not only_b, privacy=privacy
        )
        before = role


def _not_here(name: str) -> Finding:
    text = f"{name} runs elsewhere, so it is not tried."
    return Finding(f"self_test.{name}", "Self-test", "ok", text, facts={"model": name})


def _names(pair: Pair | None) -> tuple[str, ...]:
    return tuple(info.name for info in pair.distinct) if pair else ()


def _untried(text: str, fix: str, name: str = "all") -> Finding:
    return Finding(f"self_test.{name}", "Self-test", "failed", text, fix)
