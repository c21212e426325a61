"""Which server answers for which role, from all the places that may say so.

Invariant: pure. What was said for this start goes before what is set for one role, that before
`OLLAMA_HOST`, and that before what is set for both.
"""

from __future__ import annotations

from dataclasses import dataclass

from .value import Settings


@dataclass(frozen=True, slots=True)
class Hosts:
    """Addresses as a person wrote them; None where nobody did.

    Args:
        both: For both roles, where they have none of their own.
        a: Model A's.
        b: Model B's.
    """

    both: str | None = None
    a: str | None = None
    b: str | None = None


def wanted_hosts(given: Hosts, settings: Settings, environment_speaks: bool) -> Hosts:
    """The addresses to use.

    Args:
        given: On the command line. An address for both there sets the settings aside.
        settings: The user's.
        environment_speaks: `OLLAMA_HOST` is set, which goes before the setting for both.

    Returns:
        The addresses; without one for both, the environment's is meant, or this machine.
    """
    if given.both:
        return Hosts(given.both, given.a or None, given.b or None)
    return Hosts(
        None if environment_speaks else settings.host or None,
        given.a or settings.host_a or None,
        given.b or settings.host_b or None,
    )
