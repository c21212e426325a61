"""The `sutra` command: with `wiring.py` the only place that picks an engine and joins rooms.

Invariant: importing this imports nothing slow, whatever a command needs is imported when it runs,
and no failure leaves as a traceback unless `SUTRA_DEBUG=1` asks for it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from .core.engine import Engine
    from .doctor.examination import Circumstances
    from .store.cache import DemonstrationCache

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
        "bench": _bench,
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
    from . import paths, wiring
    from .store.remembered import load_remembered
    from .tui.wishes import settle

    reading = settle(wiring.read_settings_file())
    settings, warnings = reading.settings, reading.warnings

    def reconnect(host: str | None, demo: bool) -> Engine:
        named = copy(args)
        if host is not None:
            named.host, named.host_a, named.host_b = host, None, None
        return wiring.open_engine(named, wiring.read_settings_file().settings, demo=demo)

    def open_cache(demo: bool) -> DemonstrationCache:
        return wiring.open_cache(settings, demo=demo)

    remembered = load_remembered(paths.state_file())
    from .logbook import Logbook
    from .server_process import ServerProcess
    from .tui.app import SutraApp
    from .tui.clipboard import Clipboard
    from .tui.launch import launch

    process = ServerProcess(
        paths.server_log(),
        os.environ,
        wiring.listens_at,
        stops_at_exit=not remembered.leave_server,
    )

    def circumstances(engine: Engine) -> Circumstances:
        from .doctor import here

        server = wiring.server_of(lambda: engine)
        return here.circumstances(server, settings, len(warnings), app.remembered, app.asked_pair)

    app = SutraApp(
        engine=wiring.open_engine(args, settings, demo=args.demo),
        open_cache=open_cache,
        open_history=lambda demo: wiring.open_history(demo=demo),
        settings=settings,
        remembered=remembered,
        model_a=args.model_a,
        model_b=args.model_b,
        reconnect=reconnect,
        server_process=process,
        circumstances=circumstances,
        state_file=paths.state_file(),
        open_measured=wiring.open_measured,
        examples=wiring.examples,
        warnings=tuple(warnings),
        reading=reading,
        overrides=wiring.overrides(args),
        copier=Clipboard(wiring.ways_to_copy, paths.copies_file()),
    )
    with Logbook(paths.log_file()) as logbook:
        try:
            return launch(app, logbook, process.let_go)
        finally:
            if said := process.end():
                voice.say(said)


def _run(args: argparse.Namespace) -> int:
    from . import wiring
    from .headless.running import HeadlessRun
    from .headless.streams import Output, Voice
    from .headless.telling import Teller, choose_manner

    voice, output = Voice(), Output(cleans=args.clean)
    manner = choose_manner(
        voice, quiet=args.quiet, plain=args.plain, terminal=os.environ.get("TERM", "")
    )
    reading = wiring.read_settings_file()
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

    given = wiring.for_runs(args, settings, teller.say)
    return HeadlessRun(args, given, output, teller).execute()


def _bench(args: argparse.Namespace) -> int:
    from . import wiring
    from .headless.bench_command import HeadlessBench
    from .headless.streams import Output, Voice

    output, voice = Output(), Voice()
    reading = wiring.read_settings_file()
    voice.say_all(reading.warnings)
    given = wiring.for_runs(args, reading.settings, voice.say)
    return HeadlessBench(args, given, wiring.bench_queries(), output, voice).execute()


def _models(args: argparse.Namespace) -> int:
    from . import wiring
    from .headless.listing import models_command
    from .headless.stopping import Stopped
    from .headless.streams import Output, Voice

    voice, output = Voice(), Output()
    reading = wiring.read_settings_file()
    settings, warnings = reading.settings, reading.warnings
    voice.say_all(warnings)

    def open_engine() -> Engine:
        return wiring.open_engine(args, settings, demo=args.demo)

    try:
        models_command(open_engine, output, voice, as_json=args.json)
    except Stopped as stopped:
        return stopped.exit_code
    return 0


def _pull(args: argparse.Namespace) -> int:
    from . import wiring
    from .headless.pulling import pull_command
    from .headless.stopping import Stopped
    from .headless.streams import Voice

    voice = Voice()
    reading = wiring.read_settings_file()
    voice.say_all(reading.warnings)

    def open_engine() -> Engine:
        return wiring.open_engine(args, reading.settings, demo=args.demo)

    try:
        pull_command(open_engine, args.name, voice)
    except Stopped as stopped:
        voice.say("Stopped. The server keeps what was downloaded; pull again to go on.")
        return stopped.exit_code
    return 0


def _cache(args: argparse.Namespace) -> int:
    from pathlib import Path

    from . import paths, wiring
    from .headless.cache_command import cache_command
    from .headless.streams import Output, Voice
    from .store.cache import DemonstrationCache

    voice, output = Voice(), Output(cleans=args.clean)
    reading = wiring.read_settings_file()
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
    from . import paths, wiring
    from .doctor.here import circumstances
    from .headless.doctor_command import doctor_command
    from .headless.streams import Output, Voice
    from .store.remembered import load_remembered

    output, voice = Output(cleans=True), Voice()
    reading = wiring.read_settings_file()
    settings, warnings = reading.settings, reading.warnings
    server = wiring.server_of(lambda: wiring.open_engine(args, settings, demo=args.demo))
    remembered = load_remembered(paths.state_file())
    asked = (args.model_a, args.model_b)
    about = circumstances(server, settings, len(warnings), remembered, asked)
    tests = args.model if args.self_test or args.model else None
    return doctor_command(about, output, voice, tests=tests, as_json=args.json)


def _config(args: argparse.Namespace) -> int:
    from . import wiring
    from .headless.config_command import Settled, config_command
    from .headless.streams import Output, Voice

    reading = wiring.read_settings_file()
    if args.action == "path":  # asked by scripts: without the app
        settled = Settled(reading, {}, ())
    else:
        from .tui.wishes import key_fields, settle

        settled = Settled(settle(reading), wiring.overrides(None), key_fields())
    return config_command(args, settled, Output(), Voice())


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
