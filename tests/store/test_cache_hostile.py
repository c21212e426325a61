"""Files made to harm: refused with a clear word, and nothing has changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidCacheFile
from sutra_tui.store.cache import DemonstrationCache
from tests.thorough import examples

from .cache_support import keep


def ours(**fields: Any) -> bytes:
    good = {"key": "good", "demonstrations": ["fine"]}
    bad = {"key": "bad", "demonstrations": ["x"], **fields}
    bad = {name: value for name, value in bad.items() if value is not ...}
    document = {"format": "sutra-cache", "version": 1, "entries": [good, bad], "bans": ["banned"]}
    return json.dumps(document).encode()


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "binary": b"\x00\xff\xfe\x01" * 50,
    "utf16": '{"a": 1}'.encode("utf-16"),
    "text": b"hello",
    "truncated": ours()[:-20],
    "list": b"[]",
    "number": b"5",
    "null": b"null",
    "deep-list": b"[" * 200_000,
    "deep-object": b'{"a":' * 200_000,
    "deep-in-entry": b'{"k":{"demonstrations":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "endless-number": b'{"k":{"demonstrations":["x"],"expires_at":' + b"9" * 5_000_000 + b"}}",
    "nan": b'{"k":{"demonstrations":["x"],"expires_at":NaN}}',
    "infinity": b'{"k":{"demonstrations":["x"],"expires_at":-Infinity}}',
    "overflow": b'{"k":{"demonstrations":["x"],"expires_at":1e999}}',
    "entry-text": b'{"k":"x"}',
    "entry-list": b'{"k":["x"]}',
    "entry-null": b'{"good":{"demonstrations":["x"]},"k":null}',
    "no-demonstrations": b'{"k":{"expires_at":1}}',
    "demonstrations-number": b'{"k":{"demonstrations":5}}',
    "demonstrations-text": b'{"k":{"demonstrations":"abc"}}',
    "demonstrations-mixed": b'{"k":{"demonstrations":["x",5]}}',
    "expiry-text": b'{"k":{"demonstrations":["x"],"expires_at":"soon"}}',
    "expiry-true": b'{"k":{"demonstrations":["x"],"expires_at":true}}',
    "long-key": b'{"' + b"k" * 10_000 + b'":{"demonstrations":["x"]}}',
    "other-format": b'{"format":"something","version":1,"entries":[]}',
    "newer-version": b'{"format":"sutra-cache","version":2,"entries":[]}',
    "true-version": b'{"format":"sutra-cache","version":true,"entries":[]}',
    "entries-object": b'{"format":"sutra-cache","version":1,"entries":{}}',
    "entries-missing": b'{"format":"sutra-cache","version":1}',
    "bans-text": b'{"format":"sutra-cache","version":1,"entries":[],"bans":"x"}',
    "bans-number": b'{"format":"sutra-cache","version":1,"entries":[],"bans":[1]}',
    "no-key": ours(key=...),
    "empty-key": ours(key=""),
    "key-number": ours(key=5),
    "query-list": ours(query=["x"]),
    "draft-null": ours(draft=None),
    "count-huge": ours(count=10**18),
    "count-negative": ours(count=-1),
    "count-float": ours(count=1.5),
    "hits-true": ours(hits=True),
    "tokens-text": ours(tokens="many"),
    "seconds-negative": ours(seconds=-1),
    "created-far": ours(created_at=1e300),
    "created-negative": ours(created_at=-1),
    "pinned-number": ours(pinned=1),
    "options-list": ours(options=[]),
    "options-deep": ours(options={"a": json.loads("[" * 50 + "]" * 50)}),
    "demonstration-source": ours(demonstrations=[{"text": "x", "source": "rumour"}]),
    "demonstration-source-list": ours(demonstrations=[{"text": "x", "source": ["hand"]}]),
    "demonstration-pinned": ours(demonstrations=[{"text": "x", "pinned": "yes"}]),
    "demonstration-blank": ours(demonstrations=[{"text": " "}]),
    "demonstration-list": ours(demonstrations=[["x"]]),
}


@pytest.fixture
def filled(tmp_path: Path) -> Any:
    with DemonstrationCache(path=tmp_path / "c.db") as cache:
        keep(cache)
        cache.set("good", ["mine"])
        yield cache


def contents(cache: DemonstrationCache) -> tuple[Any, ...]:
    return cache.entries(limit=100), cache.bans(), cache.stats().bytes


def refused(cache: DemonstrationCache, path: Path) -> str:
    before = contents(cache)
    with pytest.raises(InvalidCacheFile) as caught:
        cache.load(path)
    assert contents(cache) == before and cache.warnings == []
    assert "not imported" in caught.value.message and caught.value.remedy
    assert caught.value.kind == "invalid_cache_file"
    return caught.value.message


@pytest.mark.parametrize("name", HOSTILE)
def test_S13_a_hostile_document_changes_nothing(
    filled: DemonstrationCache, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "hostile.json"
    path.write_bytes(HOSTILE[name])
    message = refused(filled, path)
    assert len(message) < 500


def test_the_message_names_the_entry_and_the_field(
    filled: DemonstrationCache, tmp_path: Path
) -> None:
    (tmp_path / "h.json").write_bytes(ours(tokens="many"))
    assert 'entry 2: "tokens"' in refused(filled, tmp_path / "h.json")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**30)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (os.mkfifo, "regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "regular file"),
        (Path.mkdir, ""),
        (_sparse, "larger than"),
        (lambda path: path.symlink_to(path), ""),
        (lambda path: path.symlink_to("/nowhere/at/all"), "does not exist"),
    ],
    ids=["missing", "pipe", "device", "directory", "gigabyte", "loop", "dangling"],
)
def test_S8_S13_what_is_no_file_is_refused_at_once(
    filled: DemonstrationCache, tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    path = tmp_path / "odd.json"
    make(path)
    assert words in refused(filled, path)


def test_a_path_with_nul_is_refused(filled: DemonstrationCache) -> None:
    refused(filled, Path("nul\0"))


@settings(max_examples=examples(200), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "format",
                        "version",
                        "entries",
                        "bans",
                        "key",
                        "demonstrations",
                        "text",
                        "expires_at",
                        "options",
                        "x",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_S13_any_json_is_loaded_whole_or_refused(document: Any) -> None:
    import tempfile

    cache = DemonstrationCache()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "x.json")
        path.write_text(json.dumps(document), "utf-8")
        try:
            report = cache.load(path)
        except InvalidCacheFile:
            assert len(cache) == 0 and cache.bans() == []
        else:
            assert len(cache) == report.added
            assert len(cache.entries(limit=100)) == len(cache)


def test_a_byte_order_mark_and_surrogates_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(b"\xef\xbb\xbf" + b'{"k\\ud800":{"demonstrations":["\\ud800x"]}}')
    cache = DemonstrationCache()
    cache.load(path)
    assert cache.entries()[0].texts == ("\ufffdx",)
    assert cache.entry("k\ud800") is not None
