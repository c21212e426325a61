"""The whole examination: it ends whatever is wrong, and gives nothing away."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import InvalidHost
from sutra_tui.doctor.examination import Server
from sutra_tui.doctor.here import circumstances as here
from sutra_tui.doctor.privacy import Privacy
from sutra_tui.doctor.terminal import TerminalFacts
from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.settings import Settings
from sutra_tui.store.remembered import Remembered
from tests.ollama_server import OllamaServer

from .support import by_id, circumstances, engine, report

SECRET = "hunter2-4f1d"
EVIL = f"\x1b]52;c;{SECRET}\x07"


async def test_a_machine_in_good_order_has_no_failure(tmp_path: Path) -> None:
    with OllamaServer() as server:
        found = await report(circumstances(engine(server), tmp_path))
    assert found.count("failed") == 0
    assert by_id(found, "ollama.server").facts["version"] == "0.33.2"
    assert by_id(found, "models.pair").facts == {
        "model_a": "llama3.2:3b",
        "model_b": "mistral:7b",
    }
    assert by_id(found, "models.fit").verdict == "ok"
    assert [topic for topic, _ in found.by_topic()] == [
        "Program", "Terminal", "Files", "Machine", "Ollama", "Models",
    ]  # fmt: skip


async def test_looking_loads_no_model(tmp_path: Path) -> None:
    with OllamaServer() as server:
        await report(circumstances(engine(server), tmp_path))
        assert server.loads == [] and server.calls("/api/chat") == []


async def test_the_demo_needs_no_ollama(tmp_path: Path) -> None:
    found = await report(circumstances(demo_engine("instant"), tmp_path), self_test=True)
    assert found.count("failed") == 0
    assert by_id(found, "ollama.server").facts == {"demo": True}
    assert by_id(found, "self_test.demo-swift:3b").verdict == "ok"


async def test_without_a_server_the_rest_is_still_told(tmp_path: Path) -> None:
    with OllamaServer() as server:
        gone = engine(server)
    found = await report(circumstances(gone, tmp_path), self_test=True)
    assert by_id(found, "ollama.server").facts["error"] == "unreachable"
    assert by_id(found, "files.cache").verdict == "ok"
    assert by_id(found, "self_test.all").verdict == "failed"


@pytest.mark.parametrize(
    "fault",
    ["million_models", "megabyte_names", "hostile_names"],
)
async def test_a_hostile_list_of_models(tmp_path: Path, fault: str) -> None:
    with OllamaServer() as server:
        server.fault(fault)
        found = await report(circumstances(engine(server), tmp_path))
    assert by_id(found, "models.pulled")
    text = found.as_text() + json.dumps(found.to_dict())
    assert "\x1b" not in text and len(text) < 20_000


@pytest.mark.parametrize("fault", ["html_200", "not_http", "error_body_huge"])
async def test_a_server_that_cannot_list_fails_in_one_line(tmp_path: Path, fault: str) -> None:
    with OllamaServer() as server:
        server.fault(fault, "/api/tags")
        found = await report(circumstances(engine(server), tmp_path))
    assert by_id(found, "models.pulled").verdict == "failed"


async def test_an_address_that_is_none_is_a_finding(tmp_path: Path) -> None:
    error = InvalidHost("The server address has a port that is not a number.", "Write HOST:PORT.")
    found = await report(circumstances(Server(error), tmp_path), self_test=True)
    assert by_id(found, "ollama.server").facts == {"error": "invalid_host"}
    assert by_id(found, "machine.disk")


async def test_plain_http_to_another_machine_is_said(tmp_path: Path) -> None:
    with OllamaServer() as server:
        away = Server(engine(server), is_local=False, is_encrypted=False)
        found = await report(circumstances(away, tmp_path))
    assert by_id(found, "ollama.encryption").verdict == "warning"
    assert "127.0.0.1" not in found.as_text()


# -- safe to paste ---------------------------------------------------------------------------------


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home named after its owner, and secrets in every variable there is."""
    home = tmp_path / "home" / "ida-lovelace"
    for variable, folder in {
        "HOME": "",
        "USERPROFILE": "",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
    }.items():
        monkeypatch.setenv(variable, str(home / folder))
    for variable in (
        "TERM", "COLORTERM", "TERM_PROGRAM", "TMUX", "SSH_CONNECTION", "LANG", "OLLAMA_API_KEY",
        "OLLAMA_MODELS", "HTTPS_PROXY", "OPENAI_API_KEY", "NO_COLOR", "WT_SESSION", "VTE_VERSION",
    ):  # fmt: skip
        monkeypatch.setenv(variable, f"{EVIL}{variable}")
    monkeypatch.setenv("USER", "ida-lovelace")
    program = home / "bin" / "ollama"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nprintf '%s' '{EVIL} version is {SECRET}'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (home / ".config" / "sutra-tui").mkdir(parents=True)
    (home / ".config" / "sutra-tui" / "config.toml").write_text(f'host = 3\n"{SECRET}" = 1\n')
    (home / "a-private-paper.md").write_text("x")
    return home


@pytest.mark.skipif(os.name == "nt", reason="the hostile program is a shell script")
async def test_Z6_nothing_of_the_users_is_in_a_report(hostile: Path) -> None:
    remote = OllamaEngine(f"https://{SECRET}.example.invalid/{SECRET}")
    server = Server(remote, is_local=False, is_encrypted=True)
    remembered = Remembered(model_a=f"ida-lovelace/{EVIL}", model_b="x:1b")
    about = here(server, Settings(), 1, remembered)
    found = await report(about, self_test=True)
    pasted = found.as_text() + json.dumps(found.to_dict(), ensure_ascii=False)
    names = found.to_dict()
    assert "ida" not in pasted.lower(), names
    assert str(hostile) not in pasted
    assert "\x1b" not in pasted and "\x07" not in pasted
    assert SECRET not in pasted
    assert "a-private-paper" not in pasted
    assert "~/.config/sutra-tui/config.toml" in pasted


async def test_looking_creates_nothing(hostile: Path) -> None:
    before = _tree(hostile)
    await report(here(Server(demo_engine("instant")), Settings(), 0, Remembered()))
    assert _tree(hostile) == before


def test_the_terminal_of_this_process_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    facts: TerminalFacts = here(
        Server(demo_engine("instant")), Settings(), 0, Remembered()
    ).terminal
    assert facts.term == "xterm-256color"
    assert Privacy.of(os.environ).home == Path.home()


def _tree(folder: Path) -> list[tuple[str, Any]]:
    return sorted((str(path), stat.S_IMODE(path.lstat().st_mode)) for path in folder.rglob("*"))
