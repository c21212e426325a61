"""The time until the first frame, in which nothing that is made is garbage.

Invariant: the garbage collector rests only between the two calls. Looking through everything that
was just imported and mounted, again and again, would take a fifth of that time and find nothing.
"""

from __future__ import annotations

import gc
from typing import Final

THRESHOLDS: Final = (10_000, 20, 50)
"""New objects before the young are looked through, and how often before older ones are as well."""


def is_awaited() -> None:
    """The app starts: collect nothing until `is_there`."""
    gc.disable()


def is_there() -> None:
    """The app is on the screen: what it is made of stays, look only at what comes, and rarely.

    By default everything is looked through after some thousand new objects, which a stream of
    tokens makes in a second: keys then wait 30 to 80 ms for it, again and again.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(*THRESHOLDS)
        gc.enable()
