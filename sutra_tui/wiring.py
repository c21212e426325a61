"""What commands are given: engines, stores and settings of this user on this machine.

Invariant: with `cli.py` the only place that picks an engine; nothing is opened, and nothing slow
imported, before it is asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from .bench.comparison import BenchQuery
    from .core.engine import Engine
    from .doctor.examination import Server
    from .headless.running import Wiring
    from .settings import Reading, Settings
    from .store.cache import DemonstrationCache
    from .store.history import History
    from .store.measured import MeasuredRuns
    from .tui.clipboard_ways import Ways


def open_engine(args: argparse.Namespace, settings: Settings, *, demo: bool) -> Engine:
    """The door to the models: the demo, or the servers that were named, set or configured."""
    if demo:
        from .engines.demo import DEFAULT_PACE, demo_engine

        return demo_engine(args.demo_pace or DEFAULT_PACE)
    from . import engines
    from .engines.address import host_from_environment
    from .settings.hosts import Hosts, wanted_hosts

    given = Hosts(args.host, args.host_a, args.host_b)
    speaks = host_from_environment(os.environ) is not None
    hosts = wanted_hosts(given, settings, speaks)
    return engines.open_engine(
        hosts.both,
        host_a=hosts.a,
        host_b=hosts.b,
        environ=os.environ,
        stall_timeout_s=settings.stall_timeout_s,
        first_token_timeout_s=settings.first_token_timeout_s,
    )


def open_cache(settings: Settings, *, demo: bool) -> DemonstrationCache:
    """The demonstration cache; what the demo says must never reach the real one."""
    from . import paths
    from .store.cache import DemonstrationCache

    path = None if demo else paths.cache_database()
    max_bytes = settings.cache_max_mb * 1_000_000
    return DemonstrationCache(settings.cache_ttl_s, path, max_bytes=max_bytes)


def open_history(*, demo: bool) -> History:
    """The history of runs; the demo's is apart and gone with the program."""
    from . import paths
    from .store.history import History

    return History(None if demo else paths.history_database())


def open_measured() -> MeasuredRuns:
    """What this machine's models were measured to take; opened when it is first needed."""
    from . import paths
    from .store.measured import MeasuredRuns

    return MeasuredRuns(paths.measured_database())


def read_settings_file() -> Reading:
    """The user's settings, and what is wrong in their file."""
    from . import paths
    from .settings import read_settings

    return read_settings(paths.config_file())


def for_runs(args: argparse.Namespace, settings: Settings, say: Callable[[str], None]) -> Wiring:
    """What runs without a screen are given.

    Args:
        args: The parsed command line.
        settings: The user's settings.
        say: Told what a person should know of the servers.
    """
    from . import paths
    from .headless.running import Wiring
    from .store.remembered import load_remembered

    def opened() -> Engine:
        engine = open_engine(args, settings, demo=args.demo)
        if exposed := exposure(engine):
            say(exposed)
        return engine

    # What the demo says is worth no place on the disk.
    keeps_history = not (args.no_history or args.demo)
    return Wiring(
        settings=settings,
        remembered=load_remembered(paths.state_file()),
        open_engine=opened,
        open_cache=lambda: open_cache(settings, demo=args.demo),
        measured=open_measured(),
        open_history=(lambda: open_history(demo=False)) if keeps_history else None,
        demo=args.demo,
    )


def bench_queries() -> list[BenchQuery]:
    """The set that `sutra bench` asks."""
    from .bench.comparison import BenchQuery
    from .engines.demo_library import queries

    return [BenchQuery(query.text, query.kind) for query in queries()]


def overrides(args: argparse.Namespace | None) -> dict[str, tuple[str, object]]:
    """What goes before the settings file: by setting, where it was said and what."""
    from .engines.address import HOST_VARIABLE, host_from_environment

    said: dict[str, tuple[str, object]] = {}
    if (host := host_from_environment(os.environ)) is not None:
        said["host"] = HOST_VARIABLE, host
    for name in ("host", "host_a", "host_b") if args is not None else ():
        if given := getattr(args, name):
            said[name] = f"--{name.replace('_', '-')}", given
    return said


def exposure(engine: Engine) -> str | None:
    """What to say about servers that others on the way could listen to; None when all is well."""
    from . import wording

    exposed = wording.exposure(engine)
    withheld = exposed and os.environ.get("OLLAMA_API_KEY")
    return f"{exposed} OLLAMA_API_KEY is not sent there." if withheld else exposed


def server_of(open_engine: Callable[[], Engine]) -> Server:
    """What the doctor has to know of a model server."""
    from .core.errors import SutraError
    from .doctor.examination import Server
    from .engines.address import THIS_MACHINE

    try:
        engine = open_engine()
    except SutraError as error:
        return Server(error)
    is_local = engine.is_demo or engine.machine == THIS_MACHINE
    return Server(engine, is_local, not is_local and not engine.exposed)


def listens_at(engine: Engine) -> str | None:
    """What OLLAMA_HOST a server would need to be an engine's; None if it is on another machine."""
    from .engines.address import own_address

    return None if engine.is_demo else own_address(getattr(engine, "url", ""))


def examples() -> tuple[str, ...]:
    """Queries to begin with: those the demo has an answer to."""
    from .engines.demo_library import queries

    return tuple(query.text for query in queries())


def ways_to_copy() -> Ways:
    """How a text can get out of the app on this machine."""
    import shutil

    from .tui.clipboard_ways import ways

    return ways(os.environ, sys.platform, shutil.which)
