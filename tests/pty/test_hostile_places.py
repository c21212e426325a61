"""Where hostile text is kept, listed, completed and brought back, the terminal stays unharmed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui import paths
from sutra_tui.core.protocol import StageRecord
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.history import History
from tests.ollama_server import OllamaServer, Reply
from tests.store.history_support import made

from .app import READY, A, ask, crash_files, quit_app, sutra
from .evil import EVIL, EVIL_TEXT, SHOWN_END, THE_END, assert_only_drawing
from .terminal import Terminal

pytestmark = pytest.mark.slow
SIZE = (180, 60)
EVIL_LINE = f"{EVIL['clipboard']}{EVIL['8 bit']}{EVIL['bidi']}[/] {THE_END}"


def assert_unharmed(terminal: Terminal) -> None:
    """Only drawing came, and the app can be left by its key."""
    assert_only_drawing(terminal)
    quit_app(terminal)
    assert not crash_files()


# -- completing -----------------------------------------------------------------------------------


def test_T2_T5_names_of_models_completed_in_the_query_box(server: OllamaServer) -> None:
    server.fault("hostile_names")
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.type("/model-a ")
        terminal.wait_for("[@click=app.quit]quit[/]:latest")
        terminal.wait_for("␛[31mred␛[0m:latest")
        terminal.type("31m")
        terminal.wait_for("/model-a 31m")
        terminal.type("\t")
        terminal.wait_for("/model-a ␛[31mred␛[0m:latest")
        terminal.press("enter")
        terminal.wait_for(lambda: not terminal.shows("/model-a"))
        assert not terminal.shows("There is no model")
        for text in ("[@click", "[/]", "new"):
            terminal.type(f"/model-b {text}")
            terminal.wait_for(f"/model-b {text}")
            terminal.type("\t\r")
            terminal.wait_for(lambda: not terminal.shows("/model-b"))
        assert_unharmed(terminal)


def test_T2_T5_names_of_files_completed_in_the_query_box(
    server: OllamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("\x1b]0;title\x07.txt", "\x9b2J.txt", "\u202egnp.exe", "\udcff.txt", "a\nb.txt"):
        (folder / name).write_text("x")
    for name in ("[@click=app.quit]quit.txt", "[bold]x.txt", "{query}.txt"):
        (folder / name).write_text("{query}")
    monkeypatch.chdir(folder)
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.type("/template a ")
        terminal.wait_for("[@click=app.quit]quit.txt")
        terminal.wait_for("{query}.txt")
        assert not terminal.shows("title") and not terminal.shows("gnp.exe")
        terminal.type("[bo")
        terminal.wait_for("/template a [bo")
        terminal.wait_for(lambda: not terminal.shows("[@click"))
        terminal.type("\t")
        terminal.wait_for("/template a [bold]x.txt")
        terminal.press("enter")
        terminal.wait_for("template A")
        terminal.type(f"/template b ./{EVIL['colour']}")
        terminal.press("enter")
        assert_unharmed(terminal)


# -- kept -----------------------------------------------------------------------------------------


def test_T1_T2_a_run_of_the_history_that_means_harm(server: OllamaServer) -> None:
    stage = StageRecord(EVIL_LINE, EVIL_LINE, EVIL_LINE, output=EVIL_TEXT, thinking=EVIL_TEXT)  # type: ignore[arg-type]
    run = made(
        query=EVIL_LINE,
        answer=EVIL_TEXT,
        draft=EVIL_TEXT,
        demonstrations=(EVIL_TEXT, "two"),
        model_a=EVIL_LINE,
        model_b=EVIL_LINE,
        method=EVIL_LINE,
        status="failed",
        title=f"evil {EVIL_LINE}",
        error={"kind": EVIL_LINE, "message": f"evil {EVIL_LINE}", "remedy": EVIL_LINE},
    )
    stages = (*run.result.stages, stage)
    result = replace(run.result, stages=stages, notices=(EVIL_LINE,), engine=EVIL_LINE)
    with History(paths.history_database()) as history:
        history.save(replace(run, result=result))
        history.save(made("other", "harmless"))
    server.script(A, Reply(chunks=["going ", "on "], endless=True, unlimited=True))
    server.hold(4, model=A)
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.type("\x0c")  # ctrl+l
        terminal.wait_for("harmless")
        terminal.wait_for(SHOWN_END)
        terminal.type("/")
        terminal.wait_for("words of a query")
        terminal.type("evil")
        terminal.wait_for(lambda: not terminal.shows("harmless"))
        terminal.wait_for(SHOWN_END)
        terminal.press("enter")
        terminal.wait_for("n Rename")
        terminal.type("n")
        terminal.wait_for("Rename to")
        terminal.press("escape")
        terminal.wait_for(lambda: not terminal.shows("Rename to"))
        terminal.press("enter")
        terminal.wait_for("╭─ ask")
        terminal.wait_for(SHOWN_END)
        assert_only_drawing(terminal)
        terminal.type("\x12")  # ctrl+r: its query once more, stopped, so that it comes back
        terminal.wait_for(lambda: server.parked)
        terminal.press("escape")
        terminal.wait_for("the query is back below")
        assert_unharmed(terminal)


def test_T1_T2_an_entry_of_the_cache_that_means_harm(server: OllamaServer) -> None:
    with DemonstrationCache(path=paths.cache_database()) as cache:
        cache.set(
            EVIL_LINE,
            [EVIL_TEXT, "two"],
            query=f"evil {EVIL_LINE}",
            model_a=EVIL_LINE,
            digest=EVIL_LINE,
            draft=EVIL_TEXT,
        )
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.type("\x1b[18~")  # f7
        terminal.wait_for("␛]52;c;")
        terminal.wait_for(SHOWN_END)
        assert_unharmed(terminal)


def test_T2_a_setting_that_means_harm(server: OllamaServer) -> None:
    path = paths.config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        'theme = "evil \\u001b]52;c;ZXZpbA==\\u0007\\u009b2J [/]"\n"evil\\u001bc" = 1\n'
    )
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.wait_for("␛]52;c;")
        terminal.type("\x1b[21~")  # f10
        terminal.wait_for("cache_ttl_s")
        terminal.wait_for("␛c")
        assert_only_drawing(terminal)
        terminal.press("escape")
        terminal.wait_for("╭─ ask")
        assert_unharmed(terminal)


# -- the query itself -----------------------------------------------------------------------------


def test_T2_a_query_pasted_with_sequences_in_it(server: OllamaServer) -> None:
    with sutra(server, size=SIZE) as terminal:
        terminal.wait_for(READY)
        terminal.paste(EVIL_LINE.replace("\x1b]52;c;ZXZpbA==\x07", ""))
        terminal.wait_for("the end")
        ask(terminal, " and so on")
        terminal.wait_for("● B")
        assert_unharmed(terminal)
