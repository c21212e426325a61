"""Arguments that are one of a few: methods, numbers, on and off, models, themes.

Invariant: `read` accepts exactly what `offers` offers, whatever its case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...core.clean import clean_line
from ...core.errors import InvalidRequest, ModelNotFound
from ...core.model_names import same_model
from ...settings.reading import nearest
from ...wording import model_facts, size
from ..wishes import theme_names
from .argument import Known, Offer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...core.engine import RoleName
    from ...core.model_info import ModelInfo


class OneOf:
    """One of a few names.

    Args:
        word: How the help writes it.
        values: What each name means to the action.
        now: What counts now.
        about: A few words for each name.
    """

    free = False
    slow = False

    def __init__(
        self,
        word: str,
        values: Mapping[str, Any],
        now: Callable[[Known], Any],
        about: Mapping[str, str] | None = None,
    ) -> None:
        self.word = word
        self.values = values
        self.now = now
        self.about = about or {}

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """All of them."""
        now = self.now(known)
        return [
            Offer(name, self.about.get(name, ""), chosen=value == now)
            for name, value in self.values.items()
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """See `Argument`."""
        for name, value in self.values.items():
            if name.lower() == text.lower():
                return (value,)
        raise _no_such(text, list(self.values))


class ThemeName:
    """A theme."""

    word = "NAME"
    free = False
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """The app's own first."""
        return [Offer(name, chosen=name == known.theme) for name in theme_names()]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """See `Argument`."""
        for name in theme_names():
            if name == text.lower():
                return (name,)
        raise _no_such(text, theme_names(), most=3)


class ModelName:
    """A pulled model that can have a role."""

    word = "NAME"
    free = False
    slow = False

    def __init__(self, role: RoleName) -> None:
        self.role = role

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """Local ones first."""
        bench = known.bench
        chosen = bench.model_a if self.role == "a" else bench.model_b
        models = sorted(bench.at(self.role).choosable, key=lambda model: model.remote)
        return [
            Offer(_typed(model.name), _facts(model), chosen=model.name == chosen)
            for model in models
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """See `Argument`."""
        there = known.bench.at(self.role).choosable
        for model in there:
            if text in (model.name, _typed(model.name)):
                return (model.name,)
        for model in there:
            if same_model(model.name, text):
                return (model.name,)
        name = clean_line(text, 60)
        close = nearest(text, [model.name for model in there])
        raise ModelNotFound(
            f"There is no model {name} here to choose.",
            f"Did you mean {clean_line(close, 60)}?" if close else "Tab completes those there are.",
        )


def _typed(name: str) -> str:
    """A server's name for a model, as it can stand in the query box."""
    return clean_line(name, len(name))


def _facts(model: ModelInfo) -> str:
    if model.remote:
        return "cloud: your query would leave this machine"
    return model_facts(model) or size(model.size)


def _no_such(text: str, names: list[str], most: int = 12) -> InvalidRequest:
    close = None if text.isdigit() else nearest(text.lower(), names)
    some = ", ".join(names[:most]) + (" and others" if len(names) > most else "")
    remedy = f"Did you mean {close}?" if close else f"It may be {some}."
    return InvalidRequest(f"{clean_line(text, 60)} cannot stand there.", remedy)
