"""What can be asked for, and finding the models that were named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.errors import InvalidRequest, ModelNotFound
from sutra_tui.core.protocol import MAX_COUNT, METHODS, ORDERS, ModelInfo
from sutra_tui.core.request import RunRequest, find_model
from sutra_tui.core.templates import Templates

REQUEST = RunRequest("What is 4+4?", "a:3b", "b:7b")
PULLED = (
    ModelInfo("llama3.2:3b"),
    ModelInfo("mistral:latest"),
    ModelInfo("nomic-embed-text:latest", capabilities=("embedding",)),
    ModelInfo("gpt-oss:120b-cloud", remote=True),
    ModelInfo("kimi:cloud"),
    ModelInfo("renamed:7b", remote=True),
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"method": "raw", "model_a": ""},
        {"demonstrations": ("one",), "model_a": ""},
        {"demonstrations": (), "model_a": ""},
        {"final": False, "model_b": ""},
        *({"count": count} for count in (1, MAX_COUNT)),
        *({"method": method} for method in METHODS),
        *({"order": order} for order in ORDERS),
    ],
)
def test_what_can_be_run(change: dict[str, Any]) -> None:
    request = replace(REQUEST, **change)
    request.check()
    assert request.run_id == REQUEST.run_id


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"query": ""}, "query is empty"),
        ({"query": " \n\t"}, "query is empty"),
        ({"query": None}, "query is not text"),
        ({"query": b"bytes"}, "query is not text"),
        ({"method": "magic"}, "no method 'magic'"),
        ({"method": ["raw"]}, "no method"),
        ({"order": "sideways"}, "no order 'sideways'"),
        ({"count": 0}, "0 demonstrations"),
        ({"count": MAX_COUNT + 1}, "11 demonstrations"),
        ({"count": "3"}, "'3' demonstrations"),
        ({"count": 2.5}, "2.5 demonstrations"),
        ({"count": True}, "True demonstrations"),
        ({"cache": "always"}, "no cache mode 'always'"),
        ({"model_a": ""}, "No Model A"),
        ({"model_b": ""}, "No Model B"),
        ({"method": "raw", "model_b": ""}, "No Model B"),
        ({"demonstrations": ("fine", 3)}, "demonstration is not text"),
        ({"demonstrations": "one text"}, "demonstrations are one text"),
    ],
)
def test_what_cannot_be_run_is_refused_with_a_reason(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        replace(REQUEST, **change).check()
    assert words in caught.value.message
    assert caught.value.remedy


def test_every_run_has_a_name_of_its_own() -> None:
    assert len({RunRequest("q").run_id for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("change", "asks"),
    [({}, True), ({"method": "raw"}, False), ({"demonstrations": ()}, False)],
)
def test_when_model_a_has_a_part(change: dict[str, Any], asks: bool) -> None:
    assert replace(REQUEST, **change).asks_model_a is asks


@pytest.mark.parametrize(
    ("order", "prompt_b", "wants"),
    [
        ("answer-first", "{query}", True),
        ("demos-first", "{query}", False),
        ("demos-first", "{draft} {query}", True),
    ],
)
def test_when_the_draft_is_waited_for(order: Any, prompt_b: str, wants: bool) -> None:
    templates = Templates.from_mapping({"prompt_b": prompt_b})
    assert replace(REQUEST, order=order, templates=templates).wants_draft is wants


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("llama3.2:3b", "llama3.2:3b"),
        ("LLAMA3.2:3B", "llama3.2:3b"),
        ("mistral", "mistral:latest"),
        ("mistral:latest", "mistral:latest"),
        ("nomic-embed-text", "nomic-embed-text:latest"),
    ],
)
def test_a_model_is_found_by_any_of_its_names(name: str, found: str) -> None:
    assert find_model(PULLED, name, allow_cloud=False).name == found


def test_the_name_as_it_is_written_comes_first() -> None:
    twins = (ModelInfo("m:1B"), ModelInfo("m:1b"))
    assert find_model(twins, "m:1b", allow_cloud=False).name == "m:1b"
    assert find_model(twins, "M:1B", allow_cloud=False).name == "m:1B"


def test_a_model_that_is_not_there_is_named_with_those_that_could_be_used() -> None:
    with pytest.raises(ModelNotFound) as caught:
        find_model(PULLED, "phi4-mini", allow_cloud=False)
    assert "phi4-mini" in caught.value.message
    assert "ollama pull phi4-mini" in caught.value.remedy
    assert "llama3.2:3b, mistral:latest" in caught.value.remedy
    assert "nomic" not in caught.value.remedy
    assert "gpt-oss" not in caught.value.remedy


def test_without_any_model_the_way_to_get_one_is_said() -> None:
    with pytest.raises(ModelNotFound) as caught:
        find_model((), "phi4-mini", allow_cloud=True)
    assert caught.value.remedy == "Pull it with `ollama pull phi4-mini`."


@pytest.mark.parametrize(
    "name", ["gpt-oss:120b-cloud", "GPT-OSS:120b-CLOUD", "kimi:cloud", "renamed:7b", "other:cloud"]
)
def test_Z4_a_cloud_model_is_never_used_without_being_allowed(name: str) -> None:
    with pytest.raises(InvalidRequest, match="leave this machine"):
        find_model(PULLED, name, allow_cloud=False)


def test_an_allowed_cloud_model_is_found() -> None:
    assert find_model(PULLED, "renamed:7b", allow_cloud=True).remote
    assert find_model(PULLED, "kimi:cloud", allow_cloud=True).name == "kimi:cloud"
