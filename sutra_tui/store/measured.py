"""What this machine's models were measured to take, run by run, in a small SQLite file.

Invariant: a convenience and never a condition. No call raises for what a disk or another program
does: what cannot be read is as if never measured, what cannot be written is lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..core.errors import StoreError
from ..core.measurement import Known, Sample, summarise
from .database import Database, Schema

if TYPE_CHECKING:
    import sqlite3

MOST_SAMPLES: Final = 20
"""Samples kept of one model; older ones make way, so that figures follow the machine."""
MOST_MODELS: Final = 200
"""Models whose samples are kept; those not used for longest are forgotten."""
PATIENCE: Final = 5
"""Tries to write samples while another program writes: a run's end waits no longer for it."""
PAUSE_S: Final = 0.1
_NUMBERS: Final = (
    "at",
    "weights",
    "num_ctx",
    "load_ms",
    "prompt_tokens",
    "prompt_ms",
    "output_tokens",
    "output_ms",
    "overhead",
)
_COLUMNS: Final = ("digest", "model", "stage", "run", *_NUMBERS)

SCHEMA: Final = Schema(
    name="file of measurements",
    application_id=0x5355544D,  # "SUTM"
    migrations=(
        (
            """
            CREATE TABLE sample (
              id INTEGER PRIMARY KEY AUTOINCREMENT,
              digest TEXT NOT NULL,
              model TEXT NOT NULL,
              stage TEXT NOT NULL,
              run TEXT NOT NULL,
              at REAL NOT NULL,
              weights INTEGER NOT NULL,
              num_ctx INTEGER NOT NULL,
              load_ms REAL,
              prompt_tokens INTEGER,
              prompt_ms REAL,
              output_tokens INTEGER,
              output_ms REAL,
              overhead INTEGER
            )
            """,
            "CREATE INDEX sample_digest ON sample (digest, id)",
            "CREATE TABLE use (digest TEXT PRIMARY KEY, at REAL NOT NULL)",
        ),
    ),
)


class MeasuredRuns:
    """A `MeasuredStore` on a file. Any thread may call it.

    Args:
        path: The file; None keeps everything in memory.
        clock: Seconds since 1970.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._opened: Database | None = None
        self.warnings: list[str] = []

    def known(self) -> Known:
        """Everything known of this machine's models, by digest."""
        columns = ", ".join(_COLUMNS)

        def read(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            return connection.execute(f"SELECT {columns} FROM sample ORDER BY id").fetchall()

        try:
            rows = self._database.read(read)
        except StoreError:
            return {}
        return summarise(sample for row in rows if (sample := _sample(row)) is not None)

    def add(self, samples: Sequence[Sample]) -> None:
        """Keep samples; the oldest of each model make way."""
        marks = ", ".join("?" * len(_COLUMNS))
        insert = f"INSERT INTO sample ({', '.join(_COLUMNS)}) VALUES ({marks})"

        def write(connection: sqlite3.Connection) -> None:
            for sample in samples:
                values = [getattr(sample, column) for column in _COLUMNS]
                connection.execute(insert, values)
                connection.execute(
                    "DELETE FROM sample WHERE digest = ? AND id NOT IN "
                    "(SELECT id FROM sample WHERE digest = ? ORDER BY id DESC LIMIT ?)",
                    (sample.digest, sample.digest, MOST_SAMPLES),
                )
            connection.execute(
                "DELETE FROM sample WHERE digest NOT IN (SELECT digest FROM sample "
                "GROUP BY digest ORDER BY MAX(id) DESC LIMIT ?)",
                (MOST_MODELS,),
            )

        for _ in range(PATIENCE):
            with suppress(StoreError):
                self._database.write(write, wait=False)
                return
            time.sleep(PAUSE_S)

    def note_use(self, digests: Sequence[str]) -> None:
        """Note that a run uses these models from now on, in this order."""
        now = self._clock()

        def write(connection: sqlite3.Connection) -> None:
            for place, digest in enumerate(digests):
                # A moment apart, so that the order of use is kept.
                at = now + place / 1000
                connection.execute("INSERT OR REPLACE INTO use VALUES (?, ?)", (digest, at))
            connection.execute(
                "DELETE FROM use WHERE digest NOT IN "
                "(SELECT digest FROM use ORDER BY at DESC LIMIT ?)",
                (MOST_MODELS,),
            )

        with suppress(StoreError):
            self._database.write(write, wait=False)

    def used_since(self, seconds: float) -> Sequence[str]:
        """Digests of models that runs used within so many seconds, the longest unused first."""
        since = self._clock() - seconds

        def read(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
            return connection.execute(
                "SELECT digest FROM use WHERE at >= ? ORDER BY at", (since,)
            ).fetchall()

        try:
            return tuple(str(row[0]) for row in self._database.read(read))
        except StoreError:
            return ()

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        with self._lock:
            database, self._opened = self._opened, None
        if database is not None:
            database.close()

    @property
    def _database(self) -> Database:
        with self._lock:
            if self._opened is None:
                self._opened = Database(self._path, SCHEMA, self.warnings.append)
            return self._opened


def _sample(row: tuple[Any, ...]) -> Sample | None:
    """A row as a sample; None when somebody wrote something else into the file."""
    digest, model, stage, run, *numbers = row
    if not all(isinstance(text, str) for text in (digest, model, run)) or stage not in ("A", "B"):
        return None
    if not all(value is None or isinstance(value, (int, float)) for value in numbers):
        return None
    values = dict(zip(_NUMBERS, numbers, strict=True))
    return Sample(digest=digest, model=model, stage=stage, run=run, **values)
