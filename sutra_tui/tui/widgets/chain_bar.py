"""The line of choices: Model A, swap, Model B, method. Each is a chip that can be pressed."""

from __future__ import annotations

from typing import NamedTuple

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
        texts = next(
            (texts for detail in DETAILS if _width(texts := _texts(bench, detail)) <= self._room),
            _texts(bench, Detail(name=max(6, (self._room - 22) // 2))),
        )
        for name, text in texts.items():
            self.query_one(f"#{name}", Chip).content = text
        self.query_one("#model-a", Chip).set_class(bench.method == "raw", "-unused")

    def on_mount(self) -> None:
        self.watch_bench(self.bench)

    def on_resize(self) -> None:
        self.watch_bench(self.bench)

    @property
    def _room(self) -> int:
        return self.size.width or 80


class Detail(NamedTuple):
    """How much is said.

    Args:
        name: Most characters of a model's name.
        facts: Size and quantisation too.
        words: "loaded" and the order in words too.
        arrows: A mark that the chip opens a choice.
    """

    name: int = 40
    facts: bool = False
    words: bool = False
    arrows: bool = False


DETAILS = (
    Detail(facts=True, words=True, arrows=True),
    Detail(facts=True, arrows=True),
    Detail(arrows=True),
    Detail(),
)


def _width(texts: dict[str, Content]) -> int:
    """Cells of the whole line, each chip with its padding."""
    return sum(text.cell_length + 2 for text in texts.values())


def _texts(bench: Workbench, detail: Detail) -> dict[str, Content]:
    method: list[str | tuple[str, str]] = [(bench.method, "bold")]
    if bench.method == "handoff" and detail.words:
        method.append((f" · {ORDER_WORDS[bench.order]}", "$text-muted"))
    return {
        "model-a": _model(bench, "A", bench.model_a, detail),
        "swap": Content("⇄"),
        "model-b": _model(bench, "B", bench.model_b, detail),
        "method": Content.assemble(*method, *_arrow(detail)),
    }


def _model(bench: Workbench, role: str, name: str, detail: Detail) -> Content:
    shown = (clean_line(name, detail.name), "bold") if name else ("no model", "$text-muted")
    parts: list[str | tuple[str, str]] = [(role, "bold $accent"), " ", shown]
    bench = bench.at("a" if role == "A" else "b")
    info = bench.info(name)
    if detail.facts and info is not None and (text := model_facts(info)):
        parts.append((f"  {text}", "$text-muted"))
    if name and bench.is_loaded(name):
        parts.append((" ● loaded" if detail.words else " ●", "$text-success"))
    return Content.assemble(*parts, *_arrow(detail))


def _arrow(detail: Detail) -> list[tuple[str, str]]:
    return [(" ▾", "$text-muted")] if detail.arrows else []
