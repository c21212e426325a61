"""What a server floods us with does not stay in memory: measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.ollama_server import LLAMA_3B, OllamaServer

MIB = 1024 * 1024
MOST_GROWTH = 32 * MIB
FLOOD = """
import asyncio, resource, sys
from sutra_tui.core.engine import ChatRequest
from sutra_tui.core.errors import EngineError
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.engines.ollama import OllamaEngine

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

async def ask(model):
    engine = OllamaEngine(sys.argv[1])
    request = ChatRequest(model, (Message("user", "x"),), GenerationOptions())
    try:
        async for chunk in engine.chat(request):
            pass
        return "fine"
    except EngineError as error:
        return error.kind
    finally:
        await engine.close()

async def main():
    assert await ask("mistral:7b") == "fine"
    before = peak()
    kind = await ask("llama3.2:3b")
    print(kind, peak() - before)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no getrusage")
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("huge_line", "too_large"),
        ("gzip_bomb", "protocol"),
        ("error_body_huge", "server_error"),
        pytest.param("infinite", "too_large", marks=pytest.mark.slow),
    ],
)
def test_N10_N14_memory_does_not_grow_with_what_a_server_sends(fault: str, kind: str) -> None:
    with OllamaServer() as server:
        server.fault(fault, model=LLAMA_3B.name)
        done = subprocess.run(
            [sys.executable, "-c", FLOOD, server.url], capture_output=True, text=True, timeout=120
        )
    assert done.returncode == 0, done.stderr
    told, growth = done.stdout.split()
    assert told == kind
    assert int(growth) < MOST_GROWTH
