"""What every test gets: a home of its own and an environment that says nothing."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from . import thorough

_HOMES = {
    "HOME": "home",
    "USERPROFILE": "home",
    "APPDATA": "appdata",
    "LOCALAPPDATA": "localappdata",
    "XDG_CONFIG_HOME": "config",
    "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state",
    "XDG_CACHE_HOME": "cache",
    "XDG_RUNTIME_DIR": "runtime",
}
_SPEAKING = {"OLLAMA_HOST", "OLLAMA_API_KEY", "NO_COLOR", "FORCE_COLOR", "SUTRA_DEBUG"}

thorough.register()
# As in the app, see `first_frame`: looking for garbage took a quarter of the time of all tests.
gc.set_threshold(20_000, 20, 50)

Sutra = Callable[..., "subprocess.CompletedProcess[bytes]"]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing a test does reaches the real home folder, a real server or a proxy."""
    root = tmp_path / "home-of-the-test"
    for variable, folder in _HOMES.items():
        monkeypatch.setenv(variable, str(root / folder))
    for variable in list(os.environ):
        if variable.upper() in _SPEAKING or variable.upper().endswith("_PROXY"):
            monkeypatch.delenv(variable)
    monkeypatch.setenv("TERM", "xterm-256color")
    return root


@pytest.fixture
def sutra() -> Sutra:
    """Runs the `sutra` command in a process of its own and waits for its end."""

    def run(
        *arguments: str, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "sutra_tui", *arguments],
            input=stdin,
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=60,
        )

    return run
