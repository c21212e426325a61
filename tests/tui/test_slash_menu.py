"""What the palette shows for what is typed, and how arguments are read and completed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.errors import SutraError
from sutra_tui.core.memory import GB
from sutra_tui.core.protocol import GenerationOptions, ModelInfo
from sutra_tui.settings import Settings
from sutra_tui.tui import slash
from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.commands.argument import Known
from sutra_tui.tui.run_view import RunView
from sutra_tui.tui.session import Session
from sutra_tui.tui.slash_menu import Menu, Row, menu, waits_for_disk
from sutra_tui.tui.workbench import Server, Workbench

MODELS = (
    ModelInfo("small:3b", size=2 * GB),
    ModelInfo("large:7b", size=4 * GB),
    ModelInfo("huge:cloud", remote=True),
    ModelInfo("embed:latest", capabilities=("embedding",)),
)
BENCH = Workbench(Server("localhost:11434", "up"), MODELS, model_a="small:3b", model_b="large:7b")
KNOWN = Known(BENCH, Settings(), ("localhost:11434", "10.0.0.2:11434"), "nord")


def shown(text: str, known: Known = KNOWN) -> Menu:
    found = menu(text, COMMANDS, known)
    assert found is not None
    return found


def labels(text: str, known: Known = KNOWN) -> list[str]:
    return [row.label for row in shown(text, known).rows]


def row(text: str, label: str, known: Known = KNOWN) -> Row:
    return next(row for row in shown(text, known).rows if row.label == label)


@pytest.mark.parametrize("text", ["", "hello", " /swap", "a /swap"])
def test_a_query_has_no_palette(text: str) -> None:
    assert menu(text, COMMANDS, KNOWN) is None


def test_a_slash_lists_every_command_those_that_apply_first() -> None:
    rows = shown("/").rows
    assert len(rows) == sum(bool(command.slash) for command in COMMANDS)
    reasons = [bool(row.reason) for row in rows]
    assert reasons == sorted(reasons) and True in reasons
    assert shown("/").meant == 0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("/swap", "/swap"),
        ("/sw", "/swap"),
        ("/SW", "/swap"),
        ("/model", "/models"),
        ("/mb", "/model-b [NAME]"),
        ("/qui", "/quick QUERY"),
        ("/quit", "/exit"),
        ("/copy", "/copy [PART]"),
        ("/inspector", "/cache"),
        ("/think", "/think on|off"),
    ],
)
def test_the_best_fit_comes_first_and_is_meant(text: str, first: str) -> None:
    assert labels(text)[0] == first
    assert shown(text).meant == 0


def test_a_row_has_the_key_in_effect_and_the_reason() -> None:
    moved = tuple(replace(c, key="f11") if c.id == "model.swap" else c for c in COMMANDS)
    found = menu("/swap", moved, KNOWN)
    assert found is not None and found.rows[0].key == "f11"
    assert found.rows[0].marks == (1, 2, 3, 4)
    busy = replace(KNOWN, bench=replace(BENCH, run=RunView("1", "q", running=True)))
    assert row("/swap", "/swap", busy).reason == "Stop the run first."


def test_the_nearest_is_offered_but_never_meant() -> None:
    found = shown("/swpa")
    assert "no command /swpa" in found.said and "Did you mean /swap?" in found.said
    assert [row.label for row in found.rows] == ["/swap"]
    assert found.meant is None
    assert shown("/swpa and more").meant is None
    assert shown("/etc/passwd is what?").rows == ()
    assert "two slashes" in shown("/etc/passwd is what?").said


def test_two_slashes_say_what_is_sent() -> None:
    assert shown("//etc/passwd").said == "Sends the query /etc/passwd"
    assert "\x1b" not in shown("//\x1b[31m").said


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("/model-a ", ["small:3b", "large:7b", "huge:cloud"]),
        ("/model-a lar", ["large:7b"]),
        ("/model-b 3b", ["small:3b"]),
        ("/method ", ["handoff", "raw"]),
        ("/method r", ["raw"]),
        ("/order d", ["demos-first"]),
        ("/count ", [str(count) for count in range(1, 11)]),
        ("/count 1", ["1", "10"]),
        ("/think ", ["on", "off"]),
        ("/theme gruv", ["gruvbox"]),
        ("/host ", ["localhost:11434", "10.0.0.2:11434"]),
        ("/options num", ["num_ctx=", "num_predict="]),
        ("/options seed=1 temp", ["seed=1 temperature="]),
        ("/options b.temp", ["b.temperature="]),
        ("/options num_ctx=8", ["num_ctx=8"]),
        ("/template ", ["a ", "b ", "default"]),
        ("/system ", []),
        ("/quick ", []),
        ("/swap now", []),
        ("/model-a zzz", []),
    ],
)
def test_arguments_are_completed(text: str, rows: list[str]) -> None:
    assert labels(text) == rows


def test_what_counts_now_is_marked_and_meant() -> None:
    assert [row.label for row in shown("/model-b ").rows if row.chosen] == ["large:7b"]
    assert shown("/model-b ").meant == 1
    assert [row.label for row in shown("/theme ").rows if row.chosen] == ["nord"]
    assert shown("/model-b sm").meant == 0
    assert row("/options temp", "temperature=").about == "the model's own"
    session = Session().with_options("b", {"temperature": 0.5})
    mixed = replace(KNOWN, bench=replace(BENCH, session=session))
    assert row("/options temp", "temperature=", mixed).about == "A the model's own, B 0.5"


def test_free_text_stands_for_itself() -> None:
    asked = replace(KNOWN, bench=replace(BENCH, last_query="Why?"))
    found = shown("/quick ", asked)
    assert [row.label for row in found.rows] == ["Why?"]
    assert found.meant is None
    assert shown("/host 10").meant is None


def test_what_does_not_apply_or_fit_is_said() -> None:
    busy = replace(KNOWN, bench=replace(BENCH, run=RunView("1", "q", running=True)))
    assert shown("/model-a sm", busy).said == "Not now: Stop the run first."
    assert "takes nothing" in shown("/swap now").said
    assert "Nothing fits zzz" in shown("/model-a zzz").said
    assert shown("/count ").said.startswith("/count NUMBER")


def test_files_are_completed_folders_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("notes.md", "Zoo.txt", ".hidden", "bad\nname", "caf\u00e9.txt"):
        (tmp_path / name).write_text("x" * 2048, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "nowhere")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert labels("/template a ") == [
        "a sub/",
        "a caf\u00e9.txt",
        "a loop",
        "a notes.md",
        "a Zoo.txt",
    ]
    assert row("/template b ", "b sub/").more
    assert labels("/template a n")[0] == "a notes.md"
    assert labels("/template a .h") == ["a .hidden"]
    assert labels("/template a ~/no") == ["a ~/notes.md"]
    assert labels("/template a /nowhere/at/all") == []
    assert labels("/template a ~nobody-of-that-name/") == []
    answered = replace(KNOWN, bench=replace(BENCH, run=RunView("1", "q")))
    assert shown("/save ", answered).said == "Not now: There is no answer yet."
    assert waits_for_disk("/template a ", COMMANDS)
    assert not waits_for_disk("/template", COMMANDS)
    assert not waits_for_disk("/model-a x", COMMANDS)
    assert not waits_for_disk("//template a", COMMANDS)


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("/model-a small:3b", ("small:3b",)),
        ("/model-b LARGE:7B", ("large:7b",)),
        ("/model-a huge:cloud", ("huge:cloud",)),
        ("/method RAW", ("raw",)),
        ("/count 10", (10,)),
        ("/think off", (False,)),
        ("/theme Nord", ("nord",)),
        ("/host http://10.0.0.2:1234", ("http://10.0.0.2:1234",)),
        ("/system  be  brief ", ("be  brief",)),
        ("/template b ~/my prompt.txt", ("b", "~/my prompt.txt")),
        ("/template Default", (None, "")),
        ("/options reset", (None, None)),
        ("/options seed=7", ({"seed": 7}, {"seed": 7})),
        ("/options a.seed=7 b.think=on", ({"seed": 7}, {"think": True})),
        ("/options temperature=0.2 B.temperature=1", ({"temperature": 0.2}, {"temperature": 1.0})),
    ],
)
def test_arguments_are_read(text: str, parameters: tuple[object, ...]) -> None:
    call = slash.read(text, COMMANDS)
    assert isinstance(call, slash.Call) and call.command.takes is not None
    assert call.command.takes.argument.read(call.argument, KNOWN) == parameters


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/model-a smal:3b", "Did you mean small:3b?"),
        ("/model-a embed:latest", "no model embed:latest here to choose"),
        ("/model-a zzz", "Tab completes"),
        ("/method rwa", "Did you mean raw?"),
        ("/count 11", "It may be 1, 2"),
        ("/count three", "It may be 1, 2"),
        ("/think maybe", "It may be on, off."),
        ("/theme nrod", "Did you mean nord?"),
        ("/host nonsense:port", "no address"),
        ("/template", "needs a role and a file"),
        ("/template c x.txt", "needs a role and a file"),
        ("/template a", "needs a role and a file"),
        ("/options tempreature=1", "Did you mean temperature=VALUE?"),
        ("/options temperature", "Did you mean temperature=VALUE?"),
        ("/options temperature=3", "It must be a number from 0 to 2."),
        ("/options seed=1.5", "seed cannot be 1.5."),
        ("/options think=maybe", "It must be on or off."),
        ("/options temperature=nan", "temperature cannot be nan."),
        ("/options temperature=", "temperature cannot be empty."),
        ("/pull two words", "no blanks"),
    ],
)
def test_wrong_arguments_are_refused_with_a_way_on(text: str, words: str) -> None:
    call = slash.read(text, COMMANDS)
    assert isinstance(call, slash.Call) and call.command.takes is not None
    with pytest.raises(SutraError) as refused:
        call.command.takes.argument.read(call.argument, KNOWN)
    assert words in str(refused.value)
    assert refused.value.remedy


_typed = st.text(st.one_of(st.sampled_from("abemolds/ =.1-"), st.characters()), max_size=20)


@given(name=st.sampled_from(["", *slash.names(COMMANDS)]), typed=_typed)
def test_the_palette_is_total_and_every_row_can_be_taken(name: str, typed: str) -> None:
    text = f"/{name}{typed}"
    if waits_for_disk(text, COMMANDS):
        return
    found = menu(text, COMMANDS, KNOWN)
    assert found is not None
    assert found.meant is None or 0 <= found.meant < len(found.rows)
    for each in found.rows:
        assert isinstance(slash.read(each.text, COMMANDS), slash.Call)
        assert all(0 <= place < len(each.label) for place in each.marks)


@given(
    name=st.sampled_from(["model-a", "method", "order", "count", "think", "theme"]),
)
def test_everything_offered_is_accepted(name: str) -> None:
    for each in shown(f"/{name} ").rows:
        call = slash.read(each.text, COMMANDS)
        assert isinstance(call, slash.Call) and call.command.takes is not None
        assert call.command.takes.argument.read(call.argument, KNOWN)


def test_a_session_goes_before_the_settings_only_where_it_says_something() -> None:
    settings = GenerationOptions(seed=1, num_ctx=8192)
    session = Session().with_options("a", {"seed": 7}).with_options("a", {"temperature": 0.1})
    assert session.options("a", settings) == replace(settings, seed=7, temperature=0.1)
    assert session.options("b", settings) == settings
    assert session.without_options() == Session()
    assert session.words() == ["A seed 7", "A temperature 0.1"]
    both = Session(system="x", prompt_b="{query}").with_options("a", {"think": True})
    both = both.with_options("b", {"think": True})
    assert both.words() == ["system text", "template B", "think on"]


def test_a_template_of_the_session_replaces_the_prompt() -> None:
    templates = Session().with_prompt("a", "Do {query}").templates()
    assert templates.prompt_a == "Do {query}"
    assert Session().templates().prompt_a is None
    with pytest.raises(SutraError):
        Session().with_prompt("b", "no hole").templates()
