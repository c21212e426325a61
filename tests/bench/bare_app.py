"""The reference: a Textual app with the same widgets as the main screen, and nothing behind them.

As many widgets, nested and arranged the same way, each of Textual's own kind, with fixed words in
them. Run `python -m tests.bench.bare_app`.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Container, Horizontal, Vertical
from textual.widgets import Footer, OptionList, Static, TextArea

TITLE = "B A R E"
PANES = ("first", "second", "third")


class BareApp(App[None]):
    """A title, chips, a thread line, tabs, three panes, a palette, a text area and a footer."""

    CSS = """
    .line { height: 1; }
    .chip { width: auto; padding: 0 1; }
    .hidden { display: none; }
    #arranged { layout: horizontal; height: 1fr; }
    #left { layout: horizontal; width: 2fr; }
    .pane { border: round $primary; width: 1fr; padding: 0 1; }
    #ask { height: auto; border: round $accent; }
    TextArea { height: 1; border: none; }
    """
    BINDINGS = [
        # An action of its own each, or the footer would show one of them.
        *((f"f{number}", f"nothing({number})", f"Key {number}") for number in range(1, 11)),
        ("ctrl+q", "quit", "Quit"),
    ]

    def compose(self) -> ComposeResult:
        """Everything, top to bottom."""
        yield Static(TITLE, classes="line")
        with Horizontal(classes="line"):
            for word in ("one model", "and", "another", "with a method"):
                yield Static(word, classes="chip")
            yield Horizontal()
        yield Static("a line of four beads", classes="line")
        yield Static("the query", classes="line hidden")
        with Container():
            with Horizontal(classes="line hidden"):
                for word in PANES:
                    yield Static(word, classes="chip")
            with Container(id="arranged"):
                with Container(id="left"):
                    yield from self._pane("first")
                    yield from self._pane("second", Vertical(classes="hidden"), Static())
                yield from self._pane("third")
        yield Static("a notice", classes="line hidden")
        with Container(id="ask"):
            with Vertical(classes="hidden"):
                yield Static()
                yield OptionList()
            yield Horizontal(classes="hidden")
            yield TextArea(soft_wrap=True)
        yield Footer()

    def _pane(self, name: str, *more: Static | Vertical) -> ComposeResult:
        with Vertical(classes="pane") as pane:
            pane.border_title = f"the {name} pane"
            yield Static(f"What will appear in the {name} pane, in a sentence or two.")
            yield from more

    def action_nothing(self, number: int) -> None:
        """What the keys in the footer do."""

    def on_mount(self) -> None:
        """Type into the box."""
        self.query_one(TextArea).focus()


if __name__ == "__main__":
    BareApp().run()
