"""What the manager learns from a server, and that nothing of it raises."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from sutra_tui.core.errors import ServerUnreachable, StoreError, UnexpectedFailure
from sutra_tui.core.model_details import Disk
from sutra_tui.core.protocol import LoadedModel, Memory, ModelInfo, ModelShape
from sutra_tui.tui import model_reader
from sutra_tui.tui.known_shapes import KnownShapes
from sutra_tui.tui.model_view import ServerView
from tests.core.pretend_engine import PretendEngine

OLD = ModelInfo("old:3b", "d1", 5)
CLOUD = ModelInfo("big:cloud", "d2", remote=True)
SHAPE = ModelShape(("completion", "thinking"), 28, 8, 128, 4096)


class Shelf(PretendEngine):
    """An engine with two models, which counts what it was asked about them."""

    def __init__(self) -> None:
        super().__init__("old:3b", memory=Memory(10, 5))
        self.asked: list[str] = []
        self.fails: Exception | None = None

    async def models(self) -> list[ModelInfo]:
        return [OLD, CLOUD]

    async def disk(self) -> Disk | None:
        return Disk(1, 2, "/d")

    async def shape(self, model: str) -> ModelShape:
        self.asked.append(model)
        if self.fails:
            raise self.fails
        return SHAPE


async def test_a_look_brings_everything_that_takes_one_question() -> None:
    seen = await model_reader.look(Shelf(), ServerView(), lambda _: 4.5, KnownShapes())
    assert seen.status == "up"
    assert seen.models == (OLD, CLOUD)
    assert seen.loaded == (LoadedModel("old:3b"),)
    assert (seen.memory, seen.disk) == (Memory(10, 5), Disk(1, 2, "/d"))
    assert seen.speeds == {"old:3b": 4.5, "big:cloud": 4.5}


async def test_speeds_without_data_or_with_a_broken_store_are_just_not_there() -> None:
    def broken(_: ModelInfo) -> float | None:
        raise StoreError("no")

    for measured in (None, lambda _: None, broken):
        seen = await model_reader.look(Shelf(), ServerView(), measured, KnownShapes())
        assert seen.speeds == {}
        assert seen.status == "up"


@pytest.mark.parametrize("error", [ServerUnreachable("no", "yes"), ZeroDivisionError()])
async def test_N1_a_server_that_is_gone_is_a_value_and_what_was_known_stays(
    error: Exception,
) -> None:
    engine = Shelf()
    before = await model_reader.look(engine, ServerView(), None, KnownShapes())
    engine.blind = error
    seen = await model_reader.look(engine, before, None, KnownShapes())
    assert seen.status == "down"
    assert isinstance(seen.error, (ServerUnreachable, UnexpectedFailure))
    assert seen.models == before.models


async def test_a_glance_that_fails_changes_nothing() -> None:
    engine = Shelf()
    before = await model_reader.look(engine, ServerView(), None, KnownShapes())
    engine.held = []
    assert (await model_reader.glance(engine, before)).loaded == ()
    engine.blind = ServerUnreachable("no")
    assert await model_reader.glance(engine, before) == before


async def learn(engine: Shelf, known: KnownShapes) -> list[tuple[str, ModelShape]]:
    async with aclosing(model_reader.shapes(engine, [OLD, CLOUD], known)) as found:
        return [told async for told in found]


async def test_shapes_are_asked_for_once_per_digest_and_never_of_cloud_models() -> None:
    engine, known = Shelf(), KnownShapes()
    assert await learn(engine, known) == [("old:3b", SHAPE)]
    assert await learn(engine, known) == []
    assert engine.asked == ["old:3b"]
    other_name = ModelInfo("copy:1", "d1")
    assert known.of([other_name, ModelInfo("old:3b", "d9")]) == {"copy:1": SHAPE}


async def test_a_model_that_cannot_be_asked_about_is_left_out_and_asked_again() -> None:
    engine, known = Shelf(), KnownShapes()
    engine.fails = ServerUnreachable("no")
    assert await learn(engine, known) == []
    engine.fails = None
    assert await learn(engine, known) == [("old:3b", SHAPE)]


def test_figures_fill_what_the_list_left_out_and_nothing_else() -> None:
    server = model_reader.with_shapes(ServerView(models=(OLD, CLOUD)), {"old:3b": SHAPE})
    completed = server.models[0]
    assert (completed.context_length, completed.capabilities) == (4096, SHAPE.capabilities)
    told = ModelInfo("x", context_length=7, capabilities=("completion",))
    assert model_reader.completed(told, SHAPE) == told
    assert server.models[1] == CLOUD
