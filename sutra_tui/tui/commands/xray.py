"""The command that looks into the stages of the run on the screen."""

from __future__ import annotations

from . import reasons
from .choices import OneOf
from .command import Command, Takes

XRAY = Command(
    "xray.open",
    "X-ray",
    "For each stage: what was sent and where it came from, what came back and what was taken.",
    "open_xray",
    "Runs",
    key="f12",
    slash="xray",
    takes=Takes(
        OneOf(
            "a|parse|b",
            {"a": "A", "parse": "parse", "b": "B"},
            now=lambda known: None,
            about={"a": "Model A", "parse": "the parser", "b": "Model B"},
        ),
        "open_xray",
    ),
    reason=reasons.staged,
    priority=True,
)
