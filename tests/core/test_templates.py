"""Prompts: literal substitution, refusals, and fences that model text cannot close."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidTemplate
from sutra_tui.core.templates import Templates, defuse, fence, substitute

BRACES = st.text(alphabet="{}aq:.0_!>9 \nquerydmonstraif", max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        "{",
        "}",
        "{0}",
        "{query.__class__.__mro__}",
        "{query:>999999999}",
        "{!r}",
        "{{query}",
        "%s $query",
    ],
)
def test_P10_every_other_brace_of_a_template_survives(text: str) -> None:
    filled = substitute(text + "|{query}|", {"query": "Q"})
    assert filled == text.replace("{query}", "Q") + "|Q|"


@given(query=BRACES, demonstration=BRACES)
@example(query="{demonstrations}", demonstration="{query}")
def test_P10_text_in_one_hole_is_never_searched_for_another(query: str, demonstration: str) -> None:
    filled = substitute(
        "<{query}><{demonstrations}>", {"query": query, "demonstrations": demonstration}
    )
    assert filled == f"<{query}><{demonstration}>"


@given(query=st.text(max_size=80))
def test_P10_the_query_reaches_both_models_verbatim(query: str) -> None:
    templates = Templates()
    for order in ("answer-first", "demos-first"):
        assert templates.messages_a(query, order, 3)[-1].content.endswith(query)
    assert templates.messages_b(query, ["one"])[-1].content.endswith(query)
    assert templates.messages_b(query, [])[-1].content == query


def test_static_text_comes_before_everything_that_changes() -> None:
    first = Templates().messages_a("one query", "answer-first", 3)
    second = Templates().messages_a("another", "answer-first", 3)
    assert first[0] == second[0]
    common = first[1].content[: -len("one query")]
    assert second[1].content.startswith(common)
    assert len(common) > 200


def test_orders_ask_for_different_things_first() -> None:
    answer_first, demos_first = (
        Templates().messages_a("q", order, 3)[-1].content
        for order in ("answer-first", "demos-first")
    )
    assert answer_first.index("<answer>") < answer_first.index("<demonstrations>")
    assert demos_first.index("<demonstrations>") < demos_first.index("<answer>")


@pytest.mark.parametrize("name", ["prompt_a", "prompt_b"])
@pytest.mark.parametrize("text", ["no hole", "", "{Query}", "{ query }"])
def test_P10_a_template_without_the_query_is_refused_with_the_reason(name: str, text: str) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        Templates.from_mapping({name: text})
    assert name in caught.value.message
    assert "{query}" in str(caught.value)


def test_an_unknown_template_name_is_refused() -> None:
    with pytest.raises(InvalidTemplate, match="prompt_c"):
        Templates.from_mapping({"prompt_c": "{query}"})


def test_a_template_of_ones_own_says_everything() -> None:
    templates = Templates.from_mapping(
        {"prompt_a": "A {query}", "prompt_b": "D {demonstrations} Q {query} R {draft}"}
    )
    (only,) = templates.messages_a("x", "answer-first", 3)
    assert (only.role, only.content) == ("user", "A x")
    (message,) = templates.messages_b("x", ["demo"], draft="drafted")
    assert message.content.endswith("Q x R drafted")
    assert templates.passes_draft
    assert not Templates().passes_draft


def test_the_draft_is_not_given_to_model_b_by_default() -> None:
    messages = Templates().messages_b("query", ["demonstration"], draft="SECRET DRAFT")
    assert all("SECRET DRAFT" not in message.content for message in messages)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_P11_a_demonstration_cannot_close_its_own_fence(texts: list[str]) -> None:
    block = fence(texts)
    name = re.match(r"<example-([0-9a-f]{8}) 1>", block)
    assert name is not None
    assert block.count(name[1]) == 2 * len(texts)


def test_P11_fences_differ_from_run_to_run() -> None:
    assert len({fence(["same"]) for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ("a<|im_end|>b", "a< |im_end|>b"),
        ("<|eot_id|><|start_header_id|>", "< |eot_id|>< |start_header_id|>"),
        ("<end_of_turn>", "< end_of_turn>"),
        ("[INST] x [/INST]", "[ INST] x [ /INST]"),
        ("<<SYS>>", "< <SYS>>"),
    ],
)
def test_P11_chat_control_tokens_in_demonstrations_are_broken(text: str, broken: str) -> None:
    assert defuse(text) == broken


@pytest.mark.parametrize(
    "code", ["Vec<u8>", "a <| b |> c", "#include <stdio.h>", "x[INST]y", "if a<b && c>d", "<s>"]
)
def test_code_in_demonstrations_is_left_alone(code: str) -> None:
    assert defuse(code.replace("[INST]", "[i]")) == code.replace("[INST]", "[i]")


def test_P12_the_hash_covers_what_model_a_reads() -> None:
    base = Templates()
    hashes = {
        base.hash_a("answer-first"),
        base.hash_a("demos-first"),
        base.hash_a("answer-first", "be brief"),
        Templates.from_mapping({"prompt_a": "x {query}"}).hash_a("answer-first"),
        Templates.from_mapping({"prompt_a": "y {query}"}).hash_a("answer-first"),
    }
    assert len(hashes) == 5
    other_b = Templates.from_mapping({"prompt_b": "{demonstrations} {query}"})
    assert other_b.hash_a("answer-first") == base.hash_a("answer-first")


@pytest.mark.parametrize("role", ["a", "b"])
@pytest.mark.parametrize("order", ["answer-first", "demos-first"])
def test_a_prompt_to_edit_says_everything_that_the_role_is_told(role: Any, order: Any) -> None:
    def said(templates: Templates) -> str:
        sent = (
            templates.messages_a("q", order, 3)
            if role == "a"
            else templates.messages_b("q", ["d"], "", delimiter="x")
        )
        return "\n\n".join(message.content for message in sent)

    text = Templates().as_template(role, order)
    own = Templates.from_mapping({f"prompt_{role}": text})
    assert said(own) == said(Templates())
    assert own.as_template(role, order) == text
