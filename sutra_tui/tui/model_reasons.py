"""Why things cannot be done in the model manager right now: one function per condition.

Invariant: each returns None when its condition, its docstring, holds, and else a sentence to show.
"""

from __future__ import annotations

from ..core.engine import RoleName
from .model_rows import ModelRow
from .model_view import ModelsView

_NONE = "There is no model under the cursor."
_RUNNING = "A run is going on; stop it first."
_DEMO = "The built-in demo has its scripted models and can neither pull nor delete any."


def model(view: ModelsView) -> str | None:
    """There is a model under the cursor."""
    return None if view.current else _NONE


def listed(view: ModelsView) -> str | None:
    """There is more than one row to sort or filter."""
    return None if len(view.server.models) > 1 else "There are not several models to choose from."


def usable(view: ModelsView) -> str | None:
    """The model can play a role, and no run is going on."""
    row = view.current
    if row is None:
        return _NONE
    if not row.usable:
        return "This model writes no text, so it can play neither role."
    return _RUNNING if view.running else None


def usable_as_a(view: ModelsView) -> str | None:
    """The model can be Model A."""
    return usable(view) or _elsewhere(view, "a")


def usable_as_b(view: ModelsView) -> str | None:
    """The model can be Model B."""
    return usable(view) or _elsewhere(view, "b")


def two_servers(view: ModelsView) -> str | None:
    """Each role has a server of its own."""
    return None if view.role else "One server serves both roles."


def loadable(view: ModelsView) -> str | None:
    """The model could be brought into memory."""
    row = view.current
    if (why := usable(view)) is not None or row is None:
        return why
    if row.kind == "cloud":
        return "A cloud model runs elsewhere; there is nothing to load."
    return _idle(row) or ("It is loaded already." if row.loaded else None)


def unloadable(view: ModelsView) -> str | None:
    """The model is in memory, or on its way there."""
    row = view.current
    if row is None:
        return _NONE
    if view.running:
        return _RUNNING
    if row.busy == "loading":
        return None
    return _idle(row) or (None if row.loaded else "It is not loaded.")


def deletable(view: ModelsView) -> str | None:
    """The model could be deleted."""
    row = view.current
    if row is None:
        return _NONE
    if view.server.is_demo:
        return _DEMO
    return _RUNNING if view.running else _idle(row)


def pullable(view: ModelsView) -> str | None:
    """The server could pull."""
    if view.server.is_demo:
        return _DEMO
    return None if view.server.status == "up" else "There is no server to pull with."


def stoppable(view: ModelsView) -> str | None:
    """A pull is running."""
    return None if view.running_pull else "Nothing is being pulled."


def resumable(view: ModelsView) -> str | None:
    """A pull was stopped or failed."""
    return pullable(view) if view.resumable_pull else "No pull was stopped or failed."


def forgettable(view: ModelsView) -> str | None:
    """A pull on the list is over."""
    return None if any(not p.running for p in view.pulls) else "No pull on the list is over."


def _elsewhere(view: ModelsView, role: RoleName) -> str | None:
    if view.role in (None, role):
        return None
    return f"Model {role.upper()} has a server of its own; v shows its models."


def _idle(row: ModelRow) -> str | None:
    return f"It is {row.busy}; wait until that is over." if row.busy else None
