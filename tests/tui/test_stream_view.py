"""The streaming view in a running app: what is shown, what is followed, what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.tui.widgets.plain_view import PlainView
from sutra_tui.tui.widgets.stream_view import MARKDOWN_WRITE, StreamView
from sutra_tui.tui.widgets.tail_view import TailView

PARAGRAPHS = "".join(f"Paragraph {n}.\n\n" for n in range(60))
MARKUP = "[/] [red]x[/red] [@click=app.quit]press[/] a[i] [TODO]"
EVIL = "\x1b]52;c;aGk=\x07 \x9b31m \u202e \x00 \r\n"


class ViewApp(App[None]):
    """One view and an input, and what the view asked for."""

    CSS = "Input { dock: bottom; }"

    def __init__(self, view: TailView) -> None:
        super().__init__()
        self.view = view
        self.links: list[str] = []
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view
        yield Input()

    def on_stream_view_link_requested(self, event: StreamView.LinkRequested) -> None:
        self.links.append(event.href)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        self.opened.append(url)


@asynccontextmanager
async def running(
    view: TailView, size: tuple[int, int] = (60, 20)
) -> AsyncIterator[tuple[ViewApp, Pilot[None]]]:
    app = ViewApp(view)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        view.focus()
        await pilot.pause()
        yield app, pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the app run until something is so."""

    async def wait() -> None:
        while not condition():
            await pilot.pause()

    await asyncio.wait_for(wait(), 30)


async def show(view: TailView, pilot: Pilot[None], text: str) -> None:
    view.append(text)
    await view.finish()
    await pilot.pause()


def screen_rows(app: App[None], view: TailView) -> list[str]:
    """What the terminal shows where the view is."""
    region = view.region
    strips = app.screen._compositor.render_strips()
    rows = ["".join(segment.text for segment in strip) for strip in strips]
    return [row.rstrip() for row in rows[region.y : region.bottom]]


async def test_text_appears_without_being_asked_for_and_text_is_as_given() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        for piece in ("Hel", "lo **wor", "ld**\r\n", EVIL):
            view.append(piece)
        await until(pilot, lambda: not view.is_behind)
        await pilot.pause()
        assert view.text == "Hello **world**\r\n" + EVIL
        assert any("Hello world" in row for row in screen_rows(app, view))


async def test_text_from_before_the_mount_is_shown() -> None:
    view = StreamView()
    view.append("early ")
    view.append("words")
    async with running(view) as (_, pilot):
        await until(pilot, lambda: view.rows.plain_rows() == ["early words"])


async def test_T1_no_control_character_reaches_the_terminal() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, EVIL + "`" + EVIL + "`\n\n    " + EVIL + "\n- " + EVIL)
        painted = "".join(screen_rows(app, view))
        assert not [c for c in painted if ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c == "\u202e"]
        assert "␛]52;c;aGk=␇" in painted


@pytest.mark.parametrize("plain", [False, True])
async def test_T5_T6_markup_is_shown_as_written_and_clicking_it_does_nothing(plain: bool) -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        if plain:
            view.show_plain("Shown as plain text: asked for.")
        source = f"# {MARKUP}\n\n- {MARKUP}\n\n`{MARKUP}`\n\n| {MARKUP} |\n|---|\n| {MARKUP} |\n"
        await show(view, pilot, source)
        rows = screen_rows(app, view)
        assert sum(MARKUP in row for row in rows) == 5
        for y, row in enumerate(rows):
            for part in ("@click", "press"):
                if part in row:
                    await pilot.click(StreamView, offset=(row.index(part) + 1, y))
        assert app.is_running
        assert app.links == app.opened == []


async def test_T8_only_web_links_are_requested_and_none_is_opened() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, "[good](https://example.com/a)\n\n[bad](file:///etc/passwd) -opt")
        rows = screen_rows(app, view)
        for y, row in enumerate(rows):
            if row.strip():
                await pilot.click(StreamView, offset=(2, y))
        await until(pilot, lambda: bool(app.links))
        assert app.links == ["https://example.com/a"]
        assert app.opened == []
        assert any("[bad](file:///etc/passwd)" in row for row in rows)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("word " * 200_000, "a line of more than"),
        ("你好" * 100_000, "a line of more than"),
        ("```python\n" + "x = 1\n" * 20_000, "a code block of more than"),
        ("|a|b|\n|-|-|\n" + "|x|y|\n" * 1000, "a table of more than"),
        (">" * 200 + " x", "deep"),
        ("word word\n" * 3000, "one list or paragraph"),
    ],
    ids=["line", "wide line", "code", "table", "quotes", "paragraph"],
)
async def test_T10_what_would_be_slow_is_shown_as_plain_text_with_a_reason(
    text: str, why: str
) -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        await show(view, pilot, text)
        assert view.plain_reason is not None
        assert why in view.plain_reason
        assert view.text == text
        rows = view.rows.plain_rows()
        assert "".join("".join(rows).split()) == "".join(text.split())
        view.clear()
        await show(view, pilot, "# Short")
        assert view.plain_reason is None
        assert view.rows.plain_rows() == ["Short"]


async def test_T10_a_long_text_is_shown_over_several_frames() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        text = "word word word\n\n" * 3000
        view.set_text(text)
        await until(pilot, lambda: view.rows.row_count() > 0)
        assert view.is_behind
        assert view.rows.row_count() <= MARKDOWN_WRITE
        await view.finish()
        assert not view.is_behind
        assert view.rows.row_count() == 5999


async def test_nothing_of_the_old_text_appears_after_clear() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        view.set_text("old text\n\n" * 5000)
        finishing = asyncio.create_task(view.finish())
        await until(pilot, lambda: view.rows.row_count() > 0)
        view.clear()
        assert view.text == ""
        assert view.rows.row_count() == 0
        view.append("new text")
        await finishing
        await view.finish()
        await pilot.pause()
        assert view.rows.plain_rows() == ["new text"]
        assert not any("old" in row for row in screen_rows(app, view))


async def test_short_text_stands_at_the_top() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, "first line")
        assert "first line" in screen_rows(app, view)[0]
        assert view.following


async def test_the_end_is_followed_until_the_reader_scrolls_away() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, PARAGRAPHS)
        assert view.following
        assert any("Paragraph 59" in row for row in screen_rows(app, view))
        await pilot.press("pageup")
        where = view.scroll_y
        assert not view.following
        await show(view, pilot, PARAGRAPHS)
        assert view.scroll_y == where < view.max_scroll_y


@pytest.mark.parametrize(
    "keys", [["pageup"], ["up"], ["home"], ["pageup", "pagedown", "up"]], ids=" ".join
)
async def test_keys_that_leave_the_end_stop_following(keys: list[str]) -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        await show(view, pilot, PARAGRAPHS)
        await pilot.press(*keys)
        assert not view.following


@pytest.mark.parametrize(
    "keys",
    [["end"], ["pagedown"], ["down"], ["up", "down"], ["home", "end"], ["pageup", "pagedown"]],
    ids=" ".join,
)
async def test_keys_that_reach_the_end_follow_again(keys: list[str]) -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, PARAGRAPHS)
        await pilot.press(*keys)
        assert view.following
        await show(view, pilot, "the very end")
        assert view.scroll_y == view.max_scroll_y
        assert any("the very end" in row for row in screen_rows(app, view))


async def test_the_mouse_wheel_leaves_the_end_and_comes_back() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        await show(view, pilot, PARAGRAPHS)
        await pilot._post_mouse_events([MouseScrollUp], view, offset=(5, 5))
        await until(pilot, lambda: not view.following)
        await show(view, pilot, "more\n\nand more\n\n")
        assert not view.following
        for _ in range(30):
            await pilot._post_mouse_events([MouseScrollDown], view, offset=(5, 5))
        await until(pilot, lambda: view.following)
        assert view.scroll_y == view.max_scroll_y


async def test_resizing_keeps_the_end_in_view_and_rewraps() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, PARAGRAPHS + "word " * 100 + "last")
        for size in ((30, 12), (100, 40), (10, 5), (60, 20)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert view.following
            assert view.scroll_y == view.max_scroll_y
        assert any("last" in row for row in screen_rows(app, view))


async def test_resizing_keeps_a_reader_who_scrolled_away_away() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        await show(view, pilot, PARAGRAPHS)
        await pilot.press("home")
        await pilot.resize_terminal(40, 15)
        await pilot.pause()
        assert not view.following
        assert view.scroll_y == 0


async def test_clear_follows_again() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, PARAGRAPHS)
        await pilot.press("home")
        view.clear()
        assert view.following
        await show(view, pilot, PARAGRAPHS)
        assert any("Paragraph 59" in row for row in screen_rows(app, view))


async def test_a_text_to_read_starts_at_its_beginning() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        view.set_text(PARAGRAPHS * 20, follow=False)
        await view.finish()
        await pilot.pause()
        assert (view.scroll_y, view.following) == (0, False)
        assert "Paragraph 0" in screen_rows(app, view)[0]


async def test_a_short_text_to_read_is_followed_because_its_end_is_in_view() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        view.set_text("short", follow=False)
        await until(pilot, lambda: view.following)
        await show(view, pilot, "\n\n" + PARAGRAPHS)
        assert view.scroll_y == view.max_scroll_y > 0


async def test_the_end_is_followed_in_plain_text_too() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        view.show_plain("Shown as plain text: asked for.")
        await show(view, pilot, PARAGRAPHS)
        assert any("Paragraph 59" in row for row in screen_rows(app, view))
        await pilot.press("pageup")
        assert not view.following


async def test_hidden_and_zero_size_views_keep_up() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        view.display = False
        await show(view, pilot, PARAGRAPHS)
        view.display = True
        await until(pilot, lambda: view.rows.row_count() == 119)
        await pilot.resize_terminal(1, 1)
        await show(view, pilot, PARAGRAPHS)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: view.scroll_y == view.max_scroll_y > 0)


async def test_X17_a_view_can_go_while_it_has_text_to_show() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        view.set_text(PARAGRAPHS * 100)
        await view.remove()
        view.append("late")
        await view.finish()
        view.clear()
        await pilot.pause()
        assert app.is_running
        assert view.text == ""


async def test_X13_filling_a_view_again_and_again_grows_nothing() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        await show(view, pilot, PARAGRAPHS)
        before = len(app.query("*"))
        for number in range(200):
            view.clear()
            view.append(f"# Run {number}\n\n" + "- item\n" * 20 + "| a |\n|-|\n| b |\n")
            await view.finish()
        await pilot.pause()
        assert len(app.query("*")) == before
        assert len(asyncio.all_tasks()) < 40
        assert "Run 199" in view.rows.plain_rows()[0]


async def test_the_timer_rests_when_there_is_nothing_to_show() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        view.append("text")
        await until(pilot, lambda: not view.is_behind and view._timer is None)
        assert view.rows.plain_rows() == ["text"]


async def test_X14_any_number_of_tokens_is_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    view = StreamView()
    writes: list[int] = []
    real = view.show_next
    monkeypatch.setattr(view, "show_next", lambda: (writes.append(len(view.text)), real()))
    async with running(view) as (_, pilot):
        for _ in range(1000):
            view.append("tok ")
        await until(pilot, lambda: not view.is_behind)
        assert writes == [4000]


async def test_code_blocks_are_as_given() -> None:
    view = StreamView()
    async with running(view) as (_, pilot):
        await show(view, pilot, "```py\nx[i] = '\x1b'\n```\ntext\n```\nopen")
        assert view.code_blocks == ["x[i] = '\x1b'", "open"]


async def test_copied_text_has_its_lines_in_one_piece() -> None:
    view = StreamView()
    async with running(view, size=(24, 20)) as (app, pilot):
        await show(
            view, pilot, "one two three four five six\n\n```\nabcdefghijklmnopqrstuvwxyz\n```"
        )
        view.rows.text_select_all()
        await pilot.pause()
        copied = app.screen.get_selected_text()
        assert copied is not None
        assert "one two three four five six" in copied
        assert "abcdefghijklmnopqrstuvwxyz" in copied


@pytest.mark.parametrize(
    "text",
    ["👩‍💻" * 40, "你好" * 40, "e\u0301" * 100, "a\tb\tc\r\nd", "🇩🇪" * 40, "ﷺ" * 30, "\ud83d x"],
)
@pytest.mark.parametrize("place", ["{}", "```\n{}\n```", "| {} |\n|-|\n| {} |", "- {}"])
async def test_T11_T12_odd_text_stays_inside_the_view(text: str, place: str) -> None:
    view = StreamView()
    view.styles.border = ("round", "red")
    async with running(view, size=(40, 16)) as (app, pilot):
        await show(view, pilot, place.format(text, text))
        strips = app.screen._compositor.render_strips()
        assert all(strip.cell_length == 40 for strip in strips)
        rows = ["".join(segment.text for segment in strip) for strip in strips]
        assert all(row.endswith(("│", "╮", "╯")) for row in rows[: view.region.bottom])
        assert all(cell_len(row) == 40 for row in rows)


@given(
    st.lists(st.sampled_from(["# h\n", "text ", "\n\n", "- a\n", "```\n", "\r", "\x1b", "é"])),
    st.integers(1, 9),
)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_any_chunks_end_with_the_same_text_and_rows(parts: list[str], size: int) -> None:
    source = "".join(parts)
    whole, chunked = StreamView(), StreamView()
    async with running(whole) as (_, pilot):
        await show(whole, pilot, source)
    async with running(chunked) as (_, pilot):
        for start in range(0, len(source), size):
            await show(chunked, pilot, source[start : start + size])
    assert chunked.text == whole.text == source
    assert chunked.rows.plain_rows() == whole.rows.plain_rows()


async def test_a_plain_view_cleans_scrolls_and_follows() -> None:
    view = PlainView()
    async with running(view) as (app, pilot):
        await show(view, pilot, "**as written** \x1b[31m\n" + PARAGRAPHS)
        assert view.rows.plain_rows()[0] == "**as written** ␛[31m"
        assert view.scroll_y == view.max_scroll_y > 0
        assert any("Paragraph 59" in row for row in screen_rows(app, view))
        await pilot.press("home")
        assert not view.following


async def test_X14_typing_goes_on_while_text_streams() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        box = app.query_one(Input)
        box.focus()
        for number in range(30):
            for _ in range(30):
                view.append(f"word{number} ")
            await pilot.press("a")
        assert box.value == "a" * 30
        await until(pilot, lambda: not view.is_behind)
        assert view.rows.plain_rows()[-1].endswith("word29")


async def test_X17_a_frame_that_still_holds_a_view_that_was_taken_away_can_be_painted() -> None:
    view = StreamView()
    async with running(view) as (app, pilot):
        view.append(PARAGRAPHS)
        await view.finish()
        await pilot.pause()
        rows = view.rows
        assert "Paragraph" in rows.render_lines(Region(0, 0, 20, 3))[0].text
        await view.remove()
        assert [strip.cell_length for strip in rows.render_lines(Region(0, 0, 20, 3))] == [20] * 3
        assert app.is_running
