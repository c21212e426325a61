"""Arguments that are typed freely: texts, addresses, paths, options, a template's file.

Invariant: as `argument` says; what is typed counts as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from ...core.clean import clean_line
from ...core.errors import InvalidRequest
from ...core.model_names import same_model
from ...settings.fields import FIELDS, Field
from ...settings.rules import Address, Number, Switch
from ...wording import size
from .argument import Known, Offer
from .paths import path_offers

OFF: Final = "off"
ROLES: Final = {"a": "Model A", "b": "Model B"}
OPTIONS: Final[Mapping[str, Field]] = {f.key: f for f in FIELDS if f.table == "model_a"}
"""By name; they are the same for both models."""
SWITCHED: Final = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


class FreeText:
    """Any text.

    Args:
        word: How the help writes it.
        suggested: Completions.
    """

    free = True
    slow = False

    def __init__(
        self, word: str, suggested: Callable[[Known], Sequence[Offer]] = lambda known: ()
    ) -> None:
        self.word = word
        self._suggested = suggested

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """What is suggested."""
        return self._suggested(known)

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The text as it stands."""
        return (text,)


class ServerAddress:
    """The address of a server."""

    word = "ADDRESS"
    free = True
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """Servers used before."""
        now = known.bench.server.address
        return [Offer(address, chosen=address == now) for address in known.addresses]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """See `Argument`."""
        if not Address().accepts(text):
            raise InvalidRequest(
                f"{clean_line(text, 60)} is no address of a server.",
                "Write HOST, HOST:PORT or http://HOST:PORT.",
            )
        return (text,)


class PulledName:
    """A model to pull, known here or not."""

    word = "NAME"
    free = True
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """Suggested models that are not there."""
        from ...core.suggestions import suggested_models

        there = [model.name for model in known.bench.models]
        return [
            Offer(model.name, f"{model.parameters}  {size(model.size)}")
            for model in suggested_models()
            if not any(same_model(model.name, name) for name in there)
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """See `Argument`."""
        if len(text.split()) != 1:
            raise InvalidRequest("A model's name has no blanks.", "Write NAME:TAG.")
        return (text,)


class FilePath:
    """A file, new or not.

    Args:
        find: What is offered for a half-typed path.
    """

    word = "PATH"
    free = True
    slow = True

    def __init__(self, find: Callable[[str], Sequence[Offer]] = path_offers) -> None:
        self.find = find

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """What there is at the path that was typed."""
        return self.find(typed)

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The path as it was typed."""
        return (text,)


class TemplateFile:
    """A role and the file with its prompt, or the default prompts again."""

    word = "a|b FILE, or default"
    free = True
    slow = True

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """The roles, then files."""
        role, gap, path = typed.partition(" ")
        if gap and role.lower() in ROLES:
            found = path_offers(path)
            return [Offer(f"{role} {f.text}", f.about, f.more) for f in found]
        return [
            *(
                Offer(f"{r} ", f"a file with {name}'s prompt", more=True)
                for r, name in ROLES.items()
            ),
            Offer("default", "the app's own prompts again"),
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """Role and path; no role for the default."""
        if text.lower() == "default":
            return (None, "")
        role, _, path = text.partition(" ")
        if role.lower() not in ROLES or not path.strip():
            raise InvalidRequest(
                "A template needs a role and a file.",
                "Write /template a FILE, /template b FILE or /template default.",
            )
        return (role.lower(), path.strip())


class OptionValues:
    """Options for one model or both: "temperature=0.2 b.seed=7", or reset."""

    word = "NAME=VALUE"
    free = True
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """The options for the last word, the earlier words kept."""
        before, gap, last = typed.rpartition(" ")
        kept = before + gap
        role = f"{last[0]}." if last[:2].lower() in ("a.", "b.") else ""
        name, equals, _ = last.removeprefix(role).partition("=")
        if equals:
            about = OPTIONS[name].rule.allowed if name in OPTIONS else ""
            return [Offer(typed, about)] if about else []
        reset = [] if kept or role else [Offer("reset", "everything as in the settings")]
        return [
            *(Offer(f"{kept}{role}{name}=", _now(name, known), more=True) for name in OPTIONS),
            *reset,
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """What to set for Model A and for Model B; both None to reset."""
        if text.lower() == "reset":
            return (None, None)
        values: dict[str, dict[str, Any]] = {"a": {}, "b": {}}
        for word in text.split():
            role, name, value = _option(word)
            for each in (role,) if role else ROLES:
                values[each][name] = value
        return (values["a"], values["b"])


def _now(name: str, known: Known) -> str:
    """What an option is for each model now."""
    field, session, settings = OPTIONS[name], known.bench.session, known.settings
    a = getattr(session.options("a", settings.options_a), name)
    b = getattr(session.options("b", settings.options_b), name)
    shown = [field.unset if value is None else f"{value}".lower() for value in (a, b)]
    return shown[0] if a == b else f"A {shown[0]}, B {shown[1]}"


def _option(word: str) -> tuple[str, str, Any]:
    """One "b.seed=7": role (empty for both), name, value.

    Raises:
        InvalidRequest: It is not an option, or not a value of it.
    """
    name, equals, value = word.partition("=")
    role = name[0].lower() if name[:2].lower() in ("a.", "b.") else ""
    name = name[2:] if role else name
    if name not in OPTIONS or not equals:
        from ...settings.reading import nearest

        close = nearest(name, list(OPTIONS))
        raise InvalidRequest(
            f"{clean_line(word, 60)} is no option with a value.",
            f"Did you mean {close}=VALUE?" if close else f"Options are {', '.join(OPTIONS)}.",
        )
    rule = OPTIONS[name].rule
    read = _read(rule, value)
    if not rule.accepts(read):
        allowed = "on or off" if isinstance(rule, Switch) else rule.allowed
        raise InvalidRequest(
            f"{name} cannot be {clean_line(value, 60) or 'empty'}.", f"It must be {allowed}."
        )
    return role, name, read


def _read(rule: object, value: str) -> Any:
    if isinstance(rule, Switch):
        return SWITCHED.get(value.lower())
    if not isinstance(rule, Number):
        return value
    try:
        return int(value) if rule.whole else float(value)
    except ValueError:
        return None
