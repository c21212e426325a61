"""The `sutra` command: the only place that picks an engine and wires rooms together.

Invariant: importing this imports nothing slow, whatever a command needs is imported when it runs,
and no failure leaves as a traceback unless `SUTRA_DEBUG=1` asks for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from .core.engine import Engine
    from .doctor.examination import Circumstances, Server
    from .settings import Reading, Settings
    from .store.cache import DemonstrationCache
    from .store.history import History
    from .store.measured import MeasuredRuns
    from .tui.clipboard_ways import Ways

DEBUG_VARIABLE = "SUTRA_DEBUG"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the `sutra` command.

    Args:
        argv: Its arguments, without the program's name; None takes the process's.

    Returns:
        The exit code.
    """
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        from .headless.exits import INTERRUPTED

        return INTERRUPTED
    except Exception as error:
        return _report(error)


def _dispatch(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):  # before argparse: this is asked by other programs
        from . import __version__

        _write_out(f"sutra {__version__}\n")
        return 0
    from .headless.arguments import read_arguments

    try:
        args = read_arguments(arguments)
    except SystemExit as end:  # argparse has written its help or its complaint
        _write_out("")
        return int(end.code or 0)
    except OSError as error:
        from .headless.streams import as_output_lost

        raise as_output_lost(error) from error
    commands = {
        "tui": _tui,
        "run": _run,
        "models": _models,
        "pull": _pull,
        "cache": _cache,
        "history": _history,
        "config": _config,
        "doctor": _doctor,
    }
    return commands[args.command](args)


def _tui(args: argparse.Namespace) -> int:
    from .headless.exits import USAGE
    from .headless.streams import Voice

    voice = Voice()
    if not _has_screen():
        voice.say("sutra: The app needs a terminal on standard input and output.")
        voice.say('To ask without a screen: sutra run "QUESTION". See `sutra run --help`.')
        return USAGE
    from .tui import first_frame

    first_frame.is_awaited()
    from . import paths
    from .store.remembered import load_remembered
    from .tui.wishes import settle

    reading = settle(_settings())
    settings, warnings = reading.settings, reading.warnings

    def reconnect(host: str | None, demo: bool) -> Engine:
        named = copy(args)
        if host is not None:
            named.host, named.host_a, named.host_b = host, None, None
        return _open_engine(named, _settings().settings, demo=demo)

    def open_cache(demo: bool) -> DemonstrationCache:
        return _open_cache(settings, demo=demo)

    remembered = load_remembered(paths.state_file())
    from .logbook import Logbook
    from .server_process import ServerProcess
    from .tui.app import SutraApp
    from .tui.clipboard import Clipboard
    from .tui.launch import launch

    process = ServerProcess(
        paths.server_log(),
        os.environ,
        _listens_at,
        stops_at_exit=not remembered.leave_server,
    )

    def circumstances(engine: Engine) -> Circumstances:
        from .doctor import here

        server = _server(lambda: engine)
        return here.circumstances(server, settings, len(warnings), app.remembered, app.asked_pair)

    app = SutraApp(
        engine=_open_engine(args, settings, demo=args.demo),
        open_cache=open_cache,
        open_history=lambda demo: _open_history(demo=demo),
        settings=settings,
        remembered=remembered,
        model_a=args.model_a,
        model_b=args.model_b,
        reconnect=reconnect,
        server_process=process,
        circumstances=circumstances,
        state_file=paths.state_file(),
        open_measured=_measured,
        examples=_examples,
        warnings=tuple(warnings),
        reading=reading,
        overrides=_overrides(args),
        copier=Clipboard(_ways_to_copy, paths.copies_file()),
    )
    with Logbook(paths.log_file()) as logbook:
        try:
            return launch(app, logbook, process.let_go)
        finally:
            if said := process.end():
                voice.say(said)


def _examples() -> tuple[str, ...]:
    from .engines.demo_library import queries

    return tuple(query.text for query in queries())


def _ways_to_copy() -> Ways:
    import shutil

    from .tui.clipboard_ways import ways

    return ways(os.environ, sys.platform, shutil.which)


def _run(args: argparse.Namespace) -> int:
    from . import paths
    from .headless.running import HeadlessRun, Wiring
    from .headless.streams import Output, Voice
    from .headless.telling import Teller, choose_manner
    from .store.remembered import load_remembered

    voice, output = Voice(), Output(cleans=args.clean)
    manner = choose_manner(
        voice, quiet=args.quiet, plain=args.plain, terminal=os.environ.get("TERM", "")
    )
    reading = _settings()
    settings, warnings = reading.settings, reading.warnings
    if not args.quiet:
        voice.say_all(warnings)
    teller = Teller(
        voice,
        manner,
        wanted=args.count or settings.count,
        shares_terminal=output.is_terminal and voice.is_terminal,
        debug=_debugging(),
        plan=args.plan,
    )

    def open_engine() -> Engine:
        engine = _open_engine(args, settings, demo=args.demo)
        if exposed := _exposure(engine):
            teller.say(exposed)
        return engine

    wiring = Wiring(
        settings=settings,
        remembered=load_remembered(paths.state_file()),
        open_engine=open_engine,
        open_cache=lambda: _open_cache(settings, demo=args.demo),
        measured=_measured(),
        # What the demo says is worth no place on the disk.
        open_history=None if args.no_history or args.demo else lambda: _open_history(demo=False),
        demo=args.demo,
    )
    return HeadlessRun(args, wiring, output, teller).execute()


def _models(args: argparse.Namespace) -> int:
    from .headless.listing import models_command
    from .headless.stopping import Stopped
    from .headless.streams import Output, Voice

    voice, output = Voice(), Output()
    reading = _settings()
    settings, warnings = reading.settings, reading.warnings
    voice.say_all(warnings)

    def open_engine() -> Engine:
        return _open_engine(args, settings, demo=args.demo)

    try:
        models_command(open_engine, output, voice, as_json=args.json)
    except Stopped as stopped:
        return stopped.exit_code
    return 0


def _pull(args: argparse.Namespace) -> int:
    from .headless.pulling import pull_command
    from .headless.stopping import Stopped
    from .headless.streams import Voice

    voice = Voice()
    reading = _settings()
    voice.say_all(reading.warnings)

    def open_engine() -> Engine:
        return _open_engine(args, reading.settings, demo=args.demo)

    try:
        pull_command(open_engine, args.name, voice)
    except Stopped as stopped:
        voice.say("Stopped. The server keeps what was downloaded; pull again to go on.")
        return stopped.exit_code
    return 0


def _cache(args: argparse.Namespace) -> int:
    from pathlib import Path

    from . import paths
    from .headless.cache_command import cache_command
    from .headless.streams import Output, Voice
    from .store.cache import DemonstrationCache

    voice, output = Voice(), Output(cleans=args.clean)
    reading = _settings()
    settings, warnings = reading.settings, reading.warnings
    voice.say_all(warnings)

    def open_cache(path: Path | None) -> DemonstrationCache:
        return DemonstrationCache(
            settings.cache_ttl_s,
            path,
            max_bytes=settings.cache_max_mb * 1_000_000,
            on_warning=voice.say,
        )

    path = paths.cache_database() if args.cache is None else Path(args.cache)
    cache_command(args, path, open_cache, output, voice)
    return 0


def _history(args: argparse.Namespace) -> int:
    from pathlib import Path

    from . import paths
    from .headless.history_command import history_command
    from .headless.streams import Output, Voice
    from .store.history import History

    voice, output = Voice(), Output(cleans=args.clean)

    def open_history(path: Path | None) -> History:
        return History(path, on_warning=voice.say)

    path = paths.history_database() if args.history is None else Path(args.history)
    history_command(args, path, paths.original_logs(), open_history, output, voice)
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from . import paths
    from .doctor.here import circumstances
    from .headless.doctor_command import doctor_command
    from .headless.streams import Output, Voice
    from .store.remembered import load_remembered

    output, voice = Output(cleans=True), Voice()
    reading = _settings()
    settings, warnings = reading.settings, reading.warnings
    server = _server(lambda: _open_engine(args, settings, demo=args.demo))
    remembered = load_remembered(paths.state_file())
    asked = (args.model_a, args.model_b)
    about = circumstances(server, settings, len(warnings), remembered, asked)
    tests = args.model if args.self_test or args.model else None
    return doctor_command(about, output, voice, tests=tests, as_json=args.json)


def _listens_at(engine: Engine) -> str | None:
    """What OLLAMA_HOST a server would need to be an engine's; None if it is on another machine."""
    from .engines.address import own_address

    return None if engine.is_demo else own_address(getattr(engine, "url", ""))


def _server(open_engine: Callable[[], Engine]) -> Server:
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


def _config(args: argparse.Namespace) -> int:
    from .headless.config_command import Settled, config_command
    from .headless.streams import Output, Voice

    reading = _settings()
    if args.action == "path":  # asked by scripts: without the app
        settled = Settled(reading, {}, ())
    else:
        from .tui.wishes import key_fields, settle

        settled = Settled(settle(reading), _overrides(None), key_fields())
    return config_command(args, settled, Output(), Voice())


def _overrides(args: argparse.Namespace | None) -> dict[str, tuple[str, object]]:
    """What goes before the settings file: by setting, where it was said and what."""
    from .engines.address import HOST_VARIABLE, host_from_environment

    said: dict[str, tuple[str, object]] = {}
    if (host := host_from_environment(os.environ)) is not None:
        said["host"] = HOST_VARIABLE, host
    for name in ("host", "host_a", "host_b") if args is not None else ():
        if given := getattr(args, name):
            said[name] = f"--{name.replace('_', '-')}", given
    return said


def _open_engine(args: argparse.Namespace, settings: Settings, *, demo: bool) -> Engine:
    """The door to the models: the demo, or the servers that were named, set or configured."""
    if demo:
        from .engines.demo import DEFAULT_PACE, demo_engine

        return demo_engine(args.demo_pace or DEFAULT_PACE)
    from .engines import open_engine
    from .engines.address import host_from_environment
    from .settings.hosts import Hosts, wanted_hosts

    given = Hosts(args.host, args.host_a, args.host_b)
    speaks = host_from_environment(os.environ) is not None
    hosts = wanted_hosts(given, settings, speaks)
    return open_engine(
        hosts.both,
        host_a=hosts.a,
        host_b=hosts.b,
        environ=os.environ,
        stall_timeout_s=settings.stall_timeout_s,
        first_token_timeout_s=settings.first_token_timeout_s,
    )


def _open_cache(settings: Settings, *, demo: bool) -> DemonstrationCache:
    """The demonstration cache; what the demo says must never reach the real one."""
    from . import paths
    from .store.cache import DemonstrationCache

    path = None if demo else paths.cache_database()
    max_bytes = settings.cache_max_mb * 1_000_000
    return DemonstrationCache(settings.cache_ttl_s, path, max_bytes=max_bytes)


def _measured() -> MeasuredRuns:
    """What this machine's models were measured to take; opened when it is first needed."""
    from . import paths
    from .store.measured import MeasuredRuns

    return MeasuredRuns(paths.measured_database())


def _open_history(*, demo: bool) -> History:
    """The history of runs; the demo's is apart and gone with the program."""
    from . import paths
    from .store.history import History

    return History(None if demo else paths.history_database())


def _settings() -> Reading:
    """The user's settings, and what is wrong in their file."""
    from . import paths
    from .settings import read_settings

    return read_settings(paths.config_file())


def _exposure(engine: Engine) -> str | None:
    """What to say about servers that others on the way could listen to; None when all is well."""
    from .wording import exposure

    exposed = exposure(engine)
    withheld = exposed and os.environ.get("OLLAMA_API_KEY")
    return f"{exposed} OLLAMA_API_KEY is not sent there." if withheld else exposed


def _has_screen() -> bool:
    """Whether there is a terminal that can show the app."""
    from .headless.streams import is_terminal

    streams = (sys.stdin, sys.stdout)
    if any(stream is None or not is_terminal(stream) for stream in streams):
        return False
    return os.environ.get("TERM") not in ("dumb", "unknown")


def _write_out(text: str) -> None:
    """Write to standard output and bring it out, while it can still be said that this failed."""
    try:
        if sys.stdout is not None:
            sys.stdout.write(text)
            sys.stdout.flush()
    except (OSError, ValueError) as error:
        from .headless.streams import as_output_lost

        raise as_output_lost(error) from error


def _report(error: Exception) -> int:
    """Say what went wrong in one or two lines, and give its exit code."""
    from .core.errors import SutraError, UnexpectedFailure
    from .headless.streams import OutputLost, Voice, abandon_output, say_error

    if isinstance(error, OutputLost):
        abandon_output()
    failure = error if isinstance(error, SutraError) else UnexpectedFailure.of(error)
    say_error(Voice(), failure, error if _debugging() else None)
    return failure.exit_code


def _debugging() -> bool:
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")
