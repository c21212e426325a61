"""What the pipeline needs of a demonstration cache; the SQLite one lives in the store room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class StoredDemonstrations(Protocol):
    """One cache entry, as the pipeline reads it."""

    @property
    def query(self) -> str:
        """What they were written for."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The usable demonstrations, in order."""

    @property
    def draft(self) -> str: ...

    @property
    def created_at(self) -> float:
        """Seconds since the epoch."""

    @property
    def tokens(self) -> int:
        """Tokens that Model A spent on it."""

    @property
    def seconds(self) -> float:
        """Seconds that Model A spent on it."""

    @property
    def pinned(self) -> bool: ...

    @property
    def edited(self) -> bool: ...


class SimilarDemonstrations(Protocol):
    """An entry whose query resembles another one."""

    @property
    def entry(self) -> StoredDemonstrations: ...

    @property
    def similarity(self) -> float:
        """0 to 1."""


class DemonstrationStore(Protocol):
    """A cache of demonstrations by everything that can change them."""

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know of the store itself, each thing said once."""

    def close(self) -> None:
        """Write what is still to be written, and let go of the file."""

    @staticmethod
    def make_key(
        query: str,
        model_a: str = "",
        digest: str = "",
        template_hash: str = "",
        count: int = 3,
        order: str = "answer-first",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """The key of what these parts would make Model A write."""

    def lookup(self, key: str) -> StoredDemonstrations | None:
        """The live entry under a key, counted as a hit, or None, counted as a miss."""

    def suggest(self, query: str, limit: int = 5) -> Sequence[SimilarDemonstrations]:
        """Entries whose queries resemble this one, likest first; never served by themselves."""

    def is_banned(self, text: str) -> bool:
        """Whether the user never wants to see this demonstration used again."""

    def set(
        self,
        key: str,
        demos: Sequence[str],
        ttl: float | None = None,
        *,
        query: str = "",
        model_a: str = "",
        digest: str = "",
        template_hash: str = "",
        count: int = 3,
        order: str = "answer-first",
        options: Mapping[str, Any] | None = None,
        draft: str = "",
        tokens: int = 0,
        seconds: float = 0.0,
    ) -> None:
        """Keep demonstrations under a key."""
