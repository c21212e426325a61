"""Values to JSON and back: nothing is lost, and no document does more harm than being refused."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.message import Message
from sutra_tui.core.protocol import (
    METHODS,
    GenerationOptions,
    HandoffPacket,
    HandoffResult,
    ModelInfo,
    ModelShape,
    StageName,
    StageRecord,
    StageStats,
    Status,
    count_tokens,
    reconcile,
)

texts = st.text(max_size=20)
lists_of_texts = st.lists(texts, max_size=3).map(tuple)
counts = st.integers(0, 2**63)
durations = st.floats(0, 1e12)
statuses = st.sampled_from(get_args(Status))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
packets = st.builds(
    HandoffPacket,
    query=texts,
    demonstrations=lists_of_texts,
    draft=texts,
    model_a=texts,
    cache_hit=st.booleans(),
    problems=lists_of_texts,
)
stats = st.builds(
    StageStats,
    load_ms=st.none() | durations,
    prompt_tokens=st.none() | counts,
    prompt_ms=st.none() | durations,
    output_tokens=st.none() | counts,
    output_ms=st.none() | durations,
    first_token_ms=st.none() | durations,
    wall_ms=st.none() | durations,
)
messages = st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=texts)
options = st.dictionaries(texts, st.none() | st.booleans() | counts | durations, max_size=3)
stages = st.builds(
    StageRecord,
    name=st.sampled_from(get_args(StageName)),
    model=texts,
    digest=texts,
    status=statuses,
    messages=st.lists(messages, max_size=2).map(tuple),
    options=options,
    output=texts,
    thinking=texts,
    done_reason=texts,
    problems=lists_of_texts,
    stats=stats,
)
results = st.builds(
    HandoffResult,
    query=texts,
    answer=texts,
    demonstrations=lists_of_texts,
    model_a=texts,
    model_b=texts,
    cache_hit=st.booleans(),
    latency_ms=durations,
    token_counts=st.dictionaries(texts, counts, max_size=3),
    draft=texts,
    stages=st.lists(stages, max_size=3).map(tuple),
    method=st.sampled_from(METHODS),
    status=statuses,
    fell_back_to_raw=st.booleans(),
    notices=lists_of_texts,
    engine=texts,
    run_id=texts,
)
A_RESULT = HandoffResult(
    "q",
    token_counts={"total_tokens": 3},
    stages=(StageRecord("B", messages=(Message("user", "q"),), stats=StageStats(load_ms=1.0)),),
).to_dict()


@given(packets)
def test_a_packet_comes_back_as_it_was(packet: HandoffPacket) -> None:
    assert HandoffPacket.from_json(packet.to_json()) == packet
    assert HandoffPacket.from_dict(packet.to_dict()) == packet


@given(results)
def test_a_result_comes_back_as_it_was(result: HandoffResult) -> None:
    assert HandoffResult.from_json(result.to_json(indent=None)) == result
    assert HandoffResult.from_dict(result.to_dict()) == result


@given(results)
def test_the_dictionary_of_a_result_is_what_its_json_holds(result: HandoffResult) -> None:
    assert json.loads(result.to_json()) == result.to_dict()


@pytest.mark.parametrize("kind", [HandoffPacket, HandoffResult])
@given(document=json_values)
def test_any_json_is_a_value_or_a_value_error(
    kind: type[HandoffPacket] | type[HandoffResult], document: Any
) -> None:
    try:
        value = kind.from_dict(document)
    except ValueError:
        return
    assert value.query == document["query"]


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything in a document."""
    inner: Any = ()
    if isinstance(document, dict):
        inner = document.items()
    elif isinstance(document, list):
        inner = enumerate(document)
    return [path, *(way for key, value in inner for way in places(value, (*path, key)))]


@pytest.mark.parametrize("way", places(A_RESULT)[1:], ids=lambda way: ".".join(map(str, way)))
@given(junk=json_values)
def test_junk_anywhere_in_a_result_is_taken_for_what_it_says_or_refused(
    way: tuple[Any, ...], junk: Any
) -> None:
    document = json.loads(json.dumps(A_RESULT))
    place = document
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = junk
    try:
        result = HandoffResult.from_dict(document)
    except ValueError:
        return
    assert HandoffResult.from_json(result.to_json()) == result, "whatever was taken is sound"


@pytest.mark.parametrize(
    "change",
    [
        {"query": None},
        {"answer": 5},
        {"demonstrations": "one text"},
        {"demonstrations": [1]},
        {"cache_hit": "no"},
        {"latency_ms": "quick"},
        {"latency_ms": True},
        {"latency_ms": 10**400},
        {"token_counts": {"total_tokens": "many"}},
        {"token_counts": [1]},
        {"method": "magic"},
        {"method": ["handoff"]},
        {"status": "fine"},
        {"stages": {"A": {}}},
        {"stages": ["A"]},
        {"stages": [{"name": "C"}]},
        {"stages": [{"name": "A", "status": {}}]},
        {"stages": [{"name": "A", "messages": [{"role": "user"}]}]},
        {"stages": [{"name": "A", "messages": [{"role": "tool", "content": ""}]}]},
        {"stages": [{"name": "A", "options": [["a", 1]]}]},
        {"stages": [{"name": "A", "stats": {"load_ms": "long"}}]},
        {"stages": [{"name": "A", "stats": {"prompt_tokens": 1.5}}]},
        {"stages": [{"name": "A", "stats": 3}]},
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"field '\w+'"):
        HandoffResult.from_dict({**A_RESULT, **change})


def test_a_field_nested_beyond_reason_is_refused() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    stage = {"name": "A", "options": {"stop": nested}}
    with pytest.raises(ValueError, match="too deeply"):
        HandoffResult.from_dict({"query": "q", "stages": [stage]})


def test_what_a_later_version_added_is_passed_over() -> None:
    document = json.loads(json.dumps(A_RESULT))
    document["demo"] = True
    document["stages"][0]["stats"]["energy_j"] = 12
    assert HandoffResult.from_dict(document) == HandoffResult.from_dict(A_RESULT)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "[" * 100_000, '{"query": 1}', "\x00"])
@pytest.mark.parametrize("kind", [HandoffPacket, HandoffResult])
def test_text_that_is_no_document_of_ours_is_refused(
    kind: type[HandoffPacket] | type[HandoffResult], text: str
) -> None:
    with pytest.raises(ValueError):
        kind.from_json(text)


def test_the_document_is_json_whatever_the_figures_are() -> None:
    endless = StageRecord("A", options={"keep_alive": float("inf"), "stop": ("a", "b")})
    text = HandoffResult("q", stages=(endless,)).to_json()

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    document = json.loads(text, parse_constant=refuse)
    assert document["stages"][0]["options"] == {"keep_alive": None, "stop": ["a", "b"]}


def test_a_half_character_does_not_keep_a_document_from_being_written() -> None:
    packet = HandoffPacket("caf\udce9 é")
    assert packet.to_json().encode() == packet.to_json().encode("utf-8", "surrogatepass")
    assert "é" in packet.to_json(), "whole characters stay readable"
    assert HandoffPacket.from_json(packet.to_json()) == packet


def test_a_result_prints_as_its_answer() -> None:
    assert str(HandoffResult("q", answer="Vec<u8>")) == "Vec<u8>"


def test_a_result_knows_its_stages_and_its_packet() -> None:
    parse = StageRecord("parse", problems=("one was cut",))
    result = HandoffResult("q", demonstrations=("d",), draft="x", model_a="a", stages=(parse,))
    assert result.stage("parse") is parse
    assert result.stage("B") is None
    assert result.packet == HandoffPacket("q", ("d",), "x", "a", False, ("one was cut",))


def test_tokens_are_counted_over_what_was_really_spent() -> None:
    cached = StageRecord("A", status="cached", stats=StageStats(prompt_tokens=900, output_tokens=9))
    unsaid = StageRecord("parse")
    spent = StageRecord("B", stats=StageStats(prompt_tokens=30, output_tokens=12))
    assert count_tokens([cached, unsaid, spent]) == {
        "prompt_tokens": 30,
        "completion_tokens": 12,
        "total_tokens": 42,
    }
    assert count_tokens([])["total_tokens"] == 0


def test_one_model_in_both_roles_gets_the_larger_limits() -> None:
    a = GenerationOptions(num_ctx=2048, num_predict=2000, temperature=0.1)
    b = GenerationOptions(num_ctx=8192, num_predict=512, seed=7)
    one, other = reconcile(a, b)
    assert {(o.num_ctx, o.num_predict) for o in (one, other)} == {(8192, 2000)}
    assert (one.temperature, other.seed) == (0.1, 7)


@pytest.mark.parametrize(
    ("info", "writes"),
    [
        (ModelInfo("m"), True),
        (ModelInfo("m", family="nomic-bert"), False),
        (ModelInfo("m", capabilities=("embedding",)), False),
        (ModelInfo("m", capabilities=("completion",), family="bert"), True),
        (ModelInfo("m", capabilities=("completion", "image")), False),
        (ModelInfo("m", capabilities=()), False),
    ],
)
def test_which_models_write_text(info: ModelInfo, writes: bool) -> None:
    assert info.generates_text is writes


def test_a_speed_needs_both_of_its_figures() -> None:
    assert StageStats(output_tokens=50, output_ms=2000.0).tokens_per_second == 25
    assert StageStats(output_tokens=50).tokens_per_second is None
    assert StageStats(output_tokens=50, output_ms=0.0).tokens_per_second is None
    assert ModelShape(layers=28, kv_heads=8).kv_bytes_per_token is None
