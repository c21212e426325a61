"""The line above the query box that says what happened and what to do; absent when all is well."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from ...core.clean import clean
from ...core.errors import SutraError

MAX_LENGTH = 600


class NoticeBar(Static):
    """Shows the latest error or notices."""

    DEFAULT_CSS = """
    NoticeBar {
        height: auto; max-height: 5; padding: 0 2; display: none; color: $text-warning;
        background: $warning 12%;
        &.-shown { display: block; }
        &.-error { color: $text-error; background: $error 12%; }
        &.-quiet { color: $text-muted; background: transparent; }
    }
    """

    def show_error(self, error: SutraError) -> None:
        """What went wrong, and the next step."""
        self._show(f"✗ {error.message}", error.remedy, "-error")

    def show_notices(self, notices: Sequence[str]) -> None:
        """What the user should know of the run."""
        if notices:
            self._show("\n".join(f"! {notice}" for notice in notices), "", "")
        else:
            self.hide()

    def show_quiet(self, text: str) -> None:
        """Something that is neither wrong nor urgent."""
        self._show(text, "", "-quiet")

    def hide(self) -> None:
        self.remove_class("-shown", "-error", "-quiet")
        self.update(Content(""))

    def _show(self, text: str, remedy: str, kind: str) -> None:
        self.remove_class("-error", "-quiet")
        self.add_class("-shown", *([kind] if kind else []))
        content = Content(clean(text[:MAX_LENGTH]))
        if remedy:
            content = Content.assemble(
                content, ("\n  " + clean(remedy[:MAX_LENGTH]), "$foreground")
            )
        self.update(content)
