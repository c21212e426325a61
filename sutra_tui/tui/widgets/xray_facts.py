"""What the X-ray tells of a stage beside its texts: how it ended, the server's times, options."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive

from ...core.xray import StageXRay
from ...xray_words import facts, options, timings
from ..xray_view import XRayView
from .fact_lines import FactLines, indented

NAME_CELLS: Final = 15


class XRayFacts(FactLines):
    """Scrolls over the facts of the stage that is shown."""

    view: reactive[XRayView] = reactive(XRayView(), init=False)

    def watch_view(self) -> None:
        self.show_facts()

    def lines(self, width: int) -> list[Content]:
        look = self.view.look
        return fact_lines(look.xray, width) if look and width > NAME_CELLS else []


def fact_lines(xray: StageXRay, width: int) -> list[Content]:
    """Everything about a stage but its texts.

    Args:
        xray: The stage.
        width: Cells of a line.
    """
    stage = xray.stage
    lines: list[Content] = []
    for title, found in (
        ("", facts(xray)),
        ("Times", timings(stage.stats)),
        ("Options as sent", options(stage)),
    ):
        if title and found:
            lines += [Content(""), Content.styled(title, "bold")]
        for name, text in found:
            style = "$text-warning" if name.startswith("problem") else ""
            lines += indented(name, text, NAME_CELLS, width, style)
    return lines
