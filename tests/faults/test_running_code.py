"""Nothing that comes from outside is ever run, and nothing unknown is imported."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import sutra_tui

from .running_code import forbidden, programs_started

PACKAGE = Path(sutra_tui.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
PYPROJECT = PACKAGE.parent / "pyproject.toml"
KNOWN_TO_BE_SAFE = {
    "__init__.py": "imports the package's own rooms, by the fixed table of public names",
    "settings/reading.py": "one of two names of the TOML reader, both in the source",
}
PROGRAMS = {
    ("installation.py", "program_version"): "asks `ollama` for its version",
    ("server_process.py", "_begin"): "starts `ollama serve` when the user says so",
    ("tui/clipboard.py", "fill"): "fills the system's clipboard with one of five known programs",
    ("tui/outside_editor.py", "edit_outside"): "starts the user's own editor, as it is set",
}
"""Functions that start another program: by a list of arguments, never through a shell."""


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_Z1_no_line_of_the_package_can_run_code_from_outside() -> None:
    found = {name(path): forbidden(path.read_text(encoding="utf-8")) for path in FILES}
    assert {path for path, lines in found.items() if lines} == set(KNOWN_TO_BE_SAFE)
    assert all(len(found[path]) == 1 for path in KNOWN_TO_BE_SAFE)


def test_Z1_only_known_functions_start_programs() -> None:
    found = {
        (name(path), function)
        for path in FILES
        for function in programs_started(path.read_text(encoding="utf-8"))
    }
    assert found == set(PROGRAMS)


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "exec(text)",
        "compile(text, 'x', 'exec')",
        "__import__(name)",
        "builtins.eval(text)",
        "import pickle",
        "import yaml",
        "from marshal import loads",
        "os.system(text)",
        "os.popen(text)",
        "os.execvp(name, [])",
        "subprocess.run(text, shell=True)",
        "subprocess.Popen(text, shell=wanted)",
        "asyncio.create_subprocess_shell(text)",
        "importlib.import_module(name)",
        "import_module(f'plugins.{name}')",
        "importlib.util.spec_from_file_location(name, path)",
    ],
)
def test_Z1_what_could_run_code_is_found(line: str) -> None:
    assert forbidden(line)


@pytest.mark.parametrize(
    "line",
    [
        "re.compile('x')",
        "import code_words",
        "import_module('tomllib')",
        "subprocess.run([name], shell=False)",
        "self.eval(text)",
        "json.loads(text)",
        "from . import code",
    ],
)
def test_what_runs_nothing_passes(line: str) -> None:
    assert not forbidden(line)


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        ("def f():\n    subprocess.run(['x'])", ["f"]),
        ("async def f():\n    await asyncio.create_subprocess_exec('x')", ["f"]),
        ("def f():\n    asyncio.run(g())\n    app.run()", []),
    ],
)
def test_what_starts_a_program_is_found(source: str, starts: list[str]) -> None:
    assert programs_started(source) == starts


# -- dependencies ---------------------------------------------------------------------------------


def dependencies() -> list[str]:
    stated = re.search(r"^dependencies = \[\n(.*?)^\]", PYPROJECT.read_text(), re.S | re.M)
    assert stated is not None
    return re.findall(r'"(.+?)"', stated[1])


def test_Z7_dependencies_are_few_and_have_upper_bounds() -> None:
    stated = dependencies()
    assert len(stated) <= 9
    for dependency in stated:
        assert "<" in dependency.split(";")[0] or "python_version" in dependency, dependency


def test_Z7_only_what_is_stated_is_imported() -> None:
    stated = {re.split(r"[^\w-]", name)[0].replace("-", "_") for name in dependencies()}
    stated = {"markdown_it" if name == "markdown_it_py" else name for name in stated}
    imported = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                imported.add(node.module.split(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - {"sutra_tui", "__future__"}
    assert foreign <= stated | {"pygments"}  # pygments comes with rich, and only with it
