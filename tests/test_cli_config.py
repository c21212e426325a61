"""`sutra config`, and which servers `sutra run` and the app ask."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sutra_tui import cli, paths
from sutra_tui.settings import FIELDS
from sutra_tui.tui.wishes import key_fields
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

Captured = pytest.CaptureFixture[str]


def write_config(text: str) -> Path:
    path = paths.config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# -- sutra config ---------------------------------------------------------------------------------


def test_the_path_is_told_whether_there_is_a_file_or_not(capsys: Captured) -> None:
    assert cli.main(["config", "path"]) == 0
    assert capsys.readouterr() == (f"{paths.config_file()}\n", "")
    assert cli.main(["config", "path", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "path": str(paths.config_file()),
        "exists": False,
    }
    assert not paths.config_file().parent.exists(), "asking creates nothing"


def test_show_lists_every_setting_with_its_source(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(
        "count = 2\nhost = 'there:1'\n[model_b]\nnum_ctx = 8192\n[keys]\npane.zoom='f11'\n"
    )
    monkeypatch.setenv("OLLAMA_HOST", "elsewhere:2")
    assert cli.main(["config", "show"]) == 0
    out, err = capsys.readouterr()
    rows = {line.split()[0]: line.split(maxsplit=1)[1] for line in out.splitlines()}
    assert rows.keys() >= {field.name for field in (*FIELDS, *key_fields())}
    assert rows["count"].split() == ["2", "line", "1"]
    assert rows["host"].split() == ["elsewhere:2", "OLLAMA_HOST"]
    assert rows["host_a"].split() == ["as", "host", "default"]
    assert rows["model_b.num_ctx"].split() == ["8192", "line", "4"]
    assert rows["keys.pane.zoom"].split() == ["f11", "line", "6"]
    assert rows["keys.model.a"].split() == ["f2", "default"]
    assert err == ""


def test_show_as_json_says_what_is_allowed_and_what_is_wrong(capsys: Captured) -> None:
    write_config("count = 99\nmethod = 'raw'\n")
    assert cli.main(["config", "--json", "show"]) == 0
    document = json.loads(capsys.readouterr().out)
    rows = {row["name"]: row for row in document["settings"]}
    assert rows["count"]["value"] == 3 and rows["count"]["source"] == "default"
    assert rows["method"]["value"] == "raw" and rows["method"]["line"] == 2
    assert rows["host"]["value"] is None
    assert "1 to 10" in rows["count"]["allowed"]
    assert [(found["line"], found["name"]) for found in document["problems"]] == [(1, "count")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("count = 2\ntheme = 'nord'\n[keys]\nmodel.a = 'f11'\n", []),
        ("\ncoutn = 2\nmethod = 'rwa'\n", [
            "config.toml, line 2: there is no setting coutn; did you mean count?",
            'config.toml, line 3: method = "rwa" cannot be used; it must be "handoff" or "raw"; '
            'did you mean raw? The default is used ("handoff").',
        ]),
        ("theme = 'nordd'\n", ["line 1: there is no theme nordd; did you mean nord?"]),
        ("[keys]\n'modl.a' = 'f7'\n", ["line 2, [keys]: there is no command modl.a; did you mean"]),
        ("[keys]\n'model.a' = 'f3'\n", ['f3 is the key of "Choose Model B" (model.b) already.']),
        ("[keys]\n'model.a' = 'x'\n", ["x is needed for typing there"]),
        ("[keys]\n'model.a' = 'ctrl+p'\n", ["ctrl+p is taken there: the list of all commands."]),
        ("[keys]\n'model.a' = 'f33'\n", ["line 2, [keys]: model.a = \"f33\" cannot be used"]),
        ("count = [\n", ["config.toml is not valid TOML"]),
    ],
)  # fmt: skip
def test_validate_lists_every_problem_with_its_line(
    text: str, lines: list[str], capsys: Captured
) -> None:
    write_config(text)
    assert cli.main(["config", "validate"]) == (1 if lines else 0)
    out, err = capsys.readouterr()
    said = out.splitlines()
    assert len(said) == len(lines)
    assert all(part in line for part, line in zip(lines, said, strict=True)), said
    assert err == ("" if lines else "config.toml is all right.\n")
    assert cli.main(["config", "validate", "--json"]) == (1 if lines else 0)
    document = json.loads(capsys.readouterr().out)
    assert document["valid"] == (not lines) and len(document["problems"]) == len(lines)


def test_no_file_is_nothing_wrong(capsys: Captured) -> None:
    assert cli.main(["config", "validate"]) == 0
    assert "all settings have their defaults" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["config"], "Say what to do with the settings. Commands are path, show, validate."),
        (["config", "shw"], 'There is no command "config shw". Did you mean `sutra config show`?'),
        (["config", "show", "x"], "There is one word too many: x."),
        (["config", "show", "--jsn"], "Did you mean --json?"),
    ],
)
def test_wrong_usage_of_config(given: list[str], words: str, capsys: Captured) -> None:
    assert cli.main(given) == 2
    assert words in capsys.readouterr().err.replace("\n", " ")


def test_the_help_of_config_shows_a_file_that_is_all_right(capsys: Captured) -> None:
    assert cli.main(["config", "--help"]) == 0
    _, _, rest = capsys.readouterr().out.partition("a settings file:\n")
    example, _, _ = rest.partition("exit codes:")
    write_config(example)
    assert cli.main(["config", "validate"]) == 0, capsys.readouterr().out


# -- a server for each role -----------------------------------------------------------------------


def test_a_run_asks_each_server_for_its_own_model(capsys: Captured) -> None:
    with OllamaServer([LLAMA_3B]) as at_a, OllamaServer([MISTRAL_7B]) as at_b:
        assert cli.main(["run", "--host-a", at_a.host, "--host-b", at_b.host, "Why?"]) == 0
        out, err = capsys.readouterr()
        assert out == "This is the scripted final answer."
        assert f"Model A is {LLAMA_3B.name}, Model B is {MISTRAL_7B.name}." in err
        assert {chat.model for chat in at_a.chats()} == {LLAMA_3B.name}
        assert {chat.model for chat in at_b.chats()} == {MISTRAL_7B.name}
        assert at_a.loaded == [LLAMA_3B.name] and at_b.loaded == [MISTRAL_7B.name]


def test_the_settings_name_the_servers_and_the_command_line_goes_first(capsys: Captured) -> None:
    with OllamaServer() as one, OllamaServer() as other:
        write_config(f"host_a = '{one.host}'\nhost_b = '{other.host}'\n")
        assert cli.main(["run", "--no-cache", "Why?"]) == 0
        assert one.chats() and other.chats()
        before = len(other.requests)
        assert cli.main(["run", "--no-cache", "--host", one.host, "Why?"]) == 0
        assert len(other.requests) == before, "an address for both sets the settings aside"


def test_a_raw_run_leaves_model_as_server_alone(capsys: Captured) -> None:
    with OllamaServer() as at_a, OllamaServer() as at_b:
        hosts = ["--host-a", at_a.host, "--host-b", at_b.host]
        assert cli.main(["run", "--method", "raw", *hosts, "Why?"]) == 0
        assert at_a.requests == []


def test_models_lists_both_servers_with_their_addresses(capsys: Captured) -> None:
    with OllamaServer([LLAMA_3B]) as at_a, OllamaServer([LLAMA_3B, MISTRAL_7B]) as at_b:
        hosts = ["--host-a", at_a.host, "--host-b", at_b.host]
        assert cli.main(["models", *hosts]) == 0
        heading, *rows = capsys.readouterr().out.splitlines()
        assert heading.endswith("SERVER")
        assert sorted((row.split()[0], row.split()[-1]) for row in rows) == sorted([
            (LLAMA_3B.name, f"localhost:{at_a.port}"),
            (LLAMA_3B.name, f"localhost:{at_b.port}"),
            (MISTRAL_7B.name, f"localhost:{at_b.port}"),
        ])  # fmt: skip
        assert cli.main(["models", "--json", *hosts]) == 0
        models = json.loads(capsys.readouterr().out)["models"]
        assert {model["address"] for model in models} == {
            f"localhost:{at_a.port}", f"localhost:{at_b.port}",
        }  # fmt: skip


def test_a_settings_file_with_a_bad_address_stops_nothing(capsys: Captured) -> None:
    with OllamaServer() as server:
        write_config("host_b = 'ftp://x'\n")
        assert cli.main(["run", "--host", server.host, "Why?"]) == 0
        assert 'line 1: host_b = "ftp://x" cannot be used' in capsys.readouterr().err
