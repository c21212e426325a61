"""The settings file: every value, every mistake, and that no mistake stops anything."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.settings import (
    OPTION_RULES,
    RULES,
    TABLES,
    Settings,
    load_settings,
    read_settings,
)

EVERYTHING = """
host = "192.168.1.5:11434"
host_a = "localhost:1"
host_b = "https://example.org"
stall_timeout_s = 60
first_token_timeout_s = 900.5
cache_ttl_s = 86400
cache_max_mb = 16
method = "raw"
order = "demos-first"
count = 2
reduced_motion = true
title = false
notify = "bell"
notify_after = 60
theme = "nord"

[model_a]
temperature = 0.2
seed = 7
num_ctx = 8192
num_predict = 512

[model_b]
keep_alive = -1
think = true
repeat_penalty = 1.0

[keys]
"model.a" = "F7"
"run.again" = ["control+r", "alt+r"]
pane.zoom = "f11"
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_setting_has_a_rule_that_its_default_obeys() -> None:
    ruled = {field.name for field in fields(Settings)} - {*TABLES.values(), "keys"}
    assert ruled == set(RULES)
    assert all(rule.accepts(getattr(Settings(), name)) for name, rule in RULES.items())


def test_every_option_has_a_rule() -> None:
    assert {field.name for field in fields(GenerationOptions)} == set(OPTION_RULES)


def test_a_missing_file_gives_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "no" / "config.toml") == (Settings(), [])


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings, warnings = load_settings(write(tmp_path, EVERYTHING))
    assert warnings == []
    assert settings == Settings(
        host="192.168.1.5:11434",
        stall_timeout_s=60,
        first_token_timeout_s=900.5,
        cache_ttl_s=86400,
        cache_max_mb=16,
        method="raw",
        order="demos-first",
        count=2,
        reduced_motion=True,
        title=False,
        notify="bell",
        notify_after=60,
        theme="nord",
        host_a="localhost:1",
        host_b="https://example.org",
        keys={"model.a": "f7", "run.again": "ctrl+r,alt+r", "pane.zoom": "f11"},
        options_a=GenerationOptions(temperature=0.2, seed=7, num_ctx=8192, num_predict=512),
        options_b=GenerationOptions(keep_alive=-1, think=True, repeat_penalty=1.0),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("count = 50", ["line 1", "count = 50", "a whole number from 1 to 10", "(3)"]),
        ("\n\ncount = true", ["line 3", "count = true"]),
        ("count = 2.5", ["count = 2.5"]),
        ('method = "council"', ['method = "council"', '"handoff" or "raw"', '("handoff")']),
        ("order = []", ["order = a list"]),
        ("stall_timeout_s = nan", ["stall_timeout_s = nan", "from 1 to 86,400"]),
        ("stall_timeout_s = inf", ["stall_timeout_s = inf"]),
        ("cache_max_mb = 1979-05-27", ["cache_max_mb = 1979-05-27"]),
        ("reduced_motion = 1", ["reduced_motion = 1", "true or false"]),
        ("host = 11434", ["host = 11434", "an address in quotes"]),
        ('host_a = "ftp://x"', ["line 1", 'host_a = "ftp://x"', "HOST:PORT", "(as host)"]),
        ('host_b = "x:99999"', ["host_b"]),
        ('host = "http://u:geheim@x:1"', ["host = what is there cannot be used"]),
        ('method = "handof"', ["did you mean handoff?"]),
        ("keys = 3", ["line 1", "keys is not a table", "[keys]"]),
        ('[keys]\n"model.a" = 3', ["line 2", "[keys]", "model.a = 3", 'such as "f2"']),
        ("[keys]\n'model.a' = 'ctl+k'", ["line 2", '"ctl+k"', "did you mean ctrl+k?"]),
        ("[keys]\nmodel.a = 'ctrl+i'", ["line 2", "terminals send tab for ctrl+i"]),
        ("model_a = {num_ctx = 5}", ["line 1", "num_ctx = 5"]),
        ("model_b.num_ctx = 5", ["line 1", "[model_b]", "num_ctx = 5"]),
        ('x = """\ncount = 99\n"""', ["line 1", "no setting x"]),
        ("coutn = 3", ["line 1", "no setting coutn", "did you mean count?"]),
        ("zzz = 3", ["no setting zzz", "settings are method, "]),
        ("[model_a]\nnum_ctx = 5\n", ["line 2", "[model_a]", "num_ctx = 5", "from 256 to"]),
        ("[model_b]\ntemp = 1\n", ["line 2", "[model_b]", "no setting temp"]),
        ("model_a = 3", ["line 1", "model_a is not a table", "[model_a]"]),
        ("[other]\nx = 1", ["line 1", "no setting other"]),
    ],
)
def test_a_bad_value_is_named_and_its_default_used(
    tmp_path: Path, text: str, said: list[str]
) -> None:
    settings, warnings = load_settings(write(tmp_path, text))
    assert settings == Settings()
    assert len(warnings) == 1
    assert all(part in warnings[0] for part in ["config.toml", *said]), warnings


def test_good_values_beside_bad_ones_count(tmp_path: Path) -> None:
    text = "count = 99\ntheme = 'nord'\n[model_a]\nnum_ctx = 8192\nseed = 'x'\n"
    settings, warnings = load_settings(write(tmp_path, text))
    assert settings == Settings(theme="nord", options_a=GenerationOptions(num_ctx=8192))
    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"count = \n", "is not valid TOML"),
        (b"count = 1\ncount = 2\n", "line 2"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"x = " + b"[" * 50_000, "config.toml"),
        (b"count = " + b"9" * 6000, "config.toml"),
        (b"#" * 300_000, "cannot be read"),
    ],
)
def test_a_broken_file_is_named_and_the_defaults_used(
    tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    settings, warnings = load_settings(path)
    assert settings == Settings()
    assert len(warnings) == 1 and said in warnings[0]


def test_a_folder_or_a_pipe_in_its_place_is_named_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "config.toml"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        settings, warnings = load_settings(path)
        assert settings == Settings()
        assert len(warnings) == 1 and "cannot be read" in warnings[0]


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbfcount = 2\r\n")
    assert load_settings(path) == (Settings(count=2), [])


def test_T2_what_is_quoted_from_the_file_is_safe_to_show(tmp_path: Path) -> None:
    text = '"a\\u001b]0;x\\u0007" = 1\nmethod = "\\u001b[2J"\n'
    _, warnings = load_settings(write(tmp_path, text))
    assert len(warnings) == 2
    assert not any("\x1b" in warning or "\x07" in warning for warning in warnings)


@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_file_can_be_read(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_bytes(content)
    settings, warnings = load_settings(path)
    assert isinstance(settings, Settings)
    assert all(isinstance(warning, str) for warning in warnings)


_toml_values = st.one_of(
    st.booleans().map(lambda value: str(value).lower()),
    st.integers(-(2**63), 2**63 - 1).map(str),
    st.floats(allow_nan=True).map(lambda value: repr(value)),
    st.sampled_from(['"raw"', '""', "[]", "{}", "1979-05-27", "{num_ctx = 1}", "[[1]]"]),
)


@given(values=st.dictionaries(st.sampled_from([*RULES, *TABLES, "other"]), _toml_values))
def test_whatever_is_set_every_value_is_allowed_or_its_default(
    values: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()))
    settings, _ = load_settings(path)
    assert all(rule.accepts(getattr(settings, name)) for name, rule in RULES.items())


def test_a_reading_knows_where_everything_stands(tmp_path: Path) -> None:
    reading = read_settings(write(tmp_path, EVERYTHING))
    assert reading.exists and not reading.broken
    assert reading.lines["host"] == 2
    assert reading.lines["model_a.num_ctx"] == EVERYTHING.split("\n").index("num_ctx = 8192") + 1
    assert reading.lines["keys.pane.zoom"] == EVERYTHING.split("\n").index('pane.zoom = "f11"') + 1
    assert len(reading.lines) == EVERYTHING.count(" = "), "every setting has a line"


def test_problems_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "[keys]\nx = 1\n[model_b]\nnum_ctx = 1\n[model_a]\nnum_ctx = 2\n"
    problems = read_settings(write(tmp_path, text)).problems
    assert [problem.line for problem in problems] == [2, 4, 6]


def test_a_file_that_is_no_toml_says_where(tmp_path: Path) -> None:
    reading = read_settings(write(tmp_path, "count = 2\n\ncount\n"))
    assert reading.broken and reading.exists
    assert [problem.line for problem in reading.problems] == [3]


def test_a_missing_file_is_not_a_broken_one(tmp_path: Path) -> None:
    reading = read_settings(tmp_path / "config.toml")
    assert not reading.exists and not reading.broken and not reading.problems
