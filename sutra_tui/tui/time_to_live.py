"""How long an entry shall live, as people write it."""

from __future__ import annotations

import re
from typing import Final

from ..core.errors import InvalidRequest

_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_FORM: Final = re.compile(r"(\d{1,9}(?:[.,]\d{1,3})?)\s*([a-z]*)")
EXAMPLES: Final = "30 min, 2 h, 7 days, never"


def parse_ttl(text: str) -> float | None:
    """Seconds; None is for ever. A bare number is hours.

    Raises:
        InvalidRequest: It is no time span.
    """
    plain = text.strip().lower()
    if plain in ("never", "forever", "0"):
        return None
    found = _FORM.fullmatch(plain)
    unit = _UNITS.get((found[2] or "h")[0]) if found else None
    if found is None or unit is None:
        raise InvalidRequest(
            f"“{text.strip()[:40]}” is no time span.", f"Write one like {EXAMPLES}."
        )
    seconds = float(found[1].replace(",", ".")) * unit
    return seconds or None
