"""Commands about what runs produced: demonstrations that are kept, panes, answers."""

from __future__ import annotations

from . import reasons
from .carrying import ExportTarget, Part
from .command import Command, Takes
from .texts import FilePath

DEMONSTRATIONS = (
    Command(
        "cache.similar",
        "Use the similar demonstrations",
        "Stops, and lets Model B answer with the demonstrations of the similar query on offer.",
        "use_similar",
        "Demonstrations",
        key="ctrl+n",
        slash="similar",
        reason=reasons.similar,
        priority=True,
    ),
    Command(
        "cache.open",
        "Cache inspector",
        "Every kept demonstration: look, search, edit, pin, ban, delete, use.",
        "open_cache",
        "Demonstrations",
        key="f7",
        slash="cache",
        footer="Cache",
        footer_from=100,
        priority=True,
    ),
    Command(
        "cache.keep_answer",
        "Keep the answer as a demonstration",
        "Adds the final answer to the demonstrations kept for this query and Model A.",
        "keep_answer",
        "Demonstrations",
        slash="keep",
        reason=reasons.answered,
    ),
    Command(
        "cache.empty",
        "Clear the demonstration cache",
        "Removes every kept demonstration, after asking. The cache inspector can undo it.",
        "clear_cache",
        "Demonstrations",
        slash="clear",
        reason=reasons.idle,
    ),
)

ANSWERS = (
    Command(
        "pane.zoom",
        "Zoom a pane",
        "Shows one pane alone, then the next, then all of them again.",
        "zoom",
        "Answers",
        key="f4",
        slash="zoom",
        footer="Zoom",
        footer_from=80,
        priority=True,
    ),
    Command(
        "copy.answer",
        "Copy the answer",
        "The final answer exactly as Model B wrote it, or another part of the run.",
        "copy_answer",
        "Answers",
        key="ctrl+y",
        slash="copy",
        takes=Takes(Part(), "copy_part"),
        footer="Copy",
        footer_from=100,
        reason=reasons.shown,
        priority=True,
    ),
    Command(
        "copy.code",
        "Copy the code",
        "A code block of the final answer; when there are several, the next one each time.",
        "copy_code",
        "Answers",
        key="f8",
        slash="copy-code",
        reason=reasons.code,
        priority=True,
    ),
    Command(
        "answer.save",
        "Save the answer",
        "Writes the final answer to a file, exactly as Model B wrote it.",
        "begin_slash('save')",
        "Answers",
        slash="save",
        takes=Takes(FilePath(), "save_answer", required=True),
        reason=reasons.answered,
    ),
    Command(
        "run.export",
        "Export the run",
        "Writes the whole run to a file: Markdown to read, JSON or JSON lines to take in again.",
        "export",
        "Answers",
        slash="export",
        takes=Takes(ExportTarget(), "export"),
        reason=reasons.shown,
    ),
)
