"""What streaming into three panes costs: this package's view against Textual's own Markdown.

Run `python -m tests.bench.streaming [TOKENS]`. Both feed three panes at 100 tokens a second each
and paint at most 15 times a second, while keys are typed into an input of the same app. Nothing is
written to a terminal, so the numbers are the program's own. Only ratios carry over to another
machine.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from textual import events
from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.strip import Strip
from textual.widgets import Input, Markdown

from sutra_tui.tui import first_frame
from sutra_tui.tui.widgets.stream_view import StreamView

PANES = 3
TOKENS_PER_SECOND = 100
WRITES_PER_SECOND = 15
KEY_INTERVAL = 0.1
ANSWER = """## Reading a file safely

Use `std::fs::read_to_string` and match on the **result** instead of calling `unwrap()`. The error
tells you *why* the file could not be read, so the caller can decide what to do about it.

1. Open the file and handle the error.
2. Read it:
   - at once when it is small
   - line by line when it may be large
3. Close it by letting the handle go out of scope.

```rust
use std::fs;
use std::io;

fn read(path: &str) -> Result<String, io::Error> {
    let text = fs::read_to_string(path)?; // the question mark returns the error
    Ok(text.trim_end().to_string())
}
```

| Call | Returns | When |
|---|---|---|
| `read_to_string` | `String` | small text files |
| `BufReader::lines` | an iterator | logs and other long files |

> Never build a path from text you did not write without checking it first.

"""


def tokens(count: int) -> list[str]:
    """`count` pieces of four characters, about what a model's tokens are."""
    text = ANSWER * (count * 4 // len(ANSWER) + 1)
    return [text[i : i + 4] for i in range(0, count * 4, 4)]


class EchoInput(Input):
    """An input that knows what it has painted."""

    painted = ""

    def render_line(self, y: int) -> Strip:
        """Note what is on the screen from now on."""
        self.painted = self.value
        return super().render_line(y)


class BenchApp(App[None]):
    """Three panes and an input.

    Args:
        bare: Textual's Markdown in a scrolling container instead of this package's view.
        panes: How many.
    """

    CSS = "Horizontal { height: 1fr; }"

    def __init__(self, *, bare: bool, panes: int = PANES) -> None:
        super().__init__()
        self.bare = bare
        self.panes = panes

    def compose(self) -> ComposeResult:
        """The panes, then the input."""
        with Horizontal():
            for _ in range(self.panes):
                if self.bare:
                    with VerticalScroll():
                        yield Markdown()
                else:
                    yield StreamView()
        yield EchoInput()

    def on_mount(self) -> None:
        """Type into the input."""
        self.query_one(EchoInput).focus()
        for scroll in self.query(VerticalScroll):
            if self.bare:
                scroll.anchor()


@dataclass
class Measured:
    """What one run cost; times in seconds."""

    cpu: float = 0.0
    wall: float = 0.0
    behind: float = 0.0
    lags: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of all values lie; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


async def arrivals(count: int, rate: int) -> AsyncIterator[str]:
    """Tokens at their speed; a late reader gets those that have arrived meanwhile in one piece."""
    pieces = tokens(count)
    began = time.perf_counter()
    given = 0
    while given < count:
        due = min(count, int((time.perf_counter() - began) * rate) + 1)
        for piece in pieces[given:due]:
            yield piece
        given = due
        await asyncio.sleep(1 / min(rate, 100))


async def feed_view(view: StreamView, count: int, rate: int) -> None:
    """Our way: append every token as it comes."""
    async for piece in arrivals(count, rate):
        view.append(piece)
    await view.finish()


async def feed_markdown(markdown: Markdown, count: int, rate: int) -> None:
    """The bare way: collect tokens, append what there is 15 times a second."""
    pending: list[str] = []
    done = asyncio.Event()

    async def paint() -> None:
        while not (done.is_set() and not pending):
            await asyncio.sleep(1 / WRITES_PER_SECOND)
            if pending:
                batch = "".join(pending)
                pending.clear()
                await markdown.append(batch)

    painter = asyncio.create_task(paint())
    async for piece in arrivals(count, rate):
        pending.append(piece)
    done.set()
    await painter


async def watch_loop(lags: list[float], worked: list[float] | None = None) -> None:
    """How late a 10 ms timer is, again and again, and what this process worked meanwhile.

    On a machine that others use too, a lag is mostly theirs; the work is ours alone.
    """
    while True:
        before, busy = time.perf_counter(), time.process_time()
        await asyncio.sleep(0.01)
        lags.append(time.perf_counter() - before - 0.01)
        if worked is not None:
            worked.append(time.process_time() - busy)


async def type_keys(app: BenchApp, echoes: list[float]) -> None:
    """Type a key, wait until it is painted, note how long that took."""
    box = app.query_one(EchoInput)
    while True:
        expected = box.value + "a"
        before = time.perf_counter()
        app.post_message(events.Key("a", "a"))
        while box.painted != expected:  # noqa: ASYNC110 - painting has no event to wait for
            await asyncio.sleep(0.001)
        echoes.append(time.perf_counter() - before)
        await asyncio.sleep(KEY_INTERVAL)


def as_the_app_does() -> None:
    """From the first frame on, the app looks for garbage more rarely than Python does."""
    first_frame.is_awaited()
    first_frame.is_there()


async def run(
    count: int, *, bare: bool, rate: int = TOKENS_PER_SECOND, panes: int = PANES
) -> Measured:
    """One run of one kind, `rate` tokens a second in each pane."""
    measured = Measured()
    app = BenchApp(bare=bare, panes=panes)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        gc.collect()
        if not bare:
            as_the_app_does()
        watchers = [
            asyncio.create_task(watch_loop(measured.lags, measured.worked)),
            asyncio.create_task(type_keys(app, measured.echoes)),
        ]
        feed: list[Callable[[], Awaitable[None]]] = (
            [lambda m=m: feed_markdown(m, count, rate) for m in app.query(Markdown)]
            if bare
            else [lambda v=v: feed_view(v, count, rate) for v in app.query(StreamView)]
        )
        cpu, wall = time.process_time(), time.perf_counter()
        await asyncio.gather(*(start() for start in feed))
        measured.cpu = time.process_time() - cpu
        measured.wall = time.perf_counter() - wall
        measured.behind = max(0.0, measured.wall - count / rate)
        for watcher in watchers:
            watcher.cancel()
    return measured


def row(name: str, count: int, measured: Measured, panes: int = PANES) -> str:
    """One line of the table."""
    return (
        f"{name:<26}{measured.cpu / (count * panes) * 1e6:>12.0f}"
        f"{percentile(measured.lags, 0.99) * 1e3:>12.1f}{max(measured.lags) * 1e3:>12.1f}"
        f"{percentile(measured.echoes, 0.99) * 1e3:>12.1f}{measured.behind:>12.2f}"
    )


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tokens", nargs="?", type=int, default=2000, help="tokens per pane")
    parser.add_argument("--only", choices=("bare", "ours"), help="run only one of the two")
    options = parser.parse_args()
    head = ("CPU us/token", "lag p99 ms", "lag max ms", "echo p99 ms", "behind s")
    print(f"{options.tokens} tokens x {PANES} panes at {TOKENS_PER_SECOND} tokens/s each")
    print(f"{'':<26}" + "".join(f"{title:>12}" for title in head))
    kinds = {"bare": "Markdown.append at 15/s", "ours": "StreamView"}
    for kind, name in kinds.items():
        if options.only in (None, kind):
            measured = asyncio.run(run(options.tokens, bare=kind == "bare"))
            print(row(name, options.tokens, measured), flush=True)
    if options.only in (None, "ours"):
        # As in the app, where one model writes at a time.
        measured = asyncio.run(run(options.tokens, bare=False, panes=1))
        print(row("StreamView, one pane", options.tokens, measured, panes=1), flush=True)


if __name__ == "__main__":
    main()
