"""The table of settings: name, rule, words, and when a change takes effect.

Invariant: reading, checking, writing, `sutra config` and the settings screen are views of this
table; a setting that is not in it does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from ..core.options import MAX_COUNT, METHODS, ORDERS
from .rules import Address, Choice, Keys, Number, Rule, Switch, Text
from .value import NOTIFY, Settings

Effect = Literal["at once", "from the next run", "from the next start"]
"""When a change that is made in the app takes effect."""

TABLES: Final = {"model_a": "options_a", "model_b": "options_b"}
"""The tables of the file that hold generation options, and the fields of `Settings` they fill."""
KEYS_TABLE: Final = "keys"


class Field(NamedTuple):
    """One setting.

    Args:
        key: Its name within its table.
        rule: What it may be.
        about: What it is for, in a sentence or two.
        group: The heading it stands under on the settings screen.
        effect: When a change takes effect.
        table: The table of the file it stands in; empty for the top.
        unset: What counts while nothing is set, where the default is no value of its own.
    """

    key: str
    rule: Rule
    about: str
    group: str
    effect: Effect
    table: str = ""
    unset: str = ""

    @property
    def name(self) -> str:
        """Its full name: "count", "model_a.num_ctx", "keys.model.a"."""
        return f"{self.table}.{self.key}" if self.table else self.key

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in the file."""
        return (self.table, self.key) if self.table else (self.key,)

    @property
    def default(self) -> Any:
        """Its value in a file that says nothing."""
        return self.of(Settings())

    def of(self, settings: Settings) -> Any:
        """Its value in a set of settings; None for a key or an option that is left alone."""
        if self.table == KEYS_TABLE:
            return settings.keys.get(self.key)
        if self.table:
            return getattr(getattr(settings, TABLES[self.table]), self.key)
        return getattr(settings, self.key)

    def put(self, settings: Settings, value: Any) -> Settings:
        """The settings with another value for it."""
        if self.table == KEYS_TABLE:
            return replace(settings, keys={**settings.keys, self.key: value})
        if not self.table:
            return replace(settings, **{self.key: value})
        options = TABLES[self.table]
        return replace(
            settings, **{options: replace(getattr(settings, options), **{self.key: value})}
        )


_CHAIN: Final = "The chain"
_SERVER: Final = "Servers"
_CACHE: Final = "Demonstration cache"
_LOOKS: Final = "Looks"
_FROM_SERVER: Final = "OLLAMA_HOST, then this machine"
_AS_HOST: Final = "as host"

TOP: Final[tuple[Field, ...]] = (
    Field(
        "method",
        Choice(METHODS),
        "The shape of a run: handoff chains both models, raw asks Model B alone.",
        _CHAIN,
        "at once",
    ),
    Field(
        "order",
        Choice(ORDERS),
        "What Model A writes first: its own answer, or the demonstrations.",
        _CHAIN,
        "at once",
    ),
    Field(
        "count",
        Number(1, MAX_COUNT, whole=True),
        "How many demonstrations Model A is asked for.",
        _CHAIN,
        "at once",
    ),
    Field(
        "host",
        Address(),
        "The Ollama server. OLLAMA_HOST goes first where it is set. Over plain http to another "
        "machine, queries travel unencrypted.",
        _SERVER,
        "at once",
        unset=_FROM_SERVER,
    ),
    Field(
        "host_a",
        Address(),
        "Model A's server, where it is another one. It goes before OLLAMA_HOST. The memory of "
        "another machine cannot be seen from here.",
        _SERVER,
        "at once",
        unset=_AS_HOST,
    ),
    Field(
        "host_b",
        Address(),
        "Model B's server, where it is another one. It goes before OLLAMA_HOST. The memory of "
        "another machine cannot be seen from here.",
        _SERVER,
        "at once",
        unset=_AS_HOST,
    ),
    Field(
        "first_token_timeout_s",
        Number(1, 86_400),
        "Longest wait for the first piece of a reply, in seconds, with the time to load the model "
        "and to read the prompt.",
        _SERVER,
        "at once",
    ),
    Field(
        "stall_timeout_s",
        Number(1, 86_400),
        "Longest silence between two pieces of a reply, in seconds.",
        _SERVER,
        "at once",
    ),
    Field(
        "cache_ttl_s",
        Number(1, 10**9),
        "How long demonstrations are kept, in seconds: 3600 is an hour, 86400 a day.",
        _CACHE,
        "from the next start",
    ),
    Field(
        "cache_max_mb",
        Number(1, 10_000, whole=True),
        "How large the demonstration cache may grow, in megabytes.",
        _CACHE,
        "from the next start",
    ),
    Field(
        "theme",
        Text(100),
        "The colours of the app.",
        _LOOKS,
        "at once",
        unset="sutra-dark",
    ),
    Field(
        "reduced_motion",
        Switch(),
        "Keeps everything still that would move by itself.",
        _LOOKS,
        "at once",
    ),
    Field(
        "title",
        Switch(),
        "Whether the terminal's title says what the app is doing; never what was asked.",
        _LOOKS,
        "at once",
    ),
    Field(
        "notify",
        Choice(NOTIFY),
        "How the end of a long run is told while another window has the focus: bell rings, "
        "terminal asks for a notification (OSC 9), which not every terminal shows.",
        _LOOKS,
        "at once",
    ),
    Field(
        "notify_after",
        Number(0, 86_400),
        "How long a run must have taken to be worth that, in seconds.",
        _LOOKS,
        "at once",
    ),
)

_MODELS_OWN: Final = "the model's own"

_OPTIONS: Final[tuple[tuple[str, Rule, str, str], ...]] = (
    (
        "num_ctx",
        Number(256, 2**24, whole=True),
        "Context window in tokens, prompt and reply together. More takes more memory, and a "
        "change makes the server load the model again.",
        "",
    ),
    (
        "num_predict",
        Number(1, 2**20, whole=True),
        "Most tokens the model may write, thinking included.",
        "",
    ),
    (
        "temperature",
        Number(0, 2),
        "How freely the model writes; lower is more literal.",
        _MODELS_OWN,
    ),
    ("seed", Number(0, 2**31 - 1, whole=True), "Makes sampling repeatable.", "another each time"),
    (
        "repeat_penalty",
        Number(0.1, 2),
        "How much the model avoids repeating itself; 1 is not at all.",
        "",
    ),
    ("think", Switch(), "Whether a thinking model thinks before it answers.", "false"),
    (
        "keep_alive",
        Number(-1, 10**7),
        "How long the model stays in memory afterwards, in seconds; -1 is for ever.",
        "the server's own",
    ),
)


def _option_fields(table: str, group: str) -> tuple[Field, ...]:
    return tuple(
        Field(key, rule, about, group, "from the next run", table, unset)
        for key, rule, about, unset in _OPTIONS
    )


FIELDS: Final = (
    *TOP[:3],
    *_option_fields("model_a", "Model A"),
    *_option_fields("model_b", "Model B"),
    *TOP[3:],
)
"""Every setting but the keys of commands, in the order they are shown."""
RULES: Final[Mapping[str, Rule]] = {field.key: field.rule for field in TOP}
"""What each setting outside of tables may be."""
OPTION_RULES: Final[Mapping[str, Rule]] = {key: rule for key, rule, _, _ in _OPTIONS}
"""What each field of `GenerationOptions` may be; the command line holds to the same."""


def key_field(command: str, about: str, default: str) -> Field:
    """The setting for the keys of one command.

    Args:
        command: The command's id.
        about: What it does.
        default: Its keys while nothing is set.
    """
    return Field(command, Keys(), about, "Keys", "at once", KEYS_TABLE, default or "no key")
