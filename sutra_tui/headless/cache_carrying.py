"""`sutra cache export` and `import`: carrying the cache to a file and back.

Invariant: no file is replaced unasked, and a file is taken in whole or not at all.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import Final

from ..core.errors import InvalidRequest, StoreError
from ..store import cache_file
from ..store.cache_entry import ImportReport
from .cache_job import Job
from .cache_words import entries_in_words
from .faces import in_safe_json

STANDARD_STREAM: Final = "-"


def export(job: Job) -> None:
    """Write the entries to a file, or to standard output.

    Raises:
        StoreError: The file cannot be written, or is there already.
    """
    if job.args.file == STANDARD_STREAM:
        _export_to_output(job)
        return
    target = Path(job.args.file)
    if not job.args.force and os.path.lexists(target):
        raise StoreError(f"{target} is there already.", "Add --force to replace it.")
    number = job.cache.export(target, search=job.args.search, overwrite=job.args.force)
    sentence = f"Wrote {entries_in_words(number)} to {target}."
    if job.args.json:
        job.write_json({"file": str(target), "entries": number})
    job.voice.say(sentence)


def _export_to_output(job: Job) -> None:
    number = job.cache.count(job.args.search)
    entries = job.cache.entries(0, number, "created", False, job.args.search)
    for piece in cache_file.pieces(entries, job.cache.bans()):
        job.output.write_trusted(in_safe_json(piece, job.output))


def take_in(job: Job) -> None:
    """Take in the entries of a file.

    Raises:
        InvalidCacheFile: It is not such a file; nothing was changed.
        InvalidRequest: No file was named.
    """
    if job.args.file == STANDARD_STREAM:
        raise InvalidRequest(
            "Standard input cannot be imported.", "Write it to a file and import that."
        )
    job.require_disk()
    report = job.cache.import_(job.args.file)
    counts = asdict(report)
    counts["skipped"] = counts.pop("kept")
    job.report(in_words(report), {"file": job.args.file, **counts})


def in_words(report: ImportReport) -> str:
    """What an import did, and what it left out and why."""
    taken = report.added + report.replaced
    parts = [f"Imported {entries_in_words(taken)}"]
    if report.replaced:
        parts[0] += f" ({report.added:,} new, {report.replaced:,} in the place of older ones)"
    if report.kept:
        parts.append(
            f"Skipped {entries_in_words(report.kept)}:"
            " what you have under the same key holds your own work"
        )
    if report.foreign:
        parts.append(
            f"{entries_in_words(report.foreign)} without a known Model A can be looked at and"
            " adopted, but are not served"
        )
    if report.evicted:
        parts.append(
            f"The cache was full, so {entries_in_words(report.evicted)} used least recently went"
        )
    return ". ".join(parts) + "."
