"""Everything that can be done in the model manager. Keys, footer and palette are views of it."""

from __future__ import annotations

from typing import Final

from . import model_reasons as reasons
from .model_columns import COLUMNS
from .model_view import ModelsView
from .screen_commands import ScreenCommand, ScreenCommands

_C = ScreenCommand

MODEL_COMMANDS: Final[ScreenCommands[ModelsView]] = ScreenCommands(
    (
        _C("manager.set_a", "Set as Model A", "It writes the draft and the demonstrations.",
           "set_role('a')", "a", "Set A", 2, reasons.usable_as_a),
        _C("manager.set_b", "Set as Model B", "It writes the final answer.",
           "set_role('b')", "b", "Set B", 3, reasons.usable_as_b),
        _C("manager.details", "Details", "Its parameters, prompt template and licence.",
           "details", "enter,i", "Details", 6, reasons.model),
        _C("manager.load", "Load", "Brings it into memory, so that the next run starts sooner.",
           "load", "l", "Load", 5, reasons.loadable),
        _C("manager.unload", "Unload", "Puts it out of memory.",
           "unload", "u", "Unload", 5, reasons.unloadable),
        _C("manager.pull", "Pull a model", "Downloads a model by name; says first what it needs.",
           "pull", "p", "Pull", 1, reasons.pullable),
        _C("manager.stop_pull", "Stop a pull", "What was downloaded is kept by the server.",
           "stop_pull", "x", "Stop pull", 1, reasons.stoppable),
        _C("manager.resume_pull", "Go on with a pull", "It goes on where it was stopped.",
           "resume_pull", "r", "Go on", 1, reasons.resumable),
        _C("manager.forget_pull", "Clear pulls that are over", "Takes them off the list.",
           "forget_pull", "c", "Clear pull", 4, reasons.forgettable),
        _C("manager.delete", "Delete", "Removes it from the server's disk, after asking.",
           "delete", "d,delete", "Delete", 8, reasons.deletable),
        _C("manager.other_server", "The other server", "The models of the other role's server.",
           "other_server", "v", "Other server", 2, reasons.two_servers),
        _C("manager.filter", "Filter", "Lists the models whose row contains all words typed.",
           "filter", "slash", "Filter", 7, reasons.listed),
        _C("manager.sort", "Sort by the next column",
           f"1 to 9 and 0 sort by one of the {len(COLUMNS)} columns, once more turns it round.",
           "sort_next", "s", "Sort", 9, reasons.listed),
        _C("manager.reverse", "Turn the order round", "Last becomes first.", "reverse", "S",
           reason=reasons.listed),
        _C("manager.refresh", "Look again", "Asks the server once more.",
           "refresh", "ctrl+r,f5,f9"),
        _C("manager.keys", "All keys", "Every command of this screen by name.",
           "app.command_palette", "question_mark,f1", "Keys", 10),
        _C("manager.back", "Back", "Closes the filter, then this screen. Pulls go on.",
           "back", "escape", "Back", 0),
    ),
    while_typing=frozenset({"manager.back"}),
)  # fmt: skip
