"""The `sutra` command: its words, its refusals, and what it hands to whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import __version__, cli, paths
from sutra_tui.core.errors import ServerUnreachable
from sutra_tui.headless import arguments
from sutra_tui.headless.listing import HEADINGS
from tests.ollama_server import (
    CLOUD_STUB,
    LLAMA_3B,
    MISTRAL_7B,
    NOMIC_EMBED,
    FakeModel,
    OllamaServer,
)

Captured = pytest.CaptureFixture[str]


def write_config(text: str) -> None:
    path = paths.config_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)


# -- help, version, usage ------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_the_version(option: str, capsys: Captured) -> None:
    assert cli.main([option]) == 0
    assert capsys.readouterr() == (f"sutra {__version__}\n", "")


def test_python_m_is_the_same_command(sutra: Any) -> None:
    done = sutra("--version")
    assert (done.returncode, done.stdout) == (0, f"sutra {__version__}{os.linesep}".encode())


def test_the_help_names_every_command_and_how_to_begin(capsys: Captured) -> None:
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n    {command} " in text for command in arguments.COMMANDS)
    assert "sutra --demo" in text and 'sutra run "' in text


def test_the_help_of_run_names_every_exit_code_and_option(capsys: Captured) -> None:
    assert cli.main(["run", "--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n  {code} " in text for code in (0, 1, 2, 3, 74, 130, 141, 143))
    assert all(
        f"{option}" in text
        for option in ("--json", "--events", "--fresh", "--no-cache", "--num-ctx", "--allow-cloud")
    )


@pytest.mark.parametrize(
    ("given", "message", "remedy"),
    [
        (["rnu", "x"], 'There is no command "rnu".', "Did you mean `sutra run`?"),
        (["model"], 'There is no command "model".', "Did you mean `sutra models`?"),
        (["What is a monad?"], "There is no command", 'sutra run "QUESTION"'),
        (["\x1b[2Jx"], "There is no command", "Commands are tui, run, bench, models, pull, cache"),
        (["run"], "required: QUERY", "See `sutra run --help`."),
        (["run", "What", "is"], "There is one word too many: is.", "Put the whole query in quotes"),
        (["run", "--modle-a", "x", "q"], "There is no option --modle-a.", "Did you mean --model-a"),
        (["run", "--zzzzzz", "q"], "There is no option --zzzzzz.", "See `sutra"),
        (["run", "--count", "11", "q"], "'11' cannot be used", "See `sutra run --help`."),
        (["run", "--count", "two", "q"], "a whole number from 1 to 10", "See"),
        (["run", "--temperature", "nan", "q"], "a number from 0 to 2", "See"),
        (["run", "--num-ctx-b", "1", "q"], "from 256 to", "See"),
        (["run", "--method", "council", "q"], "handoff", "See"),
        (["run", "--json", "--events", "q"], "not allowed with", "See"),
        (["run", "--raw", "--clean", "q"], "not allowed with", "See"),
        (["run", "--fresh", "--no-cache", "q"], "not allowed with", "See"),
        (["--hsot", "x"], "There is no option --hsot.", "Did you mean --host?"),
    ],
)
def test_wrong_usage_says_what_and_what_to_do(
    given: list[str], message: str, remedy: str, capsys: Captured
) -> None:
    assert cli.main(given) == 2
    out, err = capsys.readouterr()
    said, todo = err.splitlines()
    assert out == ""
    assert message in said and remedy in todo
    assert "\x1b" not in err


def test_options_of_generation_exist_for_each_role() -> None:
    args = arguments.read_arguments(
        ["run", "q", "--seed", "1", "--seed-a", "2", "--keep-alive", "-1", "--no-think-b"]
    )
    assert (args.seed, args.seed_a, args.seed_b) == (1, 2, None)
    assert args.keep_alive == -1
    assert (args.think, args.think_a, args.think_b) == (None, None, False)


def test_a_pace_asks_for_the_demo() -> None:
    assert arguments.read_arguments(["run", "q", "--demo-pace", "instant"]).demo
    assert not arguments.read_arguments(["run", "q"]).demo


# -- the app -------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [[], ["tui"], ["--demo"], ["tui", "--demo", "-a", "x"]])
def test_X4_the_app_needs_a_terminal(given: list[str], sutra: Any) -> None:
    done = sutra(*given)
    assert (done.returncode, done.stdout) == (2, b"")
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 2 and "sutra run" in lines[1]
    assert b"\x1b" not in done.stderr


@pytest.mark.parametrize("terminal", ["dumb", "unknown"])
def test_a_terminal_that_can_show_nothing_is_refused(
    terminal: str, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setattr("sutra_tui.headless.streams.is_terminal", lambda stream: True)
    monkeypatch.setenv("TERM", terminal)
    assert cli.main(["tui"]) == 2
    assert "sutra run" in capsys.readouterr().err


def test_X4_closed_standard_input_and_output_are_no_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setattr(sys, "stdout", None)
    assert cli.main([]) == 2


class FakeApp:
    """Stands in for the app and keeps what it was handed."""

    handed: dict[str, Any]
    return_code: int | None = 0
    fault = None

    def __init__(self, **handed: Any) -> None:
        FakeApp.handed = handed

    def run(self) -> None:
        """Nothing to show."""


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> type[FakeApp]:
    """A terminal, and an app that only looks at what it gets."""
    module = type(sys)("sutra_tui.tui.app")
    module.SutraApp = FakeApp  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sutra_tui.tui.app", module)
    monkeypatch.setattr(cli, "_has_screen", lambda: True)
    return FakeApp


def test_the_app_is_handed_everything_it_needs(app: type[FakeApp]) -> None:
    write_config("count = 2\n")
    assert cli.main(["--model-a", "x:3b", "--host", "localhost:1"]) == 0
    handed = app.handed
    assert (handed["model_a"], handed["model_b"]) == ("x:3b", None)
    assert handed["engine"].address == "localhost:1"
    assert handed["settings"].count == 2
    assert not paths.cache_database().exists()
    assert handed["reconnect"](None, True).is_demo
    assert handed["reconnect"]("localhost:2", False).address == "localhost:2"


def test_the_app_opens_the_real_cache_or_the_demos_own(app: type[FakeApp]) -> None:
    cli.main(["tui"])
    with app.handed["open_cache"](False) as cache:
        cache.set("key", ["kept"])
    assert paths.cache_database().exists()
    with app.handed["open_cache"](True) as cache:
        assert cache.get("key") is None
    cli.main(["tui", "--demo"])
    assert app.handed["engine"].is_demo
    assert "Explain monads" in app.handed["examples"]()


def test_how_the_app_ended_is_how_the_command_ends(
    app: type[FakeApp], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "return_code", 130)
    assert cli.main(["tui"]) == 130
    monkeypatch.setattr(app, "return_code", None)
    assert cli.main(["tui"]) == 0


@pytest.mark.parametrize(
    ("option", "variable", "configured", "address"),
    [
        (None, None, "", "localhost:11434"),
        (None, None, "192.0.2.1:1", "192.0.2.1:1"),
        (None, "192.0.2.2:2", "192.0.2.1:1", "192.0.2.2:2"),
        ("192.0.2.3:3", "192.0.2.2:2", "192.0.2.1:1", "192.0.2.3:3"),
    ],
)
def test_which_server_it_is(
    app: type[FakeApp],
    monkeypatch: pytest.MonkeyPatch,
    option: str | None,
    variable: str | None,
    configured: str,
    address: str,
) -> None:
    write_config(f'host = "{configured}"\n')
    if variable:
        monkeypatch.setenv("OLLAMA_HOST", variable)
    assert cli.main(["tui", *(["--host", option] if option else [])]) == 0
    assert app.handed["engine"].address == address


@pytest.mark.parametrize("command", [["tui"], ["run", "q"], ["models"]])
def test_N22_an_address_that_is_none_is_a_usage_error(
    command: list[str], app: type[FakeApp], capsys: Captured
) -> None:
    assert cli.main([*command, "--host", "ftp://x"]) == 2
    assert "server address" in capsys.readouterr().err


def test_what_is_wrong_in_the_settings_is_said(app: type[FakeApp], capsys: Captured) -> None:
    write_config("coutn = 2\n")
    assert cli.main(["models", "--demo"]) == 0
    assert "did you mean count?" in capsys.readouterr().err
    assert cli.main(["tui"]) == 0
    (warning,) = app.handed["warnings"]
    assert "did you mean count?" in warning
    assert capsys.readouterr().err == "", "a line on the terminal would be under the app"


# -- what goes wrong in the program itself --------------------------------------------------------


def test_a_fault_of_the_program_is_two_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def broken(args: object) -> int:
        raise ZeroDivisionError("the secret prompt")

    monkeypatch.setattr(cli, "_run", broken)
    assert cli.main(["run", "q"]) == 1
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err and "secret" not in err
    assert len(err.splitlines()) == 2


def test_the_traceback_is_there_for_those_who_ask(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    def broken(args: object) -> int:
        raise ZeroDivisionError("\x1b[2J")

    monkeypatch.setattr(cli, "_run", broken)
    monkeypatch.setenv("SUTRA_DEBUG", "1")
    assert cli.main(["run", "q"]) == 1
    err = capsys.readouterr().err
    assert "Traceback" in err and "test_cli.py" in err
    assert "\x1b" not in err


def test_ctrl_c_before_anything_began(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_run", interrupted)
    assert cli.main(["run", "q"]) == 130


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("option", ["--help", "--version"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_that_cannot_be_written_is_said(option: str, unbuffered: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "sutra_tui", option],
            stdout=full,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            timeout=60,
        )
    assert done.returncode == 74
    assert b"no space left on device" in done.stderr and b"Traceback" not in done.stderr


# -- the list of models ---------------------------------------------------------------------------

HOSTILE = FakeModel("hf.co/a/\u202eb\x1b[31m:Q4_K_M", 900)


def models(server: OllamaServer, *options: str) -> int:
    return cli.main(["models", "--host", server.host, *options])


@pytest.mark.parametrize("version", ["0.33.2", "0.12.0"])
def test_the_models_as_a_table(version: str, capsys: Captured) -> None:
    pulled = [LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, CLOUD_STUB]
    with OllamaServer(pulled, version=version) as server:
        assert models(server) == 0
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split() for line in out.splitlines()}
    assert err == ""
    assert rows["NAME"] == list(HEADINGS)
    assert rows["llama3.2:3b"][1:] == ["3.2B", "Q4_K_M", "2.0", "GB", "131,072", "no", "text"]
    assert rows["nomic-embed-text:latest"][-1] == "embedding"
    assert rows["gpt-oss:120b-cloud"][-1] == "cloud"
    assert len(rows) == 5


def test_the_models_as_json(capsys: Captured) -> None:
    with OllamaServer() as server:
        assert models(server, "--json") == 0
        document = json.loads(capsys.readouterr().out)
        assert document["address"].endswith(str(server.port))
    assert (document["engine"], document["demo"]) == ("ollama", False)
    assert {entry["name"] for entry in document["models"]} == {"llama3.2:3b", "mistral:7b"}
    assert {entry["kind"] for entry in document["models"]} == {"text"}


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_T2_hostile_names_are_shown_safely(options: tuple[str, ...], capsys: Captured) -> None:
    with OllamaServer([HOSTILE]) as server:
        assert models(server, *options) == 0
    out = capsys.readouterr().out
    assert "hf.co/a/" in out
    assert "\x1b" not in out and "\u202e" not in out


def test_no_model_is_pulled(capsys: Captured) -> None:
    with OllamaServer([]) as server:
        assert models(server) == 0
    out, err = capsys.readouterr()
    assert out == "" and "ollama pull llama3.2:3b" in err


def test_the_demo_is_labelled(capsys: Captured) -> None:
    assert cli.main(["models", "--demo", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["demo"] is True
    assert err.startswith("DEMO")


def test_no_server_to_list(capsys: Captured) -> None:
    with OllamaServer() as server:
        pass
    assert models(server) == ServerUnreachable.exit_code == 3
    out, err = capsys.readouterr()
    assert out == "" and str(server.port) in err
