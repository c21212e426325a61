"""Everything that can be done in the X-ray. Keys, footer and palette are views of it."""

from __future__ import annotations

from typing import Final

from ..xray_rows import body_of
from .screen_commands import ScreenCommand, ScreenCommands
from .xray_view import XRayView

_C = ScreenCommand
_NOT_READ = "The run is still being looked into. Press again."


def read(view: XRayView) -> str | None:
    """There is a stage to look at."""
    if view.look is None:
        return view.nothing if view.is_read else _NOT_READ
    return None


def several(view: XRayView) -> str | None:
    """There is more than one stage."""
    return read(view) or ("This run has only one stage." if len(view.looks) < 2 else None)


def has(number: int, view: XRayView) -> str | None:
    """There are at least so many stages."""
    count = len(view.looks)
    stages = "stage" if count == 1 else "stages"
    return read(view) or (f"This run has {count} {stages}." if count < number else None)


def listed(view: XRayView) -> str | None:
    """Something is listed."""
    return read(view) or (None if view.total else "There is no text to go to.")


def copyable(view: XRayView) -> str | None:
    """There is something to copy."""
    if (reason := read(view)) or view.look is None:
        return reason
    return None if body_of(view.look) is not None else "Nothing was sent, so nothing can be copied."


def callable_(view: XRayView) -> str | None:
    """The stage was a call to a model."""
    if view.look is not None and view.look.xray.packet is not None:
        return "The parser calls no model. c copies what it handed on as JSON."
    return copyable(view)


XRAY_COMMANDS: Final[ScreenCommands[XRayView]] = ScreenCommands(
    (
        _C("xray.first", "First stage", "The stages stand above, in their order.",
           "show(0)", "1", reason=lambda view: has(1, view)),
        _C("xray.second", "Second stage", "The stages stand above, in their order.",
           "show(1)", "2", reason=lambda view: has(2, view)),
        _C("xray.third", "Third stage", "The stages stand above, in their order.",
           "show(2)", "3", reason=lambda view: has(3, view)),
        _C("xray.next", "Next stage", "After the last comes the first.",
           "step(1)", "right", "Next stage", 7, several),
        _C("xray.previous", "Previous stage", "Before the first comes the last.",
           "step(-1)", "left", reason=several),
        _C("xray.raw", "Sent or raw output", "What went into the stage, or what came out of it.",
           "raw", "r", "Sent or raw", 1, read),
        _C("xray.go", "Go to the part", "Shows the part under the cursor in the text.",
           "go", "enter", "Go to", 6, listed),
        _C("xray.pane", "Next pane", "Parts, text, facts: for screens that cannot show all.",
           "next_pane", "v", "Pane", 2, read),
        _C("xray.json", "Copy as JSON", "The request exactly as it was sent; of the parser, what "
           "it handed on.", "copy('JSON')", "c", "Copy JSON", 3, copyable),
        _C("xray.curl", "Copy as a curl command", "Makes the same call from any shell.",
           "copy('curl')", "u", "curl", 4, callable_),
        _C("xray.python", "Copy as Python", "Makes the same call with the ollama package.",
           "copy('Python')", "p", "Python", 5, callable_),
        _C("xray.keys", "All keys", "Every command of this screen by name.",
           "app.command_palette", "question_mark,f1", "Keys", 0),
        _C("xray.back", "Back", "Closes this screen.", "back", "escape,f12,q", "Back", 0),
    ),
)  # fmt: skip
