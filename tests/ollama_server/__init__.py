"""A scripted Ollama server for tests: real HTTP/1.1 on a loopback port, byte for byte Ollama's.

Invariant: it never leaves 127.0.0.1 and never sleeps unless a test scripts a delay.
"""

from .gate import Hold
from .journal import Recorded
from .models import (
    CATALOGUE,
    CLOUD_STUB,
    DEEPSEEK_1_5B_NATIVE,
    GIB,
    LLAMA_3B,
    MIB,
    MISTRAL_7B,
    NOMIC_EMBED,
    QWEN_3B,
    QWEN_4B_LEAKY,
    QWEN_4B_THINKING,
    FakeModel,
)
from .replies import Reply, count_prompt, default_reply, pieces
from .server import OllamaServer

__all__ = [
    "CATALOGUE",
    "CLOUD_STUB",
    "DEEPSEEK_1_5B_NATIVE",
    "GIB",
    "LLAMA_3B",
    "MIB",
    "MISTRAL_7B",
    "NOMIC_EMBED",
    "QWEN_3B",
    "QWEN_4B_LEAKY",
    "QWEN_4B_THINKING",
    "FakeModel",
    "Hold",
    "OllamaServer",
    "Recorded",
    "Reply",
    "count_prompt",
    "default_reply",
    "pieces",
]
