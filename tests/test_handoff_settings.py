"""What AgentHandoff and its runs can be told: done as said, or refused by the wrong word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sutra_tui import AgentHandoff, DemonstrationCache, GenerationOptions, Templates
from sutra_tui.core.errors import InvalidHost, InvalidRequest, InvalidTemplate, SutraError
from sutra_tui.engines.demo import demo_engine
from tests.handoff_support import QUERY, A, B, scripted_server
from tests.ollama_server import OllamaServer


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def handoff(server: OllamaServer) -> AgentHandoff:
    return AgentHandoff(A, B, ollama_host=server.url)


def test_the_given_cache_is_used_even_while_it_is_empty(server: OllamaServer) -> None:
    cache = DemonstrationCache()
    handoff = AgentHandoff(A, B, cache, ollama_host=server.url)
    assert handoff.cache is cache
    handoff.run(QUERY)
    assert len(cache) == 1


def test_two_handoffs_share_no_cache_unless_told_to(server: OllamaServer) -> None:
    for _ in range(2):
        assert not AgentHandoff(A, B, ollama_host=server.url).run_detailed(QUERY).cache_hit


def test_any_setting_of_a_run_can_be_changed_for_one_run(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    raw = handoff.run_detailed(QUERY, method="raw")
    assert (raw.method, raw.model_a) == ("raw", "")
    assert len(handoff.run_detailed(QUERY, count=2).demonstrations) == 2
    assert handoff.run_detailed(QUERY, model_a=B, run_id="mine").run_id == "mine"
    mine = {"prompt_b": "{demonstrations} Now: {query}"}
    handoff.run(QUERY, templates=mine)
    assert server.chats(B)[-1].prompt.endswith(f"Now: {QUERY}")
    handoff.run(QUERY, templates=Templates.from_mapping(mine))
    assert server.chats(B)[-1].prompt.endswith(f"Now: {QUERY}")
    handoff.run(QUERY, options_b={"num_ctx": 2048})
    assert server.chats(B)[-1].options["num_ctx"] == 2048
    handoff.run(QUERY)
    assert server.chats(B)[-1].options["num_ctx"] == 4096, "and only for that one"


@pytest.mark.parametrize(
    "options",
    [{"num_ctx": 2048, "seed": 7}, GenerationOptions(num_ctx=2048, seed=7)],
    ids=["dictionary", "value"],
)
def test_options_may_be_a_dictionary_or_a_value(server: OllamaServer, options: Any) -> None:
    handoff = AgentHandoff(A, B, ollama_host=server.url, options_a=options, options_b=options)
    handoff.run(QUERY)
    for chat in server.chats():
        assert (chat.options["num_ctx"], chat.options["seed"]) == (2048, 7)
        assert chat.options["num_predict"] == 1024, "what is not named keeps its default"


def test_templates_may_be_a_dictionary_or_a_value(server: OllamaServer) -> None:
    mine = {"prompt_a": "Show it: {query}"}
    for templates in (mine, Templates.from_mapping(mine)):
        AgentHandoff(A, B, templates=templates, ollama_host=server.url).run(QUERY)
        assert server.chats(A)[-1].prompt == f"Show it: {QUERY}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"num_ctx": 2048, "tempature": 1}, ["tempature", "temperature"]),
        ({5: 1}, ["5"]),
        ({"num_ctx": "big"}, ["num_ctx", "'big'", "whole number"]),
        ({"temperature": float("nan")}, ["temperature", "nan"]),
        ({"seed": True}, ["seed", "True"]),
        ({"num_predict": None}, ["num_predict", "None"]),
        (7, ["7"]),
        ("num_ctx", ["'num_ctx'"]),
    ],
)
@pytest.mark.parametrize("place", ["options_a", "options_b"])
def test_an_option_that_does_not_exist_or_cannot_be_is_refused(
    options: Any, words: list[str], place: str, handoff: AgentHandoff, server: OllamaServer
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        AgentHandoff(A, B, **{place: options})
    assert all(word in str(caught.value) for word in words)
    with pytest.raises(InvalidRequest):
        handoff.run(QUERY, **{place: options})
    assert server.requests == []


def test_only_what_is_unknown_is_blamed() -> None:
    with pytest.raises(InvalidRequest) as caught:
        AgentHandoff(A, B, options_a={"num_ctx": 2048, "tempature": 1})
    assert "num_ctx" not in caught.value.message


@pytest.mark.parametrize("name", ["temperature", "seed", "think", "keep_alive"])
def test_none_leaves_an_option_to_the_model(name: str) -> None:
    made = AgentHandoff(A, B, options_a={name: None})
    assert made.options_a == GenerationOptions()


def test_a_setting_that_a_run_does_not_have_is_refused_by_name(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        handoff.run(QUERY, count=2, metod="raw")
    assert "metod" in caught.value.message
    assert "count" not in caught.value.message
    assert "method" in caught.value.remedy
    assert server.requests == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": "3"}, "demonstrations cannot be asked for"),
        ({"method": "magic"}, "no method"),
        ({"cache": "never"}, "no cache mode"),
        ({"demonstrations": "one text"}, "are one text"),
        ({"demonstrations": 5}, "not text"),
        ({"demonstrations": [5]}, "not text"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    handoff: AgentHandoff, server: OllamaServer, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidRequest, match=words):
        handoff.run(QUERY, **changes)
    assert server.requests == []


@pytest.mark.parametrize("query", [None, 5, b"bytes", "", "  \n"])
def test_what_is_no_query_is_refused(
    handoff: AgentHandoff, server: OllamaServer, query: Any
) -> None:
    with pytest.raises(InvalidRequest):
        handoff.run(query)
    assert server.requests == []


def test_one_text_is_not_taken_for_many_demonstrations(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    with pytest.raises(InvalidRequest, match="one text"):
        handoff.generate_final(QUERY, "Q: 1+1")
    assert server.requests == []


def test_demonstrations_may_come_from_anything_that_gives_texts(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    result = handoff.run_detailed(QUERY, demonstrations=(text for text in ["one", "two"]))
    assert result.demonstrations == ("one", "two")
    assert server.chats(A) == []


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"templates": {"prompt_a": "no hole"}}, InvalidTemplate),
        ({"templates": {"prompt_c": "{query}"}}, InvalidTemplate),
        ({"templates": {"prompt_b": None}}, InvalidTemplate),
        ({"templates": "{query}"}, InvalidTemplate),
        ({"templates": 5}, InvalidTemplate),
        ({"ollama_host": "here:99999"}, InvalidHost),
        ({"ollama_host": "ftp://there"}, InvalidHost),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(
    arguments: dict[str, Any], error: type[SutraError]
) -> None:
    with pytest.raises(error):
        AgentHandoff(A, B, **arguments)


def test_the_embedded_demo_is_an_engine_like_any_other() -> None:
    engine = demo_engine("instant")
    names = [model.name for model in asyncio.run(engine.models())]
    result = AgentHandoff(names[0], names[-1], engine=engine).run_detailed("Anything")
    assert (result.engine, result.status) == ("demo", "complete")
    assert result.answer
