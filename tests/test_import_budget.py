"""What a command may import: what is not needed is not loaded, and asking the version is quick."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "textual", "rich", "ollama", "httpx", "pydantic", "sqlite3", "asyncio", "psutil",
    "platformdirs", "tomllib",
}  # fmt: skip
WRAPPER = """
import json, sys
from sutra_tui.cli import main
code = main(sys.argv[1:])
sys.stderr.write(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def loaded_by(*arguments: str) -> set[str]:
    """Every module that a command has loaded when it ends well."""
    done = subprocess.run(
        [sys.executable, "-c", WRAPPER, *arguments], capture_output=True, timeout=60, text=True
    )
    *said, report_line = done.stderr.splitlines()
    report = json.loads(report_line)
    assert report["code"] == 0, said
    assert done.stdout
    return set(report["modules"])


@pytest.mark.parametrize(
    "arguments", [("--version",), ("-V",), ("--help",), ("run", "--help"), ("tui", "--help")]
)
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_the_version_is_told_without_even_the_command_line_parser() -> None:
    ours = {name for name in loaded_by("--version") if name.startswith("sutra_tui")}
    assert ours == {"sutra_tui", "sutra_tui.cli"}
    assert "argparse" not in loaded_by("--version")


def test_the_package_itself_loads_nothing_else() -> None:
    code = "import sys, sutra_tui; print(sorted(m for m in sys.modules if 'sutra_tui.' in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_core_needs_nothing_that_is_not_in_the_standard_library() -> None:
    code = (
        "import sys, sutra_tui.core.pipeline, sutra_tui.core.pairing, sutra_tui.core.attachments;"
        "print(*(m.partition('.')[0] for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    loaded = set(done.stdout.split())
    assert "sutra_tui" in loaded, done.stderr
    assert loaded & (HEAVY - {"asyncio"}) == set()


def test_a_run_without_a_screen_loads_no_screen() -> None:
    loaded = loaded_by("run", "--demo", "--demo-pace", "instant", "Write a Python merge sort")
    assert not any(name.partition(".")[0] == "textual" for name in loaded)
    assert not any(name.startswith("sutra_tui.tui") for name in loaded)


def test_an_engine_is_opened_without_its_client_library() -> None:
    code = (
        "import sys; from sutra_tui.engines import open_engine; open_engine();"
        "from sutra_tui.engines.demo import demo_engine; demo_engine();"
        "print(*(m.partition('.')[0] for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    loaded = set(done.stdout.split())
    assert "sutra_tui" in loaded, done.stderr
    assert loaded & {"ollama", "httpx", "pydantic", "sqlite3", "textual"} == set()
