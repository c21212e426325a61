"""What a run is asked to do, and the checks that need no server.

Invariant: a `RunRequest` that passed `check()` can be run; whatever is wrong after that is the
server's news.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from .attachments import Attachment
from .errors import InvalidRequest, ModelNotFound
from .model_names import is_cloud_name, same_model
from .protocol import (
    CACHE_MODES,
    DEFAULT_COUNT,
    MAX_COUNT,
    METHODS,
    ORDERS,
    CacheMode,
    GenerationOptions,
    Method,
    ModelInfo,
    Order,
)
from .templates import Templates
from .turns import Turn


def new_run_id() -> str:
    """A unique name for a run."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One query and how it shall be run.

    Args:
        query: What the user typed, verbatim.
        model_a: Demonstration writer; may be empty for method `raw`.
        model_b: Final responder; may be empty when `final` is False.
        method: `handoff` or `raw`.
        order: What Model A writes first.
        count: Demonstrations wanted, 1 to `MAX_COUNT`.
        templates: The prompts.
        system: The user's own standing instructions for both models.
        options_a: How Model A generates.
        options_b: How Model B generates.
        cache: Whether the demonstration cache is read and written.
        demonstrations: Given demonstrations; Model A is not called.
        draft: Given with them: Model A's draft of the run they are reused from, shown as that, and
            passed on by templates that ask for it.
        final: False ends the run after the demonstrations.
        allow_cloud: Whether prompts may leave this machine for a cloud model.
        run_id: Unique name of the run.
        files: Files that go along with the query; both models read them.
        earlier: The conversation that the query goes on with, the oldest turn first. Model B gets
            it as messages before the query's, Model A as a note in its prompt.
    """

    query: str
    model_a: str = ""
    model_b: str = ""
    method: Method = "handoff"
    order: Order = "answer-first"
    count: int = DEFAULT_COUNT
    templates: Templates = field(default_factory=Templates)
    system: str = ""
    options_a: GenerationOptions = field(default_factory=GenerationOptions)
    options_b: GenerationOptions = field(default_factory=GenerationOptions)
    cache: CacheMode = "use"
    demonstrations: tuple[str, ...] | None = None
    draft: str = ""
    final: bool = True
    allow_cloud: bool = False
    run_id: str = field(default_factory=new_run_id)
    files: tuple[Attachment, ...] = ()
    earlier: tuple[Turn, ...] = ()

    @property
    def asks_model_a(self) -> bool:
        """Whether Model A has a part in this run (unless the cache knows its answer)."""
        return self.method == "handoff" and self.demonstrations is None

    @property
    def wants_draft(self) -> bool:
        """Whether Model A's stream must stay open until its draft is complete."""
        return self.order == "answer-first" or self.templates.passes_draft

    def check(self) -> None:
        """Refuse what cannot be run.

        Raises:
            InvalidRequest: With the reason.
        """
        if not isinstance(self.query, str):
            raise InvalidRequest("The query is not text.", "Ask with a text.")
        if not self.query.strip():
            raise InvalidRequest("The query is empty.", "Type a question.")
        _check_choice("method", self.method, METHODS)
        _check_choice("order", self.order, ORDERS)
        _check_choice("cache mode", self.cache, CACHE_MODES)
        if type(self.count) is not int or not 1 <= self.count <= MAX_COUNT:
            raise InvalidRequest(
                f"{self.count!r} demonstrations cannot be asked for.",
                f"Ask for 1 to {MAX_COUNT}.",
            )
        _check_demonstrations(self.demonstrations)
        if self.asks_model_a and not self.model_a:
            raise InvalidRequest("No Model A is chosen.", "Choose a model for the demonstrations.")
        if self.final and not self.model_b:
            raise InvalidRequest("No Model B is chosen.", "Choose a model for the final answer.")


def _check_choice(what: str, value: object, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise InvalidRequest(
            f"There is no {what} {value!r}.", f"Choose one of {', '.join(allowed)}."
        )


def _check_demonstrations(given: object) -> None:
    """Refuse what would be taken apart silently: a text is a sequence of texts, too."""
    if isinstance(given, str):
        raise InvalidRequest(
            "The demonstrations are one text.", "Give a list of texts, one for each."
        )
    if given is not None and not (
        isinstance(given, (tuple, list)) and all(isinstance(text, str) for text in given)
    ):
        raise InvalidRequest("A demonstration is not text.", "Give a list of texts.")


def find_model(
    models: Sequence[ModelInfo], name: str, *, allow_cloud: bool, where: str = "The server"
) -> ModelInfo:
    """Find a pulled model by the name a person gave it.

    Args:
        models: What the server has.
        name: With or without `:latest`, in upper or lower case.
        allow_cloud: Whether a cloud model may be used.
        where: Whose models they are, for messages.

    Raises:
        ModelNotFound: The server does not have it.
        InvalidRequest: It is a cloud model and the user did not agree.
    """
    alike = [model for model in models if same_model(model.name, name)]
    found = next((model for model in alike if model.name == name), alike[0] if alike else None)
    # The name counts even if the server lists nothing remote: not every version does.
    remote = is_cloud_name(found.name if found else name) or (found is not None and found.remote)
    if remote and not allow_cloud:
        raise InvalidRequest(
            f"{name} is a cloud model: your query would leave this machine.",
            "Choose a local model, or allow cloud models for this run (--allow-cloud).",
        )
    if found is None:
        pulled = ", ".join(m.name for m in models if m.generates_text and not m.remote)
        raise ModelNotFound(
            f"{where} does not have the model {name}.",
            f"Pull it with `ollama pull {name}`"
            + (f", or choose one that is there: {pulled[:300]}." if pulled else "."),
        )
    return found
