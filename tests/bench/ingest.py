"""How fast a reply is taken in with no screen: the whole pipeline beside the bare ollama client."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sutra_tui.core import pipeline
from sutra_tui.core.protocol import Memory
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from tests.ollama_server import GIB, MISTRAL_7B, OllamaServer, Reply

MODEL = MISTRAL_7B.name


@contextmanager
def apart(tokens: int) -> Iterator[str]:
    """The scripted server in a process of its own, as a real one is, so that neither waits for the
    other's interpreter."""
    command = [sys.executable, "-m", "tests.bench.ingest", str(tokens)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None and program.stdin is not None
        yield program.stdout.readline().strip()
        program.stdin.close()


def serve(tokens: int) -> None:
    """Serve one long reply, again and again, until standard input ends."""
    chunks = [f"word{n % 100} " for n in range(tokens)]
    with OllamaServer([MISTRAL_7B]) as server:
        server.script(MODEL, Reply(chunks=chunks, unlimited=True))
        server.preload(MODEL, 4096)
        print(server.url, flush=True)
        sys.stdin.read()


async def bare(url: str) -> tuple[float, float]:
    """Seconds of wall and CPU time the client library takes by itself."""
    import ollama

    client = ollama.AsyncClient(host=url, trust_env=False)
    options = {"num_ctx": 4096, "num_predict": 10**6}
    began, cpu = time.perf_counter(), time.thread_time()
    messages = [{"role": "user", "content": "go"}]
    async for _ in await client.chat(MODEL, messages=messages, stream=True, options=options):
        pass
    return time.perf_counter() - began, time.thread_time() - cpu


async def ours(url: str) -> tuple[float, float]:
    """The same through engine, pipeline and events."""
    engine = OllamaEngine(url, memory=lambda: Memory(32 * GIB, 30 * GIB))
    began, cpu = time.perf_counter(), time.thread_time()
    async for _ in pipeline.run(RunRequest("go", model_b=MODEL, method="raw"), engine):
        pass
    took = time.perf_counter() - began, time.thread_time() - cpu
    await engine.close()
    return took


def bench_ingest(tokens: int = 20_000, rounds: int = 5) -> list[str]:
    """Tokens a second through the client library alone and through the whole pipeline."""
    seen: dict[str, list[tuple[float, float]]] = {"bare ollama client": [], "the pipeline": []}
    with apart(tokens) as url:
        for _ in range(rounds):
            seen["bare ollama client"].append(asyncio.run(bare(url)))
            seen["the pipeline"].append(asyncio.run(ours(url)))
    base = tokens / statistics.median(wall for wall, _ in seen["bare ollama client"])
    lines = [f"{'who':24}{'tok/s':>10}{'CPU us/tok':>12}{'x bare':>8}"]
    for name, times in seen.items():
        rate = tokens / statistics.median(wall for wall, _ in times)
        cpu = statistics.median(cpu for _, cpu in times) / tokens * 1e6
        lines.append(f"{name:24}{rate:10.0f}{cpu:12.1f}{rate / base:8.2f}")
    lines.append("budget: at least 0.9x the bare client")
    return lines


if __name__ == "__main__":
    serve(int(sys.argv[1]))
