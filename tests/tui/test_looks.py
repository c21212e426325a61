"""Looks for everybody: few colours, none, no motion; and the layout of last time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.filter import NoColor
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input, OptionList

from sutra_tui.settings import Settings
from sutra_tui.store.remembered import Remembered, load_remembered
from sutra_tui.tui.theme import DEFAULT_THEME, PLAIN_THEME, THEMES
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette
from sutra_tui.tui.wishes import theme_names

from .settings_support import settings_app
from .test_snapshots import done, picture
from .workshop import A, B, Workshop, ask_and_wait, connected, main_screen, until

__all__ = ["picture"]
EVERY_THEME = (*(theme.name for theme in THEMES), *BUILTIN_THEMES)


def test_every_theme_is_on_offer() -> None:
    assert set(theme_names()) == set(EVERY_THEME)
    assert {DEFAULT_THEME, PLAIN_THEME, "sutra-light"} <= set(theme_names())


@pytest.mark.parametrize(
    ("term", "colorterm", "theme"),
    [
        ("xterm-256color", "", DEFAULT_THEME),
        ("xterm-256color", "truecolor", DEFAULT_THEME),
        ("xterm-16color", "", PLAIN_THEME),
        ("linux", "", PLAIN_THEME),
        ("xterm", "truecolor", DEFAULT_THEME),
    ],
)
def test_with_16_colours_the_palette_of_the_terminal_is_used(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, term: str, colorterm: str, theme: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colorterm)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    assert workshop.app().own_theme == theme
    assert workshop.app(settings=Settings(theme="nord")).theme == "nord"


@pytest.mark.parametrize("theme", ["sutra-dark", "sutra-ansi", "nord"])
async def test_without_colours_the_marked_row_is_still_marked(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = workshop.app(settings=Settings(theme=theme))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        assert [type(line_filter) for line_filter in app.get_line_filters()] == [NoColor]
        screen.query_one(QueryBox).put("/mo")
        await until(pilot, lambda: screen.query_one(SlashPalette).is_open)
        rows = screen.query_one(OptionList)
        style = rows.get_visual_style("option-list--option-highlighted")
        assert style.bold and style.underline
        await pilot.press("ctrl+y")
        app.theme = "sutra-light"
        await pilot.pause()
        assert [type(line_filter) for line_filter in app.get_line_filters()] == [NoColor]


@pytest.mark.parametrize("theme", EVERY_THEME)
async def test_the_app_opens_in_every_theme(workshop: Workshop, theme: str) -> None:
    app = workshop.app(settings=Settings(theme=theme))
    async with app.run_test(size=(80, 24)) as pilot:
        await connected(pilot)
        assert app.theme == theme and app.is_running


@pytest.mark.parametrize("reduced", [False, True])
async def test_reduced_motion_keeps_everything_still(workshop: Workshop, reduced: bool) -> None:
    workshop.server.hold(1, model=A)
    app = workshop.app(settings=Settings(reduced_motion=reduced), model_a=A, model_b=B)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        box = screen.query_one(QueryBox)
        await until(pilot, lambda: box.has_focus)
        await until(pilot, lambda: box.cursor_blink is not reduced)
        assert app.animation_level == ("none" if reduced else "full")
        box.put("Why?")
        await pilot.press("enter")
        thread = screen.query_one("ThreadLine")
        await until(pilot, lambda: "◐ A" in str(thread.render()) or "A" in str(thread.render()))
        workshop.clock.now += 10
        await until(pilot, lambda: thread.now == workshop.clock.now)  # type: ignore[attr-defined]
        if reduced:
            assert thread.tick == 0  # type: ignore[attr-defined]
        else:
            await until(pilot, lambda: thread.tick > 0)  # type: ignore[attr-defined]
        workshop.server.release()
        await pilot.press("f10")
        await until(pilot, lambda: app.screen.query(Input))
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await until(pilot, lambda: app.focused.cursor_blink is not reduced)  # type: ignore[union-attr]


async def test_the_zoomed_pane_is_remembered(workshop: Workshop) -> None:
    app = workshop.app(model_a=A, model_b=B)
    async with app.run_test(size=(120, 40)) as pilot:
        await connected(pilot)
        await pilot.press("f4", "f4")
        kept = load_remembered(workshop.state_file)
        assert kept.zoomed == main_screen(pilot).query_one(Panes).zoomed == "demonstrations"
    again = workshop.app(remembered=kept, model_a=A, model_b=B)
    async with again.run_test(size=(120, 40)) as pilot:
        panes = (await ask_and_wait(pilot)).query_one(Panes)
        assert panes.has_class("-zoomed")
        assert panes.demonstrations.region.width == 120 and not panes.answer.display
        await pilot.press("f4", "f4")
        assert load_remembered(workshop.state_file).zoomed == ""


async def test_a_pane_that_is_none_zooms_nothing(workshop: Workshop) -> None:
    app = workshop.app(remembered=Remembered(zoomed="evil\x1b"))
    async with app.run_test(size=(120, 40)) as pilot:
        panes = (await connected(pilot)).query_one(Panes)
        assert panes.zoomed == "" and not panes.has_class("-zoomed")


async def test_the_setting_for_motion_counts_at_once(workshop: Workshop) -> None:
    app = settings_app(workshop, "reduced_motion = false\n")
    async with app.run_test(size=(120, 40)) as pilot:
        await connected(pilot)
        assert app.animation_level == "full"
        fields = {row.field.name: row.field for row in app.desk.rows()}
        app.desk.save(fields["reduced_motion"], True)
        app.desk.put_into_effect(fields["reduced_motion"], app)
        assert app.animation_level == "none"
        assert main_screen(pilot).query_one(QueryBox).cursor_blink is False


# -- pictures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["sutra-light", "sutra-ansi"])
def test_a_finished_run_in_another_theme(picture: Callable[..., None], theme: str) -> None:
    picture(done, settings=Settings(reduced_motion=True, theme=theme))


def test_a_finished_run_without_colours(
    picture: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    picture(done)
