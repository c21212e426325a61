"""The footer's keys that are gone are let go of."""

from __future__ import annotations

import asyncio
import gc

from textual.pilot import Pilot
from textual.widgets._footer import FooterKey

from sutra_tui.tui.widgets.key_footer import KeyFooter

from .workshop import Workshop, connected, until


def _held() -> int:
    gc.collect()
    return sum(1 for held in gc.get_objects() if isinstance(held, FooterKey))


async def _shown_anew(pilot: Pilot[None], footer: KeyFooter) -> None:
    """Once more, by the footer itself, as when the bindings change."""
    done = asyncio.Event()

    async def recompose() -> None:
        await footer.recompose()
        done.set()

    footer.call_later(recompose)
    await done.wait()
    await pilot.pause()


async def test_X13_a_footer_that_is_shown_anew_holds_no_keys_of_before(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await _shown_anew(pilot, footer)
        before, shown = _held(), len(footer.query(FooterKey))
        assert shown
        for _ in range(5):
            await _shown_anew(pilot, footer)
        assert _held() <= before + shown


async def test_a_narrower_screen_has_fewer_keys(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        footer = screen.query_one(KeyFooter)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
        await pilot.resize_terminal(60, 20)
        await until(pilot, lambda: len(footer.query(FooterKey)) < 6)
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: len(footer.query(FooterKey)) > 8)
