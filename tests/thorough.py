"""How many examples hypothesis tries: few in the daily loop, 10,000 where one asks for them.

`python -m tests.faults thorough` does that for what must hold for any text: the parser, cleaning,
the templates, the cache's key and the cache itself. `--hypothesis-profile=thorough` does it for any
other file.
"""

from __future__ import annotations

from typing import Final

from hypothesis import HealthCheck, settings

PROFILE: Final = "thorough"
MANY: Final = 10_000
FILES: Final = (
    "tests/core/test_parser_properties.py",
    "tests/core/test_clean.py",
    "tests/core/test_templates.py",
    "tests/store/test_cache_key.py",
    "tests/store/test_cache_model.py",
)
"""Where ten thousand examples are a promise."""


def main(arguments: list[str]) -> int:
    """Try the many examples.

    Args:
        arguments: More for pytest.

    Returns:
        Its exit code.
    """
    import pytest

    chosen = ["-n", "0", f"--hypothesis-profile={PROFILE}", *FILES, *arguments]
    return int(pytest.main(chosen))


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
