"""A library run is written down only where that was asked for."""

from __future__ import annotations

from pathlib import Path

from sutra_tui import AgentHandoff, History, paths
from tests.ollama_server import OllamaServer


def test_runs_are_written_down_only_when_that_is_asked_for(tmp_path: Path) -> None:
    with OllamaServer() as server, History(tmp_path / "history.db") as history:
        plain = AgentHandoff("llama3.2:3b", "mistral:7b", ollama_host=server.url)
        plain.run("How?")
        assert not paths.data_folder().exists()
        kept = AgentHandoff("llama3.2:3b", "mistral:7b", ollama_host=server.url, history=history)
        result = kept.run_detailed("Why?")
        history.close()
    with History(tmp_path / "history.db") as after:
        (summary,) = after.runs()
        run = after.run(summary.run_id)
        assert run is not None and run.result == result
