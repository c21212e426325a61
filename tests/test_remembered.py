"""What is remembered between starts, and what happens when the file is anything else."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.store.remembered import (
    MAX_SERVERS,
    Remembered,
    load_remembered,
    save_remembered,
)

names = st.text(max_size=60)
nonempty = st.text(min_size=1, max_size=60)
values = st.builds(
    Remembered,
    model_a=names,
    model_b=names,
    method=st.sampled_from([None, "handoff", "raw"]),
    order=st.sampled_from([None, "answer-first", "demos-first"]),
    theme=names,
    pairs=st.dictionaries(nonempty, st.tuples(nonempty, nonempty), max_size=5),
    leave_server=st.booleans(),
)
FULL = Remembered(
    "a:3b",
    "b:7b",
    "raw",
    "demos-first",
    "nord",
    {"localhost:11434": ("a:3b", "b:7b")},
    leave_server=True,
)


@given(value=values)
def test_what_is_saved_is_what_is_loaded(
    value: Remembered, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    assert save_remembered(path, value)
    assert load_remembered(path) == value


def test_names_that_are_no_utf8_survive(tmp_path: Path) -> None:
    value = Remembered(model_a="\ud800:3b")
    assert save_remembered(tmp_path / "state.json", value)
    assert load_remembered(tmp_path / "state.json") == value


def test_nothing_was_ever_saved(tmp_path: Path) -> None:
    assert load_remembered(tmp_path / "none" / "state.json") == Remembered()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"[" * 100_000,
        b'{"model_a": ' + b"9" * 6000 + b"}",
        b" " * 70_000 + b'{"model_a": "too late"}',
    ],
)
def test_garbage_is_as_if_nothing_was_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(content)
    assert load_remembered(path) == Remembered()


@given(content=st.binary(max_size=200))
def test_any_bytes_can_be_read(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("state") / "state.json"
    path.write_bytes(content)
    assert isinstance(load_remembered(path), Remembered)


def test_strange_fields_are_dropped_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    document = {
        "model_a": "good:3b",
        "model_b": ["not", "text"],
        "method": "telepathy",
        "order": 7,
        "theme": "x" * 10_000,
        "leave_server": "yes",
        "pairs": {
            "one": ["a", "b"],
            "two": ["a"],
            "three": "ab",
            "four": ["a", ""],
            "": ["a", "b"],
        },
        "from the future": True,
    }
    path.write_text(json.dumps(document))
    assert load_remembered(path) == Remembered(model_a="good:3b", pairs={"one": ("a", "b")})


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    os.mkfifo(path)
    assert load_remembered(path) == Remembered()
    assert save_remembered(path, FULL) is False


def test_S9_file_and_folder_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "new" / "state.json"
        assert save_remembered(path, FULL)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [item.name for item in path.parent.iterdir()] == ["state.json"]


def test_S7_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert save_remembered(blocked / "state.json", FULL) is False


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    save_remembered(path, FULL)

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    assert save_remembered(path, Remembered("other:3b", "other:7b")) is False
    assert load_remembered(path) == FULL
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["state.json"]


def test_each_server_has_its_own_last_pair() -> None:
    value = Remembered().with_pair("here", "a:3b", "b:7b").with_pair("there", "c:3b", "d:7b")
    assert value.pair_for("here") == ("a:3b", "b:7b")
    assert value.pair_for("there") == ("c:3b", "d:7b")
    assert value.pair_for("a new server") == ("c:3b", "d:7b") == (value.model_a, value.model_b)


def test_without_a_whole_pair_there_is_none() -> None:
    assert Remembered().pair_for("here") is None
    assert Remembered(model_a="a:3b").pair_for("here") is None


def test_servers_not_used_for_longest_are_forgotten() -> None:
    value = Remembered()
    for number in range(MAX_SERVERS):
        value = value.with_pair(f"server {number}", "a", "b")
    value = value.with_pair("server 0", "a", "b").with_pair("one more", "a", "b")
    assert len(value.pairs) == MAX_SERVERS
    assert "server 0" in value.pairs and "server 1" not in value.pairs
