"""The line of choices: Model A, swap, Model B, method. Each is a chip that can be pressed."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive

from ...core.clean import clean_line
from ...wording import model_facts
from ..workbench import Workbench
from .chip import Chip

ACTIONS = {
    "model-a": "screen.choose('a')",
    "swap": "screen.swap",
    "model-b": "screen.choose('b')",
    "method": "screen.switch_method",
}
ORDER_WORDS = {"answer-first": "answer first", "demos-first": "demonstrations first"}


class ChainBar(Horizontal):
    """Shows a `Workbench`'s chosen models and method."""

    DEFAULT_CSS = """
    ChainBar { height: 1; background: $surface; }
    ChainBar #spacer { width: 1fr; }
    """

    bench: reactive[Workbench] = reactive(Workbench())

    def compose(self) -> ComposeResult:
        yield Chip("Model A writes the demonstrations", id="model-a")
        yield Chip("Swap the two models", id="swap")
        yield Chip("Model B writes the final answer", id="model-b")
        yield Horizontal(id="spacer")
        yield Chip("Switch between handoff and raw", id="method")

    async def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        await self.run_action(ACTIONS[event.chip.id or ""])

    def watch_bench(self, bench: Workbench) -> None:
        if not self.is_mounted:
            return
        width = self.size.width or 80
        facts = width >= 90
        names = 40 if facts else max(8, (width - 34) // 2)
        self.query_one("#model-a", Chip).content = _model(bench, "A", bench.model_a, facts, names)
        self.query_one("#model-b", Chip).content = _model(bench, "B", bench.model_b, facts, names)
        self.query_one("#swap", Chip).content = Content("⇄")
        self.query_one("#model-a", Chip).set_class(bench.method == "raw", "-unused")
        method: list[str | tuple[str, str]] = [(bench.method, "bold")]
        if bench.method == "handoff" and facts:
            method.append((f" · {ORDER_WORDS[bench.order]}", "$text-muted"))
        self.query_one("#method", Chip).content = Content.assemble(*method, (" ▾", "$text-muted"))

    def on_mount(self) -> None:
        self.watch_bench(self.bench)

    def on_resize(self) -> None:
        self.watch_bench(self.bench)


def _model(bench: Workbench, role: str, name: str, facts: bool, width: int) -> Content:
    if not name:
        return Content.assemble(
            (role, "bold $accent"), " ", ("no model", "$text-muted"), (" ▾", "$text-muted")
        )
    info = bench.info(name)
    parts: list[str | tuple[str, str]] = [
        (role, "bold $accent"),
        " ",
        (clean_line(name, width), "bold"),
    ]
    if facts and info is not None and (text := model_facts(info)):
        parts.append((f"  {text}", "$text-muted"))
    if bench.is_loaded(name):
        parts.append((" ● loaded" if facts else " ●", "$text-success"))
    return Content.assemble(*parts, (" ▾", "$text-muted"))
