"""Changing one setting in a file: that one, and nothing else of what its owner wrote."""

from __future__ import annotations

import os
import stat
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.settings import FIELDS, read_settings
from sutra_tui.settings.fields import key_field
from sutra_tui.settings.writing import SettingsNotSaved, changed, save_setting

toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
SETTINGS = {field.name: field for field in FIELDS}
KEY = key_field("model.a", "Model A.", "f2")
OWN = """\
# my settings
count = 2   # two are enough

[model_a]   # the small one
# num_ctx = 1
num_ctx = 4096
seed = 7

[mine]
x = [1,
     2] # kept
"""


def change(source: str, name: str, value: Any) -> str:
    return changed(source, SETTINGS.get(name, KEY), value)


@pytest.mark.parametrize(
    ("name", "value", "old", "new"),
    [
        ("count", 5, "count = 2   # two", "count = 5   # two"),
        ("model_a.num_ctx", 8192, "\nnum_ctx = 4096", "\nnum_ctx = 8192"),
        ("count", None, "count = 2   # two are enough\n", ""),
        ("model_a.seed", None, "seed = 7\n", ""),
        ("theme", 'a"b\\', "enough\n", 'enough\ntheme = "a\\"b\\\\"\n'),
        ("model_a.think", True, "seed = 7\n", "seed = 7\nthink = true\n"),
        ("model_b.num_ctx", 512, "# kept\n", "# kept\n\n[model_b]\nnum_ctx = 512\n"),
        ("keys", "f7,ctrl+k", "# kept\n", '# kept\n\n[keys]\n"model.a" = "f7,ctrl+k"\n'),
    ],
)
def test_only_what_was_changed_is_changed(name: str, value: Any, old: str, new: str) -> None:
    assert OWN.count(old) == 1
    assert change(OWN, name, value) == OWN.replace(old, new)


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("[keys]\n'model.a' = ['f2']\n", "[keys]\n'model.a' = \"f9\"\n"),
        ("[keys]\nmodel.a = 'f2' # mine\n", '[keys]\nmodel.a = "f9" # mine\n'),
        ("[keys.model]\na = 'f2'\n", '[keys.model]\na = "f9"\n'),
        ("keys = {model.a = 'f2'}\n", 'keys = {model.a = "f9"}\n'),
        ("keys.model.a = 'f2'\n", 'keys.model.a = "f9"\n'),
        ("[keys]\nmodel.b = 'f2'\n", '[keys]\nmodel.b = \'f2\'\n"model.a" = "f9"\n'),
    ],
)
def test_keys_are_changed_in_whichever_form_they_are_written(source: str, after: str) -> None:
    assert change(source, "keys", "f9") == after
    for_ever = change(after, "keys", None)
    assert "f9" not in for_ever


def test_a_new_file_says_what_it_is() -> None:
    text = change("", "count", 4)
    assert text.startswith("# ") and "sutra config show" in text
    assert toml.loads(text) == {"count": 4}


@pytest.mark.parametrize("value", [2, None])
def test_what_says_it_already_is_left_as_it_is(value: int | None) -> None:
    source = "count = 2" if value else "# nothing\n"
    assert change(source, "count", value) == source


def test_a_value_of_another_kind_is_a_change() -> None:
    assert toml.loads(change("count = true", "count", 1)) == {"count": 1}


def test_the_line_ends_of_the_file_are_kept() -> None:
    after = change("count = 2\r\n\r\n[model_a]\r\nseed = 1\r\n", "theme", "nord")
    assert "\n" not in after.replace("\r\n", "")
    assert toml.loads(after)["theme"] == "nord"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("count = \n", "line 1"),
        ("a = 1\na = 2\n", "line 2"),
        ("model_a = 3", "without changing something else"),
        ("x = " + "[" * 5000 + "]" * 5000, "settings file"),
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_refused(source: str, words: str) -> None:
    with pytest.raises(SettingsNotSaved) as caught:
        change(source, "model_a.num_ctx", 512)
    assert words in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "source",
    [
        "[keys.run]\nagain = 'f7'\n[keys]\n'model.a' = 'f2'\n\n# the end",
        "[keys]\n'model.a' = 'f2'\n# here\n[model_a]\nseed = 1\n# there\n[keys.run]\nagain = 'f7'",
    ],
)
def test_a_change_that_would_cost_a_comment_is_refused(source: str) -> None:
    with pytest.raises(SettingsNotSaved):
        change(source, "keys", None)


_comments = st.sampled_from(["", "  # said", " # count = 9", "\t#[x]"])
_known = st.sampled_from(
    ["count = 2", 'theme = "nord"', "stall_timeout_s = 60.5", "cache_ttl_s = 10", "x = nan",
     "unknown = [1, 2]", "'quoted key' = {a = 1}", "model_b.seed = 3", 'y = """a\nb"""']
)  # fmt: skip
_tables = st.sampled_from(
    ["[model_a]\nnum_ctx = 512", "[keys]\n'model.a' = 'f2'", "[keys.run]\nagain = 'f7'",
     "[[many]]\na = 1\n\n[[many]]\na = 2", "[other.deep]\nz = 1"]
)  # fmt: skip
_files = st.tuples(
    st.lists(st.tuples(_known, _comments), max_size=5, unique_by=lambda line: line[0]),
    st.lists(st.tuples(_tables, _comments), max_size=4, unique_by=lambda table: table[0]),
    st.sampled_from(["", "\n", "\n\n# the end"]),
).map(
    lambda parts: (
        "\n".join(f"{text}{comment}" for text, comment in parts[0])
        + "\n\n"
        + "\n# between\n".join(f"{text}{comment}" for text, comment in parts[1])
        + parts[2]
    )
)
_characters = st.characters(codec="utf-8")
_changes = st.one_of(
    st.tuples(st.just("count"), st.one_of(st.none(), st.integers(1, 10))),
    st.tuples(st.just("theme"), st.one_of(st.none(), st.text(_characters, max_size=20))),
    st.tuples(st.just("stall_timeout_s"), st.floats(1, 86_400)),
    st.tuples(st.just("model_a.num_ctx"), st.one_of(st.none(), st.integers(256, 9999))),
    st.tuples(st.just("model_b.think"), st.one_of(st.none(), st.booleans())),
    st.tuples(st.just("keys"), st.one_of(st.none(), st.sampled_from(["f9", "ctrl+k"]))),
)


@given(source=_files, change_=_changes)
def test_a_change_says_what_was_wanted_and_keeps_every_comment(
    source: str, change_: tuple[str, Any]
) -> None:
    name, value = change_
    before = toml.loads(source)
    try:
        after = change(source, name, value)
    except SettingsNotSaved:
        # Refused, and only in a file whose two tables of keys do not follow one another.
        headers = [line.split("]")[0] for line in source.split("\n") if line.startswith("[")]
        keys, run = headers.index("[keys"), headers.index("[keys.run")
        assert run != keys + 1
        return
    data = toml.loads(after)
    field = SETTINGS.get(name, KEY)
    inner: Any = data
    for part in field.path:
        inner = inner.get(part) if isinstance(inner, dict) else None
    assert inner == value
    taken = [line for line in source.split("\n") if field.key in line]
    for comment in [line.partition("#")[2] for line in source.split("\n") if "#" in line]:
        if value is not None or not any(comment in line for line in taken):
            assert comment in after, "a comment goes only with the line it stands on"
    untouched = before.keys() - {field.path[0]}
    assert {key: repr(data[key]) for key in untouched} == {
        key: repr(before[key]) for key in untouched
    }
    assert change(after, name, value) == after, "once more changes nothing"


# -- the file ------------------------------------------------------------------------------------


def test_a_saved_setting_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_setting(path, SETTINGS["model_b.num_ctx"], 8192)
    save_setting(path, SETTINGS["count"], 4)
    save_setting(path, KEY, "f7")
    reading = read_settings(path)
    assert reading.problems == ()
    assert (reading.settings.count, reading.settings.options_b.num_ctx) == (4, 8192)
    assert reading.settings.keys == {"model.a": "f7"}
    save_setting(path, SETTINGS["count"], None)
    assert read_settings(path).settings.count == 3


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_S9_the_file_is_the_users_alone_and_leaves_no_other_behind(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    save_setting(path, SETTINGS["count"], 4)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "sutra.toml"
    real.parent.mkdir()
    real.write_text("# kept\ncount = 2\n")
    link = tmp_path / "config.toml"
    link.symlink_to(real)
    save_setting(link, SETTINGS["count"], 5)
    assert link.is_symlink()
    assert real.read_text() == "# kept\ncount = 5\n"


def test_what_was_changed_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("count = 2\n")
    read_settings(path)
    path.write_text('count = 2\ntheme = "nord"\n')
    save_setting(path, SETTINGS["count"], 5)
    assert path.read_text() == 'count = 5\ntheme = "nord"\n'


@pytest.mark.parametrize("content", [b"count = \n", b"\xff\xfe", b"#" * 300_000])
def test_a_file_that_cannot_be_read_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsNotSaved) as caught:
        save_setting(path, SETTINGS["count"], 5)
    assert path.read_bytes() == content
    assert caught.value.remedy


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsNotSaved) as caught:
        save_setting(tmp_path / "file" / "config.toml", SETTINGS["count"], 5)
    assert "cannot be" in caught.value.message


def test_a_save_that_breaks_off_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text("count = 2\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsNotSaved, match="No space left"):
        save_setting(path, SETTINGS["count"], 5)
    assert path.read_text() == "count = 2\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["config.toml"]
