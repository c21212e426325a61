"""What the main screen would ask Model A for right now, and how an entry differs from that.

Invariant: pure. An entry would be a hit exactly when its key is the key asked for and the cache
would serve it; everything else here only says why, in words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.clean import clean_line
from ..store.cache_entry import CacheEntry
from ..store.cache_key import KeyParts, canonical_json
from ..wording import age
from .workbench import Workbench


@dataclass(frozen=True, slots=True)
class AskedNow:
    """What would be asked if enter were pressed on the main screen.

    Args:
        parts: What its key is made of; None when nothing would be asked.
        key: The key; None likewise.
        exact: Whether the template and the options are known, and not only the key they make.
        why_not: Why nothing would be asked, one sentence; empty when something would.
    """

    parts: KeyParts | None = None
    key: str | None = None
    exact: bool = False
    why_not: str = ""


def asked_now(
    bench: Workbench, query: str, key: str | None, parts: KeyParts | None = None
) -> AskedNow:
    """See `AskedNow`.

    Args:
        bench: The main screen's choices.
        query: What stands in the query box.
        key: The key of a run started now, if one could be.
        parts: What that key is made of, where the caller knows.
    """
    if not query.strip():
        return AskedNow(why_not="The query box is empty, so nothing would be asked.")
    if bench.method == "raw":
        return AskedNow(why_not="The method is raw, so Model A would not be asked.")
    if key is None or not bench.model_a:
        return AskedNow(why_not="No Model A is chosen, so nothing would be asked.")
    if parts is not None:
        return AskedNow(parts, parts.key, exact=True)
    info = bench.info(bench.model_a)
    digest = info.digest if info else ""
    known = KeyParts(query, bench.model_a, digest, "", bench.count, bench.order)
    return AskedNow(known, key)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a key, then and now; on one line each, safe to show.

    Args:
        name: What it is.
        then: As the entry has it.
        now: As it would be asked for now; empty when that is the same, or not known.
        why: The difference in a sentence; empty when there is none.
    """

    name: str
    then: str
    now: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an entry would be a hit now.

    Args:
        hit: Whether it would.
        why: Sentences that say why or why not, safe to show.
    """

    hit: bool
    why: tuple[str, ...]


def verdict(entry: CacheEntry, served: bool, asked: AskedNow, now: float) -> Verdict:
    """Whether pressing enter on the main screen would be answered by this entry.

    Args:
        entry: In whatever state, with its banned demonstrations.
        served: Whether the cache would serve it for its own key.
        asked: What would be asked for.
        now: Seconds since the epoch.
    """
    why = _against_serving(entry, served, now)
    if asked.key is None:
        why.append(asked.why_not)
    elif entry.key != asked.key and not entry.foreign:
        why += [part.why for part in key_parts(entry, asked) if part.why] or [
            "It was kept under a key that was not made from these parts."
            if asked.exact
            else "The prompt template or the sampling options are others now."
        ]
    if why or entry.key != asked.key:
        return Verdict(False, tuple(why))
    return Verdict(True, ("Everything is as it was, so Model A would not be asked.",))


def _against_serving(entry: CacheEntry, served: bool, now: float) -> list[str]:
    state = entry.state(now)
    if state == "foreign":
        return ["It is not adopted: its file does not say which query and Model A it belongs to."]
    if state == "expired":
        ago = now - (entry.expires_at or now)
        return [f"It expired {'just now' if ago < 60 else age(ago) + ' ago'}."]
    if state == "stale-clock":
        return ["It was written at a time that this clock has not reached, so its age is unknown."]
    if not entry.demonstrations:
        return ["It holds no demonstration."]
    if not entry.texts:
        return ["All its demonstrations are banned."]
    if not served:
        return ["Its time is over, although the clock, which was set back, says otherwise."]
    return []


def key_parts(entry: CacheEntry, asked: AskedNow) -> tuple[Part, ...]:
    """What an entry's key is made of, beside what would be asked for now.

    Args:
        entry: An entry that is not foreign.
        asked: What would be asked for.
    """
    then, now = entry.parts, asked.parts
    return (
        _query(then, now),
        _model(then, now),
        _digest(then, now),
        _part(
            "count",
            then.count,
            now and now.count,
            "{now} demonstrations are wanted now, {then} were then.",
        ),
        _part("order", then.order, now and now.order, "The order is {now} now, it was {then}."),
        _template(then, now if asked.exact else None),
        _options(then, now if asked.exact else None),
    )


def _part(name: str, then: object, now: object | None, why: str, limit: int = 80) -> Part:
    shown = clean_line(str(then), limit) or "not known"
    if now is None or now == then:
        return Part(name, shown)
    shown_now = clean_line(str(now), limit) or "not known"
    return Part(name, shown, shown_now, why.replace("{now}", shown_now).replace("{then}", shown))


def _query(then: KeyParts, now: KeyParts | None) -> Part:
    normal = unicodedata.normalize("NFC", then.query)
    other = unicodedata.normalize("NFC", now.query) if now else None
    return _part("query", normal, other, "The query in the box is another one.", 300)


def _model(then: KeyParts, now: KeyParts | None) -> Part:
    return _part(
        "Model A", then.model_a, now and now.model_a, "Model A is {now} now, it was {then}."
    )


def _digest(then: KeyParts, now: KeyParts | None) -> Part:
    part = _part("digest", then.digest, now and now.digest, "", 16)
    if part.now and now is not None and now.model_a == then.model_a:
        name = clean_line(then.model_a, 60)
        return replace(part, why=f"{name} was pulled anew since: its digest is another one.")
    return part


def _template(then: KeyParts, now: KeyParts | None) -> Part:
    why = "The prompt template is another one."
    return _part("template", then.template_hash, now and now.template_hash, why, 16)


def _options(then: KeyParts, now: KeyParts | None) -> Part:
    shown = _said(then.options)
    if now is None or canonical_json(then.options) == canonical_json(now.options):
        return Part("options", shown)
    changed = [
        f"{clean_line(name, 30)} is {_value(now.options, name)} now, "
        f"it was {_value(then.options, name)}"
        for name in sorted({*then.options, *now.options})
        if _value(then.options, name) != _value(now.options, name)
    ]
    why = f"Options differ: {'; '.join(changed[:5])}."
    return Part("options", shown, _said(now.options), why)


def _said(options: Mapping[str, Any]) -> str:
    said = ", ".join(f"{name} {_value(options, name)}" for name in sorted(options))
    return clean_line(said, 300) or "none"


def _value(options: Mapping[str, Any], name: str) -> str:
    if options.get(name) is None:
        return "not set"
    return clean_line(canonical_json(options[name]), 60)
