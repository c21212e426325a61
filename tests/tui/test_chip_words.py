"""Chips for attached files: as much of each as fits, and none lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.attaching import HeldFile
from sutra_tui.core.attachments import Attachment
from sutra_tui.tui.chip_words import GAP, chip_lines


def held(*names: str) -> list[HeldFile]:
    return [HeldFile(Attachment(name, "x" * 1200)) for name in names]


def shown(files: list[HeldFile], width: int, most: int = 1) -> list[list[str]]:
    return [[chip.text.strip() for chip in line] for line in chip_lines(files, width, most)]


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (60, "src/main.py  1 KB · about 300 tokens"),
        (40, "src/main.py  1 KB · about 300 tokens"),
        (39, "src/main.py  ~300 tokens"),
        (28, "src/main.py  ~300 tokens"),
        (27, "main.py  ~300"),
        (5, "1 file"),
    ],
)
def test_one_file_says_as_much_as_there_is_room_for(width: int, words: str) -> None:
    assert shown(held("src/main.py"), width) == [[words]]


def test_files_take_a_second_line_before_they_say_less() -> None:
    files = held("a.py", "b.py")
    assert shown(files, 60, 2) == [
        ["a.py  1 KB · about 300 tokens"],
        ["b.py  1 KB · about 300 tokens"],
    ]
    assert shown(files, 60, 1) == [["a.py  ~300 tokens", "b.py  ~300 tokens"]]


def test_files_without_room_are_counted() -> None:
    files = held(*(f"file{number}.py" for number in range(8)))
    assert shown(files, 70) == [["file0.py  ~300", "file1.py  ~300", "file2.py  ~300", "+5 more"]]


@given(st.integers(1, 12), st.integers(1, 130), st.integers(1, 2), st.text(max_size=40))
def test_no_line_is_too_wide_and_every_file_is_on_a_chip_or_counted(
    count: int, width: int, most: int, name: str
) -> None:
    files = held(*(f"{name}{number}" for number in range(count)))
    lines = chip_lines(files, width, most)
    assert 1 <= len(lines) <= most
    chips = [chip for line in lines for chip in line]
    places = [chip.place for chip in chips if chip.place is not None]
    assert places == list(range(len(places)))
    assert len(places) == count or chips[-1].place is None
    if places:
        for line in lines:
            assert sum(chip.width(len) + GAP for chip in line) - GAP <= width
