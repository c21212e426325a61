"""The time until the first frame, in which nothing that is made is garbage.

Invariant: the garbage collector rests only between the two calls. Looking through everything that
was just imported and mounted, again and again, would take a fifth of that time and find nothing.
"""

from __future__ import annotations

import gc


def is_awaited() -> None:
    """The app starts: collect nothing until `is_there`."""
    gc.disable()


def is_there() -> None:
    """The app is on the screen: what it is made of stays, look only at what comes."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
