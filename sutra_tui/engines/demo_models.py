"""The demo's four models: names that cannot be taken for real ones, and figures that add up.

Invariant: every figure a server would give of a model is derived from its one row here. Shapes are
those usual at each size, so that the memory arithmetic gives usual results. Speeds are about those
of a recent 8 GB laptop without a GPU for a 3B and a 7B; the other two are scaled from them by size.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from ..core.memory import footprint
from ..core.model_info import ModelInfo, ModelShape
from .demo_pace import Speed

ARCHITECTURE: Final = "demo"
QUANTIZATION: Final = "Q4_K_M"


@dataclass(frozen=True, slots=True)
class DemoModel:
    """One pretended model.

    Args:
        name: Full name with tag; starts with `demo-`.
        parameters: Count of weights.
        size: Bytes on disk.
        layers: Transformer blocks.
        heads: Attention heads per layer.
        kv_heads: Key/value heads per layer.
        head_size: Values per head.
        embedding: Width of the model.
        context_length: Longest context in tokens.
        modified_at: RFC 3339 time; the list is sorted by it, newest first.
        speed: Its speed at the `realistic` pace.
        thinks: Whether it has a thinking mode.
    """

    name: str
    parameters: int
    size: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    embedding: int
    context_length: int
    modified_at: str
    speed: Speed
    thinks: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"sutra demo model {self.name}".encode()).hexdigest()

    @property
    def capabilities(self) -> tuple[str, ...]:
        return ("completion", "thinking") if self.thinks else ("completion",)

    def bytes_loaded(self, num_ctx: int) -> int:
        """Memory the model takes with this context, by the same sum the chain does."""
        shape = ModelShape(layers=self.layers, kv_heads=self.kv_heads, head_size=self.head_size)
        return footprint(ModelInfo(self.name, size=self.size), shape, num_ctx).total

    def details(self) -> dict[str, Any]:
        """`details` as in `/api/tags`, `/api/show` and `/api/ps`."""
        return {
            "parent_model": "",
            "format": "gguf",
            "family": ARCHITECTURE,
            "families": [ARCHITECTURE],
            "parameter_size": f"{self.parameters / 1e9:.1f}B",
            "quantization_level": QUANTIZATION,
            "context_length": self.context_length,
            "embedding_length": self.embedding,
        }

    def listed(self) -> dict[str, Any]:
        """The model's entry in `/api/tags`."""
        return {
            "name": self.name,
            "model": self.name,
            "modified_at": self.modified_at,
            "size": self.size,
            "digest": self.digest,
            "details": self.details(),
            "capabilities": list(self.capabilities),
        }

    def shown(self) -> dict[str, Any]:
        """The model's `/api/show`."""
        figures = {
            "context_length": self.context_length,
            "embedding_length": self.embedding,
            "block_count": self.layers,
            "attention.head_count": self.heads,
            "attention.head_count_kv": self.kv_heads,
            "attention.key_length": self.head_size,
            "attention.value_length": self.head_size,
        }
        return {
            "modelfile": f"# {self.name} is scripted by the built-in demo; there are no weights.\n",
            "template": "{{ .Prompt }}",
            "details": self.details(),
            "model_info": {
                "general.architecture": ARCHITECTURE,
                "general.parameter_count": self.parameters,
                **{f"{ARCHITECTURE}.{key}": value for key, value in figures.items()},
            },
            "capabilities": list(self.capabilities),
            "modified_at": self.modified_at,
        }


MODELS: Final = (
    DemoModel(
        "demo-swift:3b", 3_200_000_000, 2_000_000_000, 28, 24, 8, 128, 3072, 131_072,
        "2025-01-04T09:00:00Z", Speed(prompt=58, decode=24, load_s=1.5),
    ),
    DemoModel(
        "demo-steady:7b", 7_200_000_000, 4_100_000_000, 32, 32, 8, 128, 4096, 32_768,
        "2025-01-03T09:00:00Z", Speed(prompt=24, decode=10.5, load_s=3.5),
    ),
    DemoModel(
        "demo-thinker:4b", 4_000_000_000, 2_500_000_000, 36, 32, 8, 128, 2560, 40_960,
        "2025-01-02T09:00:00Z", Speed(prompt=46, decode=19, load_s=1.9), thinks=True,
    ),
    DemoModel(
        "demo-mini:1.5b", 1_500_000_000, 1_000_000_000, 28, 12, 2, 128, 1536, 32_768,
        "2025-01-01T09:00:00Z", Speed(prompt=118, decode=46, load_s=0.8),
    ),
)  # fmt: skip
"""Newest first, as servers list them."""


def find_model(name: str) -> DemoModel | None:
    """The model of exactly this name."""
    return next((model for model in MODELS if model.name == name), None)
