"""Where Ollama is on this machine, which version, and how it is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sutra_tui.installation import (
    INSTRUCTIONS,
    find_installation,
    program_version,
    version_in,
)

from .fake_ollama import FakeOllama


def test_it_is_found_on_the_path(tmp_path: Path) -> None:
    fake = FakeOllama.make(tmp_path / "bin")
    found = find_installation({"PATH": str(fake.folder)}, "linux", services=())
    assert (found.program, found.has_service) == (fake.program, False)


def test_it_is_found_where_installers_put_it(tmp_path: Path) -> None:
    fake = FakeOllama.make(tmp_path / "Programs" / "Ollama")
    places = ("{LOCALAPPDATA}/Programs/Ollama/ollama",)
    environ = {"PATH": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    found = find_installation(environ, "windows", places)
    assert found.program == fake.program


@pytest.mark.parametrize("system", ["linux", "macos", "windows"])
def test_where_it_is_not_the_official_way_is_told(system: str, tmp_path: Path) -> None:
    found = find_installation({"PATH": str(tmp_path)}, system, places=())  # type: ignore[arg-type]
    assert found.program is None
    assert found.instructions is INSTRUCTIONS[system]  # type: ignore[index]
    assert "https://ollama.com/install" in found.instructions.line


def test_a_system_service_is_seen(tmp_path: Path) -> None:
    unit = tmp_path / "ollama.service"
    unit.touch()
    environ = {"PATH": ""}
    assert find_installation(environ, "linux", (), (str(unit),)).has_service
    assert not find_installation(environ, "macos", (), (str(unit),)).has_service


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("ollama version is 0.33.2\n", "0.33.2"),
        ("Warning: could not connect to a running Ollama instance\n"
         "Warning: client version is 0.33.0-rc2\n", "0.33.0-rc2"),
        ("ollama version is 0.33.2\nWarning: client version is 0.30.0\n", "0.30.0"),
        ("usage: something else", None),
        ("version is \x1b[31m", None),
    ],
)  # fmt: skip
def test_the_version_in_what_it_says(said: str, version: str | None) -> None:
    assert version_in(said) == version


def test_the_program_is_asked_and_a_broken_one_survived(tmp_path: Path) -> None:
    fake = FakeOllama.make(tmp_path / "bin")
    assert program_version(fake.program, fake.environ) == "0.33.2"
    assert program_version(tmp_path / "none", fake.environ) is None
