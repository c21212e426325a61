"""Pulling, deleting and describing models over real HTTP, against the scripted server."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui.core import errors
from sutra_tui.core.errors import EngineError
from sutra_tui.core.model_details import Disk
from sutra_tui.core.pulling import PullLine, PullProgress, advance
from sutra_tui.engines import faults, own_machine
from sutra_tui.engines import pulls as pulls_module
from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer
from tests.ollama_server.pulls import layers

FUTURE = replace(LLAMA_3B, name="future:1b", requires="0.99.0")
B = MISTRAL_7B.name


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B], registry=[LLAMA_3B, MISTRAL_7B, FUTURE]) as running:
        yield running


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    opened = OllamaEngine(server.url)
    yield opened
    await opened.close()


async def collect(engine: OllamaEngine, model: str = B) -> list[PullLine]:
    async with contextlib.aclosing(engine.pull(model)) as lines:
        return [line async for line in lines]


def fold(lines: list[PullLine]) -> PullProgress:
    progress = PullProgress()
    for line in lines:
        progress = advance(progress, line, 0.0)
    return progress


async def test_a_pull_tells_every_layer_and_ends_with_the_model_there(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    lines = await collect(engine)
    progress = fold(lines)
    assert lines[0] == PullLine("pulling manifest")
    assert lines[1].completed == 0
    assert progress.phase == "done"
    assert [(layer.digest, layer.total) for layer in progress.layers] == [
        (f"sha256:{digest}", total) for digest, total in layers(MISTRAL_7B)
    ]
    assert B in [model.name for model in await engine.models()]


async def test_a_broken_connection_is_an_error_and_the_next_pull_goes_on(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.fault("rst_mid", path="/api/pull", after=4, times=1)
    seen: list[PullLine] = []
    with pytest.raises(errors.StreamInterrupted) as caught:
        async with contextlib.aclosing(engine.pull(B)) as lines:
            async for line in lines:
                seen.append(line)
    assert "goes on from there" in caught.value.remedy
    had = fold(seen).completed
    assert 0 < had < MISTRAL_7B.size
    resumed = await collect(engine)
    assert resumed[1].completed >= had
    progress = fold(resumed)
    assert progress.before >= had
    assert progress.downloaded == progress.total - progress.before
    assert server.find(B) == MISTRAL_7B


async def test_leaving_a_pull_closes_the_socket_and_the_next_one_goes_on(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.hold(4, path="/api/pull")
    async with contextlib.aclosing(engine.pull(B)) as lines:
        async for line in lines:
            if line.completed:
                had = line.completed
                break
    await server.until(lambda: server.calls("/api/pull")[0].disconnected)
    assert server.find(B) is None
    server.release()
    assert (await collect(engine))[1].completed >= had


@pytest.mark.parametrize(
    ("model", "trouble", "error", "quoted"),
    [
        ("nobody:1b", {}, errors.ModelUnknown, "file does not exist"),
        ("future:1b", {}, errors.ServerTooOld, "requires a newer version of Ollama"),
        (B, {"offline": True}, errors.RegistryUnreachable, "dial tcp"),
        (B, {"lost_at": 10**9}, errors.RegistryUnreachable, "max retries exceeded"),
        (B, {"space": 3 * 10**9}, errors.DiskFull, "no space left on device"),
    ],
)
async def test_what_stops_a_pull_is_said_in_the_servers_words_with_a_way_on(
    server: OllamaServer,
    engine: OllamaEngine,
    model: str,
    trouble: dict[str, int],
    error: type[EngineError],
    quoted: str,
) -> None:
    for name, value in trouble.items():
        setattr(server.pulls, name, value)
    with pytest.raises(error) as caught:
        await collect(engine, model)
    assert quoted in caught.value.message
    assert caught.value.remedy
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("digest mismatch, file must be downloaded again: want sha256:a, got sha256:b",
         errors.ServerFailed),
        ("write C:\\models\\blobs\\x: There is not enough space on the disk.", errors.DiskFull),
        ('pull model manifest: Get "https://registry.ollama.ai/v2/x": net/http: TLS handshake '
         "timeout", errors.RegistryUnreachable),
        ("pull model manifest: 401: unauthorized", errors.ModelUnknown),
    ],
)  # fmt: skip
def test_other_words_of_servers(words: str, error: type[EngineError]) -> None:
    assert isinstance(faults.from_words(words, address="x", model="m:1b"), error)


@pytest.mark.parametrize("fault", ["eof_no_done", "fin_mid_chunk", "cut_mid_line"])
async def test_a_pull_that_just_ends_did_not_succeed(
    server: OllamaServer, engine: OllamaEngine, fault: str
) -> None:
    server.fault(fault, path="/api/pull")
    with pytest.raises(errors.StreamInterrupted):
        await collect(engine)


@pytest.mark.parametrize("fault", ["garbage_line", "json_list_line", "wrong_types", "deep_json"])
async def test_garbage_in_a_pull_is_no_crash(
    server: OllamaServer, engine: OllamaEngine, fault: str
) -> None:
    server.fault(fault, path="/api/pull")
    try:
        lines = await collect(engine)
    except errors.ProtocolViolation:
        return
    assert fault == "wrong_types"
    assert lines[-1] == PullLine("success")


async def test_a_silent_pull_ends_after_its_patience(
    server: OllamaServer, engine: OllamaEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulls_module, "SILENCE_S", 0.05)
    server.fault("hang_mid", path="/api/pull")
    with pytest.raises(errors.StreamStalled):
        await collect(engine)
    await server.until(lambda: server.calls("/api/pull")[0].disconnected)


async def test_a_pull_may_report_more_than_a_reply_may_hold(
    server: OllamaServer,
) -> None:
    from sutra_tui.engines.wire import Limits

    server.pulls.steps = 200
    engine = OllamaEngine(server.url, limits=Limits(reply=4_000))
    assert (await collect(engine))[-1].status == "success"
    await engine.close()


async def test_nobody_there_is_the_usual_error(engine: OllamaEngine, server: OllamaServer) -> None:
    server.stop()
    with pytest.raises(errors.ServerUnreachable):
        await collect(engine)


async def test_delete_removes_the_model_and_says_when_there_is_none(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    await engine.delete(LLAMA_3B.name)
    assert server.find(LLAMA_3B.name) is None
    with pytest.raises(errors.ModelNotFound):
        await engine.delete(LLAMA_3B.name)


async def test_details_bring_the_raw_texts_and_the_shape(engine: OllamaEngine) -> None:
    details = await engine.details(LLAMA_3B.name)
    assert '"<|eot_id|>"' in details.parameters
    assert details.template.startswith("{{ range .Messages }}")
    assert details.licence.startswith("LLAMA 3.2 COMMUNITY LICENSE")
    assert details.capabilities == LLAMA_3B.capabilities
    assert details.context_length == LLAMA_3B.context_length
    assert details.shape.kv_bytes_per_token == 112 * 1024
    with pytest.raises(errors.ModelNotFound):
        await engine.details("nobody:1b")


async def test_the_demo_says_plainly_that_it_can_neither_pull_nor_delete() -> None:
    demo = demo_engine("instant")
    assert isinstance(demo, OllamaEngine)
    with pytest.raises(errors.ServerRefused, match="can neither pull nor delete"):
        await collect(demo, "demo-swift:3b")
    with pytest.raises(errors.ServerRefused, match="can neither pull nor delete"):
        await demo.delete("demo-swift:3b")
    assert (await demo.details("demo-swift:3b")).template == "{{ .Prompt }}"
    assert await demo.disk() is None
    await demo.close()


async def test_the_disk_is_seen_only_here(server: OllamaServer) -> None:
    told = Disk(5, 10, "/models")
    assert await OllamaEngine(server.url, disk=lambda: told).disk() == told
    seen = await OllamaEngine(server.url).disk()
    assert seen is None or 0 <= seen.free <= seen.total
    assert await OllamaEngine("10.0.0.9").disk() is None


def test_the_disk_is_that_of_the_first_folder_there_is(tmp_path: Path) -> None:
    there = tmp_path / "models"
    there.mkdir()
    seen = own_machine.disk_under([tmp_path / "missing", there, tmp_path])
    assert seen is not None
    assert seen.folder == str(there)
    assert seen.total > 0
    would_be = own_machine.disk_under([tmp_path / "not" / "yet"])
    assert would_be is not None
    assert would_be.folder == str(tmp_path)
    assert own_machine.disk_under([]) is None


def test_the_users_own_folder_is_looked_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(own_machine.MODELS_VARIABLE, " /big/disk ")
    first, *others = own_machine.usual_folders()
    assert first == Path("/big/disk")
    assert own_machine.SERVICE_FOLDER in others
