"""What the terminal is told of a run: true, of our own words, and only when nobody looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.errors import UnexpectedFailure
from sutra_tui.core.protocol import HandoffResult
from sutra_tui.settings.value import NOTIFY
from sutra_tui.tui.announcing import BELL, Announcer, doing
from sutra_tui.tui.run_view import RunView, StageView

EVIL = "\x1b]0;evil\x07 query"
RUNNING = RunView("run-1", EVIL, wanted=3, running=True)


def result(status: Any) -> HandoffResult:
    return HandoffResult(EVIL, EVIL, status=status, run_id="run-1")


def ended(status: Any = "complete") -> RunView:
    return replace(RUNNING, running=False, result=result(status))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (RunView(), ""),
        (RUNNING, "starting"),
        (replace(RUNNING, a=StageView("active")), "A writing"),
        (replace(RUNNING, a=StageView("active", "loading the model")), "A loading the model"),
        (
            replace(RUNNING, a=StageView("active"), demonstrations="active", found=1),
            "writing 2/3",
        ),
        (
            replace(RUNNING, a=StageView("active"), demonstrations="active", found=3),
            "writing 3/3",
        ),
        (replace(RUNNING, b=StageView("active", "thinking")), "B thinking"),
        (ended(), "done"),
        (ended("incomplete"), "done"),
        (ended("stopped"), "stopped"),
        (ended("failed"), "failed"),
        (replace(ended(), error=UnexpectedFailure("x", "y")), "failed"),
    ],
)
def test_what_a_run_is_doing(run: RunView, words: str) -> None:
    assert doing(run) == words


def see(announcer: Announcer, run: RunView, now: float, **changes: Any) -> str:
    return announcer.see(
        run, now, **{"notify": "terminal", "after_s": 20, "looking": False, **changes}
    )


@pytest.mark.parametrize(
    ("took", "changes", "told"),
    [
        (20, {}, "\x1b]9;sutra: the answer is there\x07"),
        (20, {"notify": "bell"}, BELL),
        (20, {"notify": "off"}, ""),
        (19.9, {}, ""),
        (20, {"looking": True}, ""),
        (0, {"after_s": 0}, "\x1b]9;sutra: the answer is there\x07"),
    ],
)
def test_the_end_of_a_long_run_is_told_once_to_who_is_away(
    took: float, changes: dict[str, Any], told: str
) -> None:
    announcer = Announcer()
    assert see(announcer, RUNNING, 100.0, **changes) == ""
    assert see(announcer, replace(RUNNING, found=1), 100.0 + took, **changes) == ""
    assert see(announcer, ended(), 100.0 + took, **changes) == told
    assert see(announcer, ended(), 200.0 + took, **changes) == ""


@pytest.mark.parametrize("notify", NOTIFY)
@pytest.mark.parametrize("status", ["complete", "incomplete", "stopped", "failed", "cached"])
def test_nothing_of_the_user_is_in_it(notify: str, status: str) -> None:
    announcer = Announcer()
    see(announcer, RUNNING, 0.0)
    told = see(announcer, ended(status), 100.0, notify=notify)
    assert "evil" not in told and "query" not in told
    assert "evil" not in announcer.title(ended(status))


def test_the_title_follows_the_run() -> None:
    announcer = Announcer()
    assert announcer.title(RunView()) == "sutra"
    see(announcer, RUNNING, 0.0)
    assert announcer.title(RUNNING) == "sutra · starting"
    see(announcer, ended(), 1.0)
    assert announcer.title(ended()) == "sutra · done"
    assert announcer.title(RunView()) == "sutra"


def test_a_run_of_the_history_is_no_news() -> None:
    announcer = Announcer()
    assert see(announcer, ended(), 100.0, after_s=0) == ""
    assert announcer.title(ended()) == "sutra"
