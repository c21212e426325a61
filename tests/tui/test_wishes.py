"""Which wishes for keys and themes can be granted, and the words for those that cannot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.settings.key_names import read_keys
from sutra_tui.tui.cache_commands import CACHE_COMMANDS
from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.wishes import granted, key_fields, scopes, theme_names, theme_problem, with_keys


@pytest.mark.parametrize(
    ("wishes", "refused"),
    [
        ({}, {}),
        ({"model.a": "f11"}, {}),
        ({"model.a": "f3", "model.b": "f2"}, {}),
        ({"model.a": "f3"}, {"model.a": '"Choose Model B" (model.b)'}),
        ({"model.a": "f11", "model.b": "f11"}, {"model.b": '"Choose Model A" (model.a)'}),
        ({"model.b": "f11", "model.a": "f11"}, {"model.a": '"Choose Model B" (model.b)'}),
        ({"model.a": "f11,f3"}, {"model.a": "model.b"}),
        ({"model.a": "a"}, {"model.a": "needed for typing"}),
        ({"model.a": "question_mark"}, {"model.a": "needed for typing"}),
        ({"model.a": "enter"}, {"model.a": "needed for typing"}),
        ({"model.a": "ctrl+j"}, {"model.a": "new line in the query"}),
        ({"model.a": "ctrl+p"}, {"model.a": "list of all commands"}),
        ({"cache.pin": "z"}, {}),
        ({"cache.pin": "f2"}, {}),
        ({"cache.pin": "j"}, {"cache.pin": "moving"}),
        ({"cache.pin": "1"}, {"cache.pin": "sorting"}),
        ({"cache.pin": "b"}, {"cache.pin": '"Ban or allow again" (cache.ban)'}),
        ({"modle.a": "f11"}, {"modle.a": "did you mean model.a?"}),
        ({"zzz": "f11"}, {"zzz": "the help (f1) lists them"}),
        ({"model.a": "f3", "model.b": "f4", "pane.zoom": "f2"}, {}),
        ({"model.a": "f3", "model.b": "f4"}, {"model.b": "pane.zoom", "model.a": "model.b"}),
    ],
)
def test_a_wish_is_granted_unless_it_takes_a_key_away(
    wishes: dict[str, str], refused: dict[str, str]
) -> None:
    keys, reasons = granted(wishes)
    assert reasons.keys() == refused.keys()
    assert all(words in reasons[name] for name, words in refused.items()), reasons
    assert keys == {name: key for name, key in wishes.items() if name not in refused}


def test_each_command_has_an_id_of_its_own_whatever_its_screen() -> None:
    ids = [command.id for scope in scopes() for command in scope.commands]
    assert len(ids) == len(set(ids))


_ids = st.sampled_from([command.id for command in (*COMMANDS, *CACHE_COMMANDS.all)] + ["nothing"])
_keys = st.lists(
    st.sampled_from(["f2", "f3", "f4", "f11", "ctrl+g", "x", "p", "escape", "ctrl+q", "enter"]),
    min_size=1, max_size=2, unique=True,
).map(",".join)  # fmt: skip


@given(wishes=st.dictionaries(_ids, _keys, max_size=6))
def test_whatever_is_wished_no_key_has_two_commands_and_no_command_loses_its_key(
    wishes: dict[str, str],
) -> None:
    keys, refused = granted(wishes)
    assert keys.keys() | refused.keys() == wishes.keys()
    for scope in scopes():
        after = with_keys(scope.commands, keys)
        held = [key for command in after for key in command.key.split(",") if key]
        assert len(held) == len(set(held))
        for before, command in zip(scope.commands, after, strict=True):
            assert bool(command.key) == bool(before.key or before.id in keys)


def test_the_keys_of_the_registries_obey_their_own_rules() -> None:
    assert granted({field.key: field.unset for field in key_fields() if field.unset != "no key"})[
        1
    ].keys() <= {"cache.back", "app.interrupt"}
    for field in key_fields():
        assert field.unset == "no key" or read_keys(field.unset), field.key


def test_themes_are_known_by_name() -> None:
    assert theme_names()[:2] == ["sutra-dark", "sutra-light"]
    assert theme_problem("") is None and theme_problem("nord") is None
    assert "did you mean sutra-light?" in str(theme_problem("sutra-ligth"))
