"""The user's settings: one frozen value, built once at the start and handed down.

`fields` is the one table of what can be set; `reading` and `writing` are the file's two doors.

Invariant: importing this reads nothing and brings no library.
"""

from __future__ import annotations

from .fields import FIELDS, OPTION_RULES, RULES, TABLES, Field
from .reading import Problem, Reading, load_settings, read_settings
from .rules import Choice, Number, Rule, Switch, Text
from .value import Settings

__all__ = [
    "FIELDS",
    "OPTION_RULES",
    "RULES",
    "TABLES",
    "Choice",
    "Field",
    "Number",
    "Problem",
    "Reading",
    "Rule",
    "Settings",
    "Switch",
    "Text",
    "load_settings",
    "read_settings",
]
