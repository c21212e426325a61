"""Everything the main screen is about, as one frozen value: server, models, choices, the run.

Invariant: pure. Widgets are given a `Workbench` and show it; the screen replaces it when something
happened; nothing here touches a server or a terminal.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from .along import Along
from .run_view import RunView
from .session import Session

if TYPE_CHECKING:
    from ..attaching import HeldFile
    from ..core.engine import RoleName
    from ..core.errors import SutraError
    from ..core.model_info import LoadedModel, Memory, ModelInfo
    from ..core.options import Method, Order
    from ..server_process import Chance
    from .similar import Similar

ServerStatus = Literal["connecting", "up", "down"]


@dataclass(frozen=True, slots=True)
class Server:
    """The model server as last seen.

    Args:
        address: Where it is.
        status: Whether it answers.
        version: As it says.
        is_demo: Replies are scripted.
        error: Why it does not answer.
        chance: How it could be started, when it does not answer and is on this machine.
        exposed: What is sent travels unencrypted to another machine.
    """

    address: str = ""
    status: ServerStatus = "connecting"
    version: str = ""
    is_demo: bool = False
    error: SutraError | None = None
    chance: Chance | None = None
    exposed: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """Model B's server, where it has one of its own.

    Args:
        server: The server.
        models: Everything it has pulled.
        loaded: What it holds in memory.
        memory: Memory of its machine; None when it cannot be seen.
    """

    server: Server
    models: tuple[ModelInfo, ...] = ()
    loaded: tuple[LoadedModel, ...] = ()
    memory: Memory | None = None


@dataclass(frozen=True, slots=True)
class Workbench:
    """What the main screen shows.

    Args:
        server: The model server; Model A's, where each role has one of its own.
        models: Everything it has pulled.
        loaded: What it holds in memory.
        memory: Memory of its machine; None when it cannot be seen.
        model_a: Chosen demonstration writer; empty when none is.
        model_b: Chosen final responder; empty when none is.
        method: Chosen shape of runs.
        order: Chosen order for Model A.
        count: Demonstrations wanted.
        num_ctx: Most context for either model in this session, in tokens; None: as in the settings.
        run: The run on the screen.
        similar: An earlier query whose demonstrations are offered for this run's.
        beside: Model B's server, where it is another one; both are up then.
        session: What was set for this session only.
        last_query: The query asked last, also when its run is not on the screen any more.
        last_along: What went along with it.
        files: What goes along with the next query.
        follow: The next query goes on with the conversation, if there is one.
    """

    server: Server = Server()
    models: tuple[ModelInfo, ...] = ()
    loaded: tuple[LoadedModel, ...] = ()
    memory: Memory | None = None
    model_a: str = ""
    model_b: str = ""
    method: Method = "handoff"
    order: Order = "answer-first"
    count: int = 3
    num_ctx: int | None = None
    run: RunView = RunView()
    similar: Similar | None = None
    beside: Beside | None = None
    session: Session = Session()
    last_query: str = ""
    last_along: Along = Along()
    files: tuple[HeldFile, ...] = ()
    follow: bool = False

    def at(self, role: RoleName) -> Workbench:
        """The same as a role sees it: its server, and the models and memory there."""
        if self.beside is None:
            return self
        if role == "a":
            return replace(self, beside=None)
        there = self.beside
        return replace(
            self,
            server=there.server,
            models=there.models,
            loaded=there.loaded,
            memory=there.memory,
            beside=None,
        )

    @property
    def choosable(self) -> tuple[ModelInfo, ...]:
        """Models that can answer a chat; embedding and image models cannot."""
        return tuple(model for model in self.models if model.generates_text)

    @property
    def is_empty(self) -> bool:
        """The server answers but has no model that could be used."""
        return self.server.status == "up" and not self.choosable

    @property
    def ready(self) -> bool:
        """A query could be run."""
        return self.server.status == "up" and bool(self.model_a and self.model_b)

    def info(self, name: str) -> ModelInfo | None:
        """What is known of a model."""
        return next((model for model in self.models if model.name == name), None)

    def is_loaded(self, name: str) -> bool:
        return any(model.name == name for model in self.loaded)

    def with_models(self, models: tuple[ModelInfo, ...], preferred: tuple[str, str]) -> Workbench:
        """After the server listed its models: keep a choice that still stands, else choose anew.

        Args:
            models: What it has now.
            preferred: The pair to take if both are there: asked for, or used last.
        """
        if self.beside is not None:
            return replace(self, models=models)._with_models_apart(preferred)
        chosen = (self.model_a, self.model_b)
        names = {model.name for model in models if model.generates_text}
        if set(chosen) <= names:
            return replace(self, models=models)
        from ..core.pairing import default_pair  # no models are known at the first frame

        pair = default_pair(models, preferred, self.memory) or ("", "")
        return replace(self, models=models, model_a=pair[0], model_b=pair[1])

    def _with_models_apart(self, preferred: tuple[str, str]) -> Workbench:
        """Each role's choice among the models of its own server."""

        from ..core.pairing import default_pair

        def chosen(role: RoleName, place: int, now: str) -> str:
            there = self.at(role)
            names = {model.name for model in there.choosable}
            for name in (now, preferred[place]):
                if name in names:
                    return name
            return (default_pair(there.models, None, there.memory) or ("", ""))[place]

        return replace(
            self, model_a=chosen("a", 0, self.model_a), model_b=chosen("b", 1, self.model_b)
        )
