"""What is typed in the query box: a query or a command, and never a query lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.tui import slash
from sutra_tui.tui.commands import COMMANDS, Command
from sutra_tui.tui.slash import Call, Query, Unknown


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("", ("query", "")),
        ("sum a list", ("query", "sum a list")),
        ("what does /swap do?", ("query", "what does /swap do?")),
        (" /swap", ("query", " /swap")),
        ("\n/swap", ("query", "\n/swap")),
        ("//etc/passwd is what?", ("query", "/etc/passwd is what?")),
        ("//", ("query", "/")),
        ("///", ("query", "//")),
        ("/swap", ("model.swap", "")),
        ("/SWAP", ("model.swap", "")),
        ("/swap   ", ("model.swap", "")),
        ("/quit", ("app.quit", "")),
        ("/exit", ("app.quit", "")),
        ("/model-a llama3.2:3b", ("model.a", "llama3.2:3b")),
        ("/model-a\tllama3.2:3b  ", ("model.a", "llama3.2:3b")),
        ("/quick one\ntwo  three", ("run.quick", "one\ntwo  three")),
        ("/system\nbe brief", ("session.system", "be brief")),
        ("/swap now", ("model.swap", "now")),
        ("/swpa", ("unknown", "swpa", "swap")),
        ("/model_a x", ("unknown", "model_a", "model-a")),
        ("/zzz", ("unknown", "zzz", "")),
        ("/etc/passwd is what?", ("unknown", "etc/passwd", "")),
        ("/", ("unknown", "", "")),
        ("/ swap", ("unknown", "", "")),
        ("/* a comment */ int main", ("unknown", "*", "")),
    ],
)
def test_what_a_text_means(text: str, meaning: tuple[str, ...]) -> None:
    read = slash.read(text, COMMANDS)
    if isinstance(read, Query):
        assert ("query", read.text) == meaning
    elif isinstance(read, Unknown):
        assert ("unknown", read.name, read.near) == meaning
    else:
        assert (read.command.id, read.argument) == meaning


_texts = st.text(st.one_of(st.sampled_from("/ \n\tswap"), st.characters()))


@given(query=_texts)
def test_every_query_can_be_typed_and_is_read_as_it_is(query: str) -> None:
    assert slash.read(slash.as_typed(query), COMMANDS) == Query(query)


@given(text=_texts.filter(lambda text: not text.startswith("/")))
def test_what_does_not_begin_with_a_slash_is_a_query_as_it_stands(text: str) -> None:
    assert slash.read(text, COMMANDS) == Query(text)
    assert slash.as_typed(text) == text


@given(text=_texts)
def test_reading_is_total_and_keeps_what_stands_behind_a_name(text: str) -> None:
    meaning = slash.read(text, COMMANDS)
    if isinstance(meaning, Query):
        assert meaning.text in text
    elif isinstance(meaning, Call):
        assert text.rstrip().endswith(meaning.argument)
    else:
        assert slash.is_command(text) and meaning.name in text


@given(command=st.sampled_from([c for c in COMMANDS if c.slash]), behind=_texts)
def test_a_command_gets_everything_behind_its_name(command: Command, behind: str) -> None:
    meaning = slash.read(f"/{command.slash} {behind}", COMMANDS)
    assert meaning == Call(command, behind.strip())


def test_no_two_commands_share_a_name() -> None:
    names = slash.names(COMMANDS)
    assert len(names) == len(set(names))
    assert all(name == name.lower() and " " not in name for name in names)


@pytest.mark.parametrize(
    "name",
    [
        *("models", "swap", "cache", "clear", "help", "exit"),  # as in the system this one succeeds
        *("quick", "model-a", "model-b", "method", "order", "count", "think", "options", "system"),
        *("template", "rerun", "copy", "save", "pull", "doctor", "theme", "keys", "host", "demo"),
        *("settings", "new"),
    ],
)
def test_the_promised_commands_are_there(name: str) -> None:
    command = slash.named(name, COMMANDS)
    assert command is not None and command.usage.startswith(f"/{command.slash}")
