"""What a row of the fault list is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One way in which the world goes wrong, and what must hold all the same.

    Args:
        id: A letter for the place (`T` text, `N` network, `P` parser and prompts, `S` state,
            `X` terminal and process, `Z` security and privacy) and a number; tests carry it in
            their names.
        fault: What goes wrong.
        holds: What must be true then.
        beyond: What of it no test here can see, and why; empty when tests see all of it.
    """

    id: str
    fault: str
    holds: str
    beyond: str = ""
