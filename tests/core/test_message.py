"""Where each part of a prompt came from."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.message import Message, Span
from sutra_tui.core.templates import Templates

TEXTS = st.text(max_size=40)


@given(query=TEXTS, demonstrations=st.lists(TEXTS, max_size=3), draft=TEXTS, system=TEXTS)
def test_every_character_has_an_origin(
    query: str, demonstrations: list[str], draft: str, system: str
) -> None:
    templates = Templates(prompt_b="Before {draft} {demonstrations} then {query} {query}.")
    for message in (
        *templates.messages_b(query, demonstrations, draft, system),
        *templates.messages_a(query, "answer-first", 3, system),
    ):
        assert sum(span.length for span in message.spans) == len(message.content)
        assert "".join(text for _, text in message.parts) == message.content
        for origin, text in message.parts:
            assert text
            if origin == "query":
                assert text == query
            if origin == "system":
                assert text == system.strip()
            if origin == "draft":
                assert text == draft


def test_the_parts_of_a_prompt_are_told_apart() -> None:
    system, user = Templates().messages_b("Why?", ("one",), system="Be kind.", delimiter="d")
    assert [origin for origin, _ in system.parts] == ["instructions", "system"]
    assert list(user.parts) == [
        ("demonstrations", "<example-d 1>\none\n</example-d 1>"),
        ("instructions", "\n\nTASK:\n"),
        ("query", "Why?"),
    ]


def test_a_query_with_holes_in_it_is_one_part() -> None:
    (message,) = Templates().messages_b("{query} and {draft}", ())
    assert list(message.parts) == [("query", "{query} and {draft}")]


def test_a_message_survives_its_json_form() -> None:
    message = Message.of("user", [("query", "a"), ("query", "b"), ("files", ""), ("draft", "c")])
    assert message.spans == (Span("query", 2), Span("draft", 1))
    again = Message.from_dict(asdict(message))
    assert (again, again.spans) == (message, message.spans)


@pytest.mark.parametrize(
    "spans",
    [
        [{"origin": "query", "length": 3}],
        [{"origin": "query", "length": -1}, {"origin": "draft", "length": 3}],
        [{"origin": "query"}],
        [{"origin": "moon", "length": 2}],
        [{"length": 2}],
        "nothing",
        [],
    ],
)
def test_spans_that_do_not_fit_count_for_nothing(spans: object) -> None:
    message = Message.from_dict({"role": "user", "content": "ab", "spans": spans})
    assert message.spans == ()
    assert list(message.parts) == [(None, "ab")]
