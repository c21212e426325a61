"""The self-test against the scripted server: what a model does decides the finding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.protocol import GenerationOptions, Memory, ModelInfo
from sutra_tui.core.role import Role
from sutra_tui.doctor import self_test
from sutra_tui.doctor.models import Wanted
from sutra_tui.doctor.privacy import Privacy
from sutra_tui.doctor.self_test import SPEED_QUERY, examine_trial, try_model
from tests.ollama_server import (
    CLOUD_STUB,
    GIB,
    LLAMA_3B,
    MISTRAL_7B,
    OllamaServer,
    Recorded,
    Reply,
)

from .support import by_id, circumstances, engine, report

GOOD = Reply(
    "<answer>\n42\n</answer>\n<demonstrations>\n<demonstration>\nAdd 2 and 3.\n2 + 3 = 5\n"
    "</demonstration>\n</demonstrations>",
    metrics={"eval_count": 60, "eval_duration": 4_000_000_000},
)
SPEED = Reply("1 2 3", metrics={"eval_count": 24, "eval_duration": 2_000_000_000})
INFO = ModelInfo(LLAMA_3B.name, size=LLAMA_3B.size, capabilities=("completion",))


def speaking(reply: Reply) -> Any:
    """A model that counts when it is asked to count."""

    def answer(request: Recorded) -> Reply:
        return SPEED if SPEED_QUERY in request.prompt else reply

    return answer


def role(**options: Any) -> Role:
    return Role(INFO, GenerationOptions(**options))


@pytest.mark.parametrize(
    ("reply", "verdict", "words"),
    [
        (GOOD, "ok", "a demonstration that can be used, and it stops, 15.0 tok/s"),
        (Reply("I would rather not."), "failed", "no demonstration that can be used"),
        (Reply(""), "failed", "it wrote nothing"),
    ],
)
async def test_what_the_model_writes_decides(reply: Reply, verdict: str, words: str) -> None:
    with OllamaServer() as server:
        server.script(LLAMA_3B.name, speaking(reply))
        trial = await try_model(engine(server), role())
    found = examine_trial(trial, INFO, writes_demonstrations=True, privacy=Privacy())
    assert found.verdict == verdict
    assert words in found.text


async def test_a_model_b_need_not_write_demonstrations() -> None:
    with OllamaServer() as server:
        server.script(LLAMA_3B.name, speaking(Reply("Just an answer.")))
        trial = await try_model(engine(server), role())
    found = examine_trial(trial, INFO, writes_demonstrations=False, privacy=Privacy())
    assert (found.verdict, found.fix) == ("warning", "Do not use it as Model A.")


async def test_a_model_that_writes_up_to_its_limit_does_not_stop() -> None:
    unclosed = GOOD.text.removesuffix("</demonstrations>").removesuffix("</demonstration>\n")
    with OllamaServer() as server:
        server.script(LLAMA_3B.name, speaking(Reply(unclosed, done_reason="length")))
        trial = await try_model(engine(server), role())
    found = examine_trial(trial, INFO, writes_demonstrations=True, privacy=Privacy())
    assert found.verdict != "ok" and not found.facts["stopped"]


async def test_the_time_is_kept_and_what_was_there_by_then_counts() -> None:
    with OllamaServer() as server:
        server.script(LLAMA_3B.name, speaking(GOOD))

        def tell(model: str, step: str) -> None:
            if step == "trying":
                server.hold(1, model=LLAMA_3B.name)

        trial = await try_model(engine(server), role(), tell=tell, limit_s=1.0)
        await server.until(lambda: server.chats()[-1].disconnected)
    assert trial.cut and trial.speed == pytest.approx(12.0)
    found = examine_trial(trial, INFO, writes_demonstrations=True, privacy=Privacy())
    assert found.verdict == "warning"
    assert "no demonstration yet, 12.0 tok/s" in found.text


async def test_a_load_that_never_ends_is_given_up() -> None:
    with OllamaServer() as server:
        hold = server.hold("load", model=LLAMA_3B.name)
        trial = await try_model(engine(server), role(), load_limit_s=0.2)
        await server.until(lambda: not hold.parked and ("abort", LLAMA_3B.name) in server.loads)
    found = examine_trial(trial, INFO, writes_demonstrations=True, privacy=Privacy())
    assert found.verdict == "failed" and "not loaded within" in found.text


async def test_everything_is_asked_with_the_context_of_real_runs() -> None:
    with OllamaServer() as server:
        server.script(LLAMA_3B.name, speaking(GOOD))
        await try_model(engine(server), role(num_ctx=8192))
        assert server.loads == [("load", LLAMA_3B.name, 8192)]
        assert all(chat.body["options"]["num_ctx"] == 8192 for chat in server.chats())


async def test_both_models_of_the_pair_are_tried_and_room_is_made(tmp_path: Path) -> None:
    small = Memory(8 * GIB, 4 * GIB)
    with OllamaServer() as server:
        server.script("*", speaking(GOOD))
        about = circumstances(
            engine(server, small), tmp_path, wanted=Wanted(LLAMA_3B.name, MISTRAL_7B.name)
        )
        findings = await report(about, self_test=True)
        assert [event[:2] for event in server.loads] == [
            ("load", LLAMA_3B.name),
            ("unload", LLAMA_3B.name),
            ("load", MISTRAL_7B.name),
        ]
    assert by_id(findings, f"self_test.{LLAMA_3B.name}").verdict == "ok"
    assert by_id(findings, f"self_test.{MISTRAL_7B.name}").verdict == "ok"


async def test_a_model_that_is_not_there_and_one_that_cannot_load(tmp_path: Path) -> None:
    killed = "llama-server process has terminated: signal: killed"
    with OllamaServer([replace(MISTRAL_7B, load_error=killed)]) as server:
        about = circumstances(engine(server), tmp_path)
        findings = await report(about, self_test=True, names=("gone:1b", MISTRAL_7B.name))
    gone = by_id(findings, "self_test.gone:1b")
    assert (gone.verdict, gone.fix) == ("failed", "`ollama pull gone:1b`")
    assert by_id(findings, f"self_test.{MISTRAL_7B.name}").facts["error"] == "load_failed"


async def test_a_model_that_runs_elsewhere_is_sent_nothing(tmp_path: Path) -> None:
    with OllamaServer([CLOUD_STUB, LLAMA_3B]) as server:
        about = circumstances(
            engine(server), tmp_path, wanted=Wanted(LLAMA_3B.name, CLOUD_STUB.name)
        )
        findings = await report(about, self_test=True)
        assert server.chats(CLOUD_STUB.name) == []
    assert "is not tried" in by_id(findings, f"self_test.{CLOUD_STUB.name}").text


async def test_a_server_of_the_first_era_is_examined_and_tried_too(tmp_path: Path) -> None:
    with OllamaServer(version="0.24.0") as server:
        server.script("*", speaking(GOOD))
        findings = await report(circumstances(engine(server), tmp_path), self_test=True)
    assert findings.count("failed") == 0
    assert by_id(findings, "ollama.abilities").facts["lacking"]
    assert by_id(findings, f"self_test.{LLAMA_3B.name}").verdict == "ok"


async def test_a_server_that_dies_meanwhile_fails_the_test_and_not_the_doctor(
    tmp_path: Path,
) -> None:
    with OllamaServer() as server:
        server.script("*", speaking(GOOD))
        server.fault("rst_mid", model=LLAMA_3B.name, after=1)
        findings = await report(circumstances(engine(server), tmp_path), self_test=True)
    assert by_id(findings, f"self_test.{LLAMA_3B.name}").facts["error"] == "interrupted"
    assert by_id(findings, f"self_test.{MISTRAL_7B.name}").verdict == "ok"


def test_the_limit_is_twenty_seconds() -> None:
    assert self_test.LIMIT_S == 20
