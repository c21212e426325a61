"""The X-ray's top: which run, its stages as tabs, the side that is shown and how long it is."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ...core.clean import clean_line
from ...xray_words import fitting, output_lines, size_lines, stage_name, view_words
from ..cache_words import MUTED
from ..xray_view import XRayView
from .chip import Chip

MOST_TABS: Final = 6
"""Stages with a tab of their own; keys reach the others."""


class XRayTitle(Widget):
    """The run on one line."""

    DEFAULT_CSS = """
    XRayTitle { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    view: reactive[XRayView] = reactive(XRayView())

    def render(self) -> Content:
        view, width = self.view, self.content_size.width
        name = Content.styled("X - R A Y" if width >= 70 else "X-RAY", "bold $accent")
        demo = Content.styled(" DEMO ", "bold reverse $warning") if view.is_demo else Content("")
        going = Content.styled("  going on", "$text-success") if view.running else Content("")
        parts = [name, Content("  "), *([demo, Content("  ")] if view.is_demo else [])]
        left = Content("").join(parts)
        room = max(8, width - left.cell_length - going.cell_length)
        query = Content(clean_line(view.query, 400)).truncate(room, ellipsis=True)
        return Content.assemble(left, query, going)


class XRayTabs(Vertical):
    """Chips for stages and sides."""

    class Asked(Message):
        """A chip was pressed.

        Args:
            action: The screen's action that it stands for.
        """

        def __init__(self, action: str) -> None:
            self.action = action
            super().__init__()

    DEFAULT_CSS = """
    XRayTabs {
        height: 2;
        & > Horizontal { height: 1; }
        & Chip { width: auto; }
        & Chip.-chosen { color: $accent; text-style: bold; }
        & #sides { width: auto; }
        & .size { width: 1fr; height: 1; padding: 0 1; color: $text-muted; }
    }
    """

    view: reactive[XRayView] = reactive(XRayView())

    def compose(self) -> ComposeResult:
        with Horizontal(id="stages"):
            for place in range(MOST_TABS):
                chip = Chip("Show this stage", id=f"stage-{place}")
                chip.display = False
                yield chip
        with Horizontal(id="sides"):
            yield Chip("Show what went in", id="side-in")
            yield Chip("Show what came out", id="side-out")
            yield SizeLine(classes="size")

    def watch_view(self, view: XRayView) -> None:
        wide = self.size.width >= 90
        for place in range(MOST_TABS):
            chip = self.query_one(f"#stage-{place}", Chip)
            chip.display = place < len(view.looks)
            if chip.display:
                name = stage_name(view.looks[place].xray.stage, with_model=wide)
                _mark(chip, f"{place + 1} {name}", chosen=place == view.stage)
        self.query_one("#sides").display = view.look is not None
        if view.look is not None:
            names = view_words(view.look.xray)
            for id, name, chosen in zip(
                ("#side-in", "#side-out"), names, (not view.is_raw, view.is_raw), strict=True
            ):
                _mark(self.query_one(id, Chip), name, chosen=chosen)
        self.query_one(SizeLine).view = view

    def on_resize(self) -> None:
        self.watch_view(self.view)

    @on(Chip.Pressed)
    def _pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        kind, _, name = (event.chip.id or "").partition("-")
        if kind == "stage":
            self.post_message(self.Asked(f"show({name})"))
        elif (name == "out") != self.view.is_raw:
            self.post_message(self.Asked("raw"))


class SizeLine(Widget):
    """How long the text is that is shown."""

    view: reactive[XRayView] = reactive(XRayView())

    def render(self) -> Content:
        view, look, width = self.view, self.view.look, self.content_size.width
        if look is None:
            return Content("")
        reply = view.is_raw or look.xray.stage.name == "parse"
        lines = output_lines(look.xray, raw=view.is_raw) if reply else size_lines(look.xray)
        return Content.styled(fitting(lines, width), MUTED).truncate(width, ellipsis=True)


def _mark(chip: Chip, name: str, *, chosen: bool) -> None:
    chip.content = Content(f"{'▣' if chosen else '▢'} {name}")
    chip.set_class(chosen, "-chosen")
