"""What the app remembers between starts: the last models, method, order, looks.

Invariant: a convenience and never a condition. Reading is total, whatever the file holds; writing
is whole or not at all, and a disk that refuses it changes nothing for the user.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ..core.options import METHODS, ORDERS, Method, Order
from .files import read_limited, write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Pair = tuple[str, str]
"""Names of Model A and Model B."""

MAX_BYTES: Final = 64 * 1024
MAX_NAME: Final = 512
"""Longest text remembered, in characters; model names are far shorter."""
MAX_SERVERS: Final = 20
"""How many servers' pairs are kept; the ones not used for longest are forgotten."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was chosen last.

    Args:
        model_a: The last demonstration writer, on whichever server; empty for none.
        model_b: The last final responder.
        method: The last shape of a run; None when none was chosen.
        order: The last order for Model A.
        theme: Name of the last theme; empty for the app's own choice.
        pairs: The last pair per server address, least recently used first.
        leave_server: Whether a server that the app started goes on running after it.
        zoomed: The pane that was shown alone; empty for all of them.
    """

    model_a: str = ""
    model_b: str = ""
    method: Method | None = None
    order: Order | None = None
    theme: str = ""
    pairs: Mapping[str, Pair] = field(default_factory=dict)
    leave_server: bool = False
    zoomed: str = ""

    def pair_for(self, server: str) -> Pair | None:
        """The pair used last on a server, or the last one of all; None when there is none."""
        pair = self.pairs.get(server, (self.model_a, self.model_b))
        return pair if all(pair) else None

    def with_pair(self, server: str, model_a: str, model_b: str) -> Remembered:
        """The same with a new last pair.

        Args:
            server: The server's address, `Engine.address`.
            model_a: Demonstration writer.
            model_b: Final responder.
        """
        pairs = {name: pair for name, pair in self.pairs.items() if name != server}
        pairs[server] = (model_a, model_b)
        kept = dict(list(pairs.items())[-MAX_SERVERS:])
        return replace(self, model_a=model_a, model_b=model_b, pairs=kept)


def load_remembered(path: Path) -> Remembered:
    """Read what was remembered; whatever is missing, broken or strange is as if never said."""
    try:
        data = json.loads(read_limited(path, MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return Remembered()
    if not isinstance(data, dict):
        return Remembered()
    method, order = data.get("method"), data.get("order")
    return Remembered(
        model_a=_text(data.get("model_a")),
        model_b=_text(data.get("model_b")),
        method=next((known for known in METHODS if known == method), None),
        order=next((known for known in ORDERS if known == order), None),
        theme=_text(data.get("theme")),
        zoomed=_text(data.get("zoomed")),
        pairs=_pairs(data.get("pairs")),
        leave_server=data.get("leave_server") is True,
    )


def save_remembered(path: Path, value: Remembered) -> bool:
    """Write what shall be remembered.

    Returns:
        False when it could not be written; nothing was changed then.
    """
    document = {
        "model_a": value.model_a,
        "model_b": value.model_b,
        "method": value.method,
        "order": value.order,
        "theme": value.theme,
        "zoomed": value.zoomed,
        "pairs": {server: list(pair) for server, pair in value.pairs.items()},
        "leave_server": value.leave_server,
    }
    try:
        # ASCII: a name with a lone surrogate in it could not be written as UTF-8.
        write_atomically(path, [json.dumps(document, indent=2), "\n"], overwrite=True)
    except (OSError, ValueError):
        return False
    return True


def _text(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= MAX_NAME else ""


def _pairs(value: Any) -> Mapping[str, Pair]:
    if not isinstance(value, dict):
        return {}
    pairs: dict[str, Pair] = {}
    for server, names in list(value.items())[-MAX_SERVERS:]:
        if _text(server) and isinstance(names, list) and len(names) == 2 and all(map(_text, names)):
            pairs[server] = (names[0], names[1])
    return pairs
