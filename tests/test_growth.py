"""A thousand runs of the chain, with its cache and its history, leave nothing in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

PROGRAM = """
import asyncio, gc, json, resource, sys, threading
from contextlib import aclosing
from pathlib import Path
from sutra_tui.core.errors import SutraError
from sutra_tui.core.events import RunFailed
from sutra_tui.core.pipeline import run
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.history import History
from sutra_tui.store.recording import recorded

url, folder, a, b = sys.argv[1:]
endings = {"hits": 0, "failed": 0, "stopped": 0, "whole": 0}

async def one(number, engine, cache, history):
    kind = number % 10
    query = "the same again" if kind == 0 else f"question {number}"
    request = RunRequest(query, "gone:1b" if kind == 1 else a, b)
    async with aclosing(recorded(run(request, engine, cache), history.record())) as events:
        taken = 0
        try:
            async for event in events:
                taken += 1
                if kind == 2 and taken == 9:
                    endings["stopped"] += 1
                    return
        except SutraError:
            endings["failed"] += 1
            return
    endings["failed" if isinstance(event, RunFailed) else "whole"] += 1

def counted():
    gc.collect()
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
    return [len(gc.get_objects()), len(asyncio.all_tasks()), resident]

async def main():
    engine = OllamaEngine(url)
    with DemonstrationCache(path=Path(folder, "c.db")) as cache, \\
         History(Path(folder, "h.db")) as history:
        for number in range(1000):
            await one(number, engine, cache, history)
            if number == 199:
                early = counted()
        late = counted()
        endings["hits"] = cache.stats().hits
        kept = history.count()
    await engine.close()
    print(json.dumps([early, late, endings, kept, threading.active_count()]))

asyncio.run(main())
"""
MORE_OBJECTS = 500
"""Half an object for each of 800 runs: caches of Python and SQLite that are not full yet."""


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="asks Linux for the memory")  # noqa: PTH110
def test_X13_a_thousand_runs_leave_nothing_behind(tmp_path: os.PathLike[str]) -> None:
    with OllamaServer() as server:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, server.url, tmp_path, LLAMA_3B.name, MISTRAL_7B.name],
            capture_output=True,
            text=True,
            timeout=900,
        )
    assert done.returncode == 0, done.stderr
    early, late, endings, kept, threads = json.loads(done.stdout)
    assert endings == {"hits": 99, "failed": 100, "stopped": 100, "whole": 800}
    assert kept >= 900 and threads <= 3
    assert late[0] - early[0] < MORE_OBJECTS
    assert late[1] == early[1] == 1
    assert late[2] < early[2] * 1.1
