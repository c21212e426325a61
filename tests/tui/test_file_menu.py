"""Which word of a query names a file, and what is offered for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.tui.at_word import AtWord, at_word
from sutra_tui.tui.commands.paths import file_offers
from sutra_tui.tui.file_menu import file_menu


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    for name in (
        "README.md",
        "src/main.py",
        "src/store/cache.py",
        "src/store/cache_key.py",
        "tests/test_cache.py",
        "node_modules/cache/index.js",
        ".git/config",
        ".env",
        "with blank.txt",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x" * 1234)
    monkeypatch.chdir(folder)
    return folder


def labels(text: str) -> list[str]:
    word = at_word(text, len(text))
    assert word is not None
    menu = file_menu(text, word)
    return [row.label for row in menu.rows] if menu else []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("@", AtWord(0, 1, "")),
        ("@a", AtWord(0, 2, "a")),
        ("see @src/ma", AtWord(4, 11, "src/ma")),
        ("one\n@b", AtWord(4, 6, "b")),
        ("(@b", AtWord(1, 3, "b")),
        ("joe@example.org", None),
        ("see @a ", None),
        ("a @b c", None),
        ("", None),
        ("x", None),
    ],
)
def test_a_word_names_a_file_if_it_begins_with_an_at(text: str, word: AtWord | None) -> None:
    assert at_word(text, len(text)) == word


def test_the_word_is_the_one_that_the_cursor_is_in() -> None:
    assert at_word("see @abc here", 6) == AtWord(4, 6, "a")
    assert at_word("see @abc here", 4) is None
    assert at_word("see @abc here", 9) is None


@given(st.text("@a/ \n(", max_size=12), st.integers(0, 12))
def test_whatever_stands_in_the_box_a_word_is_where_it_says(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    word = at_word(text, cursor)
    if word is not None:
        assert text[word.start : word.end] == f"@{word.typed}"
        assert word.end == cursor
        assert not any(blank in word.typed for blank in " \n")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@read", ["README.md"]),
        ("@main", ["src/main.py"]),
        ("@cache", ["src/store/cache.py", "src/store/cache_key.py", "tests/test_cache.py"]),
        ("@src/", ["src/store/", "src/main.py", "src/store/cache.py", "src/store/cache_key.py"]),
        ("@src/ck", ["src/store/cache_key.py"]),
        ("@zzz", []),
        ("@property", []),
        ("@src/main.py", []),
        ("@.e", [".env"]),
    ],
)
def test_files_are_found_by_their_names_wherever_they_lie(text: str, found: list[str]) -> None:
    assert labels(text) == found


def test_an_at_alone_offers_what_is_here_folders_first() -> None:
    assert labels("@") == ["node_modules/", "src/", "tests/", "README.md"]


def test_one_or_two_letters_find_no_file_by_letters_strewn_over_its_path() -> None:
    assert labels("@sk") == []
    assert labels("@sck") == ["src/store/cache_key.py"]


def test_what_is_taken_leaves_the_name_in_the_query_and_a_gap_behind_it() -> None:
    text = "why does @main, fail"
    word = at_word(text, len("why does @main"))
    assert word is not None
    menu = file_menu(text, word)
    assert menu is not None and menu.meant is None and menu.names_files
    row = menu.rows[0]
    assert row.text == "why does @src/main.py , fail"
    assert row.text[: row.cursor] == "why does @src/main.py "
    assert row.file == "src/main.py"
    assert row.about == "1 KB"


def test_a_folder_is_gone_on_into_and_attaches_nothing() -> None:
    word = at_word("@sr", 3)
    assert word is not None
    menu = file_menu("@sr", word)
    assert menu is not None
    assert (menu.rows[0].text, menu.rows[0].file, menu.rows[0].more) == ("@src/", "", True)


def test_a_path_with_a_blank_is_left_to_the_command() -> None:
    assert labels("@with") == []
    assert "with blank.txt" in [offer.text for offer in file_offers("with")]


def test_the_marks_are_at_the_letters_that_fit() -> None:
    word = at_word("@key", 4)
    assert word is not None
    menu = file_menu("@key", word)
    assert menu is not None
    row = menu.rows[0]
    assert "".join(row.label[place] for place in row.marks) == "key"


def test_a_folder_that_leads_into_itself_does_not_hold_anybody_up(work: Path) -> None:
    (work / "src" / "again").symlink_to(work)
    assert [o.text for o in file_offers("cache_key")].count("src/store/cache_key.py") == 1


def test_a_folder_of_many_files_is_looked_at_up_to_a_limit(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sutra_tui.tui.commands.paths.MOST_ENTRIES", 30)
    for number in range(100):
        (work / f"file{number}").touch()
    assert len(file_offers("file")) <= 60
