"""What the X-ray shows, as one frozen value: the stages of a run, one of them from one side.

Invariant: pure. Texts are raw in here and cleaned where they are painted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..xray_rows import Look, XRow
from ..xray_words import nothing_words
from .paging import PagedView


@dataclass(frozen=True)
class XRayView(PagedView[XRow]):
    """Everything the X-ray screen shows.

    Args:
        query: What the run asked.
        looks: Its stages.
        stage: Place of the one that is shown.
        is_raw: What came out is shown; else what went in.
        running: The run goes on.
        is_demo: Replies are scripted.
        is_read: The run has been looked into.
    """

    query: str = ""
    looks: tuple[Look, ...] = ()
    stage: int = 0
    is_raw: bool = False
    running: bool = False
    is_demo: bool = False
    is_read: bool = False

    @property
    def question(self) -> object:
        return (self.stage, self.is_raw)

    @property
    def look(self) -> Look | None:
        """The stage that is shown."""
        return self.looks[self.stage] if self.stage < len(self.looks) else None

    @property
    def text(self) -> tuple[XRow, ...]:
        """The text that is shown, all of it in order."""
        look = self.look
        if look is None:
            return ()
        return look.raw if self.is_raw else look.sent

    @property
    def listed(self) -> tuple[XRow, ...]:
        """Its parts."""
        return tuple(row for row in self.text if not row.is_layout)

    def row(self, place: int) -> XRow | None:
        listed = self.listed
        return listed[place] if 0 <= place < len(listed) else None

    def missing(self, first: int, last: int) -> tuple[int, ...]:
        return ()

    @property
    def nothing(self) -> str:
        """Why nothing is listed; empty when something is."""
        if self.total:
            return ""
        if self.look is None:
            return "This run has no stage yet." if self.is_read else "Looking into the run."
        return nothing_words(self.look.xray, raw=self.is_raw)

    @property
    def written(self) -> tuple[XRow, ...]:
        """Those parts of the text that have one."""
        return tuple(row for row in self.text if row.text)

    def place_in_text(self, place: int) -> int:
        """Where a listed part stands among the written ones."""
        row = self.row(place)
        at = (n for n, written in enumerate(self.written) if written is row)
        return next(at, len(self.written))

    def showing(self, *, stage: int | None = None, is_raw: bool | None = None) -> XRayView:
        """Another stage, or the other side of it."""
        view = replace(
            self,
            stage=self.stage if stage is None else stage,
            is_raw=self.is_raw if is_raw is None else is_raw,
        )
        return replace(view._counted(), cursor=0)

    def looked(self, looks: tuple[Look, ...], *, running: bool) -> XRayView:
        """The run as it is now; what is shown stays where it is."""
        view = replace(self, looks=looks, running=running, is_read=True)
        return view._counted().moved(self.cursor)

    def named(self, name: str) -> int | None:
        """Place of the stage of that name; None when the run has none."""
        names = (place for place, look in enumerate(self.looks) if look.xray.stage.name == name)
        return next(names, None)

    def _counted(self) -> XRayView:
        return replace(
            self, total=len(self.listed), answered=self.question, shown=0, edition=0, pages={}
        )
