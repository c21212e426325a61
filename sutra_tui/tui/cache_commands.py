"""The one registry of what can be done in the cache inspector. Keys, footer and palette show it.

Invariant: every action of the inspector is listed here once, with its key, and says why it does not
apply when it does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from . import cache_reasons as reasons
from .cache_columns import COLUMNS
from .cache_reasons import Reason


@dataclass(frozen=True, slots=True)
class CacheCommand:
    """One thing the inspector can do.

    Args:
        id: Stable name; keys are remapped by it.
        title: A few words, for the palette.
        help: One sentence more.
        action: Textual action on the inspector or the app.
        key: Keys that trigger it, separated by commas.
        footer: Its word in the footer; empty keeps it out.
        rank: Low ranks are in the footer first when it is narrow.
        reason: Why it does not apply right now; None when it does.
    """

    id: str
    title: str
    help: str
    action: str
    key: str
    footer: str = ""
    rank: int = 0
    reason: Reason = reasons.always


CACHE_COMMANDS: tuple[CacheCommand, ...] = (
    CacheCommand(
        "cache.use",
        "Use these demonstrations",
        "Model B gets them with the query in the box, and Model A is not asked.",
        "use",
        "enter",
        "Use",
        rank=2,
        reason=reasons.usable,
    ),
    CacheCommand(
        "cache.adopt",
        "Adopt the entry",
        "Says that it belongs to the query in the box and to the Model A chosen now.",
        "adopt",
        "o",
        "Adopt",
        rank=1,
        reason=reasons.adoptable,
    ),
    CacheCommand(
        "cache.filter",
        "Filter",
        "Lists the entries whose query or demonstrations contain all words typed.",
        "filter",
        "slash",
        "Filter",
        reason=reasons.listed,
        rank=3,
    ),
    CacheCommand(
        "cache.pin",
        "Pin or let go",
        "A pinned entry never expires; a pinned demonstration survives a fresh run.",
        "pin",
        "p",
        "Pin",
        rank=4,
        reason=reasons.entry,
    ),
    CacheCommand(
        "cache.ban",
        "Ban or allow again",
        "A banned demonstration is never given to Model B, whoever writes it.",
        "ban",
        "b",
        "Ban",
        rank=4,
        reason=reasons.demonstration,
    ),
    CacheCommand(
        "cache.edit",
        "Edit",
        "Changes a demonstration in place. What is typed is kept even if the app dies.",
        "edit",
        "e",
        "Edit",
        rank=6,
        reason=reasons.editable,
    ),
    CacheCommand(
        "cache.edit_outside",
        "Edit in your own editor",
        "Opens the demonstration in $VISUAL or $EDITOR.",
        "edit_outside",
        "E",
        reason=reasons.editable,
    ),
    CacheCommand(
        "cache.discard",
        "Discard the unsaved text",
        "Forgets what was typed and not saved; the saved text stays.",
        "discard",
        "r",
        "Discard",
        rank=5,
        reason=reasons.unsaved,
    ),
    CacheCommand(
        "cache.up",
        "Move the demonstration up",
        "Model B reads demonstrations in this order.",
        "move(-1)",
        "shift+up,K",
        "Up",
        rank=12,
        reason=reasons.demonstration,
    ),
    CacheCommand(
        "cache.down",
        "Move the demonstration down",
        "Model B reads demonstrations in this order.",
        "move(1)",
        "shift+down,J",
        "Down",
        rank=12,
        reason=reasons.demonstration,
    ),
    CacheCommand(
        "cache.add",
        "Add a demonstration",
        "Written by you, at the end of this entry.",
        "add",
        "a",
        "Add",
        rank=9,
        reason=reasons.entry,
    ),
    CacheCommand(
        "cache.new",
        "Write demonstrations for the query in the box",
        "Makes an entry by hand, which a run with that query then uses.",
        "new",
        "n",
        "New",
        rank=13,
        reason=reasons.askable,
    ),
    CacheCommand(
        "cache.delete",
        "Delete",
        "Removes the entry, or the demonstration that has the focus. Undo brings it back.",
        "delete",
        "d,delete",
        "Delete",
        rank=5,
        reason=reasons.entry,
    ),
    CacheCommand(
        "cache.undo",
        "Undo",
        "Takes back the latest change, also those made before this screen was opened.",
        "undo",
        "u",
        "Undo",
        rank=7,
        reason=reasons.undoable,
    ),
    CacheCommand(
        "cache.extend",
        "Extend",
        "Gives the entry a new time to live.",
        "extend",
        "x",
        "Extend",
        rank=10,
        reason=reasons.extendable,
    ),
    CacheCommand(
        "cache.sort",
        "Sort by the next column",
        f"1 to {len(COLUMNS)} sort by that column, once more turns it round.",
        "sort_next",
        "s",
        "Sort",
        reason=reasons.listed,
        rank=11,
    ),
    CacheCommand("cache.reverse", "Turn the order round", "Last becomes first.", "reverse", "S"),
    CacheCommand(
        "cache.pane",
        "Next pane",
        "Entries, demonstrations, key: for screens that cannot show all three.",
        "next_pane",
        "v",
        "Pane",
        reason=reasons.listed,
        rank=8,
    ),
    CacheCommand(
        "cache.purge",
        "Purge what has expired",
        "Removes expired entries, except what you pinned or wrote. Undo brings them back.",
        "purge",
        "X",
        "Purge",
        rank=15,
        reason=reasons.filled,
    ),
    CacheCommand(
        "cache.export",
        "Export",
        "Writes the listed entries to a file.",
        "export",
        "w",
        "Export",
        rank=17,
        reason=reasons.filled,
    ),
    CacheCommand(
        "cache.import",
        "Import",
        "Adds the entries of a file; your own work is never replaced.",
        "import",
        "i",
        "Import",
        rank=14,
    ),
    CacheCommand(
        "cache.clear",
        "Clear all",
        "Removes every entry, after asking. Undo brings them back until the app closes.",
        "clear",
        "C",
        "Clear",
        rank=16,
        reason=reasons.filled,
    ),
    CacheCommand(
        "cache.refresh", "Read again", "Looks at the cache file once more.", "refresh", "ctrl+r,f5"
    ),
    CacheCommand(
        "cache.keys",
        "All keys",
        "Every command of this screen by name.",
        "app.command_palette",
        "question_mark,f1",
        "Keys",
        rank=0,
    ),
    CacheCommand(
        "cache.back",
        "Back",
        "Closes the filter, then this screen.",
        "back",
        "escape",
        "Back",
        rank=0,
    ),
)
