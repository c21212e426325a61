"""What counts, and where it is said to come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sutra_tui.settings import FIELDS, Reading, Settings, read_settings
from sutra_tui.settings.effective import effective, words_for
from sutra_tui.settings.fields import key_field

NAMES = {field.name: field for field in FIELDS}


def test_every_setting_says_where_it_comes_from(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("# x\ncount = 2\nhost = 'there'\n[model_b]\nseed = 5\n[keys]\nmodel.a = 'f7'\n")
    rows = effective(
        read_settings(path),
        {"host": ("OLLAMA_HOST", "elsewhere")},
        [key_field("model.a", "A.", "f2"), key_field("model.b", "B.", "f3")],
    )
    found = {row.field.name: (row.shown, row.source, row.line) for row in rows}
    assert len(found) == len(FIELDS) + 2
    assert found["count"] == ("2", "line 2", 2)
    assert found["host"] == ("elsewhere", "OLLAMA_HOST", 3)
    assert found["host_a"] == ("as host", "default", None)
    assert found["model_b.seed"] == ("5", "line 5", 5)
    assert found["model_a.seed"] == ("another each time", "default", None)
    assert found["keys.model.a"] == ("f7", "line 7", 7)
    assert found["keys.model.b"] == ("f3", "default", None)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_told_in_full(name: str) -> None:
    field = NAMES[name]
    assert field.about.endswith(".") and field.rule.allowed and field.group
    assert field.put(Settings(), field.default) == Settings()
    if field.default in (None, ""):
        assert field.unset, "nothing needs a word"
    else:
        assert field.rule.accepts(field.default)
    assert words_for(field, field.default)


def test_groups_stand_together() -> None:
    groups = [field.group for field in FIELDS]
    assert groups == sorted(groups, key=groups.index)


def test_a_field_reads_and_puts_its_own_value_only() -> None:
    settings = Settings()
    for field, value in ((NAMES["count"], 5), (NAMES["model_b.seed"], 1)):
        settings = field.put(settings, value)
        assert field.of(settings) == value
    assert (settings.count, settings.options_b.seed, settings.options_a.seed) == (5, 1, None)


def test_the_reading_of_no_file_counts_as_defaults() -> None:
    rows = effective(Reading(Path("config.toml"), exists=False), {})
    assert {row.source for row in rows} == {"default"}
