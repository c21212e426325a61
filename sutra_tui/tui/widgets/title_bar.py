"""The top line: the name, which server answers, and the memory of its machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core.clean import clean_line
from ..workbench import Server, Workbench

if TYPE_CHECKING:
    from ...core.model_info import Memory

BAR_CELLS = 10
STATUS_SIGNS = {"connecting": "◌", "up": "●", "down": "✗"}
STATUS_STYLES = {"connecting": "$text-muted", "up": "$text-success", "down": "$text-error"}


class TitleBar(Widget):
    """Shows a `Workbench`'s server and memory on one line; what does not fit is left out."""

    DEFAULT_CSS = """
    TitleBar { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    bench: reactive[Workbench] = reactive(Workbench())

    def on_mount(self) -> None:
        self.tooltip = "All commands"

    async def on_click(self, event: events.Click) -> None:
        """The list of all commands, for who has only the mouse."""
        event.stop()
        await self.run_action("app.command_palette")

    def render(self) -> Content:
        roomy = self.content_size.width >= 70
        name = "S U T R A" if roomy else "SUTRA"
        server = _servers(self.bench, roomy)
        left = Content.assemble((name, "bold $accent"), "   ", server)
        here = self.bench.memory or self.bench.at("b").memory
        right = _memory(here)
        gap = self.content_size.width - left.cell_length - right.cell_length
        if gap < 2:
            return left
        return Content.assemble(left, " " * gap, right)


def _servers(bench: Workbench, roomy: bool) -> Content:
    """The server, or both of them."""
    if bench.beside is None:
        return _server(bench.server, roomy)
    parts: list[Content | str | tuple[str, str]] = []
    for role, server in (("A", bench.server), ("B", bench.beside.server)):
        sign, style = STATUS_SIGNS[server.status], STATUS_STYLES[server.status]
        address = clean_line(server.address, 40)
        parts += [(sign, style), " ", (role, "bold $accent"), f" {address}", _mark(server), "  "]
    return Content.assemble(*parts)


def _mark(server: Server) -> Content:
    """What shows that others on the way can read along."""
    return Content.styled(" ! unencrypted", "$text-warning") if server.exposed else Content("")


def _server(server: Server, roomy: bool) -> Content:
    sign, style = STATUS_SIGNS[server.status], STATUS_STYLES[server.status]
    address = clean_line(server.address, 60)
    if server.is_demo:
        return Content.assemble(
            (" DEMO ", "bold reverse $accent"),
            "  scripted replies, no model is running" if roomy else "  scripted replies",
        )
    words = {
        "connecting": f"looking for Ollama at {address}",
        "up": f"ollama {clean_line(server.version, 20)} · {address}",
        "down": f"no server at {address}",
    }
    return Content.assemble((sign, style), " ", words[server.status], _mark(server))


def _memory(memory: Memory | None) -> Content:
    if memory is None or memory.total <= 0:
        return Content("")
    used = max(0, memory.total - memory.available)
    share = min(1.0, used / memory.total)
    filled = round(share * BAR_CELLS)
    style = "$text-error" if share > 0.9 else "$text-warning" if share > 0.75 else "$text-success"
    name = "simulated RAM" if memory.simulated else "RAM"
    return Content.assemble(
        (f"{name} {used / 1e9:.1f} of {memory.total / 1e9:.1f} GB ", "$text-muted"),
        ("━" * filled, style),
        ("━" * (BAR_CELLS - filled), "$border-blurred"),
    )
