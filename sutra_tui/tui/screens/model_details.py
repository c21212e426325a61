"""Everything a server tells of one model: its parameters, prompt template and licence."""

from __future__ import annotations

from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ...core.clean import clean, clean_line
from ...core.engine import Engine
from ...core.errors import SutraError, UnexpectedFailure
from ...core.model_details import ModelDetails
from ...wording import size
from ..model_rows import ModelRow
from ..widgets.plain_rows import PlainRows

MAIN: Final = ("family", "parameters", "quantisation", "context", "can")
NOT_SAID: Final = "the server does not say"


class ModelDetailsScreen(ModalScreen[None]):
    """Asks the server, and shows its words as they are.

    Args:
        engine: The server.
        row: The model.
    """

    CSS_PATH = "model_dialogs.tcss"
    BINDINGS = [Binding("escape,enter,i,q", "dismiss", "Back", show=True)]

    def __init__(self, engine: Engine, row: ModelRow) -> None:
        super().__init__()
        self._engine = engine
        self._row = row

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            name = clean_line(self._row.info.name, 70)
            yield Static(Content.styled(name, "bold $accent"), classes="head")
            with VerticalScroll():
                yield PlainRows()
            yield Static(Content("Asking the server."), classes="foot")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()
        self._ask()

    @work(exclusive=True, exit_on_error=False)
    async def _ask(self) -> None:
        try:
            details = await self._engine.details(self._row.info.name)
        except SutraError as error:
            self._fail(error)
        except Exception as error:
            self._fail(UnexpectedFailure.of(error))
        else:
            self.query_one(PlainRows).append(clean(as_text(self._row, details)))
            self.query_one(".foot", Static).update(Content("up, down scroll · escape back"))

    def _fail(self, error: SutraError) -> None:
        foot = self.query_one(".foot", Static)
        foot.update(Content.styled(f"✗ {clean(str(error))}", "$text-error"))


def as_text(row: ModelRow, details: ModelDetails) -> str:
    """What is known of a model as one text, raw.

    Args:
        row: As listed.
        details: As described.
    """
    info, shape = row.info, details.shape
    capabilities = details.capabilities or info.capabilities or ()
    context = details.context_length or info.context_length
    facts = {
        "family": info.family,
        "parameters": info.parameter_size,
        "quantisation": info.quantization,
        "size on disk": size(info.size) if info.size and row.kind != "cloud" else "",
        "context": f"{context:,} tokens" if context else "",
        "can": ", ".join(capabilities),
        "layers": str(shape.layers or ""),
        "cache": _cache(shape.kv_bytes_per_token),
        "needs Ollama": details.requires,
        "digest": info.digest[:12],
        "pulled": info.modified_at[:10],
    }
    lines = [
        f"{name:<14}{told or NOT_SAID}" for name, told in facts.items() if told or name in MAIN
    ]
    for title, text in (
        ("Parameters", details.parameters),
        ("System prompt", details.system),
        ("Prompt template", details.template),
        ("Licence", details.licence),
    ):
        if text.strip() or title != "System prompt":
            lines += ["", f"── {title} ──", text.strip() or NOT_SAID]
    return "\n".join(lines)


def _cache(per_token: int | None) -> str:
    return f"{per_token / 1024:.0f} KiB per token of context" if per_token else ""
