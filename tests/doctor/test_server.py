"""The program, the server, and what its version can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from sutra_tui.core.errors import NotOllama, ServerUnreachable
from sutra_tui.core.protocol import Memory
from sutra_tui.doctor.privacy import Privacy
from sutra_tui.doctor.server import (
    examine_program,
    examine_server,
    examine_version,
    numbers,
)
from sutra_tui.installation import Installation
from tests.ollama_server import GIB

NOBODY = ServerUnreachable("Nobody answers at localhost:11434.", "Start Ollama.")
HERE = Installation("linux", Path("/usr/bin/ollama"))
NOWHERE = Installation("macos")
SMALL, LARGE = Memory(8 * GIB, 5 * GIB), Memory(64 * GIB, 50 * GIB)


@pytest.mark.parametrize(
    ("version", "read"),
    [
        ("0.33.2", (0, 33, 2)),
        ("0.33.0-rc2", (0, 33, 0)),
        ("0.0.0", None),
        ("nightly", None),
        ("", None),
    ],
)
def test_versions_as_numbers(version: str, read: tuple[int, ...] | None) -> None:
    assert numbers(version) == read


@pytest.mark.parametrize(
    ("version", "memory", "warnings"),
    [
        ("0.33.2", SMALL, ["ollama.prompt_cache"]),
        ("0.33.2", LARGE, []),
        ("0.33.2", None, []),
        ("0.24.0", SMALL, []),
        ("0.13.0", SMALL, ["ollama.eviction"]),
        ("0.13.1", SMALL, []),
        ("0.6.0", SMALL, ["ollama.abilities"]),
        ("0.0.0", SMALL, []),
    ],
)
def test_what_a_version_means(version: str, memory: Memory | None, warnings: list[str]) -> None:
    findings = [*examine_version(version, memory)]
    assert [found.id for found in findings if found.verdict != "ok"] == warnings


@pytest.mark.parametrize(
    ("installation", "fix"),
    [
        (HERE, "`ollama serve`"),
        (Installation("linux", Path("/usr/bin/ollama"), has_service=True), "systemctl start"),
        (NOWHERE, "Install Ollama"),
    ],
)
def test_nobody_answers_on_this_machine(installation: Installation, fix: str) -> None:
    found = examine_server(
        NOBODY, "localhost:11434", is_local=True, installation=installation, privacy=Privacy()
    )
    assert (found.verdict, found.facts["error"]) == ("failed", "unreachable")
    assert fix in found.fix


@pytest.mark.parametrize("error", [ServerUnreachable, NotOllama])
def test_another_machine_is_not_named(error: type[NotOllama]) -> None:
    said = error("Nobody answers at gpu.corp.example:11434.", "Look at gpu.corp.example:11434.")
    found = examine_server(
        said, "gpu.corp.example:11434", is_local=False, installation=HERE, privacy=Privacy()
    )
    assert "corp" not in str(found.to_dict())
    assert "another machine" in found.text


@pytest.mark.parametrize(("needed", "verdict"), [(True, "warning"), (False, "ok")])
async def test_a_program_is_only_missed_where_it_is_needed(needed: bool, verdict: str) -> None:
    found = await examine_program(NOWHERE, {}, is_needed=needed, privacy=Privacy())
    assert found.verdict == verdict
    assert (NOWHERE.instructions.line in found.fix) == needed
