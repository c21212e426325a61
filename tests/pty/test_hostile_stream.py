"""Whatever models and servers say, the terminal hears only what Textual itself draws with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer, Reply

from .app import READY, A, B, ask, crash_files, quit_app, sutra
from .evil import (
    BEGINNING,
    DRAWING,
    EVIL,
    EVIL_TABLE,
    EVIL_TEXT,
    LEAVING,
    SHOWN_END,
    THE_END,
    assert_only_drawing,
)
from .terminal import Terminal

pytestmark = pytest.mark.slow
SIZE = (180, 60)
DEMONSTRATIONS = ("ask for tea, get tea", "ask for bread, get bread", "ask for rain, get rain")


def reply_a(draft: str = "a draft", demonstrations: tuple[str, ...] = DEMONSTRATIONS) -> str:
    shown = "".join(f"<demonstration>\n{text}\n</demonstration>\n" for text in demonstrations)
    return f"<answer>\n{draft}\n</answer>\n<demonstrations>\n{shown}</demonstrations>"


@pytest.fixture(autouse=True)
def three_demonstrations(server: OllamaServer) -> None:
    server.script(A, reply_a())


def assert_usable(terminal: Terminal) -> None:
    """The app goes on as if nothing had been said."""
    terminal.wait_for("╭─ ask")
    terminal.click("╭─ ask")
    terminal.type("¤")
    terminal.wait_for("¤")
    quit_app(terminal)
    assert not crash_files()


def test_the_list_of_what_textual_draws_with_is_no_longer_than_it_must_be(
    server: OllamaServer,
) -> None:
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        terminal.wait_for("scripted final answer")
        assert terminal.kinds == DRAWING | BEGINNING
        quit_app(terminal)
        assert terminal.kinds == DRAWING | BEGINNING | LEAVING


# -- what models say ------------------------------------------------------------------------------

SAYINGS = {
    "draft, demonstration, answer": (
        reply_a(draft=EVIL_TEXT, demonstrations=("one", "two", f"three\n\n{EVIL_TEXT}")),
        EVIL_TEXT,
        3,
    ),
    "text without tags, code": (EVIL_TEXT, f"```python\n{EVIL_TEXT}\n```", 2),
    "thinking, table": (
        f"<think>\n{EVIL_TEXT}\n</think>\n{reply_a(draft=THE_END)}",
        f"{EVIL_TABLE}\n{THE_END}",
        2,
    ),
}
"""What Model A says, what Model B says, and in how many panes the end of it is to be seen."""


@pytest.mark.parametrize("in_bytes", [False, True], ids=["by token", "by character and byte"])
@pytest.mark.parametrize(("said_by_a", "said_by_b", "panes"), SAYINGS.values(), ids=SAYINGS.keys())
def test_T1_T3_what_models_say(
    said_by_a: str, said_by_b: str, panes: int, in_bytes: bool, server: OllamaServer
) -> None:
    for model, said in ((A, said_by_a), (B, said_by_b)):
        chunks = list(said) if in_bytes else [said[n : n + 9] for n in range(0, len(said), 9)]
        server.script(model, Reply(chunks=chunks, unlimited=True))
    if in_bytes:
        server.fault("one_byte_writes")
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        terminal.wait_for(lambda: terminal.screen.text.count(SHOWN_END) == panes)
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_the_app_is_what_stops_it(server: OllamaServer) -> None:
    """The checks of this file notice what gets through: here with the app's cleaning taken away."""
    server.script(A, Reply(reply_a(draft="evil \x1b]52;c;ZXZpbA==\x07 evil"), unlimited=True))
    dirty = "import sutra_tui.core.clean as door; door._TABLE.clear()"
    with sutra(server, size=SIZE, before=dirty) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        with pytest.raises(AssertionError):
            assert_only_drawing(terminal)


def test_T1_what_models_think(server: OllamaServer) -> None:
    thinking = f"<think>\n{EVIL_TEXT}\n</think>\n"
    server.script(A, Reply(thinking + reply_a(), unlimited=True))
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        terminal.wait_for("▸ thought")
        terminal.click("▸ thought")
        terminal.wait_for("▾ thought")
        terminal.wait_for("␛")
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_T1_what_is_shown_while_it_streams(server: OllamaServer) -> None:
    server.script(B, Reply(chunks=[*EVIL_TEXT, *" and so on" * 50], unlimited=True))
    hold = server.hold(len(EVIL_TEXT), model=B)
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for(lambda: hold.parked)
        terminal.wait_for(SHOWN_END)
        terminal.wait_for("◐ B")
        assert_only_drawing(terminal)
        hold.release()
        terminal.wait_for("● B")
        assert_only_drawing(terminal)
        assert_usable(terminal)


MARKUP = "[/] [bold]x[/bold] [@click=app.quit]leave[/] [link=file:///etc/passwd]file[/link]"


def test_T6_markup_is_text_and_clicks_on_it_do_nothing(server: OllamaServer) -> None:
    server.script(A, Reply(reply_a(draft=MARKUP, demonstrations=(f"one {MARKUP}", "two", "three"))))
    server.script(B, Reply(f"[click](app.quit) [file](file:///etc/passwd)\n\n{MARKUP}"))
    with sutra(server, size=(300, 60)) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        terminal.wait_for(lambda: terminal.screen.text.count("[@click=app.quit]leave[/]") == 3)
        for text in ("leave", "file[/link]", "[@click", "[/]", "click", "x[/bold]"):
            terminal.click(text)
        assert_only_drawing(terminal)
        assert "OSC 8" not in terminal.kinds
        assert_usable(terminal)


# -- what servers say -----------------------------------------------------------------------------


@pytest.mark.parametrize("model", [A, B])
def test_T2_what_a_server_says_instead_of_an_answer(model: str, server: OllamaServer) -> None:
    server.script(model, Reply(error=f"evil {EVIL['clipboard']}{EVIL['8 bit']} {THE_END}"))
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for(SHOWN_END)
        terminal.wait_for("␛]52;c;")
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_T2_N7_what_a_server_says_in_the_middle_of_an_answer(server: OllamaServer) -> None:
    server.script(B, Reply("so far so good", error=f"evil {EVIL['title']} {THE_END}"))
    server.fault("hostile_text", model=A)
    with sutra(server, size=SIZE) as terminal:
        ask(terminal)
        terminal.wait_for(SHOWN_END)
        terminal.wait_for("so far so good")
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_T2_how_models_are_called(server: OllamaServer) -> None:
    server.fault("hostile_names")
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        for key in ("f2", "f3"):
            terminal.press(key)
            terminal.wait_for("type to filter")
            terminal.wait_for("␛[31mred␛[0m:latest")
            terminal.wait_for("[@click=app.quit]quit[/]:latest")
            terminal.press("enter")
            terminal.wait_for(lambda: not terminal.shows("type to filter"))
        terminal.press("ctrl+p")
        terminal.wait_for("Search for commands")
        terminal.press("escape")
        # What is typed at once would be alt and that key, as terminals have it.
        terminal.wait_for(lambda: not terminal.shows("Search for commands"))
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_T2_what_a_server_says_about_itself_and_its_models() -> None:
    said = f"{EVIL['clipboard']}{EVIL['8 bit']}[/]"
    facts = {"family": said, "parameter_size": said, "quantization": said}
    models = [replace(LLAMA_3B, **facts), replace(MISTRAL_7B, **facts)]
    server = OllamaServer(models, version=f"0.33.2-{said}")
    with server, sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for("␛]52")
        terminal.press("f2")
        terminal.wait_for("type to filter")
        terminal.press("escape")
        terminal.wait_for(lambda: not terminal.shows("type to filter"))
        assert_only_drawing(terminal)
        assert_usable(terminal)


def test_T1_a_terminal_that_can_do_more_gets_no_more_than_that(server: OllamaServer) -> None:
    """Synchronised output: the app is told that there is such a thing, and uses it."""
    server.script(B, Reply(EVIL_TEXT, unlimited=True))
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.type("\x1b[?2026;2$y")
        terminal.wait_for(lambda: "CSI ?2026h" in terminal.kinds or terminal.type("z"))
        ask(terminal)
        terminal.wait_for(SHOWN_END)
        assert terminal.kinds <= DRAWING | BEGINNING | {"CSI ?2026h", "CSI ?2026l"}
        quit_app(terminal)
