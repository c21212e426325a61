"""Points in time as servers print them: RFC 3339 with up to nine digits behind the second.

Invariant: total; what is not such a time is None.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

_MOMENT: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)


def epoch(text: str) -> float | None:
    """Seconds since the epoch, to the second; None for anything but an RFC 3339 time.

    Python before 3.11 reads neither "Z" nor nine digits, so both are put right first.
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        return None
    day, time, _, zone = found.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{'+00:00' if zone in 'Zz' else zone}")
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None
