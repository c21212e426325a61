"""The plan in words: the line at every width, the sum line by line, the order of loads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.core.measurement import Figure, Measurement
from sutra_tui.core.memory import BUFFERS, GB, HEADROOM, Overhead
from sutra_tui.core.plan import Prompts, RunPlan, Situation, make_plan
from sutra_tui.core.protocol import GenerationOptions, LoadedModel, Memory, ModelInfo, ModelShape
from sutra_tui.core.role import Role
from sutra_tui.plan_words import (
    CANNOT_SEE,
    arithmetic,
    context_lines,
    plan_line,
    steps,
    time_sentence,
    verdict_sentence,
)

OPTIONS = GenerationOptions()
A = Role(
    ModelInfo("llama3.2:3b", "da", 2_019_393_189),
    OPTIONS,
    ModelShape(layers=28, kv_heads=8, head_size=128),
)
B = Role(
    ModelInfo("mistral:7b", "db", 4_372_824_384),
    OPTIONS,
    ModelShape(layers=32, kv_heads=8, head_size=128),
)
PROMPTS = Prompts(a=210, b=150)
LAPTOP = Memory(total=int(8e9), available=int(6.2e9))
SITUATION = Situation(A, B, memory=LAPTOP, prompts=PROMPTS)


def seen(load_s: float, runs: int) -> Measurement:
    figures = {"A": Figure(390.0, runs), "B": Figure(200.0, runs)}
    return Measurement(
        "", Figure(load_s, runs), None, Figure(90.0, runs), Figure(20.0, runs), figures,  # type: ignore[arg-type]
        Overhead(BUFFERS, runs),
    )  # fmt: skip


MEASURED = replace(SITUATION, known={"da": seen(2.0, 6), "db": seen(4.2, 9)})


def plan(**changes: object) -> RunPlan:
    return make_plan(replace(SITUATION, **changes))  # type: ignore[arg-type]


FULL = (
    "A 3.0 GB then B 5.4 GB · one at a time · peak 5.4 of 6.2 GB free · "
    "context A 210, B 540 of 4096 · about 44 s (measured, 6 runs)"
)


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (200, FULL),
        (len(FULL), FULL),
        (len(FULL) - 1, FULL.replace(" · context A 210, B 540 of 4096", "")),
        (94, "A 3.0 GB then B 5.4 GB · one at a time · peak 5.4 of 6.2 GB free · about 44 s"),
        (58, "one at a time · peak 5.4 of 6.2 GB free · about 44 s"),
        (40, "one at a time · peak 5.4 of 6.2 GB free"),
        (20, "one at a time"),
        (5, ""),
    ],
)
def test_the_line_says_the_most_that_fits(width: int, line: str) -> None:
    made = make_plan(MEASURED)
    assert plan_line(made, width) == line


@pytest.mark.parametrize(
    ("made", "start"),
    [
        (plan(memory=Memory(int(16e9), int(12e9))), "A 3.0 GB and B 5.4 GB · fits · peak 8.4 of"),
        (plan(memory=Memory(int(8e9), int(3e9))), "A 3.0 GB then B 5.4 GB · does not fit · peak"),
        (plan(memory=None), f"A 3.0 GB then B 5.4 GB · {CANNOT_SEE} · context A 210"),
        (plan(beside=(), apart=True), "A 3.0 GB and B 5.4 GB · on two machines, so both stay"),
        (plan(a=B), "A and B 5.4 GB · fits · peak 5.4 of 6.2 GB free"),
        (plan(a=None), "B 5.4 GB · fits"),
        (
            plan(loaded=(LoadedModel("mistral:7b", "db", int(5e9), 4096),), a=None),
            "B 5.0 GB (loaded) · fits · peak 5.0 of 11.2 GB free",
        ),
        (plan(memory=replace(LAPTOP, simulated=True)), "A 3.0 GB then B 5.4 GB · one at a time · "
         "peak 5.4 of 6.2 GB free (simulated)"),
        (plan(a=Role(ModelInfo("x:cloud", remote=True), OPTIONS)), "A in the cloud and B 5.4 GB"),
    ],
)  # fmt: skip
def test_every_kind_of_plan_has_its_line(made: RunPlan, start: str) -> None:
    assert plan_line(made).startswith(start)


def test_a_demonstration_prompt_that_nobody_measured_is_at_most_so_long() -> None:
    assert "context A 210, B ≤1174 of 4096 · time: no data yet" in plan_line(plan())
    assert context_lines(plan())[1] == (
        "B reads at most 1,174 tokens and writes up to 1,024 of 4,096"
    )


def test_contexts_that_differ_are_said_each() -> None:
    wide = replace(B, options=replace(OPTIONS, num_ctx=8192))
    assert "context A 210/4096, B ≤1174/8192" in plan_line(plan(b=wide))


def test_the_sum_adds_up_line_by_line() -> None:
    rows = arithmetic(make_plan(MEASURED))
    said = [(row.label, row.amount, row.note) for row in rows]
    assert said == [
        ("Model A  llama3.2:3b", "", ""),
        ("weights", "2.02 GB", "its file"),
        ("context", "0.47 GB", "4,096 tokens"),
        ("buffers", "0.48 GB", "measured, 6 runs"),
        ("together", "2.97 GB", ""),
        ("Model B  mistral:7b", "", ""),
        ("weights", "4.37 GB", "its file"),
        ("context", "0.54 GB", "4,096 tokens"),
        ("buffers", "0.48 GB", "measured, 9 runs"),
        ("together", "5.39 GB", ""),
        ("Memory", "", ""),
        ("most at once", "5.39 GB", "the larger of the two"),
        ("free now", "6.20 GB", "nobody uses it"),
        ("kept free", "0.32 GB", "for everything else"),
    ]
    for part in make_plan(MEASURED).roles:
        parts = part.footprint
        assert parts.weights + parts.kv_cache + parts.buffers == part.need


def test_others_in_memory_and_what_goes_out_are_named() -> None:
    other = LoadedModel("\x1b[31mphi4", "dp", int(3e9), 4096)
    rows = {row.label: row for row in arithmetic(plan(loaded=(other,)))}
    assert rows["in the way"].note == "␛[31mphi4 is loaded"
    short = Memory(int(8e9), int(3e9))
    made = plan(loaded=(other,), memory=short, may_unload=("dp",))
    rows = {row.label: row for row in arithmetic(made)}
    assert (rows["made free"].amount, rows["made free"].note) == ("3.00 GB", "␛[31mphi4 goes out")
    assert rows["free for them"].amount == "6.00 GB"
    assert steps(made)[0] == "unload ␛[31mphi4"


@pytest.mark.parametrize(
    ("changes", "order"),
    [
        ({}, ("load llama3.2:3b", "unload llama3.2:3b", "load mistral:7b")),
        (
            {"memory": Memory(int(16e9), int(12e9))},
            ("load llama3.2:3b", "load mistral:7b beside it"),
        ),
        (
            {"loaded": (LoadedModel("mistral:7b", "db", int(5e9), 4096),),
             "memory": Memory(int(8e9), int(1e9))},
            ("unload mistral:7b", "load llama3.2:3b", "unload llama3.2:3b", "load mistral:7b"),
        ),
        (
            {"loaded": (LoadedModel("llama3.2:3b", "da", int(3e9), 4096),),
             "memory": Memory(int(8e9), int(3e9))},
            ("use llama3.2:3b, which is loaded", "unload llama3.2:3b", "load mistral:7b"),
        ),
        ({"a": B}, ("load mistral:7b",)),
    ],
)  # fmt: skip
def test_the_order_is_what_the_run_does(changes: dict[str, object], order: tuple[str, ...]) -> None:
    assert steps(plan(**changes)) == order


@pytest.mark.parametrize(
    ("memory", "sentence"),
    [
        (Memory(int(16e9), int(12e9)), "Both fit side by side: Model B is loaded while Model A"),
        (LAPTOP, "Both do not fit at once: Model A goes out before Model B is loaded."),
        (Memory(int(8e9), int(5.4e9)), "It fits with almost nothing left: close other programs"),
        (Memory(int(8e9), int(3e9)), "2.4 GB too much: the machine would swap"),
        (None, "Nothing is unloaded or loaded early"),
    ],
)
def test_every_verdict_says_what_it_means(memory: Memory | None, sentence: str) -> None:
    assert verdict_sentence(plan(memory=memory)).startswith(sentence)


def test_time_says_how_it_is_known() -> None:
    assert time_sentence(make_plan(MEASURED)) == (
        "about 44 s, 6.2 s of it loading: the middle of what 6 runs took on this machine"
    )
    once = replace(MEASURED, known={"da": seen(2.0, 1), "db": seen(4.0, 9)})
    assert "1 run took" in time_sentence(make_plan(once))
    assert time_sentence(plan()).startswith("no data yet")


def test_headroom_is_in_the_sum_that_the_verdict_is_made_from() -> None:
    rows = {row.label: row.amount for row in arithmetic(plan())}
    assert rows["kept free"] == f"{HEADROOM / 1e9:.2f} GB"
    assert HEADROOM < GB
