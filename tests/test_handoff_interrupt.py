"""Ctrl-C while AgentHandoff waits: the server sees the run end, then the program ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.handoff_support import B, scripted_server
from tests.ollama_server import OllamaServer

SCRIPTS = {
    "a plain script": "handoff.run('What is 4+4?')",
    "asyncio.run": """
async def cell():
    handoff.run('What is 4+4?')
asyncio.run(cell())
""",
    "a notebook's own loop": """
async def cell():
    handoff.run('What is 4+4?')
with closing(asyncio.new_event_loop()) as loop:
    loop.run_until_complete(cell())
""",
    "a callback of a loop": """
with closing(asyncio.new_event_loop()) as loop:
    loop.call_soon(lambda: handoff.run('What is 4+4?'))
    loop.run_forever()
""",
    "an awaited run": """
async def cell():
    async with handoff:
        await handoff.arun('What is 4+4?')
asyncio.run(cell())
""",
}
BEGINNING = """
import asyncio
from contextlib import closing
from sutra_tui import AgentHandoff
handoff = AgentHandoff('llama3.2:3b', 'mistral:7b')
"""


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


unsafe_before_3_11 = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="an interrupt may break the loop of asyncio.run itself"
)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize(
    "script",
    [
        pytest.param(script, id=name, marks=[unsafe_before_3_11] if "await " in script else [])
        for name, script in SCRIPTS.items()
    ],
)
def test_ctrl_c_stops_the_run_and_then_the_program(server: OllamaServer, script: str) -> None:
    server.hold(1, model=B)
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", BEGINNING + script],
        env={**os.environ, "OLLAMA_HOST": server.host},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        server.wait_for(lambda: server.parked == 1, timeout=30)
        process.send_signal(signal.SIGINT)
        server.wait_for(lambda: server.chats(B)[0].disconnected, timeout=10)
        said, complaints = process.communicate(timeout=10)
    finally:
        process.kill()
    assert said == ""
    assert process.returncode == -signal.SIGINT, complaints
    assert complaints.rstrip().endswith("KeyboardInterrupt")
    for complaint in ("never retrieved", "never awaited", "was destroyed", "ResourceWarning"):
        assert complaint not in complaints
