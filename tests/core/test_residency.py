"""Who is in memory when: nothing but the run's own two models is touched, and nothing twice."""

from __future__ import annotations

import asyncio

import pytest

from sutra_tui.core.errors import ModelLoadFailed, ServerBusy, ServerUnreachable
from sutra_tui.core.memory import GB
from sutra_tui.core.plan import KEEP_LOADED_S
from sutra_tui.core.protocol import GenerationOptions, LoadedModel, Memory, ModelInfo, ModelShape
from sutra_tui.core.residency import MemoryKeeper
from sutra_tui.core.role import Role, same_weights
from tests.core.pretend_engine import PretendEngine

A = Role(ModelInfo("a:3b", digest="d1", size=2 * GB), GenerationOptions())
B = Role(ModelInfo("b:7b", digest="d2", size=4 * GB), GenerationOptions())
ROOMY, TIGHT = Memory(32 * GB, 30 * GB), Memory(8 * GB, 5 * GB)


async def keeper_of(engine: PretendEngine, a: Role | None = A, b: Role | None = B) -> MemoryKeeper:
    keeper = MemoryKeeper(engine, a, b)
    await keeper.plan()
    return keeper


async def phases(keeper: MemoryKeeper, role: Role) -> list[str]:
    return [phase async for phase in keeper.prepare(role)]


@pytest.mark.parametrize(
    ("memory", "verdict"), [(ROOMY, "together"), (TIGHT, "one at a time"), (None, "unknown")]
)
async def test_the_plan_follows_what_the_machine_has_now(
    memory: Memory | None, verdict: str
) -> None:
    assert (await keeper_of(PretendEngine(memory=memory))).residency == verdict


@pytest.mark.parametrize("name", ["b:7b", "B:7B"])
async def test_what_the_two_hold_already_counts_as_free_for_them(name: str) -> None:
    engine = PretendEngine(memory=Memory(12 * GB, 4 * GB))
    assert (await keeper_of(engine)).residency == "one at a time"
    engine.held = [LoadedModel(name, size=5 * GB)]
    assert (await keeper_of(engine)).residency == "together"
    engine.held = [LoadedModel("stranger:7b", size=5 * GB)]
    assert (await keeper_of(engine)).residency == "one at a time"


@pytest.mark.parametrize(("a", "b"), [(None, B), (A, None)])
async def test_with_one_role_nothing_is_loaded_early_or_put_out(
    a: Role | None, b: Role | None
) -> None:
    engine = PretendEngine("stranger:7b", memory=TIGHT)
    keeper = await keeper_of(engine, a, b)
    assert keeper.residency == "one model"
    role = a or b
    assert role is not None
    assert await phases(keeper, role) == []
    keeper.model_is_writing(role)
    await keeper.close()
    assert engine.told == []


async def test_the_other_model_makes_room_if_both_do_not_fit() -> None:
    engine = PretendEngine("a:3b", "stranger:1b", memory=TIGHT)
    keeper = await keeper_of(engine)
    assert await phases(keeper, A) == []
    assert await phases(keeper, B) == ["unloading"]
    assert engine.told == [("unload", "a:3b")], "and nobody else's model is touched"


async def test_a_model_held_under_another_spelling_makes_room_too() -> None:
    other = Role(ModelInfo("mistral:latest", size=4 * GB), GenerationOptions())
    engine = PretendEngine("Mistral", memory=TIGHT)
    keeper = await keeper_of(engine, A, other)
    assert await phases(keeper, A) == ["unloading"]


async def test_who_is_not_there_need_not_go() -> None:
    engine = PretendEngine("stranger:1b", memory=TIGHT)
    keeper = await keeper_of(engine)
    assert await phases(keeper, B) == []
    assert engine.told == []


@pytest.mark.parametrize("memory", [ROOMY, None])
async def test_nobody_is_unloaded_while_both_fit_or_nothing_is_known(
    memory: Memory | None,
) -> None:
    engine = PretendEngine("a:3b", "b:7b", memory=memory)
    keeper = await keeper_of(engine)
    assert await phases(keeper, A) == []
    assert await phases(keeper, B) == []
    assert engine.told == []


async def test_model_b_is_loaded_once_while_model_a_writes() -> None:
    engine = PretendEngine(memory=ROOMY)
    keeper = await keeper_of(engine)
    for _ in range(3):
        keeper.model_is_writing(A)
    assert await phases(keeper, B) == ["loading"], "whoever comes too early waits for it"
    assert engine.told == [("load", "b:7b")]
    assert await phases(keeper, B) == []
    await keeper.close()


async def test_model_b_writing_loads_nothing() -> None:
    engine = PretendEngine(memory=ROOMY)
    keeper = await keeper_of(engine)
    keeper.model_is_writing(B)
    assert await phases(keeper, B) == []
    await keeper.close()
    assert engine.told == []


@pytest.mark.parametrize("memory", [TIGHT, None])
async def test_model_b_is_loaded_early_only_where_both_surely_fit(memory: Memory | None) -> None:
    engine = PretendEngine(memory=memory)
    keeper = await keeper_of(engine)
    keeper.model_is_writing(A)
    assert await phases(keeper, B) == []
    await keeper.close()
    assert engine.told == []


async def test_an_early_load_that_fails_is_left_to_the_call_to_report() -> None:
    engine = PretendEngine(memory=ROOMY)
    engine.load_fails = ModelLoadFailed("no room")
    keeper = await keeper_of(engine)
    keeper.model_is_writing(A)
    assert await phases(keeper, B) == ["loading"]
    await keeper.close()
    assert engine.told == [("load", "b:7b")]


async def test_an_early_load_that_nobody_waits_for_any_more_is_aborted() -> None:
    engine = PretendEngine(memory=ROOMY)
    engine.loads_at_once = False
    keeper = await keeper_of(engine)
    keeper.model_is_writing(A)
    await asyncio.sleep(0)
    assert engine.told == [("load", "b:7b")]
    await keeper.close()
    assert engine.aborted == 1
    await keeper.close()


async def test_N25_cancelling_who_waits_for_an_early_load_aborts_it() -> None:
    engine = PretendEngine(memory=ROOMY)
    engine.loads_at_once = False
    keeper = await keeper_of(engine)
    keeper.model_is_writing(A)
    waiting = asyncio.create_task(phases(keeper, B))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await keeper.close()
    assert engine.aborted == 1


async def test_one_model_in_both_roles_is_neither_loaded_early_nor_unloaded() -> None:
    twice = Role(A.info, GenerationOptions(temperature=0.5))
    engine = PretendEngine("a:3b", memory=TIGHT)
    keeper = await keeper_of(engine, A, twice)
    keeper.model_is_writing(A)
    assert await phases(keeper, twice) == []
    await keeper.close()
    assert engine.told == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (ModelInfo("m:1", digest="x"), ModelInfo("m:1", digest="y"), True),
        (ModelInfo("m"), ModelInfo("M:latest"), True),
        (ModelInfo("m:1", digest="x"), ModelInfo("copy:1", digest="x"), True),
        (ModelInfo("m:1"), ModelInfo("n:1"), False),
        (ModelInfo("m:1", digest="x"), ModelInfo("n:1", digest="y"), False),
    ],
)
def test_whose_weights_are_the_same(one: ModelInfo, other: ModelInfo, same: bool) -> None:
    assert same_weights(one, other) is same


@pytest.mark.parametrize(
    ("listed", "shown", "thinks"),
    [(("thinking",), (), True), (None, ("thinking",), True), (None, (), False), ((), (), False)],
)
def test_a_model_thinks_if_either_listing_says_so(
    listed: tuple[str, ...] | None, shown: tuple[str, ...], thinks: bool
) -> None:
    info = ModelInfo("m", capabilities=listed)
    assert Role(info, GenerationOptions(), ModelShape(capabilities=shown)).thinks is thinks


# What the plan lets out, and what it keeps

OLD = LoadedModel("old:3b", "d-old", 2 * GB, 4096)


async def keeper_with(engine: PretendEngine, a: Role | None = A, b: Role = B) -> MemoryKeeper:
    keeper = MemoryKeeper(engine, a, b, may_unload=("d-old",))
    await keeper.plan()
    return keeper


async def test_a_model_of_an_earlier_run_makes_room_for_the_load_that_needs_it() -> None:
    engine = PretendEngine(memory=Memory(8 * GB, 5 * GB))
    engine.held = [OLD]
    keeper = await keeper_with(engine)
    assert keeper.planned.unload_first == (OLD,)
    assert await phases(keeper, A) == ["unloading"]
    assert engine.told == [("unload", "old:3b")]


async def test_it_stays_while_nothing_has_to_be_loaded() -> None:
    engine = PretendEngine(memory=Memory(8 * GB, 2 * GB))
    engine.held = [OLD, LoadedModel("a:3b", "d1", 3 * GB, 4096)]
    keeper = await keeper_with(engine)
    assert keeper.planned.unload_first == (OLD,)
    assert await phases(keeper, A) == []
    assert await phases(keeper, B) == ["unloading", "unloading"]
    assert engine.told == [("unload", "old:3b"), ("unload", "a:3b")]


async def test_it_goes_out_before_model_b_is_loaded_early() -> None:
    engine = PretendEngine(memory=Memory(12 * GB, 4 * GB))
    engine.held = [OLD, LoadedModel("a:3b", "d1", 3 * GB, 4096)]
    keeper = await keeper_with(engine)
    assert keeper.residency == "together"
    keeper.model_is_writing(A)
    assert await phases(keeper, B) == ["loading"]
    assert engine.told == [("unload", "old:3b"), ("load", "b:7b")]


async def test_one_that_will_not_go_does_not_end_the_run() -> None:
    class Stubborn(PretendEngine):
        async def unload(self, model: str) -> None:
            raise ServerBusy("somebody uses it")

    engine = Stubborn(memory=Memory(8 * GB, 5 * GB))
    engine.held = [OLD]
    assert await phases(await keeper_with(engine), A) == ["unloading"]


@pytest.mark.parametrize(
    ("given", "memory", "sent"),
    [(None, ROOMY, KEEP_LOADED_S), (60.0, ROOMY, 60.0), (-1.0, TIGHT, -1.0), (None, None, None)],
)
async def test_a_model_stays_as_long_as_the_user_says_else_as_the_plan_says(
    given: float | None, memory: Memory | None, sent: float | None
) -> None:
    role = Role(A.info, GenerationOptions(keep_alive=given))
    keeper = await keeper_of(PretendEngine(memory=memory), role, B)
    assert keeper.options(role).keep_alive == sent


@pytest.mark.parametrize(
    ("held", "memory", "told"),
    [
        (("a:3b", "b:7b"), ROOMY, [("load", "a:3b")]),
        (("b:7b",), ROOMY, []),
        (("a:3b", "b:7b"), Memory(8 * GB, 0), []),  # both, but swapping: not to be kept
    ],
)
async def test_a_model_that_is_not_called_is_kept_if_both_are_there(
    held: tuple[str, ...], memory: Memory, told: list[tuple[str, str]]
) -> None:
    engine = PretendEngine(memory=memory)
    engine.held = [LoadedModel(name, size=3 * GB, context_length=4096) for name in held]
    keeper = await keeper_of(engine)
    await keeper.keep(A)
    assert engine.told == told


@pytest.mark.parametrize(
    ("listed", "memory", "size"),
    [
        (LoadedModel("A:3B", size=3 * GB, context_length=4096), ROOMY, 3 * GB),
        (LoadedModel("a:3b", size=3 * GB, context_length=2048), ROOMY, None),
        (LoadedModel("a:3b", size=0, context_length=4096), ROOMY, None),
        (LoadedModel("b:7b", size=3 * GB, context_length=4096), ROOMY, None),
        (LoadedModel("a:3b", size=3 * GB, context_length=4096), None, None),
    ],
)
async def test_what_a_model_holds_is_the_servers_word_at_the_planned_context(
    listed: LoadedModel, memory: Memory | None, size: int | None
) -> None:
    engine = PretendEngine(memory=memory)
    keeper = await keeper_of(engine)
    engine.held = [listed]
    assert await keeper.held_by(A) == size
    engine.blind = ServerUnreachable("gone")
    assert await keeper.held_by(A) is None
