"""Everything that can be done in the history. Keys, footer and palette are views of it."""

from __future__ import annotations

from typing import Final

from . import history_reasons as reasons
from .history_view import HistoryView
from .screen_commands import ScreenCommand, ScreenCommands

_C = ScreenCommand

HISTORY_COMMANDS: Final[ScreenCommands[HistoryView]] = ScreenCommands(
    (
        _C("history.show", "Open the run", "Puts it on the main screen as it ended.",
           "open", "enter", "Open", 1, reasons.openable),
        _C("history.rerun", "Run it again", "The same query with the models chosen now.",
           "rerun", "r", "Rerun", 2, reasons.openable),
        _C("history.filter", "Filter", "Lists the runs that say all words typed, anywhere.",
           "filter", "slash", "Filter", 3, reasons.filled),
        _C("history.compare", "Compare",
           "Marks this run; pressed on another one, shows both side by side, word by word.",
           "compare", "c", "Compare", 4, reasons.comparable),
        _C("history.star", "Star or not", "Starred runs can be listed alone.",
           "star", "s", "Star", 5, reasons.run),
        _C("history.rename", "Rename", "Gives the run a title; an empty one takes it away.",
           "rename", "n", "Rename", 7, reasons.whole),
        _C("history.delete", "Delete", "Removes the run. Undo brings it back.",
           "delete", "d,delete", "Delete", 6, reasons.deletable),
        _C("history.undo", "Undo", "Takes back the latest change.",
           "undo", "u", "Undo", 6, reasons.undoable),
        _C("history.failed", "Only runs without a whole answer", "Once more lists all again.",
           "only_failed", "F", "Failed", 9, reasons.filled),
        _C("history.starred", "Only starred runs", "Once more lists all again.",
           "only_starred", "S", "Starred", 9, reasons.filled),
        _C("history.method", "Only the next method", "One method after the other, then all.",
           "next_method", "M", "Method", 11, reasons.filled),
        _C("history.model", "Only the next model", "One model after the other, then all.",
           "next_model", "L", "Model", 11, reasons.filled),
        _C("history.all", "List every run", "Takes all filters away.",
           "everything", "x", "All", 8, reasons.narrowed),
        _C("history.pane", "Next pane", "Runs, texts, facts: for screens that cannot show all.",
           "next_pane", "v", "Pane", 8, reasons.listed),
        _C("history.xray", "X-ray", "What was sent to each model, and what came back.",
           "xray", "f12", "X-ray", 10, reasons.staged),
        _C("history.export", "Export", "Writes the listed runs to a file: .md, .json or .jsonl.",
           "export", "w", "Export", 12, reasons.listed),
        _C("history.import", "Import", "Adds runs of a file, or the original system's logs.",
           "import", "i", "Import", 13),
        _C("history.refresh", "Read again", "Looks at the history file once more.",
           "refresh", "ctrl+r,f5"),
        _C("history.keys", "All keys", "Every command of this screen by name.",
           "app.command_palette", "question_mark,f1", "Keys", 0),
        _C("history.back", "Back", "Closes the filter, then this screen.",
           "back", "escape", "Back", 0),
    ),
    while_typing=frozenset({"history.back"}),
)  # fmt: skip
