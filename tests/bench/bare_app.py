"""The reference: the least a Textual app of this shape can be, with nothing behind it.

Run `python -m tests.bench.bare_app`.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Markdown, Static, TextArea

TITLE = "B A R E"


class BareApp(App[None]):
    """A header line, three scrolling Markdown panes, a text area and a footer."""

    CSS = """
    #title { height: 1; }
    Horizontal { height: 1fr; }
    VerticalScroll { border: round $primary; width: 1fr; }
    TextArea { height: 3; border: round $accent; }
    """
    BINDINGS = [
        *((f"f{number}", "nothing", f"Key {number}") for number in range(1, 9)),
        ("ctrl+q", "quit", "Quit"),
    ]

    def compose(self) -> ComposeResult:
        """Everything, top to bottom."""
        yield Static(TITLE, id="title")
        with Horizontal():
            for name in ("first", "second", "third"):
                with VerticalScroll() as pane:
                    pane.border_title = f"the {name} pane"
                    yield Markdown()
        yield TextArea(soft_wrap=True)
        yield Footer()

    def on_mount(self) -> None:
        """Type into the box."""
        self.query_one(TextArea).focus()


if __name__ == "__main__":
    BareApp().run()
