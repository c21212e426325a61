"""What a model's name says by itself: which other name means the same, and whether it is remote.

Invariant: names are compared here and nowhere else, because servers print, list and accept the same
model under more than one spelling.
"""

from __future__ import annotations

from typing import Final

DEFAULT_TAG: Final = "latest"
CLOUD_SUFFIX: Final = "cloud"


def same_model(one: str, other: str) -> bool:
    """Whether a server takes two names for one: ":latest" may be missing, case is ignored."""
    return _full(one) == _full(other)


def is_cloud_name(name: str) -> bool:
    """Whether a name alone says that the model runs elsewhere: tag `cloud` or `...-cloud`."""
    tag = _full(name).rpartition(":")[2]
    return tag == CLOUD_SUFFIX or tag.endswith(f"-{CLOUD_SUFFIX}")


def _full(name: str) -> str:
    """The name with its tag, in one case; a colon before the last slash belongs to a host."""
    tagged = ":" in name.rpartition("/")[2]
    return (name if tagged else f"{name}:{DEFAULT_TAG}").casefold()
