"""`sutra cache list`, `search`, `show` and `stats`: looking, which changes nothing.

Invariant: a listing reads one page of the cache, however large that is.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict
from typing import Final

from ..core.clean import clean_line
from ..core.errors import InvalidRequest
from ..store.cache_entry import CacheStats
from ..wording import seconds, size
from . import cache_words as words
from .cache_job import Job
from .cache_keys import find_entry
from .table import table

EMPTY: Final = "The cache is empty: no run has kept a demonstration in it yet."
_ALPHABETICAL: Final = ("model", "query")
"""What is sorted from A to Z unless reversed; all else has its largest or latest first."""


def list_entries(job: Job) -> None:
    """Write one page of all entries."""
    _write_page(job, "")


def search(job: Job) -> None:
    """Write one page of the entries that say all of some words.

    Raises:
        InvalidRequest: There is no word.
    """
    text = " ".join(job.args.text).strip()
    if not text:
        raise InvalidRequest(
            "There is nothing to search for.", "Give a word: sutra cache search TEXT."
        )
    _write_page(job, text)


def _write_page(job: Job, text: str) -> None:
    args = job.args
    descending = (args.sort not in _ALPHABETICAL) != args.reverse
    total = job.cache.count(text)
    entries = job.cache.entries(args.offset, args.limit, args.sort, descending, text)
    if args.json:
        asked = {"search": text} if text else {}
        page = {"total": total, "offset": args.offset, "limit": args.limit, "sort": args.sort}
        shown = [words.as_document(entry, job.now) for entry in entries]
        job.write_json({**asked, **page, "entries": shown})
    elif entries:
        columns = shutil.get_terminal_size().columns if job.output.is_terminal else None
        job.output.write(table(words.entry_rows(entries, job.now, columns)))
    if remark := _remark(text, total, args.offset, len(entries)):
        job.voice.say(remark)


def _remark(text: str, total: int, offset: int, shown: int) -> str:
    """What is to be said beside a page; empty when it shows everything."""
    if total == 0:
        return "No entry of the cache says that." if text else EMPTY
    if shown == 0:
        return f"There is nothing after {words.entries_in_words(total)}."
    if offset + shown < total:
        following = f"See the next with --offset {offset + shown}."
        return f"{offset + 1:,} to {offset + shown:,} of {total:,} entries are shown. {following}"
    return ""


def show(job: Job) -> None:
    """Write one entry whole.

    Raises:
        UnknownKey: No entry fits, or several do.
    """
    entry = find_entry(job.cache, job.args.key)
    if job.args.json:
        job.write_json(words.as_document(entry, job.now))
        return
    job.output.write_trusted(table(words.facts(entry, job.now)))
    sections = [("Query", entry.query), ("Draft", entry.draft)]
    for number, demonstration in enumerate(entry.demonstrations, 1):
        sections.append((words.title(number, demonstration), demonstration.text))
    for title, text in sections:
        if text:
            job.output.write_trusted(f"\n{title}\n")
            job.output.write(text if text.endswith("\n") else text + "\n")


def stats(job: Job) -> None:
    """Write what the cache holds and what it saved."""
    found = job.cache.stats()
    if job.args.json:
        document = {**asdict(found), "hit_rate": found.hit_rate, "path": str(job.path)}
        job.write_json({**document, "journal": job.cache.journal_reason})
        return
    file = str(job.path) if found.path is not None else f"{job.path} (not there yet)"
    rows = [*_totals(found), ("File", clean_line(file, 1000))]
    if job.cache.journal_reason:
        rows.append(("Journal", clean_line(job.cache.journal_reason)))
    job.output.write(table(rows))


def _totals(found: CacheStats) -> list[tuple[str, str]]:
    asked = found.hits + found.misses
    saved = f"{found.tokens_saved:,} tokens, {seconds(found.seconds_saved)}"
    return [
        ("Entries", f"{found.entries:,}"),
        ("Size", f"{size(found.bytes)} of {size(found.max_bytes)}"),
        ("Hits", f"{found.hits:,} of {asked:,} queries ({found.hit_rate:.0%})"),
        ("Saved", saved),
        ("Banned", f"{found.banned:,}"),
    ]
