"""The plan's arithmetic against published figures, its verdicts, its order and its time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.measurement import Figure, Measurement
from sutra_tui.core.memory import BUFFERS, GB, HEADROOM, LEAST_BUFFERS, Overhead, Verdict
from sutra_tui.core.plan import KEEP_LOADED_S, Prompts, RunPlan, Situation, make_plan, prompts_of
from sutra_tui.core.protocol import GenerationOptions, LoadedModel, Memory, ModelInfo, ModelShape
from sutra_tui.core.remedies import remedies, with_context
from sutra_tui.core.request import RunRequest
from sutra_tui.core.role import Role

MIB = 1024**2
OPTIONS = GenerationOptions()
LLAMA, MISTRAL = (ModelShape(layers=layers, kv_heads=8, head_size=128) for layers in (28, 32))
SMALL = Role(ModelInfo("a:3b", "da", 2 * GB), OPTIONS, LLAMA)
LARGE = Role(ModelInfo("b:7b", "db", 4 * GB), OPTIONS, MISTRAL)
NEED_SMALL = 2 * GB + 448 * MIB + BUFFERS
NEED_LARGE = 4 * GB + 512 * MIB + BUFFERS
PAIR = Situation(SMALL, LARGE)


def free(bytes_: int) -> Memory:
    return Memory(total=8 * GB, available=bytes_)


def plan(situation: Situation = PAIR, **changes: Any) -> RunPlan:
    return make_plan(replace(situation, **changes))


def held(role: Role, size: int | None = None, num_ctx: int | None = 4096) -> LoadedModel:
    info = role.info
    return LoadedModel(info.name, info.digest, size or info.size + GB // 2, num_ctx)


PUBLISHED: dict[str, tuple[float, int, int, int, int, int]] = {
    # name: size on disk in GB, layers, KV heads, head size, KiB a token, MiB at 4096 tokens
    "llama3.2:3b": (2.0, 28, 8, 128, 112, 448),
    "qwen2.5:3b": (1.9, 36, 2, 128, 36, 144),
    "qwen2.5:7b": (4.7, 28, 4, 128, 56, 224),
    "qwen3:4b": (2.5, 36, 8, 128, 144, 576),
    "phi4-mini": (2.5, 32, 8, 128, 128, 512),
    "mistral:7b": (4.1, 32, 8, 128, 128, 512),
}


def published(name: str) -> Role:
    gigabytes, layers, kv_heads, head_size, _, _ = PUBLISHED[name]
    shape = ModelShape(layers=layers, kv_heads=kv_heads, head_size=head_size)
    return Role(ModelInfo(name, name, int(gigabytes * 1e9)), OPTIONS, shape)


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("num_ctx", [1024, 4096, 16_384])
def test_the_sum_agrees_with_published_figures(name: str, num_ctx: int) -> None:
    gigabytes, *_, kib_a_token, mib_at_4096 = PUBLISHED[name]
    role = published(name)
    role = replace(role, options=replace(OPTIONS, num_ctx=num_ctx))
    (part,) = plan(Situation(None, role, memory=free(8 * GB))).roles
    assert part.cache_bytes_per_token == kib_a_token * 1024
    assert part.footprint.kv_cache == mib_at_4096 * MIB * num_ctx // 4096
    assert part.footprint.weights == int(gigabytes * 1e9)
    assert 0.3 * GB <= part.footprint.buffers <= 0.6 * GB
    assert part.need == part.footprint.weights + part.footprint.kv_cache + part.footprint.buffers


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("llama3.2:3b", "qwen2.5:3b", "fits"),  # two of about 2 GB fit 8 GB with care
        ("qwen2.5:3b", "llama3.2:3b", "fits"),
        ("llama3.2:3b", "mistral:7b", "one at a time"),  # a 7B and a 3B do not
        ("llama3.2:3b", "qwen2.5:7b", "one at a time"),
    ],
)
def test_an_8_gb_laptop_holds_what_it_is_said_to_hold(a: str, b: str, verdict: str) -> None:
    laptop = Memory(total=int(7.7 * GB), available=int(5.8 * GB))
    assert plan(Situation(published(a), published(b), memory=laptop)).verdict == verdict


@pytest.mark.parametrize(
    ("available", "verdict", "residency", "peak"),
    [
        (NEED_SMALL + NEED_LARGE + HEADROOM, "fits", "together", NEED_SMALL + NEED_LARGE),
        (NEED_SMALL + NEED_LARGE + HEADROOM - 1, "one at a time", "one at a time", NEED_LARGE),
        (NEED_LARGE + HEADROOM, "one at a time", "one at a time", NEED_LARGE),
        (NEED_LARGE + HEADROOM - 1, "tight", "one at a time", NEED_LARGE),
        (NEED_LARGE, "tight", "one at a time", NEED_LARGE),
        (NEED_LARGE - 1, "does not fit", "one at a time", NEED_LARGE),
    ],
)
def test_verdicts_change_exactly_where_the_sum_does(
    available: int, verdict: str, residency: str, peak: int
) -> None:
    made = plan(memory=free(available))
    assert (made.verdict, made.residency, made.peak, made.free) == (
        verdict, residency, peak, available,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("available", "verdict"),
    [(NEED_LARGE + HEADROOM, "fits"), (NEED_LARGE, "tight"), (NEED_LARGE - 1, "does not fit")],
)
@pytest.mark.parametrize("a", [None, LARGE])
def test_one_model_is_weighed_once(a: Role | None, available: int, verdict: str) -> None:
    made = plan(Situation(a, LARGE, memory=free(available)))
    assert (made.verdict, made.residency, made.peak) == (verdict, "one model", NEED_LARGE)
    assert len(made.models) == 1


def test_a_machine_that_cannot_be_seen_is_not_guessed_about() -> None:
    made = plan(memory=None)
    assert (made.verdict, made.residency, made.free, made.keep_alive) == (
        "unknown", "unknown", None, None,
    )  # fmt: skip


def test_a_model_of_unknown_size_gives_no_verdict() -> None:
    nameless = replace(SMALL, info=replace(SMALL.info, size=0))
    made = plan(a=nameless, memory=free(30 * GB))
    assert (made.verdict, made.residency, made.free) == ("unknown", "unknown", None)


def test_a_cloud_model_takes_nothing_here() -> None:
    cloud = Role(ModelInfo("big:cloud", "dc", 384, remote=True), OPTIONS)
    made = plan(b=cloud, memory=free(NEED_SMALL + HEADROOM))
    assert (made.verdict, made.peak) == ("fits", NEED_SMALL)


# What is loaded already


def test_a_loaded_model_counts_with_what_the_server_says_it_holds() -> None:
    made = plan(loaded=(held(LARGE, 5 * GB),), memory=free(NEED_SMALL + HEADROOM))
    assert (made.verdict, made.reclaimed, made.peak) == ("fits", 5 * GB, NEED_SMALL + 5 * GB)
    assert made.to_load == ("a:3b",)


def test_two_loaded_models_stay_however_large_they_turned_out() -> None:
    both = (held(SMALL, 4 * GB), held(LARGE, 7 * GB))
    made = plan(loaded=both, memory=free(HEADROOM))
    assert (made.verdict, made.to_load) == ("fits", ())


@pytest.mark.parametrize("num_ctx", [2048, 8192])
def test_a_model_loaded_with_another_context_has_to_be_loaded_again(num_ctx: int) -> None:
    made = plan(loaded=(held(LARGE, 5 * GB, num_ctx),), memory=free(10 * GB))
    assert made.to_load == ("a:3b", "b:7b")
    assert made.free == 15 * GB


def test_the_context_a_server_clips_is_not_another_context() -> None:
    short = replace(LARGE, shape=replace(LARGE.shape, context_length=2048))
    made = plan(b=short, loaded=(held(LARGE, num_ctx=2048),), memory=free(10 * GB))
    assert made.to_load == ("a:3b",)


def test_a_model_that_has_to_make_room_is_loaded_again() -> None:
    made = plan(loaded=(held(LARGE, NEED_LARGE),), memory=free(GB))
    assert made.verdict == "one at a time"
    assert made.to_load == ("a:3b", "b:7b")


def test_an_alias_of_a_loaded_model_is_that_model() -> None:
    alias = LoadedModel("copy:latest", LARGE.info.digest, 5 * GB, 4096)
    assert plan(loaded=(alias,), memory=free(NEED_SMALL + HEADROOM)).to_load == ("a:3b",)


OLD, OLDER = LoadedModel("old:3b", "d-old", 3 * GB, 4096), LoadedModel("older:3b", "d-er", 2 * GB)


@pytest.mark.parametrize(
    ("available", "ours", "leaving"),
    [
        (NEED_SMALL + NEED_LARGE + HEADROOM, ("d-er", "d-old"), ()),  # it fits as it is
        (NEED_SMALL + NEED_LARGE + HEADROOM - GB, ("d-er", "d-old"), ("older:3b",)),
        (NEED_SMALL + NEED_LARGE + HEADROOM - GB, ("d-old", "d-er"), ("old:3b",)),
        (NEED_SMALL + NEED_LARGE + HEADROOM - 4 * GB, ("d-er", "d-old"), ("older:3b", "old:3b")),
        (NEED_LARGE + HEADROOM, ("d-er",), ()),  # never both: one at a time is as good as it gets
        (NEED_LARGE + HEADROOM - GB, ("d-er",), ("older:3b",)),
    ],
)
def test_models_of_earlier_runs_go_out_only_if_the_verdict_is_better_for_it(
    available: int, ours: tuple[str, ...], leaving: tuple[str, ...]
) -> None:
    made = plan(loaded=(OLD, OLDER), memory=free(available), may_unload=ours)
    assert tuple(held.name for held in made.unload_first) == leaving


def test_nobody_elses_model_is_put_out() -> None:
    made = plan(loaded=(OLD, OLDER), memory=free(GB), may_unload=())
    assert made.unload_first == ()
    assert made.in_the_way == (OLD, OLDER)


# Models that do not keep all tokens, and what earlier runs taught


@pytest.mark.parametrize(
    ("shape", "figure"),
    [
        (LLAMA, "worked out"),
        (replace(LLAMA, sliding_window=1024), "at most"),
        (replace(LLAMA, sliding_window=262_144), "worked out"),  # wider than the context
        (replace(LLAMA, recurrent=True), "at most"),
        (ModelShape(), "guessed"),
    ],
)
def test_how_the_cache_is_known_is_said(shape: ModelShape, figure: str) -> None:
    (part,) = plan(Situation(None, replace(SMALL, shape=shape))).roles
    assert part.footprint.cache_figure == figure


def test_a_model_that_sees_pictures_gets_no_smaller_context_than_servers_give() -> None:
    sees = replace(
        SMALL,
        info=replace(SMALL.info, capabilities=("completion", "vision")),
        options=replace(OPTIONS, num_ctx=1024),
    )
    (part,) = plan(Situation(None, sees)).roles
    assert part.num_ctx == 2048


def known(overhead: int | None = None, runs: int = 3, **changes: Any) -> Measurement:
    fields: dict[str, Any] = {
        "load_s": Figure(10.0, runs),
        "load_pace": Figure(GB / 5, runs),
        "prompt_speed": Figure(50.0, runs),
        "speed": Figure(10.0, runs),
        "output_tokens": {"A": Figure(400.0, runs), "B": Figure(300.0, runs)},
        "overhead": None if overhead is None else Overhead(overhead, runs),
        **changes,
    }
    return Measurement("", **fields)


@pytest.mark.parametrize(
    ("shape", "overhead", "kv_cache", "buffers"),
    [
        (LLAMA, 600 * MIB, 448 * MIB, 600 * MIB),
        (LLAMA, 10 * MIB, 448 * MIB, LEAST_BUFFERS),  # a server's word is not taken for less
        (
            replace(LLAMA, sliding_window=512),
            LEAST_BUFFERS - 200 * MIB,
            248 * MIB,
            LEAST_BUFFERS,
        ),
        (replace(LLAMA, recurrent=True), LEAST_BUFFERS - 9 * GB, 0, LEAST_BUFFERS),
    ],
)
def test_what_a_model_was_seen_to_hold_replaces_the_usual_figure(
    shape: ModelShape, overhead: int, kv_cache: int, buffers: int
) -> None:
    role = replace(SMALL, shape=shape)
    seen = {"da": known(overhead)}
    (part,) = plan(Situation(None, role, known=seen, memory=free(8 * GB))).roles
    assert (part.footprint.kv_cache, part.footprint.buffers) == (kv_cache, buffers)
    assert part.footprint.runs == 3


# Prompts and time


def test_prompts_are_those_that_will_be_sent() -> None:
    request = RunRequest("How do I sum a list?" * 20, "a", "b")
    prompts = prompts_of(request)
    assert prompts.demonstrations is None
    assert prompts.a > prompts.b > 100
    given = prompts_of(replace(request, demonstrations=("x" * 400,)))
    assert given.demonstrations == 100
    assert prompts_of(replace(request, method="raw")).demonstrations == 0


def test_demonstrations_are_at_most_what_model_a_may_write_until_it_was_seen_writing() -> None:
    prompts = Prompts(a=200, b=100)
    unknown = plan(prompts=prompts).roles[1]
    assert (unknown.prompt, unknown.prompt_size) == (100 + OPTIONS.num_predict, "at most")
    seen = plan(prompts=prompts, known={"da": known()}, memory=free(8 * GB)).roles[1]
    assert (seen.prompt, seen.prompt_size) == (500, "about")


BOTH = {"da": known(runs=5), "db": known(runs=2)}
WORK_A, WORK_B = 200 / 50 + 400 / 10, 500 / 50 + 300 / 10


@pytest.mark.parametrize(
    ("memory", "loaded", "load_s"),
    [
        (free(NEED_LARGE + HEADROOM), (), 20.0),
        (free(30 * GB), (), 10.0),  # Model B is loaded while Model A works
        (free(30 * GB), (held(SMALL), held(LARGE)), 0.0),
    ],
)
def test_time_is_loading_reading_and_writing(
    memory: Memory, loaded: tuple[LoadedModel, ...], load_s: float
) -> None:
    made = plan(memory=memory, loaded=loaded, known=BOTH, prompts=Prompts(a=200, b=100))
    assert made.expected is not None
    assert made.expected.load_s == pytest.approx(load_s)
    assert made.expected.seconds == pytest.approx(load_s + WORK_A + WORK_B)
    assert made.expected.runs == 2, "no more than the part with the fewest"


@pytest.mark.parametrize(
    "known_now",
    [
        {},
        {"da": known()},
        {"da": known(), "db": known(speed=None)},
        {"da": known(), "db": known(prompt_speed=None)},
        {"da": known(), "db": known(output_tokens={})},
        {"da": known(load_s=None, load_pace=None), "db": known(load_s=None, load_pace=None)},
    ],
)
def test_there_is_no_time_while_anything_in_it_was_never_measured(
    known_now: dict[str, Measurement],
) -> None:
    assert plan(known=known_now, memory=free(30 * GB)).expected is None


def test_a_load_that_was_never_seen_goes_by_the_pace_of_others() -> None:
    seen = {"da": known(runs=5), "db": known(runs=2, load_s=None, load_pace=None)}
    made = plan(Situation(None, LARGE), known=seen, memory=free(8 * GB))
    assert made.expected is not None
    assert made.expected.load_s == pytest.approx(20.0), "4 GB at 5 seconds each"


def test_models_stay_longer_than_a_server_would_keep_them() -> None:
    assert plan(memory=free(8 * GB)).keep_alive == KEEP_LOADED_S > 300


# Two servers


def test_nothing_measured_here_is_said_of_another_machine() -> None:
    made = plan(memory=None, known=BOTH)
    assert made.expected is None
    assert {part.footprint.runs for part in made.roles} == {0}


def test_two_machines_never_compete() -> None:
    made = plan(beside=(), apart=True, memory=free(GB))
    assert (made.residency, made.verdict, made.free) == ("apart", "unknown", None)
    assert make_plan(replace(PAIR, b=SMALL, beside=(), apart=True)).residency == "apart"


def test_two_servers_on_one_machine_share_its_memory_and_no_model() -> None:
    twice = Situation(SMALL, SMALL, beside=(), memory=free(2 * NEED_SMALL + HEADROOM))
    made = make_plan(twice)
    assert (made.verdict, made.peak, len(made.models)) == ("fits", 2 * NEED_SMALL, 2)
    at_a = make_plan(replace(twice, loaded=(held(SMALL),)))
    assert [part.is_loaded for part in at_a.roles] == [True, False]
    stranger = make_plan(replace(twice, b=LARGE, beside=(held(SMALL),)))
    assert stranger.in_the_way == (held(SMALL),), "B's server holds it, and B is another model"


# Remedies


def remedy(kind: str, situation: Situation) -> Any:
    return next(r for r in remedies(situation, make_plan(situation)) if r.kind == kind)


def test_a_smaller_context_says_what_it_saves_and_what_it_changes() -> None:
    short_by = 200 * MIB
    situation = replace(PAIR, memory=free(NEED_SMALL + NEED_LARGE + HEADROOM - short_by))
    offer = remedy("context", situation)
    assert (offer.num_ctx, offer.verdict) == (2048, "fits")
    assert offer.saves == 256 * MIB, "the peak is Model B's, which gives half of its 512 MiB"
    after = make_plan(with_context(situation, offer.num_ctx))
    assert after.verdict == offer.verdict


def test_the_largest_context_with_a_better_verdict_is_offered() -> None:
    wide = with_context(PAIR, 10**6)
    wide = replace(
        wide,
        a=replace(SMALL, options=replace(OPTIONS, num_ctx=16_384)),
        b=replace(LARGE, options=replace(OPTIONS, num_ctx=16_384)),
        memory=free(NEED_LARGE + 600 * MIB),
    )
    assert make_plan(wide).verdict == "does not fit"
    offer = remedy("context", wide)
    assert (offer.num_ctx, offer.verdict) == (8192, "tight")


def test_no_context_is_offered_that_the_prompt_would_not_fit() -> None:
    offer = remedy("context", replace(PAIR, prompts=Prompts(a=2000), memory=free(8 * GB)))
    assert offer.num_ctx == 0
    assert "3,1" in offer.reason


@pytest.mark.parametrize(
    ("available", "model", "verdict"),
    [(NEED_LARGE + HEADROOM, "b:7b", "fits"), (NEED_SMALL + HEADROOM, "a:3b", "fits")],
)
def test_one_model_for_both_roles_is_the_better_one_that_fits(
    available: int, model: str, verdict: Verdict
) -> None:
    offer = remedy("one model", replace(PAIR, memory=free(available)))
    assert (offer.model, offer.verdict) == (model, verdict)


def test_unloading_names_whom_and_what_it_frees() -> None:
    situation = replace(PAIR, loaded=(OLD, OLDER), memory=free(NEED_LARGE + HEADROOM - 3 * GB))
    offer = remedy("unload", situation)
    assert (offer.names, offer.saves, offer.verdict) == (
        ("old:3b", "older:3b"), 5 * GB, "one at a time",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "situation"),
    [
        ("one model", Situation(SMALL, SMALL)),
        ("one model", Situation(None, LARGE)),
        ("unload", PAIR),
        ("one model", Situation(SMALL, LARGE, beside=())),
    ],
)
def test_what_does_not_apply_says_why(kind: str, situation: Situation) -> None:
    assert remedy(kind, replace(situation, memory=free(8 * GB))).reason.endswith(".")
