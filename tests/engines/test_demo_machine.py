from __future__ import annotations

import asyncio
import math

import pytest

from sutra_tui.core.memory import GB
from sutra_tui.engines.demo_machine import SYSTEM, TOTAL, Machine, Runner, TooBig
from sutra_tui.engines.demo_models import MODELS, DemoModel, find_model

from .demo_support import FakeTime


def model(name: str) -> DemoModel:
    found = find_model(name)
    assert found is not None
    return found


SWIFT, STEADY, MINI = map(model, ("demo-swift:3b", "demo-steady:7b", "demo-mini:1.5b"))


class Laptop:
    """A machine whose loads are counted."""

    def __init__(self) -> None:
        self.time = FakeTime()
        self.machine = Machine(self.time.clock)
        self.loads: list[str] = []

    async def take(
        self, model: DemoModel, keep_alive: float | None = None, num_ctx: int = 4096
    ) -> Runner:
        async def load() -> None:
            self.loads.append(model.name)
            await asyncio.sleep(0)

        return await self.machine.take(model, num_ctx, keep_alive, load)

    async def use(self, model: DemoModel, keep_alive: float | None = None) -> None:
        self.machine.release(await self.take(model, keep_alive))

    def names(self) -> list[str]:
        return [runner.model.name for runner in self.machine.loaded()]


@pytest.fixture
def laptop() -> Laptop:
    return Laptop()


def test_memory_is_a_simulated_eight_gigabyte_laptop() -> None:
    memory = Machine(lambda: 0.0).memory()
    assert memory.simulated
    assert f"{memory.total / GB:.1f}" == "7.7"
    assert memory.available == TOTAL - SYSTEM


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_every_model_fits_alone(model: DemoModel) -> None:
    assert model.bytes_loaded(4096) < TOTAL - SYSTEM


def test_the_small_pair_fits_together_and_the_default_pair_does_not() -> None:
    assert SWIFT.bytes_loaded(4096) + MINI.bytes_loaded(4096) < TOTAL - SYSTEM
    assert SWIFT.bytes_loaded(4096) + STEADY.bytes_loaded(4096) > TOTAL - SYSTEM


async def test_loading_takes_memory_and_unloading_gives_it_back(laptop: Laptop) -> None:
    before = laptop.machine.memory().available
    await laptop.use(SWIFT)
    assert before - laptop.machine.memory().available == SWIFT.bytes_loaded(4096)
    laptop.machine.unload(SWIFT)
    assert laptop.machine.memory().available == before


async def test_a_loaded_model_is_not_loaded_again(laptop: Laptop) -> None:
    await laptop.use(SWIFT)
    await laptop.use(SWIFT)
    assert laptop.loads == [SWIFT.name]


async def test_another_context_is_another_load(laptop: Laptop) -> None:
    await laptop.use(SWIFT)
    laptop.machine.release(await laptop.take(SWIFT, num_ctx=2048))
    assert laptop.loads == [SWIFT.name, SWIFT.name]
    assert [runner.num_ctx for runner in laptop.machine.loaded()] == [2048]


async def test_an_idle_model_makes_room(laptop: Laptop) -> None:
    await laptop.use(SWIFT)
    await laptop.use(STEADY)
    assert laptop.names() == [STEADY.name]


@pytest.mark.parametrize(
    ("swift_s", "mini_s", "left"),
    [(30, 900, ["demo-mini:1.5b", "demo-thinker:4b"]), (900, 30, ["demo-thinker:4b"])],
)
async def test_the_shortest_keep_alive_goes_first_and_no_more_than_needed(
    laptop: Laptop, swift_s: float, mini_s: float, left: list[str]
) -> None:
    await laptop.use(SWIFT, swift_s)
    await laptop.use(MINI, mini_s)
    # The swift's place alone is enough for the thinker, the mini's is not.
    await laptop.use(model("demo-thinker:4b"))
    assert laptop.names() == left


async def test_a_busy_model_is_waited_for_not_put_out(laptop: Laptop) -> None:
    swift = await laptop.take(SWIFT)
    waiting = asyncio.ensure_future(laptop.take(STEADY))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    assert laptop.names() == [SWIFT.name]
    laptop.machine.release(swift)
    await waiting
    assert laptop.names() == [STEADY.name]


async def test_one_model_serves_one_request_at_a_time(laptop: Laptop) -> None:
    first = await laptop.take(SWIFT)
    second = asyncio.ensure_future(laptop.take(SWIFT))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not second.done()
    laptop.machine.release(first)
    assert await second is first


async def test_two_small_models_load_one_after_the_other_and_stay(laptop: Laptop) -> None:
    runners = await asyncio.gather(laptop.take(SWIFT), laptop.take(MINI))
    assert {runner.model.name for runner in runners} == {SWIFT.name, MINI.name}
    assert sorted(laptop.names()) == sorted([SWIFT.name, MINI.name])


async def test_what_is_loaded_never_adds_up_to_more_than_there_is(laptop: Laptop) -> None:
    async def work(number: int) -> None:
        runner = await laptop.take(MODELS[number % len(MODELS)])
        assert laptop.machine.memory().available >= 0
        await asyncio.sleep(0)
        laptop.machine.release(runner)

    await asyncio.gather(*(work(number) for number in range(40)))
    assert set(laptop.loads) == {model.name for model in MODELS}


async def test_a_cancelled_load_leaves_nothing_behind(laptop: Laptop) -> None:
    begun = asyncio.Event()

    async def load() -> None:
        begun.set()
        await asyncio.get_running_loop().create_future()

    loading = asyncio.ensure_future(laptop.machine.take(STEADY, 4096, None, load))
    await begun.wait()
    assert laptop.names() == []
    assert laptop.machine.memory().available < TOTAL - SYSTEM
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading
    assert laptop.machine.memory().available == TOTAL - SYSTEM
    await laptop.use(STEADY)
    assert laptop.names() == [STEADY.name]


async def test_a_cancelled_waiter_does_not_take_the_model(laptop: Laptop) -> None:
    first = await laptop.take(SWIFT)
    waiting = asyncio.ensure_future(laptop.take(SWIFT))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    laptop.machine.release(first)
    assert not first.busy


@pytest.mark.parametrize(
    ("keep_alive", "passed", "there"),
    [(None, 299, True), (None, 301, False), (10, 9, True), (10, 11, False), (0, 0, False),
     (math.inf, 1e9, True)],
)  # fmt: skip
async def test_idle_models_go_when_their_time_is_up(
    laptop: Laptop, keep_alive: float | None, passed: float, there: bool
) -> None:
    await laptop.use(SWIFT, keep_alive)
    laptop.time.now += passed
    assert laptop.names() == [SWIFT.name] * there


async def test_a_request_without_keep_alive_leaves_what_holds(laptop: Laptop) -> None:
    await laptop.use(SWIFT, keep_alive=1000)
    await laptop.use(SWIFT)
    laptop.time.now += 999
    assert laptop.names() == [SWIFT.name]


async def test_time_does_not_run_for_a_busy_model(laptop: Laptop) -> None:
    runner = await laptop.take(SWIFT, keep_alive=10)
    laptop.time.now += 3600
    assert laptop.names() == [SWIFT.name]
    laptop.machine.release(runner)
    laptop.time.now += 9
    assert laptop.names() == [SWIFT.name]


async def test_unloading_a_busy_model_happens_when_it_is_idle(laptop: Laptop) -> None:
    runner = await laptop.take(SWIFT)
    laptop.machine.unload(SWIFT)
    assert laptop.names() == [SWIFT.name]
    laptop.machine.release(runner)
    assert laptop.names() == []


async def test_what_can_never_fit_is_refused_in_the_server_s_words(laptop: Laptop) -> None:
    await laptop.use(MINI)
    with pytest.raises(TooBig, match=r"requires more system memory \(8.3 GiB\) than is available"):
        await laptop.take(STEADY, num_ctx=32_768)
    assert laptop.names() == [MINI.name]


def test_a_machine_serves_one_event_loop_after_another() -> None:
    laptop = Laptop()

    async def contend() -> list[str]:
        first = await laptop.take(SWIFT)
        second = asyncio.ensure_future(laptop.take(SWIFT))
        await asyncio.sleep(0)
        laptop.machine.release(first)
        laptop.machine.release(await second)
        return laptop.names()

    assert [asyncio.run(contend()) for _ in range(2)] == [[SWIFT.name]] * 2
