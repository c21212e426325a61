"""Which names mean one model, and which say that the model runs elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.model_names import is_cloud_name, same_model


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("llama3.2", "llama3.2:latest", True),
        ("Llama3.2:3B", "llama3.2:3b", True),
        ("host:5000/x", "host:5000/x:latest", True),
        ("host:5000/x", "host:5000/x:7b", False),
        ("llama3.2:1b", "llama3.2:3b", False),
        ("me/llama3.2", "llama3.2", False),
    ],
)
def test_names_of_one_model(one: str, other: str, same: bool) -> None:
    assert same_model(one, other) is same
    assert same_model(other, one) is same


@given(st.text(max_size=30))
def test_a_model_is_itself_with_and_without_the_default_tag(name: str) -> None:
    assert same_model(name, name)
    if ":" not in name:
        assert same_model(name, f"{name}:LATEST")


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("gpt-oss:120b-cloud", True),
        ("kimi-k2:cloud", True),
        ("me/kimi-k2:cloud", True),
        ("GPT-OSS:120B-Cloud", True),
        ("llama3.2:3b", False),
        ("cloud", False),
        ("cloud:3b", False),
        ("my-cloud", False),
        ("host:5000/cloud", False),
        ("soundcloud:7b", False),
        ("m:soundcloud", False),
        ("", False),
    ],
)
def test_only_the_tag_says_that_a_model_runs_elsewhere(name: str, cloud: bool) -> None:
    assert is_cloud_name(name) is cloud
