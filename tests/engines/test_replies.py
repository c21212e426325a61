"""What a server's JSON means, whatever it holds."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import EngineError
from sutra_tui.core.protocol import StageStats
from sutra_tui.engines import replies

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_ROW = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ["name", "model", "digest", "size", "details", "capabilities", "modified_at",
         "expires_at", "context_length", "remote_host"],
        _JSON,
    ),
)  # fmt: skip
_FIGURES = st.sampled_from(
    ["block_count", "embedding_length", "context_length", "attention.head_count",
     "attention.head_count_kv", "attention.key_length"]
)  # fmt: skip


@settings(deadline=None)
@given(_JSON | st.lists(_ROW | _JSON))
def test_N11_any_list_is_read_without_an_error(rows: Any) -> None:
    listed = {"models": rows}
    for model in replies.models(listed):
        assert model.name.strip() and model.name.encode()
        assert 0 <= model.size < 2**53
    for held in replies.loaded(listed):
        assert held.name.strip()


@settings(deadline=None)
@given(st.dictionaries(_FIGURES, _JSON), _JSON)
def test_any_figures_are_read_without_an_error(figures: dict[str, Any], capabilities: Any) -> None:
    info = {"general.architecture": "x", **{f"x.{key}": value for key, value in figures.items()}}
    shape = replies.shape({"model_info": info, "capabilities": capabilities})
    per_token = shape.kv_bytes_per_token
    assert per_token is None or 0 <= per_token < 2**170


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["load_duration", "eval_count", "eval_duration"]), _JSON))
def test_any_final_numbers_are_read_without_an_error(final: dict[str, Any]) -> None:
    assert (replies.stats(final).load_ms or 0) >= 0


def test_one_bad_row_costs_that_row_only() -> None:
    rows = [7, None, {}, {"name": 5}, {"name": "x" * 513}, {"name": " "}, {"name": "\ud800"}]
    rows.append({"name": "good:latest", "details": None, "size": -1, "capabilities": "x"})
    rows.append({"model": "other:latest", "details": {"families": None, "family": 3}})
    assert [m.name for m in replies.models({"models": rows})] == ["good:latest", "other:latest"]


def test_Z8_a_list_ends_at_ten_thousand_models() -> None:
    rows = [{"name": f"m{number}:latest"} for number in range(replies.MOST_MODELS + 500)]
    assert len(replies.models({"models": rows})) == replies.MOST_MODELS


@pytest.mark.parametrize(
    ("name", "row", "remote"),
    [
        ("gpt-oss:120b-cloud", {}, True),
        ("glm:cloud", {}, True),
        ("x/y:5000/glm:Cloud", {}, True),
        ("mine:latest", {"remote_host": "https://ollama.com:443"}, True),
        ("mine:latest", {"remote_model": "gpt-oss:120b"}, True),
        ("my-cloud", {}, False),
        ("cloud:7b", {}, False),
        ("x:cloudy", {}, False),
        ("x:overcloud", {}, False),
        ("mine:latest", {"remote_host": ""}, False),
    ],
)
def test_models_that_leave_the_machine_are_recognised(
    name: str, row: dict[str, str], remote: bool
) -> None:
    (model,) = replies.models({"models": [{"name": name, **row}]})
    assert model.remote is remote


@pytest.mark.parametrize(
    ("info", "figures"),
    [
        ({"block_count": 28, "attention.head_count": 24, "attention.head_count_kv": 8,
          "attention.key_length": 128}, (28, 8, 128)),
        ({"block_count": 32, "attention.head_count": 32, "attention.head_count_kv": 8,
          "embedding_length": 4096}, (32, 8, 128)),
        ({"block_count": 12, "attention.head_count": 12, "embedding_length": 768}, (12, 12, 64)),
        ({"block_count": 9, "attention.head_count": 8, "attention.head_count_kv": [0, 4, 2],
          "embedding_length": 512}, (9, 4, 64)),
        ({"block_count": 9, "attention.head_count": 8, "attention.head_count_kv": []},
         (9, None, None)),
        ({"block_count": True, "attention.head_count": 0, "embedding_length": 10**30},
         (None, None, None)),
        ({}, (None, None, None)),
    ],
)  # fmt: skip
def test_the_shape_of_a_model(info: dict[str, Any], figures: tuple[int | None, ...]) -> None:
    shown = {f"llama.{key}": value for key, value in info.items()}
    shape = replies.shape({"model_info": {"general.architecture": "llama", **shown}})
    assert (shape.layers, shape.kv_heads, shape.head_size) == figures


@pytest.mark.parametrize(
    ("info", "window", "recurrent"),
    [
        ({}, None, False),
        ({"m.attention.sliding_window": 1024}, 1024, False),
        ({"m.attention.sliding_window": 0}, None, False),
        ({"m.attention.sliding_window": []}, None, False),
        ({"m.ssm.conv_kernel": 4}, None, True),
        ({"m.shortconv.l_cache": 3}, None, True),
        ({"other.ssm.conv_kernel": 4}, None, False),
    ],
)
def test_models_that_do_not_keep_all_tokens_are_known_by_their_figures(
    info: dict[str, Any], window: int | None, recurrent: bool
) -> None:
    shape = replies.shape({"model_info": {"general.architecture": "m", **info}})
    assert (shape.sliding_window, shape.recurrent) == (window, recurrent)


def test_an_embedder_of_an_old_server_is_known_by_its_pooling() -> None:
    info = {"general.architecture": "bert", "bert.pooling_type": 1}
    assert replies.shape({"model_info": info}).capabilities == ("embedding",)


@pytest.mark.parametrize(
    ("final", "expected"),
    [
        ({"done": True}, StageStats()),
        ({"eval_count": 3}, StageStats(0.0, 0, 0.0, 3, 0.0)),
        (
            {"load_duration": 2_500_000, "prompt_eval_count": 7, "prompt_eval_duration": 10**6,
             "eval_count": 5, "eval_duration": 3 * 10**9},
            StageStats(2.5, 7, 1.0, 5, 3000.0),
        ),
        ({"eval_duration": 10**400, "eval_count": -5}, StageStats(0.0, 0, 0.0, 0, 0.0)),
    ],
)  # fmt: skip
def test_the_servers_numbers(final: dict[str, Any], expected: StageStats) -> None:
    assert replies.stats(final) == expected


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=[])), st.data())
def test_N13_cut_characters_are_joined_wherever_the_cut_is(text: str, data: st.DataObject) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    halves = [
        units[at : at + 2].decode("utf-16-le", "surrogatepass") for at in range(0, len(units), 2)
    ]
    joiner, said, chunk = replies.SurrogateJoiner(), "", ""
    for half in halves:
        chunk += half
        if data.draw(st.booleans()):
            said, chunk = said + joiner.feed(chunk), ""
    said += joiner.feed(chunk) + joiner.end()
    assert said == replies.whole(text)
    assert "\ufffd" in said or said.encode() == text.encode()


def test_half_a_character_becomes_a_replacement() -> None:
    joiner = replies.SurrogateJoiner()
    assert joiner.feed("a\ud83c") + joiner.feed("b\udf89") + joiner.end() == "a\ufffdb\ufffd"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b" <html>", "not_ollama"),
        (b"", "protocol"),
        (b"[1]", "protocol"),
        (b"{", "protocol"),
        (b'{"a":' + b"[" * 100_000, "protocol"),
        (json.dumps({"a": 1}).encode() + b"9" * 5000, "protocol"),
    ],
)
def test_a_document_that_is_none_is_named(body: bytes, kind: str) -> None:
    with pytest.raises(EngineError) as caught:
        replies.document(body, "here")
    assert caught.value.kind == kind
