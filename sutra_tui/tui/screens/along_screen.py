"""What goes along with queries on the main screen: attached files, and the conversation.

Invariant: a file is attached only when its place and its looks raise no question, or the question
got a yes. What is sent is what the disk holds when it is sent; whatever differs is said.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult

from ...core.clean import clean_line
from ...core.errors import SutraError
from ..along import follow_words
from ..widgets.file_chips import FileChips
from ..widgets.notice_bar import NoticeBar
from ..widgets.query_box import QueryBox
from ..workbench import Workbench
from .session_screen import SessionScreen

if TYPE_CHECKING:
    from ...attaching import HeldFile
    from ...core.request import RunRequest


class AlongScreen(SessionScreen):
    """See `MainScreen`, which is the screen to use."""

    def compose_ask(self) -> ComposeResult:
        """The chips stand above the query box."""
        yield FileChips()
        yield from super().compose_ask()

    def watch_bench(self, bench: Workbench) -> None:
        """Show what is attached."""
        super().watch_bench(bench)
        if self.is_mounted:
            self.query_one(FileChips).files = bench.files

    def words_of(self, bench: Workbench) -> list[str]:
        """What the frame says of the next query: first whether it goes on with the conversation."""
        options = bench.session.options("b", self.app.settings.options_b)
        num_ctx = min(options.num_ctx, bench.num_ctx or options.num_ctx)
        box = self.query_one(QueryBox)
        room = box.size.width - len("ask · ") - 2
        said = follow_words(bench, num_ctx, room, self.app.key_of("run.follow"))
        return [*([said] if said else []), *super().words_of(bench)]

    # Files

    @work(group="attach", exit_on_error=False)
    async def action_attach_file(self, typed: str) -> None:
        """Attach a file; one from elsewhere, or one that looks like a secret, needs a yes."""
        from ... import attaching

        try:
            path = await asyncio.to_thread(attaching.resolved, typed)
            elsewhere = await asyncio.to_thread(attaching.is_elsewhere, path)
            if elsewhere and not await self._agreed(
                f"Attach {clean_line(str(path), 200)}?",
                "It lies outside of your home folder and of the folder you are in. Both models "
                "would read it.",
            ):
                return
            file = await asyncio.to_thread(attaching.hold, typed)
            if (why := file.attachment.secret) and not await self._agreed(
                f"Attach {clean_line(file.name, 200)}?",
                f"Better not: {why}. Both models would read it, and it would be written into the "
                "history.",
            ):
                return
            files = attaching.with_file(self.bench.files, file)
        except SutraError as error:
            self.query_one(NoticeBar).show_error(error)
            return
        self.bench = replace(self.bench, files=files)
        self._say(f"{_described(file)} goes along with every query until it is taken off.")

    async def _agreed(self, title: str, help: str) -> bool:
        from .prompts import Confirm

        agreed = await self.app.push_screen_wait(Confirm(title, help, "Attach"))
        return bool(agreed)

    def action_unload_file(self, name: str = "") -> None:
        """Take a file off, or all of them."""
        from ...attaching import without_file

        held = self.bench.files
        kept = without_file(held, name) if name else ()
        self.bench = replace(self.bench, files=kept)
        gone = [clean_line(file.name, 60) for file in held if file not in kept]
        said = gone[0] if len(gone) == 1 else f"All {len(gone)} files"
        self._say(f"{said} {'does' if len(gone) == 1 else 'do'} not go along any more.")

    @on(FileChips.Dropped)
    def _dropped(self, event: FileChips.Dropped) -> None:
        if event.place < len(self.bench.files):
            self.action_unload_file(self.bench.files[event.place].name)
        self.query_one(QueryBox).focus()

    async def with_files_of_now(self, request: RunRequest) -> RunRequest:
        """Read files that changed since they were attached once more, and say so."""
        held = self.bench.run.along.files
        if not held:
            return request
        from ...attaching import refreshed
        from ...core.protocol import HandoffResult

        try:
            now = await asyncio.to_thread(refreshed, held)
        except asyncio.CancelledError:
            self._show_stopped(request.run_id, HandoffResult(request.query, status="stopped"))
            raise
        self._take_over(now.files)
        said = [f"{clean_line(name, 60)} changed, so it was read again." for name in now.changed]
        said += [
            f"{clean_line(name, 60)} cannot be read any more: what was read before was sent."
            for name in now.gone
        ]
        if said:
            self.query_one(NoticeBar).show_notices(said)
        along = self.bench.run.along
        return along.added_to(request)

    def _take_over(self, files: tuple[HeldFile, ...]) -> None:
        """Files that were read again, wherever they are held."""
        new = {file.path: file for file in files if file.path is not None}

        def taken(held: tuple[HeldFile, ...]) -> tuple[HeldFile, ...]:
            return tuple(new.get(file.path, file) if file.path else file for file in held)

        bench = self.bench
        along = replace(bench.run.along, files=files)
        self.bench = replace(
            bench,
            files=taken(bench.files),
            last_along=along,
            run=replace(bench.run, along=along),
        )

    # The conversation

    def action_switch_follow(self) -> None:
        self.action_set_follow(not self.bench.follow)

    def action_set_follow(self, follow: bool) -> None:
        """Whether the next query goes on with the conversation."""
        self.bench = replace(self.bench, follow=follow)
        self._say(
            "The next query goes on from the last answer, as far as Model B's context has room."
            if follow
            else "The next query starts fresh."
        )

    def action_new(self) -> None:
        """Also without files and without the conversation."""
        count = len(self.bench.files)
        self.bench = replace(self.bench, files=(), follow=False)
        super().action_new()
        if count:
            said = "The file does" if count == 1 else f"The {count} files do"
            self._say(f"{said} not go along any more.")


def _described(file: HeldFile) -> str:
    from ...wording import file_size

    attachment = file.attachment
    return (
        f"{clean_line(file.name, 60)} ({file_size(attachment.size)}, "
        f"about {attachment.likely_tokens:,} tokens)"
    )
