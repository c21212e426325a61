"""What floods of text do to the app: the event loop, the keyboard, and the longest frame.

Budgets, for a machine that does nothing else: at 500 tokens a second in three panes the loop is
late by less than 100 ms (p99); at 100 tokens a second a key is on the screen within 50 ms (p99);
whatever a model writes, no frame takes longer than 250 ms.
"""

from __future__ import annotations

import asyncio
import gc

from textual.app import App, ComposeResult

from sutra_tui.tui.widgets.stream_view import StreamView

from .streaming import as_the_app_does, percentile, run, watch_loop

FAST, TOKENS_FAST = 500, 20_000
USUAL, TOKENS_USUAL = 100, 2_000
MONSTERS = {
    "100 KB of code": "```python\n" + "value = compute(value)\n" * 4_500 + "```\n",
    "1,000 rows of a table": "| a | b |\n|---|---|\n" + "| some words | more words |\n" * 1_000,
    "a line of 1 MB": "word " * 200_000,
    "a wide line of 1 MB": "你好" * 170_000,
    "200 nested quotes": ">" * 200 + " deep\n",
    "100,000 stacked marks": "e" + "\u0301" * 100_000,
}
_MS = 1e3


class _OneView(App[None]):
    def compose(self) -> ComposeResult:
        yield StreamView()


async def longest_frame(text: str, *, at_once: bool) -> tuple[float, float, bool]:
    """The longest hold of the loop while a text appeared, our own work in it, and if it is plain.

    Args:
        text: What a model writes.
        at_once: In one piece; else in pieces of 2,000 characters.
    """
    app = _OneView()
    lags: list[float] = []
    worked: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        gc.collect()
        as_the_app_does()
        view = app.query_one(StreamView)
        watcher = asyncio.create_task(watch_loop(lags, worked))
        await asyncio.sleep(0.1)
        lags.clear()
        worked.clear()
        size = len(text) if at_once else 2_000
        for begin in range(0, len(text), size):
            view.append(text[begin : begin + size])
            await asyncio.sleep(0.002)
        while view.is_behind:  # noqa: ASYNC110 - the timer that paints is what is measured
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.2)
        watcher.cancel()
        return max(lags), max(worked), view.plain_reason is not None


async def _load() -> list[str]:
    titles = ("lag p99 ms", "lag max ms", "our work p99", "echo p99 ms")
    lines = [f"{'three panes':<32}" + "".join(f"{title:>14}" for title in titles)]
    for count, rate in ((TOKENS_FAST, FAST), (TOKENS_USUAL, USUAL)):
        found = await run(count, bare=False, rate=rate)
        figures = (
            percentile(found.lags, 0.99),
            max(found.lags),
            percentile(found.worked, 0.99),
            percentile(found.echoes, 0.99),
        )
        name = f"{count:,} tokens at {rate} a second"
        lines.append(f"{name:<32}" + "".join(f"{seconds * _MS:>14.1f}" for seconds in figures))
    titles = ("at once: ms", "our work", "streamed: ms", "our work")
    lines += ["", f"{'one text':<32}" + "".join(f"{title:>14}" for title in titles)]
    for name, text in MONSTERS.items():
        *whole, plain = await longest_frame(text, at_once=True)
        *pieces, _ = await longest_frame(text, at_once=False)
        told = "".join(f"{seconds * _MS:>14.1f}" for seconds in (*whole, *pieces))
        lines.append(f"{name:<32}{told}  {'plain text' if plain else 'Markdown'}")
    return [*lines, "budgets: lag p99 100 ms at 500 a second, echo p99 50 ms at 100, frames 250 ms"]


def bench_load() -> list[str]:
    """The longest waits, as lines of two tables."""
    return asyncio.run(_load())
