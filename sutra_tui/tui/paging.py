"""A long list of which only a few pages are held, as one frozen value.

Invariant: pure. An answer to another question than the present one is dropped, and the cursor stays
on its row when the same question is answered anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, Protocol, TypeVar

PAGE: Final = 200
"""Rows read at a time."""
KEPT_PAGES: Final = 8


class Keyed(Protocol):
    """A row that can be found again."""

    @property
    def key(self) -> str: ...


R = TypeVar("R", bound=Keyed)
V = TypeVar("V", bound="PagedView[Any]")


@dataclass(frozen=True, slots=True)
class Rows(Generic[R]):
    """One page as it was read.

    Args:
        page: Its number, from 0.
        rows: What it holds.
        total: Rows on all pages; None when they have not been counted yet.
    """

    page: int
    rows: tuple[R, ...]
    total: int | None


@dataclass(frozen=True, kw_only=True)
class PagedView(Generic[R]):
    """The list part of a screen's view.

    Args:
        edition: Number of the question; answers to earlier ones are dropped.
        answered: The listing that `pages` show; None before the first answer.
        shown: Number of the question that they answer.
        total: Rows on all pages, at least.
        pages: Those read, by number.
        cursor: Place of the row under the cursor.
        sought: Key of the row the cursor goes to with the next answer; empty for none.
    """

    edition: int = 0
    answered: object = None
    shown: int = -1
    total: int = 0
    pages: Mapping[int, tuple[R, ...]] = field(default_factory=dict)
    cursor: int = 0
    sought: str = ""

    @property
    def question(self) -> object:
        """What is to be listed; two that are equal have the same answer."""
        raise NotImplementedError

    def row(self, place: int) -> R | None:
        """The row at a place; None when its page is not here (any more)."""
        rows = self.pages.get(place // PAGE, ())
        return rows[place % PAGE] if 0 <= place % PAGE < len(rows) else None

    @property
    def current(self) -> R | None:
        """The row under the cursor."""
        return self.row(self.cursor)

    @property
    def is_answered(self) -> bool:
        """The pages show what is asked for."""
        return self.shown == self.edition

    @property
    def is_empty(self) -> bool:
        """Nothing is listed, and that is certain."""
        return self.is_answered and not self.total

    def missing(self, first: int, last: int) -> tuple[int, ...]:
        """Numbers of the pages that places `first` to `last` lie on and that are not here."""
        if not self.total or not self.is_answered:
            return ()
        last = min(last, self.total - 1)
        pages = range(max(0, first) // PAGE, last // PAGE + 1)
        return tuple(page for page in pages if page not in self.pages)

    def again(self: V) -> V:
        """The same question once more, because what is listed changed."""
        return replace(self, edition=self.edition + 1)

    def moved(self: V, place: int) -> V:
        """The cursor at another place, or at the end nearest to it."""
        return replace(self, cursor=max(0, min(place, self.total - 1)))

    def with_rows(self: V, edition: int, read: Rows[Any]) -> V:
        """A page has been read.

        What was shown before stays until the first page of a new edition is here. The cursor then
        stays on its row if the listing is the same one, and begins at the top of another.
        """
        if edition != self.edition:
            return self
        if self.shown == edition:
            return replace(self, pages=_with_page(self.pages, read))
        listing = self.question
        same, old = self.answered == listing, self.current
        view = replace(
            self,
            pages={read.page: read.rows},
            shown=edition,
            answered=listing,
            total=read.page * PAGE + len(read.rows) if read.total is None else read.total,
            sought="",
        )
        if not same:
            return view.moved(0)
        key = self.sought or (old.key if old else "")
        place = next((n for n, row in enumerate(read.rows) if row.key == key), None)
        return view.moved(self.cursor if place is None else read.page * PAGE + place)

    def with_total(self: V, edition: int, total: int) -> V:
        """The rows have been counted."""
        return replace(self, total=total) if edition == self.edition else self


def _with_page(
    pages: Mapping[int, tuple[Any, ...]], read: Rows[Any]
) -> Mapping[int, tuple[Any, ...]]:
    """The pages with one more, without those that lie too far from it."""
    together = {**pages, read.page: read.rows}
    nearest = sorted(together, key=lambda page: abs(page - read.page))[:KEPT_PAGES]
    return {page: together[page] for page in nearest}
