"""The one registry of what the app can do. Keys, slash commands, footer, palette and help show it.

Invariant: every action of the main screen is listed here once, with its key and its slash name, and
says why it does not apply when it does not; nothing else in the app names a key.
"""

from __future__ import annotations

from .command import Command, Takes
from .table import COMMANDS
from .views import applicable, bindings, footer_order, reason_against

__all__ = [
    "COMMANDS",
    "Command",
    "Takes",
    "applicable",
    "bindings",
    "footer_order",
    "reason_against",
]
