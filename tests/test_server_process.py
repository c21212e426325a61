"""A server that is started from here: begun once, waited for, and ended only if it is ours."""

from __future__ import annotations

import asyncio
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.server_process import ServerProcess, tail
from tests.fake_ollama import FakeOllama
from tests.ollama_server import OllamaServer

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
]


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeOllama]:
    made = FakeOllama.make(tmp_path / "bin")
    yield made
    made.end()


def process_of(fake: FakeOllama, tmp_path: Path, **changes: Any) -> ServerProcess:
    fields: dict[str, Any] = {
        "log": tmp_path / "state" / "log" / "ollama-serve.log",
        "environ": fake.environ,
        "listens_at": lambda engine: fake.host,
        "find": fake.installation,
        **changes,
    }
    return ServerProcess(**fields)


def engine_of(fake: FakeOllama) -> OllamaEngine:
    return OllamaEngine(fake.host)


async def test_it_starts_answers_and_is_stopped(fake: FakeOllama, tmp_path: Path) -> None:
    process = process_of(fake, tmp_path)
    start = await process.start(engine_of(fake))
    assert (start.outcome, start.answers) == ("started", True)
    assert await engine_of(fake).version() == "0.33.2"
    assert os.getpgid(fake.pids[0]) == fake.pids[0] != os.getpgid(0)
    assert "has been stopped" in process.end()
    assert fake.running == [] and not process.is_running
    assert process.end() == ""


async def test_its_log_is_private_and_the_one_before_is_kept(
    fake: FakeOllama, tmp_path: Path
) -> None:
    process = process_of(fake, tmp_path)
    log = tmp_path / "state" / "log" / "ollama-serve.log"
    for _ in range(2):
        await process.start(engine_of(fake))
        process.stop()
    assert log.read_text() == "cache limit 256\n"
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert log.with_name("ollama-serve.log.1").read_text() == "cache limit 256\n"


async def test_what_the_user_has_set_is_kept(fake: FakeOllama, tmp_path: Path) -> None:
    process = process_of(fake, tmp_path, environ={**fake.environ, "LLAMA_ARG_CACHE_RAM": "9"})
    await process.start(engine_of(fake))
    process.stop()
    assert "cache limit 9" in (tmp_path / "state" / "log" / "ollama-serve.log").read_text()


async def test_left_running_it_goes_on(fake: FakeOllama, tmp_path: Path) -> None:
    process = process_of(fake, tmp_path, stops_at_exit=False)
    await process.start(engine_of(fake))
    assert str(fake.pids[0]) in process.end()
    assert fake.running == fake.pids
    assert await engine_of(fake).version() == "0.33.2"


async def test_it_is_never_started_twice(fake: FakeOllama, tmp_path: Path) -> None:
    fake.behave("slow")
    process = process_of(fake, tmp_path)
    both = [asyncio.ensure_future(process.start(engine_of(fake))) for _ in range(2)]
    await asyncio.to_thread(fake.wait_until, lambda: fake.pids)
    fake.answer_now()
    starts = await asyncio.gather(*both)
    assert any(start.answers for start in starts), "an attempt gives way to a later one"
    assert (await process.start(engine_of(fake))).outcome == "was there"
    assert len(fake.pids) == 1
    process.stop()


async def test_a_server_that_was_there_is_not_started_and_not_ended(
    fake: FakeOllama, tmp_path: Path
) -> None:
    with OllamaServer(port=fake.port) as somebodys:
        process = process_of(fake, tmp_path)
        assert (await process.start(engine_of(fake))).outcome == "was there"
        assert process.end() == "" and fake.pids == []
        assert await OllamaEngine(somebodys.host).version()


async def test_one_that_ends_says_how_and_its_last_words_are_safe(
    fake: FakeOllama, tmp_path: Path
) -> None:
    fake.behave("fails")
    start = await process_of(fake, tmp_path).start(engine_of(fake))
    assert (start.outcome, start.exit_code, start.answers) == ("ended", 3, False)
    assert start.tail[-1].endswith("models␛[0m") and "\x1b" not in "".join(start.tail)


async def test_a_port_that_is_taken_is_told(fake: FakeOllama, tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", fake.port)) as other:
        # It hangs up on whoever comes, as a service of another kind does.
        ended = threading.Event()

        def hang_up() -> None:
            other.settimeout(0.1)
            while not ended.is_set():
                try:
                    other.accept()[0].close()
                except TimeoutError:
                    continue

        thread = threading.Thread(target=hang_up)
        thread.start()
        try:
            start = await process_of(fake, tmp_path).start(engine_of(fake))
        finally:
            ended.set()
            thread.join()
    assert (start.outcome, start.port_is_taken) == ("ended", True)


async def test_giving_up_leaves_nothing_behind(fake: FakeOllama, tmp_path: Path) -> None:
    fake.behave("slow")
    process = process_of(fake, tmp_path, grace_s=0.2)
    task = asyncio.ensure_future(process.start(engine_of(fake)))
    await asyncio.to_thread(fake.wait_until, lambda: fake.pids)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fake.running == [] and not process.is_running


async def test_giving_up_at_once_starts_nothing_late(fake: FakeOllama, tmp_path: Path) -> None:
    looking, may_look = threading.Event(), threading.Event()

    def find(environ: object) -> Any:
        looking.set()
        may_look.wait(10)
        return fake.installation()

    process = process_of(fake, tmp_path, find=find)
    task = asyncio.ensure_future(process.start(engine_of(fake)))
    await asyncio.to_thread(looking.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_look.set()
    await asyncio.get_running_loop().shutdown_default_executor()
    assert fake.pids == [] and not process.is_running


async def test_one_that_will_not_end_is_made_to(fake: FakeOllama, tmp_path: Path) -> None:
    fake.behave("stubborn")
    process = process_of(fake, tmp_path, grace_s=0.2)
    assert (await process.start(engine_of(fake))).answers
    process.stop()
    assert fake.running == []


async def test_letting_go_does_not_wait(fake: FakeOllama, tmp_path: Path) -> None:
    process = process_of(fake, tmp_path)
    await process.start(engine_of(fake))
    process.let_go()
    await asyncio.to_thread(fake.wait_until, lambda: not process.is_running)


@pytest.mark.parametrize("program", ["not-there", "a-folder", "no-program"])
async def test_what_cannot_be_run_is_a_sentence(
    fake: FakeOllama, tmp_path: Path, program: str
) -> None:
    path = tmp_path / program
    if program == "a-folder":
        path.mkdir()
    if program == "no-program":
        path.write_bytes(b"\x00\x01")
        path.chmod(0o755)
    from sutra_tui.installation import Installation

    process = process_of(fake, tmp_path, find=lambda environ: Installation("linux", path))
    start = await process.start(engine_of(fake))
    assert start.outcome == "not startable"
    assert start.problem.startswith("It could not be started: ")


async def test_without_a_place_for_the_log_it_starts_all_the_same(
    fake: FakeOllama, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    process = process_of(fake, tmp_path, log=tmp_path / "file" / "serve.log")
    assert (await process.start(engine_of(fake))).answers
    process.stop()


async def test_only_this_machines_server_can_be_started(fake: FakeOllama, tmp_path: Path) -> None:
    away = process_of(fake, tmp_path, listens_at=lambda engine: None)
    assert await away.chance(engine_of(fake)) is None
    assert (await away.start(engine_of(fake))).outcome == "not startable"
    here = process_of(fake, tmp_path)
    assert await here.chance(demo_engine("instant")) is None
    chance = await here.chance(engine_of(fake))
    assert chance is not None and chance.installation.program == fake.program


@pytest.mark.parametrize(
    ("written", "lines"),
    [
        (b"", ()),
        (b"one\n\n \ntwo\n", ("one", "two")),
        (b"\xff\x1b[2J\r\n", ("\ufffd␛[2J",)),
        (b"\n".join(b"%d" % n for n in range(20)), ("18", "19")),
        (b"x" * 100_000 + b"\nlast", ("x" * 239 + "…", "last")),
    ],
)
def test_the_tail_of_a_log(tmp_path: Path, written: bytes, lines: tuple[str, ...]) -> None:
    log = tmp_path / "log"
    log.write_bytes(written)
    assert tail(log, 2) == lines


def test_a_log_that_is_not_there_has_no_tail(tmp_path: Path) -> None:
    assert tail(tmp_path / "none") == ()
