"""What the tests of the X-ray share: runs to look into, and the screen alone in an app."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from textual.pilot import Pilot

from sutra_tui.core.parser import parse
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats
from sutra_tui.core.templates import Templates
from sutra_tui.tui.copying_app import CopyingApp
from sutra_tui.tui.screens.xray import Seen, XRayScreen
from sutra_tui.tui.theme import THEMES
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.origin_rows import OriginRows

from .inspector_support import until

QUERY = "Write a safe Rust function to read a file"
DRAFT = "Use `std::fs::read_to_string` and pass its error on with `?`."
TEXTS = (
    "Task: read one line from standard input.\n\nSolution: `stdin().read_line(&mut line)?;`",
    "Task: write a text to a file.\n\nSolution: `std::fs::write(path, text)?;`",
)
ANSWER = (
    "```rust\nfn read(path: &Path) -> io::Result<String> {\n    fs::read_to_string(path)\n}\n```\n"
)
REPLY = (
    f"Sure, here are worked examples:\n\n<answer>\n{DRAFT}\n</answer>\n<demonstrations>\n"
    f"<demonstration>\n{TEXTS[0]}\n</demonstration>\n"
    f"<demonstration>\n{TEXTS[0]}\n</demonstration>\n"
    f"<demonstration>\n{TEXTS[1]}\n</demonstration>\n</demonstrations>\nI hope this helps!"
)
OPTIONS: dict[str, Any] = {
    "temperature": None,
    "seed": 7,
    "num_ctx": 4096,
    "num_predict": 1024,
    "keep_alive": 1800.0,
    "repeat_penalty": 1.1,
}
A_STATS = StageStats(2100.0, 231, 1900.0, 148, 4800.0, 4050.0, 8900.0, 2_800_000_000)
B_STATS = StageStats(4200.0, 402, 5200.0, 61, 7100.0, 9600.0, 16_700.0, 5_200_000_000)


def made(reply: str = REPLY, query: str = QUERY, **changes: Any) -> HandoffResult:
    """A whole run whose Model A wrote `reply`; `changes` are fields of the result."""
    parsed = parse(reply, query=query)
    templates = Templates()
    stages = (
        StageRecord(
            "A",
            "llama3.2:3b",
            "8d42e1616fe52c0a17",
            messages=templates.messages_a(query, "answer-first", 3, "Answer in English."),
            options=OPTIONS,
            output=reply,
            done_reason="stop",
            stats=A_STATS,
        ),
        StageRecord("parse", problems=parsed.problems),
        StageRecord(
            "B",
            "mistral:7b",
            "ac788b995c09fed211",
            messages=templates.messages_b(
                query, parsed.demonstrations, system="Answer in English.", delimiter="7f3a"
            ),
            options=OPTIONS,
            output=ANSWER,
            thinking="A path and an error type are all it needs.",
            done_reason="stop",
            stats=B_STATS,
        ),
    )
    result = HandoffResult(
        query,
        answer=ANSWER,
        demonstrations=parsed.demonstrations,
        model_a="llama3.2:3b",
        model_b="mistral:7b",
        draft=parsed.draft,
        stages=stages,
        engine="ollama",
        run_id="run-1",
    )
    return replace(result, **changes)


def with_stage(result: HandoffResult, place: int, **changes: Any) -> HandoffResult:
    """The run with other fields of one stage."""
    stages = list(result.stages)
    stages[place] = replace(stages[place], **changes)
    return replace(result, stages=tuple(stages))


class XRayApp(CopyingApp):
    """The X-ray, alone."""

    def __init__(self, screen: XRayScreen) -> None:
        super().__init__()
        self.xray_screen = screen
        self.is_closed = False

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sutra-dark"

        def closed(_: None) -> None:
            self.is_closed = True

        self.push_screen(self.xray_screen, closed)


@dataclass
class Run:
    """A run that can be changed while it is looked at."""

    seen: Seen

    def app(self, stage: str = "") -> XRayApp:
        addresses = ("localhost:11434", "10.0.0.2:11434")
        return XRayApp(XRayScreen(lambda: self.seen, addresses, stage))


def app_of(result: HandoffResult, *, running: bool = False, stage: str = "") -> XRayApp:
    return Run(Seen(result, running)).app(stage)


def screen_of(pilot: Pilot[None]) -> XRayScreen:
    """The X-ray, whatever lies over it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, XRayScreen))


def notice(pilot: Pilot[None]) -> str:
    return str(screen_of(pilot).query_one(NoticeBar).content)


def shown(pilot: Pilot[None]) -> list[str]:
    """The text's rows as painted."""
    return screen_of(pilot).query_one(OriginRows).plain_rows()


def listed(pilot: Pilot[None]) -> list[str]:
    """Letters and words of the parts."""
    return [f"{row.mark.letter} {row.word}" for row in screen_of(pilot).view.listed]


async def at_rest(pilot: Pilot[None]) -> XRayScreen:
    """Wait until the run is looked into and its text is painted."""
    await until(pilot, lambda: any(isinstance(s, XRayScreen) for s in pilot.app.screen_stack))
    screen = screen_of(pilot)
    await until(pilot, lambda: screen.view.is_read)
    await until(pilot, lambda: all(w.is_finished for w in screen.workers if w.node is screen))
    await pilot.pause()
    return screen
