"""The orchestrator, with the real client against the scripted server over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core import pipeline
from sutra_tui.core.engine import Engine
from sutra_tui.core.events import (
    CacheHit,
    DemonstrationFound,
    Event,
    Notice,
    Phase,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from sutra_tui.core.protocol import GenerationOptions, HandoffResult, Memory
from sutra_tui.core.request import RunRequest
from sutra_tui.core.templates import Templates
from sutra_tui.core.transcript import Transcript
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from tests.ollama_server import (
    CLOUD_STUB,
    GIB,
    LLAMA_3B,
    MISTRAL_7B,
    QWEN_4B_THINKING,
    OllamaServer,
    Reply,
)

A, B = LLAMA_3B.name, MISTRAL_7B.name
DEMONSTRATIONS = ["Q: 1+1\nA: 2", "Q: 2+2\nA: 4", "Q: 3+3\nA: 6"]
DRAFT = "The draft says 8."
WELL_FORMED = (
    f"<answer>\n{DRAFT}\n</answer>\n<demonstrations>\n"
    + "".join(f"<demonstration>\n{text}\n</demonstration>\n" for text in DEMONSTRATIONS)
    + "</demonstrations>"
)
ROOMY = Memory(total=32 * GIB, available=30 * GIB)
REQUEST = RunRequest("What is 4+4?", A, B)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING, CLOUD_STUB]) as server:
        server.script(A, WELL_FORMED)
        server.script(B, "The answer is 8.")
        yield server


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    engine = OllamaEngine(server.url, memory=lambda: ROOMY)
    yield engine
    await engine.close()


async def play(
    request: RunRequest, engine: Engine, cache: DemonstrationCache | None = None
) -> list[Event]:
    async with aclosing(pipeline.run(request, engine, cache)) as events:
        return [event async for event in events]


async def result_of(
    request: RunRequest, engine: Engine, cache: DemonstrationCache | None = None
) -> HandoffResult:
    last = (await play(request, engine, cache))[-1]
    assert isinstance(last, (RunFinished, RunFailed))
    return last.result


def notices(events: list[Event]) -> set[str]:
    return {event.kind for event in events if isinstance(event, Notice)}


async def test_a_handoff_goes_from_draft_over_demonstrations_to_answer(
    engine: OllamaEngine,
) -> None:
    events = await play(REQUEST, engine)
    assert isinstance(events[0], RunStarted)
    stages = [e.stage for e in events if isinstance(e, StageStarted)]
    assert stages == ["A", "parse", "B"]
    assert [e.text for e in events if isinstance(e, DemonstrationFound)] == DEMONSTRATIONS
    last = events[-1]
    assert isinstance(last, RunFinished)
    result = last.result
    assert (result.status, result.answer, result.draft) == ("complete", "The answer is 8.", DRAFT)
    assert result.demonstrations == tuple(DEMONSTRATIONS)
    assert not result.cache_hit
    assert result.latency_ms > 0


async def test_counts_are_the_servers_own(engine: OllamaEngine, server: OllamaServer) -> None:
    server.script(
        B, Reply("eight", prompt_tokens=321, metrics={"eval_count": 77, "load_duration": 5_000_000})
    )
    result = await result_of(REQUEST, engine)
    stage_b = result.stage("B")
    assert stage_b is not None
    assert (stage_b.stats.prompt_tokens, stage_b.stats.output_tokens) == (321, 77)
    assert stage_b.stats.load_ms == 5.0
    stage_a = result.stage("A")
    assert stage_a is not None
    assert stage_a.stats.output_tokens, "a well-ended stream is read to the server's numbers"
    assert result.token_counts["completion_tokens"] == 77 + stage_a.stats.output_tokens


async def test_raw_asks_model_b_alone_with_the_bare_query(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    result = await result_of(replace(REQUEST, method="raw"), engine)
    assert result.answer == "The answer is 8."
    assert result.model_a == ""
    (chat,) = server.chats()
    assert chat.messages == [{"role": "user", "content": REQUEST.query}]


@pytest.mark.parametrize("piece", ["read", "aclose"])
async def test_N25_stopping_closes_the_stream_at_once_and_keeps_what_was_written(
    engine: OllamaEngine, server: OllamaServer, piece: str
) -> None:
    server.script(B, Reply("eight " * 500, endless=True, token_delay=0.002))
    transcript = Transcript()
    began = asyncio.Event()

    async def consume() -> None:
        async with aclosing(pipeline.run(REQUEST, engine)) as events:
            async for event in events:
                transcript.apply(event)
                if isinstance(event, Token) and event.channel == "answer":
                    began.set()
                    if piece == "aclose":
                        return

    task = asyncio.create_task(consume())
    await began.wait()
    if piece == "read":
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    chat = server.chats(B)[0]
    await server.until(lambda: chat.disconnected)
    result = transcript.result("stopped")
    assert result.status == "stopped"
    assert result.answer.startswith("eigh")
    assert result.demonstrations == tuple(DEMONSTRATIONS)
    stage = result.stage("B")
    assert stage is not None
    assert stage.status == "stopped"


async def test_N2_N25_stopping_while_the_server_is_silent_closes_the_connection(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.hold("headers", model=A)
    task = asyncio.create_task(play(REQUEST, engine))
    await server.until(lambda: server.parked == 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await server.until(lambda: server.chats(A)[0].disconnected)


@pytest.mark.parametrize("order", ["answer-first", "demos-first"])
async def test_model_a_is_cut_off_when_it_writes_on_after_the_last_wanted_demonstration(
    engine: OllamaEngine, server: OllamaServer, order: Any
) -> None:
    chatter = " and another thing" * 400
    text = WELL_FORMED if order == "answer-first" else WELL_FORMED.split("</answer>\n")[1]
    server.script(A, Reply(text + chatter, token_delay=0.001))
    result = await result_of(replace(REQUEST, order=order), engine)
    assert result.demonstrations == tuple(DEMONSTRATIONS)
    assert result.status == "complete"
    await server.until(lambda: server.chats(A)[0].disconnected)


async def test_demonstrations_first_does_not_wait_for_a_draft_nobody_wants(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    demonstrations = WELL_FORMED.split("</answer>\n")[1]
    server.script(A, Reply(demonstrations + "\n<answer>" + "draft " * 900, token_delay=0.001))
    result = await result_of(replace(REQUEST, order="demos-first"), engine)
    assert result.draft == ""
    assert len(result.demonstrations) == 3


async def test_demonstrations_first_waits_for_a_draft_that_the_template_passes_on(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    demonstrations = WELL_FORMED.split("</answer>\n")[1]
    server.script(A, f"{demonstrations}\n<answer>{DRAFT}</answer>")
    templates = Templates.from_mapping({"prompt_b": "{demonstrations}\n{draft}\n{query}"})
    request = replace(REQUEST, order="demos-first", templates=templates)
    assert (await result_of(request, engine)).draft == DRAFT
    assert DRAFT in server.chats(B)[0].prompt


async def test_the_draft_is_never_given_to_model_b_by_default(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    await result_of(REQUEST, engine)
    assert DRAFT not in server.chats(B)[0].prompt
    assert all(text in server.chats(B)[0].prompt for text in DEMONSTRATIONS)


async def test_N15_P5_P14_without_a_usable_demonstration_model_b_answers_raw_and_the_run_says_so(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.script(A, "I would rather talk about the weather.")
    cache = DemonstrationCache()
    events = await play(REQUEST, engine, cache)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert "fell_back_to_raw" in notices(events)
    assert last.result.fell_back_to_raw
    assert last.result.notices
    assert last.result.status == "complete"
    assert server.chats(B)[0].messages == [{"role": "user", "content": REQUEST.query}]
    assert len(cache) == 0


@pytest.mark.parametrize(
    "text",
    [
        "let v: Vec<u8> = Vec::new(); // [/] [red]",
        "#include <stdio.h>\nint main(void) { return a<b && c>d; }",
        '<h1>Lesson</h1><answer>not a tag for us</answer> {"answer": 42}',
        "  leading and trailing blanks \n\n",
        "He wrote <think> in the middle</think> of it.",
        "日本語 👩‍👩‍👧‍👦 \u0085 \u2028 done",
    ],
)
async def test_P9_model_bs_text_arrives_byte_for_byte(
    engine: OllamaEngine, server: OllamaServer, text: str
) -> None:
    server.script(B, text)
    assert (await result_of(REQUEST, engine)).answer == text


async def test_P9_only_a_leading_thinking_block_of_model_b_is_set_apart(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.script(B, "<think>four and four</think>Eight, not <think>.")
    result = await result_of(REQUEST, engine)
    assert result.answer == "Eight, not <think>."
    stage = result.stage("B")
    assert stage is not None
    assert stage.thinking == "four and four"


async def test_thinking_is_asked_for_only_where_the_model_can(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    thinker = QWEN_4B_THINKING.name
    server.script(thinker, Reply("Eight.", thinking="Let me see."))
    on = GenerationOptions(think=True)
    request = replace(REQUEST, model_b=thinker, options_a=on, options_b=on)
    result = await result_of(request, engine)
    assert "think" not in (server.chats(A)[0].body or {})
    assert (server.chats(thinker)[0].body or {})["think"] is True
    stage = result.stage("B")
    assert stage is not None
    assert stage.thinking == "Let me see."


async def test_N16_every_call_sends_the_context_and_the_limit(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    await result_of(REQUEST, engine)
    for call in server.calls("/api/chat"):
        assert call.options["num_ctx"] == 4096
        assert call.options["num_predict"] == 1024


async def test_one_model_in_both_roles_costs_one_load(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.script(A, [WELL_FORMED, "Eight."])
    request = replace(
        REQUEST,
        model_b=A,
        options_a=GenerationOptions(num_ctx=2048),
        options_b=GenerationOptions(num_ctx=8192, temperature=0.2),
    )
    result = await result_of(request, engine)
    assert result.answer == "Eight."
    assert server.loads == [("load", A, 8192)]


async def test_model_b_is_loaded_while_model_a_writes_if_both_fit(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.hold("done", model=A)
    task = asyncio.create_task(play(REQUEST, engine))
    await server.until(lambda: ("load", B, 4096) in server.loads)
    assert not server.chats(A)[0].finished
    server.release()
    await task
    assert server.loads == [("load", A, 4096), ("load", B, 4096)]


async def test_model_a_is_unloaded_first_if_both_do_not_fit(server: OllamaServer) -> None:
    sizes = {A: LLAMA_3B.size, B: MISTRAL_7B.size}

    def laptop() -> Memory:
        return Memory(8 * GIB, 6 * GIB - sum(sizes[name] for name in server.loaded))

    engine = OllamaEngine(server.url, memory=laptop)
    events = await play(REQUEST, engine)
    assert server.loads == [("load", A, 4096), ("unload", A), ("load", B, 4096)]
    assert next(e.phase for e in events if isinstance(e, Phase) and e.stage == "B") == "unloading"
    # and the other way round for the next run
    await play(replace(REQUEST, cache="off"), engine)
    assert server.loads[3:5] == [("unload", B), ("load", A, 4096)]
    await engine.close()


async def test_an_unseen_machine_is_left_to_its_server(server: OllamaServer) -> None:
    engine = OllamaEngine(server.url, memory=lambda: None)
    await play(REQUEST, engine)
    assert server.loads == [("load", A, 4096), ("load", B, 4096)]
    await engine.close()


async def test_N19_a_prompt_that_cannot_fit_is_refused_before_anything_is_sent(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    events = await play(replace(REQUEST, query="word " * 6000), engine)
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert last.error.kind == "prompt_too_long"
    assert server.chats() == []


async def test_N19_a_prompt_that_the_server_seems_to_have_cut_is_said(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.script(B, Reply("Eight.", prompt_tokens=12))
    events = await play(replace(REQUEST, query="explain this " * 200), engine)
    assert "prompt_cut" in notices(events)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(WELL_FORMED[:-60], done=False), "without the final line"),
        (Reply(WELL_FORMED[:-60], done_reason="length"), "cut at the limit"),
    ],
)
async def test_N6_N18_P14_what_a_cut_stream_completed_is_used_but_not_cached(
    engine: OllamaEngine, server: OllamaServer, reply: Reply, reason: str
) -> None:
    server.script(A, reply)
    cache = DemonstrationCache()
    events = await play(REQUEST, engine, cache)
    last = events[-1]
    assert isinstance(last, RunFinished), reason
    assert last.result.demonstrations == tuple(DEMONSTRATIONS[:2])
    assert "incomplete" in notices(events)
    assert len(cache) == 0


@pytest.mark.parametrize(
    "reply", [Reply("Eig", done=False), Reply("Eig", done_reason="length"), Reply("")]
)
async def test_N6_N15_N18_an_answer_that_is_not_whole_is_not_called_complete(
    engine: OllamaEngine, server: OllamaServer, reply: Reply
) -> None:
    server.script(B, reply)
    result = await result_of(REQUEST, engine)
    assert result.status == "incomplete"
    assert result.notices


async def test_N5_N7_an_error_in_the_middle_keeps_what_was_written(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.fault("error_mid", model=B)
    server.script(B, Reply("one two three four five six seven"))
    events = await play(REQUEST, engine)
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert last.result.status == "failed"
    assert last.result.answer.startswith("one")
    assert last.result.demonstrations == tuple(DEMONSTRATIONS)
    finished = [e.stage for e in events if isinstance(e, StageFinished)]
    assert finished == ["A", "parse"]


async def test_N8_a_model_that_is_not_there_is_named_with_the_way_to_get_it(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    last = (await play(replace(REQUEST, model_b="phi4-mini"), engine))[-1]
    assert isinstance(last, RunFailed)
    assert last.error.kind == "model_not_found"
    assert "ollama pull phi4-mini" in last.error.remedy
    assert A in last.error.remedy
    assert server.chats() == []


async def test_Z4_a_cloud_model_is_refused_unless_allowed(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    request = replace(REQUEST, model_b=CLOUD_STUB.name)
    last = (await play(request, engine))[-1]
    assert isinstance(last, RunFailed)
    assert "leave this machine" in last.error.message
    assert server.chats() == []
    await result_of(replace(request, allow_cloud=True), engine)
    assert len(server.chats(CLOUD_STUB.name)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"query": "  "},
        {"count": 0},
        {"count": 99},
        {"method": "magic"},
        {"order": "sideways"},
        {"model_a": ""},
        {"model_b": ""},
    ],
)
async def test_nonsense_is_refused_without_a_word_to_the_server(
    engine: OllamaEngine, server: OllamaServer, change: dict[str, Any]
) -> None:
    last = (await play(replace(REQUEST, **change), engine))[-1]
    assert isinstance(last, RunFailed)
    assert last.error.exit_code == 2
    assert server.requests == []


async def test_a_fault_of_our_own_reaches_the_face_as_an_error_with_the_result(
    engine: OllamaEngine,
) -> None:
    class Broken(DemonstrationCache):
        def lookup(self, key: str) -> Any:
            raise ZeroDivisionError("a secret prompt")

    last = (await play(REQUEST, engine, Broken()))[-1]
    assert isinstance(last, RunFailed)
    assert last.error.kind == "unexpected"
    assert "secret" not in str(last.error)


async def test_given_demonstrations_skip_model_a(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    result = await result_of(replace(REQUEST, demonstrations=("only this",)), engine)
    assert result.demonstrations == ("only this",)
    assert server.chats(A) == []
    assert "only this" in server.chats(B)[0].prompt


async def test_a_run_may_end_after_the_demonstrations(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    result = await result_of(replace(REQUEST, final=False, model_b=""), engine)
    assert result.status == "complete"
    assert result.packet.demonstrations == tuple(DEMONSTRATIONS)
    assert server.chats(B) == []


async def test_reused_work_of_model_a_is_told_and_not_paid_for(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    request = replace(REQUEST, demonstrations=("one", "two"), draft=DRAFT)
    events = await play(request, engine)
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert (last.result.draft, last.result.demonstrations) == (DRAFT, ("one", "two"))
    a, b = last.result.stages
    assert (a.name, a.model, a.status, a.output) == ("A", A, "skipped", DRAFT)
    assert (b.name, b.status) == ("B", "complete")
    assert server.chats(A) == [] and last.result.token_counts == {
        "prompt_tokens": b.stats.prompt_tokens,
        "completion_tokens": b.stats.output_tokens,
        "total_tokens": (b.stats.prompt_tokens or 0) + (b.stats.output_tokens or 0),
    }


async def test_a_template_that_passes_the_draft_on_gets_the_reused_one(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    templates = Templates.from_mapping({"prompt_b": "{draft} {demonstrations} {query}"})
    request = replace(REQUEST, demonstrations=("one",), draft=DRAFT, templates=templates)
    await result_of(request, engine)
    assert DRAFT in server.chats(B)[0].prompt


async def test_what_was_given_is_kept_when_the_server_is_gone(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.stop()
    request = replace(REQUEST, demonstrations=("one", "two"), draft=DRAFT)
    last = (await play(request, engine))[-1]
    assert isinstance(last, RunFailed)
    assert (last.result.draft, last.result.demonstrations) == (DRAFT, ("one", "two"))


# The cache


async def test_P12_the_same_again_hits_and_never_calls_model_a(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    cache = DemonstrationCache()
    first = await result_of(REQUEST, engine, cache)
    events = await play(REQUEST, engine, cache)
    (hit,) = (event for event in events if isinstance(event, CacheHit))
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert len(server.chats(A)) == 1
    assert last.result.cache_hit
    assert last.result.demonstrations == first.demonstrations
    assert last.result.draft == first.draft
    assert hit.saved_tokens > 0
    assert hit.saved_ms > 0
    stage = last.result.stage("A")
    assert stage is not None
    assert stage.status == "cached"


@pytest.mark.parametrize(
    "change",
    [
        {"query": "What is 5+5?"},
        {"model_a": QWEN_4B_THINKING.name},
        {"count": 2},
        {"order": "demos-first"},
        {"system": "Be brief."},
        {"templates": Templates.from_mapping({"prompt_a": "Go: {query}"})},
        {"options_a": GenerationOptions(temperature=0.1)},
        {"options_a": GenerationOptions(seed=7)},
        {"cache": "bypass"},
        {"cache": "off"},
    ],
)
async def test_P12_any_change_that_could_change_the_demonstrations_misses(
    engine: OllamaEngine, server: OllamaServer, change: dict[str, Any]
) -> None:
    server.script(QWEN_4B_THINKING.name, WELL_FORMED)
    cache = DemonstrationCache()
    await result_of(REQUEST, engine, cache)
    result = await result_of(replace(REQUEST, **change), engine, cache)
    assert not result.cache_hit
    assert len(server.chats(A)) + len(server.chats(QWEN_4B_THINKING.name)) == 2


async def test_P13_a_retagged_model_misses(engine: OllamaEngine, server: OllamaServer) -> None:
    cache = DemonstrationCache()
    await result_of(REQUEST, engine, cache)
    server.add_model(replace(LLAMA_3B, digest="f" * 64))
    assert not (await result_of(REQUEST, engine, cache)).cache_hit


async def test_what_changes_model_b_alone_still_hits(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    cache = DemonstrationCache()
    await result_of(REQUEST, engine, cache)
    request = replace(REQUEST, options_b=GenerationOptions(temperature=0.9))
    assert (await result_of(request, engine, cache)).cache_hit
