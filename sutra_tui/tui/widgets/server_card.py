"""What the screen shows instead of panes when there is no server, or nothing pulled: the way on."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Static

from ...core.clean import clean
from ..workbench import Workbench

SUGGESTED = ("llama3.2:3b", "qwen2.5:3b")


class ServerCard(Vertical):
    """Says what is missing and offers retry, another host and the demo, by key and by mouse.

    Args:
        bench: What to show first.
    """

    DEFAULT_CSS = """
    ServerCard {
        align: center middle; height: 1fr;
        & > Vertical {
            width: 76; max-width: 100%; height: auto; padding: 1 3; border: round $border;
            background: $surface;
        }
        & Static { width: 1fr; height: auto; }
        & .head { text-style: bold; margin-bottom: 1; }
        & Horizontal { height: auto; margin-top: 1; }
        & Button { margin-right: 2; min-width: 12; }
    }
    """
    BINDINGS = [
        Binding("r", "screen.retry", "Retry", show=True),
        Binding("h", "screen.other_host", "Another host", show=True),
        Binding("d", "screen.play_demo", "Demo", show=True),
    ]

    bench: reactive[Workbench] = reactive(Workbench())

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self.set_reactive(ServerCard.bench, bench)

    def compose(self) -> ComposeResult:
        head, body = _words(self.bench)
        with Vertical():
            yield Static(head, classes="head")
            yield Static(body, classes="body")
            with Horizontal():
                yield Button(Content("Retry (r)"), id="retry", variant="primary", compact=True)
                yield Button(Content("Another host (h)"), id="other_host", compact=True)
                yield Button(Content("Play the demo (d)"), id="play_demo", compact=True)

    def on_mount(self) -> None:
        self.query_one("#retry").focus()

    def watch_bench(self, bench: Workbench) -> None:
        if not self.is_mounted:
            return
        head, body = _words(bench)
        self.query_one(".head", Static).update(head)
        self.query_one(".body", Static).update(body)

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action(f"screen.{event.button.id}")


def _words(bench: Workbench) -> tuple[Content, Content]:
    address = clean(bench.server.address)
    if bench.server.status == "up":
        pulls = "\n".join(f"    ollama pull {name}" for name in SUGGESTED)
        return (
            Content("Ollama is running, but no model is pulled yet."),
            Content(
                "The chain needs one or two small models. In another terminal:\n\n"
                f"{pulls}\n\nthen retry. Or play the built-in demo: it needs no model."
            ),
        )
    error = bench.server.error
    message = clean(error.message) if error else "Nobody answers."
    remedy = clean(error.remedy) if error else ""
    return (
        Content(f"No model server at {address}."),
        Content(f"{message} {remedy}"),
    )
