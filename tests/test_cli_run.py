"""`sutra run` against the scripted server and the demo: what it sends, writes and exits with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import cli, paths, wiring
from sutra_tui.core.protocol import HandoffResult
from sutra_tui.store.remembered import Remembered, save_remembered
from tests.conftest import Sutra
from tests.ollama_server import (
    CLOUD_STUB,
    LLAMA_3B,
    NOMIC_EMBED,
    QWEN_4B_THINKING,
    OllamaServer,
    Reply,
)

Captured = pytest.CaptureFixture[str]
ANSWER = "This is the scripted final answer."
QUERY = "Write a Python merge sort"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def run(server: OllamaServer, *arguments: str) -> int:
    return cli.main(["run", "--host", server.host, *arguments])


def demo(*arguments: str) -> int:
    return cli.main(["run", "--demo", "--demo-pace", "instant", *arguments])


# -- what is written ------------------------------------------------------------------------------


def test_the_answer_and_nothing_else(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, QUERY) == 0
    out, err = capsys.readouterr()
    assert out == ANSWER
    assert err == ("Model A is llama3.2:3b, Model B is mistral:7b. Choose others with -a and -b.\n")


def test_P9_model_bs_text_survives_byte_for_byte(
    server: OllamaServer, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    text = "#include <stdio.h>\r\nVec<u8> \x1b[31m \u202e 日本 🦀\x00\x9b\n\n"
    server.script("mistral:7b", text)
    assert run(server, QUERY) == 0
    assert capsysbinary.readouterr().out == text.encode()


def test_cleaning_can_be_asked_for(server: OllamaServer, capsys: Captured) -> None:
    server.script("mistral:7b", "\x1b]52;c;eA==\x07Vec<u8>\n")
    assert run(server, "--clean", QUERY) == 0
    assert capsys.readouterr().out == "␛]52;c;eA==␇Vec<u8>\n"


def test_the_whole_run_as_one_document(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--json", QUERY) == 0
    document = json.loads(capsys.readouterr().out)
    assert document.pop("demo") is False
    assert "error" not in document
    result = HandoffResult.from_dict(document)
    assert (result.answer, result.draft) == (ANSWER, "This is the scripted draft.")
    assert len(result.demonstrations) == 3
    assert (result.status, result.engine, result.query) == ("complete", "ollama", QUERY)
    assert [stage.name for stage in result.stages] == ["A", "parse", "B"]
    counted = [stage.stats.output_tokens for stage in result.stages if stage.name != "parse"]
    assert (
        all(counted)
        and sum(map(int, filter(None, counted))) == result.token_counts["completion_tokens"]
    )


def test_every_event_on_its_own_line(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--events", QUERY) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    names = [event["event"] for event in events]
    assert (names[0], names[-1]) == ("run_started", "run_finished")
    assert names.count("demonstration_found") == 3
    assert names.count("stage_finished") == 3
    assert {event["run_id"] for event in events} == {events[0]["run_id"]}
    assert events[0]["demo"] is events[-1]["demo"] is False
    written = "".join(e["text"] for e in events if e["event"] == "token" and e["stage"] == "B")
    assert written == events[-1]["result"]["answer"] == ANSWER


@pytest.mark.parametrize("form", ["--json", "--events"])
def test_json_is_safe_for_a_terminal_and_loses_nothing(
    form: str, server: OllamaServer, capsys: Captured
) -> None:
    text = "\x1b[31m\x9b\x7f\u202e\u2028\U000e0041 日本 🦀"
    server.script("mistral:7b", Reply(chunks=[text]))
    assert run(server, form, QUERY) == 0
    out = capsys.readouterr().out
    assert not set(out) & set("\x1b\x9b\x7f\u202e\u2028\U000e0041")
    last = json.loads(out if form == "--json" else out.splitlines()[-1])
    assert last.get("result", last)["answer"] == text


def test_a_line_for_each_step(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--plain", "-a", "llama3.2:3b", "-b", "mistral:7b", QUERY) == 0
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Plan: A 3.0 GB ")
    assert lines[1] == "A llama3.2:3b: loading the model."
    assert "Demonstration 2 of 3 is there." in lines
    assert "B mistral:7b: writing." in lines
    assert lines[-1].startswith("Complete in ") and "3 demonstrations." in lines[-1]
    assert not any("\r" in line or "\x1b" in line for line in lines)


@pytest.mark.parametrize(("asked", "told"), [((), 0), (("--plan",), 1)])
def test_the_plan_is_told_to_a_file_only_when_asked_for(
    server: OllamaServer, capsys: Captured, asked: tuple[str, ...], told: int
) -> None:
    assert run(server, *asked, "-a", "llama3.2:3b", "-b", "mistral:7b", QUERY) == 0
    out, err = capsys.readouterr()
    assert out == ANSWER
    assert len([line for line in err.splitlines() if line.startswith("Plan: A 3.0 GB ")]) == told


def test_the_plan_is_part_of_the_json_document(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--json", "-a", "llama3.2:3b", "-b", "mistral:7b", QUERY) == 0
    plan = json.loads(capsys.readouterr().out)["plan"]
    assert [part["model"] for part in plan["roles"]] == ["llama3.2:3b", "mistral:7b"]
    assert plan["roles"][0]["footprint"]["kv_cache"] == 448 * 1024**2


def test_what_a_run_took_is_known_to_the_next_one(server: OllamaServer, capsys: Captured) -> None:
    seen, pair = [], ("-a", "llama3.2:3b", "-b", "llama3.2:3b")
    for _ in range(3):
        assert run(server, "--json", "--fresh", *pair, QUERY) == 0
        document = json.loads(capsys.readouterr().out)
        seen.append(document["plan"]["roles"][0]["footprint"]["runs"])
    assert seen == [0, 1, 2], "two stages of one run are one run"
    assert paths.measured_database().stat().st_mode & 0o777 == 0o600


def test_quiet_says_nothing_when_all_is_well(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--quiet", QUERY) == 0
    assert capsys.readouterr() == (ANSWER, "")


@pytest.mark.parametrize("form", [(), ("--json",), ("--quiet",)])
def test_the_demo_is_always_labelled(form: tuple[str, ...], capsys: Captured) -> None:
    assert demo(*form, QUERY) == 0
    out, err = capsys.readouterr()
    assert err.startswith("DEMO: every reply is scripted.")
    if form == ("--json",):
        document = json.loads(out)
        assert (document["demo"], document["engine"]) == (True, "demo")
        assert document["draft"] and document["answer"]
        assert len(document["demonstrations"]) == 3


def test_the_demo_never_touches_the_real_cache(capsys: Captured) -> None:
    assert demo(QUERY) == 0
    assert not paths.data_folder().exists()


# -- what is asked --------------------------------------------------------------------------------


def test_the_query_from_standard_input(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    import io

    data = "\ufeffWas ist das?\r\n".encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(server, "--json", "-") == 0
    assert json.loads(capsys.readouterr().out)["query"] == "Was ist das?"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The query is empty."),
        (b" \n\n", "The query is empty."),
        (b"\xff\xfe", "not UTF-8"),
        (b"x" * (256 * 1024 + 1), "longer than 256 KB"),
    ],
)
def test_standard_input_that_is_no_query(
    data: bytes,
    said: str,
    server: OllamaServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert run(server, "-") == 2
    assert said in capsys.readouterr().err
    assert server.requests == []


def test_a_query_that_is_not_text(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "caf\udce9") == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_options_for_both_and_for_each_role(server: OllamaServer, capsys: Captured) -> None:
    given = ["--num-ctx", "2048", "--num-ctx-b", "8192", "--seed", "7", "--temperature-a", "0.5"]
    assert run(server, *given, "--num-predict", "300", "--keep-alive", "60", QUERY) == 0
    a, b = server.chats("llama3.2:3b")[0], server.chats("mistral:7b")[0]
    assert (a.options["num_ctx"], b.options["num_ctx"]) == (2048, 8192)
    assert (a.options["seed"], b.options["seed"]) == (7, 7)
    assert (a.options["temperature"], b.options.get("temperature")) == (0.5, None)
    assert a.options["num_predict"] == b.options["num_predict"] == 300
    assert a.body is not None and a.body["keep_alive"] in (60, 60.0, "60s")


def test_the_settings_count_where_the_command_line_is_silent(
    server: OllamaServer, capsys: Captured
) -> None:
    path = paths.config_file()
    path.parent.mkdir(parents=True)
    path.write_text('method = "raw"\n[model_b]\nnum_ctx = 8192\nnum_predict = 99\n')
    assert run(server, "--num-predict", "77", QUERY) == 0
    (chat,) = server.chats()
    assert chat.model == "mistral:7b"
    assert (chat.options["num_ctx"], chat.options["num_predict"]) == (8192, 77)


def test_raw_asks_model_b_alone(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--method", "raw", QUERY) == 0
    assert [chat.model for chat in server.chats()] == ["mistral:7b"]
    assert "Model B is mistral:7b." in capsys.readouterr().err


def test_standing_instructions_and_count_reach_model_a(
    server: OllamaServer, capsys: Captured
) -> None:
    assert run(server, "--system", "Answer in German.", "--count", "2", QUERY) == 0
    a = server.chats("llama3.2:3b")[0]
    assert "Answer in German." in a.prompt and "write 2 demonstrations" in a.prompt


def test_files_travel_with_the_query_and_their_cost_is_said(
    server: OllamaServer, tmp_path: Path, capsys: Captured
) -> None:
    one, two = tmp_path / "one.rs", tmp_path / "two.txt"
    one.write_text("fn main() {}\n" * 40)
    two.write_text("{query} stays {query}")
    assert run(server, "--file", str(one), "--file", str(two), "Find the bug") == 0
    prompt = server.chats("mistral:7b")[0].prompt
    assert "fn main() {}" in prompt and "{query} stays {query}" in prompt
    err = capsys.readouterr().err
    assert "one.rs: about 130 tokens of the context." in err and "two.txt: about " in err


@pytest.mark.parametrize("option", ["--file", "--prompt-a", "--prompt-b"])
def test_Z2_a_file_that_cannot_be_used(
    option: str, server: OllamaServer, tmp_path: Path, capsys: Captured
) -> None:
    assert run(server, option, str(tmp_path / "gone.txt"), QUERY) == 2
    assert run(server, option, str(tmp_path), QUERY) == 2
    out, err = capsys.readouterr()
    assert out == "" and "gone.txt cannot be read" in err
    assert server.requests == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "WORD=one"),
        ("id_ed25519", "x"),
        ("server.pem", "x"),
        ("notes.txt", "-----BEGIN RSA PRIVATE KEY-----\nabc"),
        ("notes.txt", f"use AKIA{'A1' * 8} for it"),
    ],
)
def test_Z3_a_file_that_looks_like_a_secret_needs_a_yes(
    name: str, text: str, server: OllamaServer, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert run(server, "--file", str(file), QUERY) == 2
    out, err = capsys.readouterr()
    assert out == "" and f"{name} was not sent" in err and "--allow-secrets" in err
    assert text not in err and server.requests == []
    assert run(server, "--file", str(file), "--allow-secrets", QUERY) == 0
    assert text in server.chats("mistral:7b")[0].prompt


def test_templates_from_files(server: OllamaServer, tmp_path: Path, capsys: Captured) -> None:
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    a.write_text("A says: <demonstration>x</demonstration> {query} {braces}")
    b.write_text("B says: {demonstrations} {query}")
    assert run(server, "--prompt-a", str(a), "--prompt-b", str(b), QUERY) == 0
    assert server.chats("llama3.2:3b")[0].prompt.endswith(f"{QUERY} {{braces}}")
    assert "B says:" in server.chats("mistral:7b")[0].prompt


def test_a_template_without_the_query_is_refused(
    server: OllamaServer, tmp_path: Path, capsys: Captured
) -> None:
    template = tmp_path / "a.txt"
    template.write_text("no hole")
    assert run(server, "--prompt-a", str(template), QUERY) == 2
    assert "Put {query} where the question belongs." in capsys.readouterr().err


@pytest.mark.parametrize(("option", "thinks"), [("--think", True), ("--no-think", False)])
def test_thinking_is_for_models_that_think(option: str, thinks: bool, capsys: Captured) -> None:
    with OllamaServer([LLAMA_3B, QWEN_4B_THINKING]) as server:
        assert run(server, option, "-a", "llama3.2:3b", "-b", "qwen3:4b", QUERY) == 0
        (a,), (b,) = server.chats("llama3.2:3b"), server.chats("qwen3:4b")
    assert a.body is not None and "think" not in a.body
    assert b.body is not None and b.body["think"] is thinks
    assert capsys.readouterr().out == ANSWER


# -- which models ---------------------------------------------------------------------------------


def test_the_pair_used_last_goes_first(server: OllamaServer, capsys: Captured) -> None:
    save_remembered(paths.state_file(), Remembered("mistral:7b", "llama3.2:3b"))
    assert run(server, QUERY) == 0
    assert "Model A is mistral:7b, Model B is llama3.2:3b." in capsys.readouterr().err


def test_named_models_are_used_without_a_word(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "-a", "mistral:7b", "-b", "mistral:7b", QUERY) == 0
    assert capsys.readouterr().err == ""
    assert {chat.model for chat in server.chats()} == {"mistral:7b"}


def test_the_other_model_is_picked_when_one_is_named(
    server: OllamaServer, capsys: Captured
) -> None:
    assert run(server, "-b", "llama3.2:3b", "-a", "", QUERY) == 0
    assert server.chats()[-1].model == "llama3.2:3b"


@pytest.mark.parametrize("pulled", [[], [NOMIC_EMBED], [CLOUD_STUB]])
def test_nothing_to_chain_says_what_to_pull(pulled: list[Any], capsys: Captured) -> None:
    with OllamaServer(pulled) as server:
        assert run(server, QUERY) == 3
        assert server.chats() == []
    out, err = capsys.readouterr()
    assert out == "" and "`ollama pull llama3.2:3b`" in err
    assert len(err.splitlines()) == 2


def test_a_model_that_is_not_there(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "-a", "llama3.2:3b", "-b", "phi4:14b", QUERY) == 3
    assert "ollama pull phi4:14b" in capsys.readouterr().err


def test_Z4_a_cloud_model_needs_a_yes(capsys: Captured) -> None:
    cloud = "gpt-oss:120b-cloud"
    with OllamaServer([LLAMA_3B, CLOUD_STUB]) as server:
        assert run(server, "-a", "llama3.2:3b", "-b", cloud, QUERY) == 2
        assert server.chats() == []
        assert "--allow-cloud" in capsys.readouterr().err
        # The scripted server is not signed in, so being asked is as far as it gets.
        assert run(server, "-a", "llama3.2:3b", "-b", cloud, "--allow-cloud", QUERY) == 1
        assert server.chats()[-1].model == cloud


# -- the cache ------------------------------------------------------------------------------------


def test_demonstrations_are_kept_for_the_next_time(server: OllamaServer, capsys: Captured) -> None:
    assert run(server, "--json", QUERY) == 0
    first = json.loads(capsys.readouterr().out)
    assert run(server, "--json", QUERY) == 0
    second = json.loads(capsys.readouterr().out)
    assert (first["cache_hit"], second["cache_hit"]) == (False, True)
    assert first["demonstrations"] == second["demonstrations"]
    assert len(server.chats("llama3.2:3b")) == 1
    assert run(server, "--plain", QUERY) == 0
    err = capsys.readouterr().err
    assert "Demonstrations from the cache, written just now." in err
    assert "3 demonstrations from the cache." in err


def test_fresh_demonstrations_replace_the_kept_ones(server: OllamaServer, capsys: Captured) -> None:
    assert [run(server, *options, QUERY) for options in ([], ["--fresh"], [])] == [0, 0, 0]
    assert len(server.chats("llama3.2:3b")) == 2


def test_without_the_cache_nothing_is_kept(server: OllamaServer, capsys: Captured) -> None:
    assert [run(server, "--no-cache", QUERY) for _ in range(2)] == [0, 0]
    assert len(server.chats("llama3.2:3b")) == 2
    assert not paths.cache_database().exists()


def test_S6_a_cache_that_cannot_be_opened_does_not_end_the_run(
    server: OllamaServer, capsys: Captured
) -> None:
    paths.cache_database().mkdir(parents=True)
    assert run(server, QUERY) == 0
    out, err = capsys.readouterr()
    assert out == ANSWER
    assert "cache.db" in err


# -- how it ends badly ----------------------------------------------------------------------------


def test_N1_no_server(capsys: Captured) -> None:
    with OllamaServer() as server:
        pass
    assert run(server, QUERY) == 3
    out, err = capsys.readouterr()
    assert out == "" and len(err.splitlines()) == 2
    assert err.startswith("sutra: ")


@pytest.mark.parametrize("form", ["--json", "--events"])
def test_a_failure_before_the_run_is_a_document_too(form: str, capsys: Captured) -> None:
    with OllamaServer() as server:
        pass
    assert run(server, form, QUERY) == 3
    document = json.loads(capsys.readouterr().out)
    assert document["error"]["kind"] == "unreachable"
    assert document["demo"] is False
    result = document.get("result", document)
    assert (result["query"], result["status"]) == (QUERY, "failed")


@pytest.mark.parametrize("form", [(), ("--json",), ("--events",), ("--quiet",)])
def test_N5_a_failure_in_the_middle_keeps_what_was_there(
    form: tuple[str, ...], server: OllamaServer, capsys: Captured
) -> None:
    server.script("mistral:7b", Reply("One two three", error="it \x1b[2J broke"))
    assert run(server, *form, QUERY) == 1
    out, err = capsys.readouterr()
    assert "sutra: " in err and "\x1b" not in err and "Traceback" not in err
    if form == ("--json",):
        document = json.loads(out)
        assert (document["answer"], document["status"]) == ("One two three", "failed")
        assert document["error"]["message"] and len(document["demonstrations"]) == 3
    elif form == ("--events",):
        last = json.loads(out.splitlines()[-1])
        assert last["event"] == "run_failed" and last["result"]["answer"] == "One two three"
    else:
        assert out == "One two three"


@pytest.mark.parametrize("quiet", [False, True])
def test_N6_N18_an_answer_that_was_cut_off_is_no_success(
    quiet: bool, server: OllamaServer, capsys: Captured
) -> None:
    server.script("mistral:7b", Reply("One two three", done_reason="length"))
    assert run(server, *(["--quiet"] if quiet else []), QUERY) == 1
    out, err = capsys.readouterr()
    assert out == "One two three"
    assert "Model B was cut off at its limit" in err


def test_falling_back_to_a_raw_answer_is_said(server: OllamaServer, capsys: Captured) -> None:
    server.script("llama3.2:3b", "I would rather not.")
    code = run(server, QUERY)
    out, err = capsys.readouterr()
    assert (code, out) == (0, ANSWER)
    assert "Model A gave no usable demonstration" in err


def test_Z5_a_server_elsewhere_without_encryption_is_named() -> None:
    from sutra_tui.engines import open_engine

    told = wiring.exposure(open_engine("192.0.2.7:11434"))
    assert told is not None and "192.0.2.7:11434 unencrypted" in told
    assert wiring.exposure(open_engine("127.0.0.1:11434")) is None
    assert wiring.exposure(open_engine("https://example.org")) is None


def test_N23_a_key_that_is_withheld_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from sutra_tui.engines import open_engine

    monkeypatch.setenv("OLLAMA_API_KEY", "secret-key")
    told = wiring.exposure(open_engine("192.0.2.7:11434"))
    assert told is not None and "OLLAMA_API_KEY is not sent" in told and "secret" not in told


def test_S7_without_a_home_a_run_answers_and_remembers_nothing(sutra: Sutra) -> None:
    places = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    done = sutra(
        "run", "--demo", "--demo-pace", "instant", "Write a Python merge sort",
        env=dict.fromkeys(places, "/dev/null/nowhere"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert b"def merge_sort" in done.stdout
    assert b"Traceback" not in done.stderr
