"""Standard output and error: what is written, what cannot be, and what it takes on a terminal."""

from __future__ import annotations

import errno
import io
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.clean import clean
from sutra_tui.core.errors import ServerUnreachable
from sutra_tui.headless.streams import (
    Output,
    OutputLost,
    ReaderGone,
    Voice,
    as_output_lost,
    cells,
    fit,
    say_error,
)


class Terminal(io.StringIO):
    """A text stream with a person behind it."""

    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    """A text stream that cannot be written to."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        raise self._error


@pytest.mark.parametrize(
    ("terminal", "cleans", "written"),
    [
        (True, None, "␛[2J"),
        (False, None, "\x1b[2J"),
        (True, False, "\x1b[2J"),
        (False, True, "␛[2J"),
    ],
)
def test_T4_outside_text_is_cleaned_for_terminals(
    terminal: bool, cleans: bool | None, written: str
) -> None:
    stream = Terminal() if terminal else io.StringIO()
    Output(stream, cleans=cleans).write("\x1b[2J")
    assert stream.getvalue() == written


@given(pieces=st.lists(st.text(st.characters(), max_size=8), max_size=6))
def test_T3_cleaning_does_not_depend_on_where_a_stream_is_cut(pieces: list[str]) -> None:
    stream = Terminal()
    output = Output(stream)
    for piece in pieces:
        output.write(piece)
    assert stream.getvalue() == clean("".join(pieces))


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_T12_X15_no_encoding_can_fail(encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="\r\n")
    Output(stream).write("\ud800 \U0001f980 \n")
    Voice(stream).say("\ud800 \U0001f980")
    assert raw.getvalue().startswith(b"?")


def test_newlines_stay_one_byte_in_a_pipe() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="utf-8", newline="\r\n")
    Output(stream).write("a\nb\r\n")
    assert raw.getvalue() == b"a\nb\r\n"


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (BrokenPipeError(errno.EPIPE, "x"), ReaderGone, 141),
        (OSError(errno.ENOSPC, "x"), OutputLost, 74),
        (OSError(errno.EIO, "x"), OutputLost, 74),
        (OSError("no number"), OutputLost, 74),
        (ValueError("I/O operation on closed file"), OutputLost, 74),
    ],
)
def test_X15_a_failed_write_has_a_name_and_an_exit_code(
    error: Exception, kind: type[OutputLost], code: int
) -> None:
    with pytest.raises(OutputLost) as caught:
        Output(Broken(error)).write("text")
    assert type(caught.value) is kind
    assert caught.value.exit_code == code
    assert "None" not in caught.value.message


def test_the_sentence_names_the_reason() -> None:
    lost = as_output_lost(OSError(errno.ENOSPC, "x"))
    assert lost.message == "Standard output cannot be written to: no space left on device."


@pytest.mark.parametrize("missing", ["closed", "none"])
def test_closed_standard_output_is_refused(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream: Any = None
    if missing == "closed":
        stream = io.StringIO()
        stream.close()
    monkeypatch.setattr("sys.stdout", stream)
    with pytest.raises(OutputLost, match="closed"):
        Output()


def test_standard_error_never_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Voice(Broken(BrokenPipeError(errno.EPIPE, "x")))
    broken.say("one")
    broken.show("two")
    broken.erase()
    monkeypatch.setattr("sys.stderr", None)
    silent = Voice()
    silent.say("three")
    assert not silent.is_terminal


def test_a_status_line_is_replaced_and_taken_away() -> None:
    stream = Terminal()
    voice = Voice(stream)
    voice.show("long status")
    voice.show("short")
    voice.say("a line")
    assert stream.getvalue() == (
        "\rlong status" + "\rshort" + " " * 6 + "\r" + " " * 5 + "\r" + "a line\n"
    )


def test_what_is_said_is_one_clean_line() -> None:
    stream = io.StringIO()
    Voice(stream).say("a\x1b[2J\nb\r" + "c" * 5000)
    text = stream.getvalue()
    assert text.startswith("a␛[2J b") and text.endswith("…\n")
    assert text.count("\n") == 1 and len(text) <= 1001


def test_an_error_is_its_message_and_its_remedy() -> None:
    stream = io.StringIO()
    say_error(Voice(stream), ServerUnreachable("Nobody answers.", "Start the server."))
    assert stream.getvalue() == "sutra: Nobody answers.\nStart the server.\n"


def test_a_reader_that_left_is_told_nothing() -> None:
    stream = io.StringIO()
    say_error(Voice(stream), ReaderGone("gone"))
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("é", 1), ("", 0)]
)
def test_how_wide_text_is(text: str, width: int) -> None:
    assert cells(text) == width


@given(text=st.text(max_size=60), columns=st.integers(0, 40))
def test_a_fitted_line_fits_and_is_a_beginning(text: str, columns: int) -> None:
    fitted = fit(text, columns)
    assert cells(fitted) <= columns
    assert text.startswith(fitted)


class ShortWriter(io.RawIOBase):
    """Takes three bytes at a time, as a full pipe does."""

    def __init__(self) -> None:
        self.taken = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)[:3]
        self.taken += piece
        return len(piece)


def test_an_unbuffered_stream_gets_all_of_a_text() -> None:
    raw = ShortWriter()
    stream = io.TextIOWrapper(cast("io.BufferedIOBase", raw), encoding="utf-8", write_through=True)
    Output(stream).write_trusted("naïve text of some length")
    assert raw.taken.decode() == "naïve text of some length"
