from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.clean import clean
from sutra_tui.engines.demo_library import library
from sutra_tui.engines.demo_tokens import count
from sutra_tui.engines.demo_walkthrough import NOTICE, QUOTE_LIMIT, Walkthrough, look, quote

QUERIES = {
    "code": "Write a python script that renames photos by date",
    "number": "How much is 17 % of 2,340?",
    "explanation": "Why do cats purr?",
    "other": "A limerick about toast",
    "long": "Please summarise this. " * 60,
    "japanese": "猫はなぜ喉を鳴らすのですか",
    "wordiest": "猫を\n数える Python コード" + "\n猫 " * 2000,
    "empty": "",
}


def walk(query: str, count: int = 3) -> Walkthrough:
    return Walkthrough(query, library().suggestions(), count)


def texts(query: str) -> dict[str, str]:
    walkthrough = walk(query)
    examples = walkthrough.demonstrations()
    return {
        "draft": walkthrough.draft(),
        **{f"demonstration {n}": text for n, text in enumerate(examples, 1)},
        "answer": walkthrough.answer(),
        "raw": walkthrough.raw(),
    }


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_text_says_what_it_is_and_is_60_to_150_words(query: str) -> None:
    for name, text in texts(query).items():
        assert NOTICE in text, name
        prose = text.replace(quote(query), "")
        assert 60 <= len(prose.split()) <= 150, (name, len(prose.split()))
    assert NOTICE in walk(query).thinking()


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_model_a_s_whole_reply_stays_under_the_usual_limit(query: str) -> None:
    walkthrough = walk(query)
    assert count(walkthrough.draft() + "".join(walkthrough.demonstrations())) < 900


@pytest.mark.parametrize("part", ["draft", "answer", "raw"])
def test_three_scripted_queries_are_there_to_try(part: str) -> None:
    text = texts("Why?")[part]
    suggested = [query.text for query in library().suggestions()]
    assert len(suggested) == 3
    assert all(f"- {query}" in text for query in suggested)


def test_without_scripts_nothing_is_suggested() -> None:
    assert "Queries to try" in walk("Why?").raw()
    assert "Queries to try" not in Walkthrough("Why?", [], 3).raw()


@pytest.mark.parametrize("part", ["demonstration 3", "answer", "raw"])
def test_the_way_to_a_real_answer_is_told(part: str) -> None:
    text = texts("Why?")[part]
    assert "https://ollama.com/download" in text
    assert text.count("`ollama pull ") == 2
    assert "without `--demo`" in text


def test_the_three_demonstrations_differ() -> None:
    assert len(set(walk("Why?").demonstrations())) == 3


@pytest.mark.parametrize(("number", "words"), [(1, "1 demonstration "), (2, "2 demonstrations ")])
def test_the_number_of_demonstrations_is_the_true_one(number: int, words: str) -> None:
    assert words in walk("Why?", number).draft()
    assert words in walk("Why?", number).answer()


@pytest.mark.parametrize(
    ("query", "kind", "language"),
    [
        ("Write a python script that renames photos", "code", "Python"),
        ("Reverse a list in Haskell", "code", "Haskell"),
        ("implement quicksort in c++", "code", "C++"),
        ("Fix this:\nint x = 1;\n", "code", ""),
        ("Why is Rust safer than C++?", "explanation", "Rust"),
        ("How do I get rust off a bicycle?", "explanation", ""),
        ("What does a golden retriever eat?", "explanation", ""),
        ("Explain JavaScripting", "explanation", ""),
        ("How many weekdays does May have?", "number", ""),
        ("2+2", "number", ""),
        ("A limerick about toast", "other", ""),
        ("", "other", ""),
    ],
)
def test_what_is_seen_of_a_query(query: str, kind: str, language: str) -> None:
    seen = look(query)
    assert (seen.kind, seen.language) == (kind, language)


def test_the_observation_is_counted_and_reads_well() -> None:
    assert look("Why?").sentence() == (
        "It has 1 word on 1 line and looks like a question that wants an explanation."
    )
    assert look("Write Python code\n\nfor this").sentence() == (
        "It has 5 words on 2 lines and looks like a request for code, and names Python."
    )
    assert "mostly in a script other than Latin," in look("猫はなぜ").sentence()
    assert "Latin" not in look("1 + 1 = 猫 or cat?").sentence()


@pytest.mark.parametrize(
    "query",
    [
        "plain",
        "``` ends a fence",
        "`````\n````\n```",
        "[link](http://x) **bold** <b>html</b>\n# heading",
        "{query} {0} %s",
    ],
)
def test_a_quote_is_verbatim_in_a_fence_that_it_cannot_close(query: str) -> None:
    quoted = quote(query).split("\n")
    assert quoted[1:-1] == query.split("\n")
    fence = quoted[-1]
    assert set(fence) == {"`"}
    assert quoted[0] == f"{fence}text"
    assert fence not in query


@pytest.mark.parametrize(
    "tag", ["<answer>", "</answer>", "<demonstration>", "</DEMONSTRATIONS>", "<think>",
            "</ demonstration>", "<example-1 1>"],
)  # fmt: skip
def test_tags_that_replies_are_made_of_lose_their_sign(tag: str) -> None:
    assert f"a ‹{tag[1:]} b" in quote(f"a {tag} b")


def test_other_tags_stay() -> None:
    assert "Vec<u8> <b> a < b" in quote("Vec<u8> <b> a < b")


@given(st.text(max_size=700))
def test_a_quote_is_short_clean_and_closed(query: str) -> None:
    first, *inner, last = quote(query).split("\n")
    text = "\n".join(inner)
    assert len(text) <= QUOTE_LIMIT
    assert text == clean(text)
    assert first == f"{last}text"
    assert not re.search(r"<\s*/?\s*(answer|demonstration|think)", text, re.IGNORECASE)
    assert last not in text


def test_a_long_query_is_cut_with_a_sign_of_it() -> None:
    inner = quote("x" * 301).split("\n")[1]
    assert inner == "x" * 299 + "…"
    assert quote("x" * 300).split("\n")[1] == "x" * 300
