"""What leaves the main screen: copies, the answer in a file, the run in a file.

Invariant: nothing is replaced without a yes, and what was done is said.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work
from textual.widgets.text_area import Selection

from ...core.clean import clean_line
from ...core.errors import SutraError
from ..widgets.frame import Frame
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from .edit_screen import EditScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...store.history import HistoryRun


class CopyScreen(EditScreen):
    """See `MainScreen`, which is the screen to use."""

    _next_block = ("", 0)
    """The run whose code is copied block by block, and how many of its blocks were."""

    # Copying

    async def action_copy_part(self, part: str, number: int) -> None:
        """Copy a part of the run on the screen.

        Args:
            part: One of `commands.carrying.PARTS`.
            number: Of the code block, from 1; 0 is the next one.
        """
        panes = self.query_one(Panes)
        match part:
            case "answer":
                self.action_copy_answer()
            case "code":
                self._copy_code(number)
            case "run":
                await self._copy_run()
            case _:
                frame = panes.draft if part == "draft" else panes.demonstrations
                self._copy(part, frame.text)

    def action_copy_answer(self) -> None:
        result = self.bench.run.result
        self._copy("answer", result.answer if result else self.query_one(Panes).answer.text)

    def action_copy_code(self) -> None:
        self._copy_code(0)

    def _copy_code(self, number: int) -> None:
        """Copy one code block; without a number, the one behind the last that was copied."""
        blocks = self.query_one(Panes).answer.view.code_blocks
        run, done = self._next_block
        if not number:
            number = done % len(blocks) + 1 if blocks and run == self.bench.run.run_id else 1
        self._next_block = (self.bench.run.run_id, number)
        if len(blocks) < 2:
            self._copy("code", blocks[0] if blocks else "")
            return
        key = self.app.key_of("copy.code")
        self._copy(
            f"code block {number} of {len(blocks)}",
            blocks[number - 1],
            after=f" {key} takes the next one." if key else "",
        )

    async def _copy_run(self) -> None:
        from ...store.history_markdown import document

        run = await self.run_on_the_screen()
        text = await asyncio.to_thread(document, run) if run else ""
        self._copy("run", text, after=" It is Markdown.")

    @on(Frame.CopyRequested)
    def _copy_requested(self, event: Frame.CopyRequested) -> None:
        self._copy(event.what, event.text)

    def copy_selection(self) -> bool:
        """Copy what is selected with the mouse or in the query box, if anything is.

        Selected no longer afterwards, so that the same key does next time what else it does.
        """
        box = self.query_one(QueryBox)
        selected = self.get_selected_text() or box.selected_text
        if not selected:
            return False
        self._copy("selection", selected)
        self.clear_selection()
        box.selection = Selection.cursor(box.cursor_location)
        return True

    def _copy(self, what: str, text: str, *, after: str = "") -> None:
        notices = self.query_one(NoticeBar)
        if not text:
            notices.show_quiet(f"There is no {what} to copy yet.")
            return
        self.app.copy(what, text, lambda said: notices.show_quiet(said + after))

    # Files

    async def run_on_the_screen(self) -> HistoryRun | None:
        """The run that is shown, as the history has it; None when there is none."""
        from ...store.history import HistoryRun

        shown = self.bench.run
        if not shown.run_id:
            return None
        history = await self.history()
        found = await asyncio.to_thread(history.run, shown.run_id)
        if found is None and shown.result is not None:  # deleted since, but here it still is
            return HistoryRun(shown.result, started_at=self.app.wall_clock())
        return found

    async def action_export(self, form: str = "", path: str = "") -> None:
        """Write the run to a file; one that is there already needs a yes.

        Args:
            form: Markdown, JSON or JSON lines; empty goes by the file's name.
            path: The file; empty is one in the folder that the app was started in.
        """
        self._export(form, path)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _export(self, form: str, path: str) -> None:
        notices = self.query_one(NoticeBar)
        try:
            run = await self.run_on_the_screen()
            if run is None:
                notices.show_quiet("There is no run to export yet.")
                return
            history = await self.history()
            from ..saving import export_run

            await self._write(lambda replace: export_run(history, run, form, path, replace=replace))
        except SutraError as error:
            notices.show_error(error)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def action_save_answer(self, path: str) -> None:
        """Write the answer to a file; one that is there already needs a yes."""
        result = self.bench.run.result
        if result is None:
            return
        try:
            from ..saving import save_text

            await self._write(lambda replace: save_text(path, result.answer, replace=replace))
        except SutraError as error:
            self.query_one(NoticeBar).show_error(error)

    async def _write(self, write: Callable[[bool], str]) -> None:
        """Write a file, asking before one is replaced, and say so.

        Args:
            write: Writes it, replacing what is there if told so; gives the sentence.
        """
        from ..saving import NameTaken
        from .prompts import Confirm

        try:
            said = await asyncio.to_thread(write, False)
        except NameTaken as taken:
            title = f"Replace {clean_line(str(taken.path), 200)}?"
            if not await self.app.push_screen_wait(
                Confirm(title, "What is in it now is lost.", "Replace")
            ):
                return
            said = await asyncio.to_thread(write, True)
        self.query_one(NoticeBar).show_quiet(said)
