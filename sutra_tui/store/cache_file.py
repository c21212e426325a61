"""The cache as a JSON document, for a person to keep, carry and hand on.

Invariant: a document is read whole or refused whole. It is outside text: every field is checked for
type and bounds before anything is written, and a refusal names the entry and the field.

Our own form is an object with "format", "version", "entries" and "bans". Files of the system that
this one succeeds are read too: {key: {"demonstrations": [text, ...], "expires_at": number or null,
"cached_at": number}}, where the key is the SHA-256 of the bare query. Such a key says neither the
query nor Model A, so these entries are listed and searched but are `foreign`: never a hit until the
user adopts them.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from ..core.errors import InvalidCacheFile, InvalidRequest
from . import files
from .cache_entry import SOURCES, CachedDemonstration, CacheEntry
from .cache_key import canonical_json

FORMAT: Final = "sutra-cache"
FORMAT_VERSION: Final = 1
MAX_KEY: Final = 4_096
"""Longest key, in characters."""
_MAX_NUMBER: Final = 2**53
MAX_TIME: Final = 1e11
"""Seconds since the epoch, in the year 5138: beyond it a time is a mistake or a trick."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds."""

    entries: tuple[CacheEntry, ...]
    bans: tuple[str, ...] = ()


class _Problem(ValueError):
    """Why a document is refused; ends up in `InvalidCacheFile`."""


def pieces(entries: Iterable[CacheEntry], bans: Iterable[str]) -> Iterator[str]:
    """Our document, a piece at a time, so that a large cache is never in memory twice."""
    head = json.dumps({"format": FORMAT, "version": FORMAT_VERSION})
    yield f'{head[:-1]}, "entries": [\n'
    for number, entry in enumerate(entries):
        yield (",\n" if number else "") + json.dumps(_fields(entry), ensure_ascii=False)
    yield '\n], "bans": ' + json.dumps(list(bans), ensure_ascii=False) + "}\n"


def _fields(entry: CacheEntry) -> dict[str, Any]:
    demonstrations = [
        {"text": d.text, "pinned": d.pinned, "edited": d.edited, "source": d.source}
        for d in entry.demonstrations
    ]
    return {
        "key": entry.key,
        "query": entry.query,
        "model_a": entry.model_a,
        "digest": entry.digest,
        "template_hash": entry.template_hash,
        "count": entry.count,
        "order": entry.order,
        "options": dict(entry.options),
        "demonstrations": demonstrations,
        "draft": entry.draft,
        "created_at": entry.created_at,
        "expires_at": entry.expires_at,
        "hits": entry.hits,
        "last_hit_at": entry.last_hit_at,
        "tokens": entry.tokens,
        "seconds": entry.seconds,
        "pinned": entry.pinned,
        "edited": entry.edited,
        "source": entry.source,
        "foreign": entry.foreign,
    }


def read(path: Path, max_bytes: int, now: float) -> Document:
    """Read and check a document.

    Args:
        path: A regular file.
        max_bytes: Larger files are refused unread.
        now: When entries that do not say so count as written, in seconds since the epoch.

    Raises:
        InvalidCacheFile: It cannot be read, or is not a document that we know.
    """
    cause: Exception
    try:
        return parse(files.read_limited(path, max_bytes), now)
    except FileNotFoundError as error:
        reason, cause = "it does not exist", error
    except OSError as error:
        reason, cause = error.strerror or "it cannot be read", error
    except ValueError as error:
        reason, cause = str(error), error
    raise InvalidCacheFile(
        f"{path} was not imported: {reason}.",
        "Nothing was changed; choose a file that `save` or `export` has written.",
    ) from cause


def parse(data: bytes, now: float) -> Document:
    """Check the bytes of a document; what is wrong with it is raised as `ValueError`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _Problem("it is not UTF-8 text") from error
    try:
        document = json.loads(text, parse_int=_integer, parse_constant=_constant)
    except RecursionError as error:
        raise _Problem("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise _Problem(f"it is not JSON (line {error.lineno})") from error
    if not isinstance(document, dict):
        raise _Problem("it is not a JSON object")
    return _ours(document, now) if "format" in document else _original(document, now)


def _ours(document: Mapping[str, Any], now: float) -> Document:
    if document["format"] != FORMAT:
        raise _Problem("it is not a cache file")
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _Problem('"version" is missing or not what it should be')
    if version > FORMAT_VERSION:
        raise _Problem("it was written by a newer sutra")
    entries = document.get("entries")
    if not isinstance(entries, list):
        raise _Problem('"entries" is not a list')
    bans = document.get("bans", [])
    if not isinstance(bans, list) or not all(isinstance(ban, str) for ban in bans):
        raise _Problem('"bans" is not a list of texts')
    return Document(
        tuple(_Fields(value, f"entry {n}").entry(now) for n, value in enumerate(entries, 1)),
        tuple(bans),
    )


def _original(document: Mapping[str, Any], now: float) -> Document:
    entries = []
    for number, (key, value) in enumerate(document.items(), 1):
        if len(key) > MAX_KEY:
            raise _Problem(f"entry {number}: its key is too long")
        fields = _Fields(value, f"entry {number}")
        entries.append(
            CacheEntry(
                0,
                key,
                demonstrations=fields.demonstrations(),
                created_at=fields.time("cached_at") or now,
                expires_at=fields.time("expires_at"),
                source="import",
                foreign=True,
            )
        )
    return Document(tuple(entries))


class _Fields:
    """One entry's fields, checked as they are taken."""

    def __init__(self, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise _Problem(f"{place} is not an object")
        self._value = value
        self._place = place

    def entry(self, now: float) -> CacheEntry:
        key = self.text("key", limit=MAX_KEY)
        if not key:
            self._refuse("key")
        created_at = self.time("created_at")
        return CacheEntry(
            id=0,
            key=key,
            query=self.text("query"),
            model_a=self.text("model_a"),
            digest=self.text("digest"),
            template_hash=self.text("template_hash"),
            count=self.whole("count"),
            order=self.text("order"),
            options=self.options(),
            demonstrations=self.demonstrations(),
            draft=self.text("draft"),
            created_at=now if created_at is None else created_at,
            expires_at=self.time("expires_at"),
            hits=self.whole("hits"),
            last_hit_at=self.time("last_hit_at"),
            tokens=self.whole("tokens"),
            seconds=self.number("seconds", 1e12) or 0.0,
            pinned=self.flag("pinned"),
            edited=self.flag("edited"),
            source="import",
            foreign=self.flag("foreign"),
        )

    def demonstrations(self) -> tuple[CachedDemonstration, ...]:
        values = self._value.get("demonstrations")
        if not isinstance(values, list):
            self._refuse("demonstrations")
        found = []
        for value in values:
            if isinstance(value, str):
                value = {"text": value, "source": "import"}
            fields = _Fields(value, f"{self._place}: a demonstration")
            text = fields.text("text")
            source = value.get("source", "import")
            if not text.strip() or source not in SOURCES:
                self._refuse("demonstrations")
            pinned, edited = fields.flag("pinned"), fields.flag("edited")
            found.append(CachedDemonstration(0, text, pinned, False, edited, source))
        return tuple(found)

    def options(self) -> dict[str, Any]:
        value = self._value.get("options", {})
        if not isinstance(value, dict):
            self._refuse("options")
        try:
            canonical_json(value)
        except InvalidRequest:
            self._refuse("options")
        return dict(value)

    def text(self, name: str, limit: int | None = None) -> str:
        value = self._value.get(name, "")
        if not isinstance(value, str) or (limit is not None and len(value) > limit):
            self._refuse(name)
        return str(value)

    def flag(self, name: str) -> bool:
        value = self._value.get(name, False)
        if not isinstance(value, bool):
            self._refuse(name)
        return bool(value)

    def whole(self, name: str) -> int:
        value = self._value.get(name, 0)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_NUMBER:
            self._refuse(name)
        return int(value)

    def time(self, name: str) -> float | None:
        return self.number(name, MAX_TIME)

    def number(self, name: str, limit: float) -> float | None:
        value = self._value.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._refuse(name)
        if not math.isfinite(value) or not 0 <= value <= limit:
            self._refuse(name)
        return float(value)

    def _refuse(self, name: str) -> NoReturn:
        raise _Problem(f'{self._place}: "{name}" is missing or not what it should be')


def _integer(digits: str) -> int:
    # Reading a number takes time quadratic in its length.
    if len(digits) > 20:
        raise _Problem("it holds an absurdly large number")
    return int(digits)


def _constant(name: str) -> NoReturn:
    raise _Problem(f"it holds {name}, which is not a number")
