"""The README says what the code does: keys, commands, and that it stays short."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from textual.keys import format_key

from sutra_tui.headless.arguments import read_arguments
from sutra_tui.tui.commands import COMMANDS
from tests.ollama_server import OllamaServer

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def keys_table() -> dict[str, str]:
    section = README.split("## Keys")[1].split("##")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {key.strip(): words.strip() for key, words in rows[2:]}


def test_every_key_of_the_registry_stands_in_the_readme_with_its_title() -> None:
    table = keys_table()
    for command in COMMANDS:
        if command.key:
            assert table.get(format_key(command.key)) == command.title, command.id


def test_the_readme_names_no_key_that_does_nothing() -> None:
    known = {format_key(command.key) for command in COMMANDS if command.key}
    known |= {"enter", "ctrl+j", "/", "?", "tab", "c, t, f"}
    assert set(keys_table()) <= known


def test_the_readme_is_short_and_begins_with_a_picture_that_exists() -> None:
    lines = README.splitlines()
    assert len(lines) < 150
    picture = re.search(r"!\[[^\]]{20,}\]\(([^)]+)\)", "\n".join(lines[:15]))
    assert picture is not None
    assert (ROOT / picture[1]).is_file()
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_every_command_line_in_the_readme_is_understood() -> None:
    shell = re.findall(r"(?:^|\| )sutra (.*?)(?:  +#.*| >.*)?$", README, flags=re.MULTILINE)
    commands = [
        line for line in shell if line.split()[0] in ("run", "bench", "models", "cache", "tui")
    ]
    assert len(commands) >= 5
    for line in commands:
        arguments = [a.strip('"') for a in re.findall(r'"[^"]*"|\S+', line)]
        assert read_arguments(arguments).command == arguments[0]


@pytest.mark.slow
def test_the_library_example_runs() -> None:
    code = README.split("```python")[1].split("```")[0]
    with OllamaServer() as server:
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={"OLLAMA_HOST": server.host, "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert done.returncode == 0, done.stderr
    assert " False 3\n" in done.stdout
