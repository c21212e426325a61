"""Pulled models as a server describes them, with the figures of real ones.

Invariant: a `FakeModel` is a value; what is loaded or pulled is known elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any

from .replies import Reply

GIB = 1024**3
MIB = 1024**2
OVERHEAD = 300 * MIB
"""What a runner takes besides weights and key/value cache, in bytes."""


@dataclass(frozen=True, slots=True)
class FakeModel:
    """One model.

    Args:
        name: Full name with tag.
        size: Bytes on disk.
        layers, heads, kv_heads, head_size, embedding_length: Architecture figures.
        context_length: Longest context the model was trained for, in tokens.
        states_head_size: Whether the file says `attention.key_length`; otherwise it has to be
            worked out from the embedding length and the heads.
        capabilities: What it can do; embedders lack "completion".
        weights: Name of the weights blob; models that share it share one runner.
        digest: Hex digest of the manifest; worked out from the name when empty.
        native: Takes the chat path that answers an over-long prompt with HTTP 400 (0.30 on).
        leaks_thinking: Ignores `think: false`: `Reply.thinking` and "</think>" precede the text.
        requires: Lowest server version that can pull it.
        load_delay: Seconds a load takes.
        load_error: HTTP 500 text every load ends with; empty for a model that loads.
        reply: What it says when nothing is scripted; None is the default reply.
    """

    name: str
    size: int = 2_019_393_189
    family: str = "llama"
    parameter_size: str = "3.2B"
    parameter_count: int = 3_212_749_888
    quantization: str = "Q4_K_M"
    layers: int = 28
    heads: int = 24
    kv_heads: int = 8
    head_size: int = 128
    embedding_length: int = 3072
    context_length: int = 131_072
    states_head_size: bool = True
    capabilities: tuple[str, ...] = ("completion", "tools")
    modified_at: str = "2026-10-04T09:30:12.123456789+02:00"
    weights: str = ""
    digest: str = ""
    native: bool = False
    leaks_thinking: bool = False
    remote_model: str = ""
    remote_host: str = ""
    requires: str = ""
    load_delay: float = 0.0
    load_error: str = ""
    reply: Reply | None = None

    @property
    def blob(self) -> str:
        """Hex digest of the weights; runners are keyed by it."""
        return _hex("weights of " + (self.weights or self.name))

    @property
    def manifest(self) -> str:
        """The digest as listed."""
        return self.digest or _hex("manifest of " + self.name)

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes of f16 key/value cache per token: 2 values x 2 bytes x layers x heads x size."""
        return 4 * self.layers * self.kv_heads * self.head_size

    def memory(self, num_ctx: int) -> int:
        """Bytes a runner of this model takes with that context."""
        return self.size + self.kv_bytes_per_token * num_ctx + OVERHEAD

    def can(self, capability: str) -> bool:
        """Whether the model has the capability."""
        return capability in self.capabilities


def full_name(name: str) -> str:
    """The name with its tag, default host and namespace dropped, as listings print it."""
    for prefix in ("registry.ollama.ai/", "library/"):
        if name.lower().startswith(prefix):
            name = name[len(prefix) :]
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def is_valid(name: str) -> bool:
    """Whether Ollama takes this for a model name at all."""
    return re.fullmatch(r"(?:[\w.:-]+/)*[\w][\w.-]*(?::[\w][\w.-]*)?", name, re.A) is not None


def details(model: FakeModel, *, lengths: bool = False) -> dict[str, Any]:
    """`details` of tags, show and ps; `lengths` adds what 0.30 added to tags."""
    if model.remote_host:
        return {
            "parent_model": "", "format": "", "family": "", "families": None,
            "parameter_size": "", "quantization_level": "",
        }  # fmt: skip
    found: dict[str, Any] = {
        "parent_model": "",
        "format": "gguf",
        "family": model.family,
        "families": [model.family],
        "parameter_size": model.parameter_size,
        "quantization_level": model.quantization,
    }
    if lengths:
        found["context_length"] = model.context_length
        found["embedding_length"] = model.embedding_length
    return found


def listing(model: FakeModel, *, modern: bool) -> dict[str, Any]:
    """One entry of `/api/tags`."""
    entry: dict[str, Any] = {"name": model.name, "model": model.name}
    if model.remote_host:
        entry["remote_model"] = model.remote_model
        entry["remote_host"] = model.remote_host
    entry |= {
        "modified_at": model.modified_at,
        "size": model.size,
        "digest": model.manifest,
        "details": details(model, lengths=modern),
    }
    if modern and model.capabilities:
        entry["capabilities"] = list(model.capabilities)
    return entry


def description(model: FakeModel, *, verbose: bool) -> dict[str, Any]:
    """The answer of `/api/show`."""
    shown: dict[str, Any] = {
        "license": "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\n" * 40,
        "modelfile": f'# Modelfile generated by "ollama show"\nFROM {model.name}\n',
        "parameters": f'{"stop":<30} "<|start_header_id|>"\n{"stop":<30} "<|eot_id|>"',
        "template": "{{ range .Messages }}<|{{ .Role }}|>{{ .Content }}<|end|>{{ end }}",
        "details": details(model),
    }
    if model.remote_host:
        shown = {"details": details(model)}
        shown |= {"remote_model": model.remote_model, "remote_host": model.remote_host}
    shown["model_info"] = dict(sorted(_model_info(model, verbose).items()))
    if not model.remote_host:
        shown["tensors"] = _tensors(model)
    shown["capabilities"] = list(model.capabilities)
    shown["modified_at"] = model.modified_at
    if model.requires:
        shown["requires"] = model.requires
    return shown


def _model_info(model: FakeModel, verbose: bool) -> dict[str, Any]:
    if model.remote_host:
        return {"general.architecture": model.family, f"{model.family}.context_length": 262_144}
    arch = model.family
    info: dict[str, Any] = {
        "general.architecture": arch,
        "general.file_type": 15,
        "general.parameter_count": model.parameter_count,
        "general.quantization_version": 2,
        f"{arch}.attention.head_count": model.heads,
        f"{arch}.attention.head_count_kv": model.kv_heads,
        f"{arch}.attention.layer_norm_rms_epsilon": 1e-05,
        f"{arch}.block_count": model.layers,
        f"{arch}.context_length": model.context_length,
        f"{arch}.embedding_length": model.embedding_length,
        "tokenizer.ggml.bos_token_id": 128000,
        "tokenizer.ggml.merges": ["Ġ Ġ"] * 9 if verbose else [],
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.tokens": ["!"] * 9 if verbose else [],
    }
    if model.states_head_size:
        info[f"{arch}.attention.key_length"] = model.head_size
        info[f"{arch}.attention.value_length"] = model.head_size
    if model.can("embedding"):
        info[f"{arch}.pooling_type"] = 1
    return info


def _tensors(model: FakeModel) -> list[dict[str, Any]]:
    width = model.embedding_length
    parts = ("attn_k", "attn_output", "attn_q", "attn_v", "ffn_down", "ffn_gate", "ffn_up")
    return [
        {"name": f"blk.{layer}.{part}.weight", "type": "Q4_K", "shape": [width, width]}
        for layer in range(model.layers)
        for part in parts
    ]


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


LLAMA_3B = FakeModel("llama3.2:3b", modified_at="2026-10-06T09:30:12.123456789+02:00")
QWEN_3B = FakeModel(
    "qwen2.5:3b", 1_929_912_432, "qwen2", "3.1B", 3_085_938_688, layers=36, heads=16, kv_heads=2,
    embedding_length=2048, context_length=32_768, states_head_size=False,
)  # fmt: skip
MISTRAL_7B = FakeModel(
    "mistral:7b", 4_372_824_384, "llama", "7.2B", 7_248_023_552, layers=32, heads=32,
    embedding_length=4096, context_length=32_768, states_head_size=False,
    modified_at="2026-10-05T18:01:44.987654321+02:00",
)  # fmt: skip
QWEN_4B_THINKING = FakeModel(
    "qwen3:4b", 2_497_293_931, "qwen3", "4.0B", 4_022_468_096, layers=36, heads=32,
    embedding_length=2560, context_length=262_144,
    capabilities=("completion", "tools", "thinking"),
)  # fmt: skip
DEEPSEEK_1_5B_NATIVE = FakeModel(
    "deepseek-r1:1.5b", 1_117_322_768, "qwen2", "1.8B", 1_777_088_000, layers=28, heads=12,
    kv_heads=2, embedding_length=1536, capabilities=("completion", "thinking"), native=True,
)  # fmt: skip
NOMIC_EMBED = FakeModel(
    "nomic-embed-text:latest", 274_302_450, "nomic-bert", "137M", 136_727_040, "F16", layers=12,
    heads=12, kv_heads=12, head_size=64, embedding_length=768, context_length=2048,
    states_head_size=False, capabilities=("embedding",),
)  # fmt: skip
QWEN_4B_LEAKY = replace(QWEN_4B_THINKING, name="qwen3:4b-thinking-2507", leaks_thinking=True)
CLOUD_STUB = FakeModel(
    "gpt-oss:120b-cloud", 384, "gptoss", "", 0, "", capabilities=("completion", "thinking"),
    remote_model="gpt-oss:120b", remote_host="https://ollama.com:443",
)  # fmt: skip
CATALOGUE = (LLAMA_3B, QWEN_3B, MISTRAL_7B, QWEN_4B_THINKING, DEEPSEEK_1_5B_NATIVE, NOMIC_EMBED)
"""What can be pulled, unless a server is given another registry."""
