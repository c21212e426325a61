"""What is known of models and of the machine they run on.

Invariant: nothing here acts. Sizes are bytes, counts are tokens.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One pulled model as the server lists it.

    Args:
        name: Full name with tag.
        digest: Hex digest of the manifest; a retagged model has a new one.
        size: Bytes on disk, about what the weights take in memory.
        parameter_size: As the server prints it, "3.2B"; empty when unknown.
        quantization: As the server prints it, "Q4_K_M"; empty when unknown.
        family: Architecture family, "llama".
        context_length: Longest context the model was trained for, in tokens; None when unknown.
        capabilities: "completion", "thinking", "embedding", ...; None when the server does not say.
        remote: A cloud model: prompts would leave this machine.
        modified_at: RFC 3339 time of the last pull.
    """

    name: str
    digest: str = ""
    size: int = 0
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    context_length: int | None = None
    capabilities: tuple[str, ...] | None = None
    remote: bool = False
    modified_at: str = ""

    @property
    def generates_text(self) -> bool:
        """Whether the model can answer a chat; embedding and image models cannot."""
        if self.capabilities is not None:
            return "completion" in self.capabilities and "image" not in self.capabilities
        return self.family not in {"bert", "nomic-bert", "nomic-bert-moe"}

    @property
    def thinks(self) -> bool:
        """Whether the server says the model has a thinking mode."""
        return self.capabilities is not None and "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What memory arithmetic needs to know of a model's architecture, from `/api/show`.

    Args:
        capabilities: As `ModelInfo.capabilities`; here also for servers that list none.
        layers: Transformer blocks.
        kv_heads: Key/value heads per layer.
        head_size: Values per head.
        context_length: Longest context the model was trained for, in tokens.
        sliding_window: Tokens that some of its layers look back at most; None for full attention.
        recurrent: Some layers keep a fixed state instead of a cache of all tokens.
    """

    capabilities: tuple[str, ...] = ()
    layers: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    context_length: int | None = None
    sliding_window: int | None = None
    recurrent: bool = False

    @property
    def kv_bytes_per_token(self) -> int | None:
        """Bytes of f16 cache a token takes: 2 (K and V) x 2 bytes x layers x heads x size."""
        if self.layers is None or self.kv_heads is None or self.head_size is None:
            return None
        return 4 * self.layers * self.kv_heads * self.head_size


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """One model the server holds in memory now, from `/api/ps`."""

    name: str
    digest: str = ""
    size: int = 0
    context_length: int | None = None
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the machine that runs the models, in bytes."""

    total: int
    available: int
    simulated: bool = False
