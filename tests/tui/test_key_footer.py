"""The footer shows what applies and fits, is not built in vain, and lets go of what is gone."""

from __future__ import annotations

import gc

from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from sutra_tui.tui.widgets.key_footer import KeyFooter

from .workshop import Workshop, connected, until


def _held() -> int:
    gc.collect()
    return sum(1 for held in gc.get_objects() if isinstance(held, FooterKey))


async def _resized(pilot: Pilot[None], footer: KeyFooter, width: int, height: int) -> None:
    """Another size, until the footer shows other keys."""
    before = list(footer.query(FooterKey))
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: footer.children and list(footer.query(FooterKey)) != before)


async def test_X13_a_footer_that_is_shown_anew_holds_no_keys_of_before(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
        before, shown = _held(), len(footer.query(FooterKey))
        for _ in range(5):
            await _resized(pilot, footer, 60, 20)
            await _resized(pilot, footer, 120, 40)
        assert _held() <= before + shown


async def test_a_narrower_screen_has_fewer_keys(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
        await _resized(pilot, footer, 60, 20)
        assert len(footer.query(FooterKey)) < 6
        await _resized(pilot, footer, 120, 40)
        assert len(footer.query(FooterKey)) > 8


async def test_the_same_keys_are_not_built_again(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
        before = list(footer.query(FooterKey))
        for _ in range(3):
            screen.refresh_bindings()
            await pilot.pause()
        assert list(footer.query(FooterKey)) == before


async def test_a_click_on_a_key_does_what_it_says(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
        models = [key for key in footer.query(FooterKey) if key.action == "open_models"]
        await pilot.click(models[0])
        await until(pilot, lambda: pilot.app.screen is not screen)
