"""The user's settings as one frozen value, built once and handed down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..core.options import DEFAULT_COUNT, GenerationOptions
from ..core.options import Method as MethodName
from ..core.options import Order as OrderName

NotifyName = Literal["off", "bell", "terminal"]
NOTIFY = ("off", "bell", "terminal")
"""How the end of a long run can be told."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set in `config.toml`, by the same names; `fields` describes each."""

    host: str = ""
    host_a: str = ""
    host_b: str = ""
    stall_timeout_s: float = 120
    first_token_timeout_s: float = 600
    cache_ttl_s: float = 3600
    cache_max_mb: int = 64
    method: MethodName = "handoff"
    order: OrderName = "answer-first"
    count: int = DEFAULT_COUNT
    options_a: GenerationOptions = field(default_factory=GenerationOptions)
    options_b: GenerationOptions = field(default_factory=GenerationOptions)
    reduced_motion: bool = False
    theme: str = ""
    title: bool = True
    notify: NotifyName = "off"
    notify_after: float = 20
    keys: Mapping[str, str] = field(default_factory=dict)
    """Command ids and the keys wished for them, separated by commas."""
