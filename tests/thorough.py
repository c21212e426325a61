"""How many examples hypothesis tries: few in the daily loop, 10,000 where one asks for them.

`python -m pytest -n 0 --hypothesis-profile=thorough FILE ...`; `tests/faults/rows.py` names the
files for which that is a promise.
"""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

PROFILE: Final = "thorough"
MANY: Final = 10_000


def register() -> None:
    """Make the profile known; it is used only when it is asked for by name."""
    settings.register_profile(
        PROFILE,
        max_examples=MANY,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def examples(quick: int, share: float = 1.0) -> int:
    """How many examples a test tries that has a number of its own.

    Args:
        quick: In the daily loop.
        share: Of the many, for tests whose examples are expensive.
    """
    asked = settings.default
    if asked is None or asked.max_examples < MANY:
        return quick
    return max(quick, int(asked.max_examples * share))
