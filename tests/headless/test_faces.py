"""What goes to standard output: text, one document, or every event."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.clean import clean
from sutra_tui.core.errors import ModelNotFound
from sutra_tui.core.events import Event, MovedToThinking, Notice, StageStarted, Token
from sutra_tui.core.protocol import HandoffResult
from sutra_tui.headless.faces import MOVED, EventsFace, JsonFace, TextFace, to_json
from sutra_tui.headless.streams import Output, Voice
from sutra_tui.headless.telling import Manner, Teller, choose_manner
from tests.headless.test_streams import Terminal

RUN = "run"
PLAIN = StageStarted(RUN, "B", "large:7b")
THINKER = StageStarted(RUN, "B", "large:7b", options={"think": False})


def words(*texts: str) -> list[Event]:
    return [Token(RUN, "B", "answer", text) for text in texts]


def told(
    events: list[Event], *, terminal: bool = False, manner: Manner = "warnings"
) -> tuple[str, str]:
    """What a text face writes to standard output and error."""
    stream = Terminal() if terminal else io.StringIO()
    err = Terminal() if terminal else io.StringIO()
    teller = Teller(Voice(err), manner, wanted=3, shares_terminal=terminal)
    face = TextFace(Output(stream), teller)
    for event in events:
        teller.take(event)
        face.take(event)
    face.end(HandoffResult("q"), None)
    teller.end(HandoffResult("q"))
    return stream.getvalue(), err.getvalue()


@pytest.mark.parametrize(
    ("texts", "terminal", "written"),
    [
        (["one ", "two"], False, "one two"),
        (["one ", "two"], True, "one two\n"),
        (["one\n"], True, "one\n"),
        ([], True, ""),
    ],
)
def test_a_last_newline_is_for_terminals_only(
    texts: list[str], terminal: bool, written: str
) -> None:
    assert told([PLAIN, *words(*texts)], terminal=terminal)[0] == written


def test_only_model_bs_answer_is_text() -> None:
    other = [
        Token(RUN, "A", "draft", "draft"),
        Token(RUN, "A", "demonstration", "demonstration"),
        Token(RUN, "B", "thinking", "thinking"),
    ]
    assert told([PLAIN, *other, *words("answer")])[0] == "answer"


def test_in_a_pipe_thinking_without_a_tag_is_taken_back() -> None:
    events = [THINKER, *words("let me ", "see"), MovedToThinking(RUN, "B"), *words("42")]
    assert told(events)[0] == "42"


def test_on_a_terminal_thinking_without_a_tag_is_named() -> None:
    events = [THINKER, *words("let me see"), MovedToThinking(RUN, "B"), *words("42")]
    out, err = told(events, terminal=True)
    assert out == "let me see\n42\n"
    assert MOVED in err


def test_a_thinking_models_text_is_not_lost_when_the_run_is_stopped() -> None:
    assert told([THINKER, *words("one ", "two")])[0] == "one two"


def test_notices_after_the_answer_began_wait_for_its_end_on_a_shared_terminal() -> None:
    screen = Terminal()
    teller = Teller(Voice(screen), "rewriting", wanted=3, shares_terminal=True)
    face = TextFace(Output(screen), teller)
    before, during = Notice(RUN, "x", "Before."), Notice(RUN, "x", "During.")
    for event in [before, PLAIN, *words("one "), during, *words("two")]:
        teller.take(event)
        face.take(event)
    face.end(HandoffResult("q"), None)
    teller.end(HandoffResult("q"))
    text = screen.getvalue()
    assert text.startswith("Before.\n")
    assert text.endswith("one two\nDuring.\nComplete in 0.0 s, 0 demonstrations.\n")


@pytest.mark.parametrize(
    ("terminal", "quiet", "plain", "term", "manner"),
    [
        (True, False, False, "xterm", "rewriting"),
        (True, False, False, "dumb", "plain"),
        (True, False, True, "xterm", "plain"),
        (False, False, True, "", "plain"),
        (False, False, False, "xterm", "warnings"),
        (True, True, False, "xterm", "quiet"),
    ],
)
def test_how_a_run_is_told(
    terminal: bool, quiet: bool, plain: bool, term: str, manner: Manner
) -> None:
    voice = Voice(Terminal() if terminal else io.StringIO())
    assert choose_manner(voice, quiet=quiet, plain=plain, terminal=term) == manner


def test_the_status_line_is_drawn_at_most_ten_times_a_second() -> None:
    screen, now = Terminal(), [0.0]
    teller = Teller(
        Voice(screen), "rewriting", wanted=3, shares_terminal=True, clock=lambda: now[0]
    )
    teller.take(PLAIN)
    for step in range(1, 1001):
        now[0] = step / 1000
        teller.tick()
    assert 2 <= screen.getvalue().count("\r") <= 11


def silent() -> Teller:
    return Teller(Voice(io.StringIO()), "quiet", wanted=3, shares_terminal=False)


def test_a_document_says_demo_and_error() -> None:
    stream = io.StringIO()
    face = JsonFace(Output(stream), silent(), demo=True)
    face.end(HandoffResult("q", status="failed"), ModelNotFound("No such model.", "Pull it."))
    document = json.loads(stream.getvalue())
    assert document["demo"] is True
    assert document["error"] == {
        "kind": "model_not_found",
        "message": "No such model.",
        "remedy": "Pull it.",
    }
    assert HandoffResult.from_dict(document).status == "failed"


def test_a_run_without_a_last_event_gets_one() -> None:
    stream = io.StringIO()
    face = EventsFace(Output(stream), silent(), demo=False)
    face.take(PLAIN)
    face.end(HandoffResult("q", status="stopped"), None)
    names = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert names == ["stage_started", "run_stopped"]


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(data=st.dictionaries(st.text(st.characters(), max_size=9), _values, max_size=4))
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii"])
def test_json_survives_any_encoding_and_needs_no_cleaning(
    data: dict[str, Any], encoding: str
) -> None:
    raw = io.BytesIO()
    output = Output(io.TextIOWrapper(raw, encoding=encoding))
    output.write_trusted(to_json(data, output))
    text = raw.getvalue().decode(encoding)
    assert json.loads(text) == data
    assert clean(text) == text
