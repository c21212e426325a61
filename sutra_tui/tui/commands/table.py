"""All commands, in the order of the footer and of the palette.

Invariant: no id, key or slash name stands here twice.
"""

from __future__ import annotations

from typing import Final

from .along import FILES, FOLLOW
from .command import Command
from .models import MODELS, PLAN, SERVERS
from .program import PROGRAM
from .prompting import PROMPTING, SESSION
from .results import ANSWERS, DEMONSTRATIONS
from .revising import REVISING
from .runs import RUNS, STOP
from .xray import XRAY

COMMANDS: Final[tuple[Command, ...]] = (
    STOP,
    *MODELS,
    *PROMPTING,
    *RUNS,
    XRAY,
    *REVISING,
    FOLLOW,
    *FILES,
    *DEMONSTRATIONS,
    PLAN,
    *SESSION,
    *ANSWERS,
    *SERVERS,
    *PROGRAM,
)
