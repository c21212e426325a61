"""Links of models: shown with their host, opened after a yes, and only if they are web links."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.web_link import ask_and_open, host_of
from sutra_tui.tui.widgets.panes import Panes
from tests.ollama_server import Reply

from .workshop import B, Workshop, ask_and_wait, connected, until

LINK = "https://docs.example.com/a?b=c"


@asynccontextmanager
async def pilot_of(
    workshop: Workshop, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pilot[None]]:
    app = workshop.app()
    monkeypatch.setattr(app, "open_url", lambda url, **_: opened.append(url))
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        yield pilot


@pytest.mark.parametrize(("key", "opens"), [("y", [LINK]), ("n", []), ("escape", [])])
async def test_T8_a_link_is_opened_only_after_its_host_was_shown(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, key: str, opens: list[str]
) -> None:
    workshop.server.script(B, Reply(f"[click here]({LINK})"))
    opened: list[str] = []
    async with pilot_of(workshop, opened, monkeypatch) as pilot:
        screen = await ask_and_wait(pilot)
        view = screen.query_one(Panes).answer.query_one("StreamView")
        await pilot.click(view, offset=(3, 0))
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        shown = "\n".join(str(text.render()) for text in pilot.app.screen.query(Static))
        assert "a page of docs.example.com" in shown and LINK in shown
        assert opened == []
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
        assert opened == opens


@pytest.mark.parametrize(
    "href",
    ["-opt", "/etc/passwd", "../x", "file:///etc/passwd", "ms-msdt:/id", "smb://evil/share",
     "ssh://host", "javascript:alert(1)", "www.example.com", "http://bank.example@evil.example"],
)  # fmt: skip
async def test_T8_nothing_else_is_even_asked_about(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, href: str
) -> None:
    opened: list[str] = []
    async with pilot_of(workshop, opened, monkeypatch) as pilot:
        await connected(pilot)
        ask_and_open(pilot.app, href)
        await pilot.pause()
        assert not isinstance(pilot.app.screen, Confirm) and opened == []


@pytest.mark.parametrize(
    ("href", "host"),
    [
        ("https://example.com:8080/x", "example.com"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://аpple.com/", "xn--pple-43d.com"),
        ("https://" + "a" * 80 + ".com", "a" * 80 + ".com"),
    ],
)
def test_T8_a_host_is_shown_without_look_alikes(href: str, host: str) -> None:
    assert host_of(href) == host
