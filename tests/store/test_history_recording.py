"""Runs are written down while they happen, whoever holds the file and whoever is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui import paths
from sutra_tui.core.errors import StreamStalled
from sutra_tui.core.events import CacheHit, Event, RunFailed
from sutra_tui.core.transcript import Transcript
from sutra_tui.store import recording
from sutra_tui.store.history import History, HistoryRun
from sutra_tui.store.recording import Recorder, recorded
from tests.ollama_server import OllamaServer, Reply

from .history_support import START, Clock, ending, ids, made, soon, stage_a, stage_b


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    with History(path) as opened:
        yield opened


def tell(recorder: Recorder, events: list[Event]) -> None:
    for event in events:
        recorder.take(event)


def on_disk(path: Path, run_id: str = "run-1") -> HistoryRun | None:
    with History(path) as other:
        return other.run(run_id)


def stages(run: HistoryRun | None) -> list[tuple[str, str, str]]:
    assert run is not None
    return [(stage.name, stage.status, stage.output) for stage in run.result.stages]


def test_a_stage_is_on_the_disk_when_it_has_ended(history: History, path: Path) -> None:
    recorder = history.record(parent="run-0")
    tell(recorder, stage_a())
    soon(lambda: (run := on_disk(path)) and len(run.result.stages) == 2)
    run = on_disk(path)
    assert run is not None and not run.over and run.parent == "run-0"
    assert stages(run) == [("A", "complete", "<answer>So.</answer>"), ("parse", "complete", "")]
    a = run.result.stages[0]
    assert (a.model, a.digest, a.thinking) == ("llama3.2:3b", "a80c", "Hm.")
    assert a.messages[0].content == "How?" and a.options == {"seed": 7}
    assert (a.stats.prompt_tokens, a.stats.output_tokens, a.done_reason) == (212, 88, "stop")
    assert run.result.stages[1].problems == ("Salvaged.",)
    assert (run.result.draft, run.result.demonstrations) == ("So.", ("One.",))


def test_the_stage_that_goes_on_is_written_without_a_further_event(
    history: History, path: Path
) -> None:
    recorder = history.record()
    tell(recorder, [*stage_a(), *stage_b()])
    soon(lambda: (run := on_disk(path)) and len(run.result.stages) == 3)
    tell(recorder, stage_b("Half an ", "answer")[1:])
    soon(lambda: (run := on_disk(path)) and run.result.answer == "Half an answer")
    assert stages(on_disk(path))[2] == ("B", "stopped", "Half an answer")


def test_what_is_written_at_the_end_is_what_the_events_said(history: History, path: Path) -> None:
    fold = Transcript()
    events = [*stage_a(), *stage_b("It", " is so.")]
    for event in events:
        fold.apply(event)
    whole = replace(fold.result(), latency_ms=1234.0)
    recorder = history.record()
    tell(recorder, [*events, *ending(whole)])
    soon(lambda: (run := on_disk(path)) and run.over)
    run = on_disk(path)
    assert run is not None and run.result == whole


def test_an_error_and_the_word_of_the_cache_are_kept(history: History) -> None:
    recorder = history.record()
    tell(recorder, stage_a()[:2])
    recorder.take(CacheHit("run-1", key="k", age_s=60.0, saved_ms=4100.0, saved_tokens=88))
    failure = StreamStalled("The server went silent.", "Look at it.")
    recorder.take(RunFailed("run-1", failure, made(status="failed").result))
    soon(lambda: (run := history.run("run-1")) and run.over)
    run = history.run("run-1")
    assert run is not None and run.status(0.0) == "failed"
    assert run.error == failure.to_dict()
    assert run.cache["age_s"] == 60.0 and "run_id" not in run.cache


async def test_closing_a_run_writes_it_down_as_stopped(history: History) -> None:
    closed: list[str] = []

    async def events() -> AsyncGenerator[Event, None]:
        try:
            for event in [*stage_a(), *stage_b("Half")]:
                yield event
            await asyncio.Event().wait()
        finally:
            closed.append("yes")

    seen: list[Event] = []
    async with aclosing(recorded(events(), history.record())) as following:
        async for event in following:
            seen.append(event)
            if len(seen) == 11:
                break
    assert closed == ["yes"] and seen == [*stage_a(), *stage_b("Half")]
    history.close()
    with History(history.path) as after:
        run = after.run("run-1")
        assert run is not None and run.over and run.status(0.0) == "stopped"
        assert stages(run)[2] == ("B", "stopped", "Half")


async def test_cancelling_a_run_writes_it_down_as_stopped(history: History) -> None:
    said_all = asyncio.Event()

    async def events() -> AsyncGenerator[Event, None]:
        for event in stage_a():
            yield event
        said_all.set()
        await asyncio.Event().wait()

    async def follow() -> None:
        async with aclosing(recorded(events(), history.record())) as following:
            async for _ in following:
                pass

    task = asyncio.ensure_future(follow())
    await said_all.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    soon(lambda: (run := history.run("run-1")) and run.over)
    run = history.run("run-1")
    assert run is not None and run.result.status == "stopped"


def test_closing_the_history_writes_what_is_left(path: Path) -> None:
    history = History(path)
    recorder = history.record()
    tell(recorder, [*stage_a(), *stage_b("The tail")])
    history.close()
    run = on_disk(path)
    assert run is not None and run.over and run.result.answer == "The tail"
    tell(recorder, stage_b("Too late")[1:])
    history.close()
    assert history.warnings == []


def test_a_run_that_never_began_leaves_nothing(history: History) -> None:
    history.record().stop()
    history.close()
    with History(history.path) as after:
        assert after.count() == 0


def test_no_thread_stays_when_no_run_goes_on(history: History) -> None:
    recorder = history.record()
    tell(recorder, [*stage_a(), *stage_b(), *ending(made().result)])
    soon(lambda: history._writer._thread is None)
    again = history.record()
    tell(again, stage_a("run-2"))
    soon(lambda: history.run("run-2"))
    assert history.count() == 2


def test_a_silent_run_shows_that_it_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "SIGN_OF_LIFE_S", 0.0)
    monkeypatch.setattr(recording, "TAIL_S", 0.01)
    clock = Clock()
    with History(path, clock=clock) as history:
        tell(history.record(), stage_a())
        soon(lambda: history.run("run-1"))
        clock.now += 60
        soon(lambda: (run := history.run("run-1")) and run.seen_at == START + 60)
        run = history.run("run-1")
        assert run is not None and run.status(clock.now) == "running"
        assert run.status(clock.now + 60) == "stopped"


def test_S3_a_file_that_another_program_holds_is_written_later(
    history: History, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording, "TAIL_S", 0.01)
    monkeypatch.setattr(recording, "PATIENCE_S", 0.0)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    recorder = history.record()
    tell(recorder, [*stage_a(), *stage_b("Whole")])
    soon(lambda: history.warnings)
    assert history.warnings == [recording.HELD_UP]
    holder.execute("ROLLBACK")
    holder.close()
    soon(lambda: (run := on_disk(path)) and run.result.answer == "Whole")
    assert len(stages(on_disk(path))) == 3 and history.persistent


def test_a_history_damaged_in_the_middle_of_a_run_has_the_whole_run(
    history: History, path: Path
) -> None:
    recorder = history.record()
    tell(recorder, stage_a())
    soon(lambda: history.run("run-1"))
    path.unlink()
    tell(recorder, [*stage_b("Whole"), *ending(made().result)])
    soon(lambda: (run := history.run("run-1")) and run.over)
    assert len(stages(on_disk(path))) == 3


PROGRAM = """
import sys
from sutra_tui.store.history import History
from tests.store.history_support import ending, made, stage_a, stage_b
history = History(sys.argv[1])
for n in range(40):
    name = f"{sys.argv[2]}-{n}"
    recorder = history.record()
    for event in [*stage_a(name), *stage_b(f"answer of {name}", run_id=name)]:
        recorder.take(event)
    recorder.stop()
history.close()
assert history.persistent
print(history.warnings, flush=True)
"""


def test_S2_two_programs_lose_nothing_of_each_other(path: Path) -> None:
    History(path).close()
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    for program in programs:
        assert program.communicate(timeout=120) == ("[]\n", "")
    with History(path) as history:
        assert sorted(ids(history, limit=100)) == sorted(
            f"{p}-{n}" for p in "ab" for n in range(40)
        )
        for name in ("a-0", "b-39"):
            assert stages(history.run(name))[2] == ("B", "stopped", f"answer of {name}")


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_S1_a_program_killed_in_the_middle_of_b_leaves_all_of_a_and_what_b_had() -> None:
    words = ["The ", "answer ", "begins ", "but ", "never ", "ends"]
    with OllamaServer() as server:
        server.script("mistral:7b", Reply(chunks=words))
        server.hold(4, model="mistral:7b")
        program = subprocess.Popen(
            [sys.executable, "-m", "sutra_tui", "run", "--host", server.host, "How?"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        path = paths.history_database()
        soon(lambda: server.parked and path.exists())

        def written() -> bool:
            with History(path) as history:
                newest = [history.run(run.run_id) for run in history.runs(limit=1)]
            return any(run and run.result.answer == "The answer begins but " for run in newest)

        soon(written)
        program.send_signal(signal.SIGKILL)
        program.communicate()
    with History(path, clock=lambda: 1e10) as history:
        assert history.warnings == []
        (summary,) = history.runs()
        assert summary.status(1e10) == "stopped"
        run = history.run(summary.run_id)
        assert run is not None
        (a, parse, b) = run.result.stages
        assert (a.status, a.done_reason, parse.status) == ("complete", "stop", "complete")
        assert a.stats.output_tokens and a.digest and a.messages[-1].content.find("How?") >= 0
        assert len(run.result.demonstrations) == 3 and run.result.draft
        assert all(text in a.output for text in run.result.demonstrations)
        assert (b.status, b.output) == ("stopped", "The answer begins but ")
        assert b.messages and b.options["num_ctx"]
