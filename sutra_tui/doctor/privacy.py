"""What may stand in a report that is pasted where everybody reads it.

Invariant: text from outside reaches a finding only through `Privacy`; what an environment variable
holds is never repeated unless it is one of a few words known beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..core.clean import clean_line

EVERYBODY: Final = frozenset({"", "root", "user", "home", "ollama", "sutra", "runner", "admin"})
"""Names of accounts that say nothing about a person."""
NOBODY: Final = "USER"
"""What stands in a report instead of the user's name."""
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Privacy:
    """Knows whom not to name.

    Args:
        home: The home folder; None when there is none.
        user: The account's name; empty when it is not known.
    """

    home: Path | None = None
    user: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Privacy:
        """The person this process belongs to."""
        try:
            home: Path | None = Path.home()
        except RuntimeError:
            home = None
        names = (environ.get(name, "") for name in ("USER", "LOGNAME", "USERNAME"))
        user = next((name for name in names if name), home.name if home else "")
        return cls(home, user)

    def text(self, outside: str, limit: int = _LONGEST) -> str:
        """Outside text on one line, safe to show, without the home folder and the user's name."""
        if self.home is not None and len(str(self.home)) > 1:
            outside = outside.replace(str(self.home), "~")
        if self.user.lower() not in EVERYBODY:
            name = rf"(?<![^\W_]){re.escape(self.user)}(?![^\W_])"
            outside = re.sub(name, NOBODY, outside, flags=re.IGNORECASE)
        return clean_line(outside, limit)

    def path(self, path: Path) -> str:
        """A path of ours, the home folder as `~`."""
        return self.text(str(path))
