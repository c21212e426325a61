"""What the model manager shows, as one frozen value.

Invariant: pure. The rows are worked out once per change, in the order shown, and the cursor stays
on its model whatever else changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from ..core.engine import RoleName
from ..core.errors import SutraError
from ..core.model_details import Disk
from ..core.protocol import LoadedModel, Memory, ModelInfo, ModelShape
from ..core.suggestions import SuggestedPair, not_pulled, suggested_pairs
from .model_columns import COLUMNS, NAME
from .model_rows import ModelRow, model_row
from .pulls import Pull

Status = Literal["looking", "up", "down"]


@dataclass(frozen=True, slots=True)
class ServerView:
    """What the server and its machine said last.

    Args:
        status: Whether it answers.
        error: Why it does not.
        is_demo: Replies are scripted, and nothing can be pulled.
        models: Everything pulled.
        shapes: Architecture figures by model name, as far as they were asked for.
        loaded: What is in memory.
        memory: Memory of its machine; None when it cannot be seen.
        disk: The disk of its models; None likewise.
        speeds: Tokens per second measured on this machine, by model name.
    """

    status: Status = "looking"
    error: SutraError | None = None
    is_demo: bool = False
    models: tuple[ModelInfo, ...] = ()
    shapes: Mapping[str, ModelShape] = field(default_factory=dict)
    loaded: tuple[LoadedModel, ...] = ()
    memory: Memory | None = None
    disk: Disk | None = None
    speeds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelsView:
    """Everything the manager shows.

    Args:
        server: What is there.
        role: Whose server it is, where each role has one of its own; None serves both.
        address: Where it is.
        model_a, model_b: The models chosen for the roles.
        num_ctx: Context that memory is judged for, in tokens.
        running: A run is going on, so that models should be left alone.
        busy: What is being done to models, by name.
        pulls: Those under way or over.
        pull_chosen: Name of the pull that has the focus; empty when none has.
        now: Seconds since the epoch.
        column: Place of the column the rows are sorted by.
        ascending: Whether upwards.
        search: Words a row must contain.
        rows: Those listed, in order; made by `listed`.
        cursor: Place of the row under the cursor.
    """

    server: ServerView = field(default_factory=ServerView)
    role: RoleName | None = None
    address: str = ""
    model_a: str = ""
    model_b: str = ""
    num_ctx: int = 4096
    running: bool = False
    busy: Mapping[str, str] = field(default_factory=dict)
    pulls: tuple[Pull, ...] = ()
    pull_chosen: str = ""
    now: float = 0.0
    column: int = NAME
    ascending: bool = True
    search: str = ""
    rows: tuple[ModelRow, ...] = ()
    cursor: int = 0

    @property
    def total(self) -> int:
        """How many models are listed."""
        return len(self.rows)

    @property
    def answered(self) -> object:
        """What tells one list from another."""
        return self.search, len(self.rows)

    def row(self, place: int) -> ModelRow | None:
        """The model at a place."""
        return self.rows[place] if 0 <= place < len(self.rows) else None

    @property
    def current(self) -> ModelRow | None:
        """The model under the cursor."""
        return self.row(self.cursor)

    @property
    def running_pull(self) -> Pull | None:
        """The pull that would be stopped: the one with the focus, else the first that runs."""
        return self._meant([pull for pull in self.pulls if pull.running])

    @property
    def resumable_pull(self) -> Pull | None:
        """The pull that would go on: the one with the focus, else the first that can."""
        return self._meant([pull for pull in self.pulls if pull.can_resume])

    def _meant(self, pulls: list[Pull]) -> Pull | None:
        chosen = [pull for pull in pulls if pull.model == self.pull_chosen]
        return next(iter(chosen or pulls), None)

    @property
    def is_unsuitable(self) -> bool:
        """The server answers, and nothing it has pulled can be used without a warning."""
        usable = any(m.generates_text and not m.remote for m in self.server.models)
        return self.server.status == "up" and not usable

    @property
    def suggestions(self) -> tuple[SuggestedPair, ...]:
        """Pairs for this machine of which something is still to be pulled."""
        if self.server.is_demo:
            return ()
        pulled = [model.name for model in self.server.models]
        pairs = suggested_pairs(self.server.memory, self.num_ctx)
        return tuple(pair for pair in pairs if not_pulled(pair, pulled))

    @property
    def size(self) -> int:
        """Bytes on disk of everything pulled; models that share layers count them twice."""
        return sum(model.size for model in self.server.models if not model.remote)

    def changed(self, **changes: Any) -> ModelsView:
        """With other values of the fields, listed anew."""
        return listed(replace(self, **changes))

    def sorted_by(self, column: int) -> ModelsView:
        """Sort by a column, or the other way round when it is that one already."""
        same = column == self.column
        ascending = not self.ascending if same else COLUMNS[column].ascending
        return self.changed(column=column, ascending=ascending)

    def moved(self, place: int) -> ModelsView:
        """The cursor at another place, or at the end nearest to it."""
        return replace(self, cursor=max(0, min(place, len(self.rows) - 1)))


def listed(view: ModelsView) -> ModelsView:
    """The view with the rows its other fields ask for, and the cursor on its model."""
    before = view.current
    words = view.search.casefold().split()
    rows = [row for model in view.server.models if _matches(row := _row(view, model), words)]
    value = COLUMNS[view.column].value
    rows.sort(key=lambda row: row.info.name.casefold())
    known = [row for row in rows if value(row) is not None]
    known.sort(key=value, reverse=not view.ascending)
    rows = known + [row for row in rows if value(row) is None]
    place = view.cursor
    if before is not None:
        names = [row.info.name for row in rows]
        place = names.index(before.info.name) if before.info.name in names else place
    return replace(view, rows=tuple(rows)).moved(place)


def _row(view: ModelsView, model: ModelInfo) -> ModelRow:
    server = view.server
    chosen = {"a": view.model_a, "b": view.model_b}
    roles = "".join(
        role.upper()
        for role, name in chosen.items()
        if name == model.name and view.role in (None, role)
    )
    return model_row(
        model,
        server.shapes.get(model.name, ModelShape()),
        view.num_ctx,
        server.loaded,
        server.memory,
        speed=server.speeds.get(model.name),
        roles=roles,
        busy=view.busy.get(model.name, ""),
    )


def _matches(row: ModelRow, words: list[str]) -> bool:
    """Whether all words occur in what the row says of itself."""
    info = row.info
    said = [info.name, info.family, info.parameter_size, info.quantization, *row.can]
    text = " ".join([*said, row.fit.verdict, "loaded" if row.loaded else ""]).casefold()
    return all(word in text for word in words)
