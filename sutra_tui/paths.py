"""Where things live on this machine.

Invariant: asking for a path creates nothing; whoever writes makes the folder, mode 0700.
"""

from __future__ import annotations

from pathlib import Path

APP_NAME = "sutra-tui"


def config_file() -> Path:
    """The user's settings, `config.toml`."""
    import platformdirs

    return platformdirs.user_config_path(APP_NAME, appauthor=False) / "config.toml"


def data_folder() -> Path:
    """Where caches and histories are kept."""
    import platformdirs

    return platformdirs.user_data_path(APP_NAME, appauthor=False)


def cache_database() -> Path:
    """The demonstration cache."""
    return data_folder() / "cache.db"


def measured_database() -> Path:
    """What this machine's models were measured to take."""
    return data_folder() / "measured.db"


def history_database() -> Path:
    """Every run with its stages."""
    return data_folder() / "history.db"


def original_logs() -> Path:
    """Where the system that this one succeeds kept its logs."""
    return Path.home() / ".sutra" / "logs"


def copies_file() -> Path:
    """What was copied last where no clipboard could be reached."""
    return data_folder() / "copied.txt"


def state_file() -> Path:
    """What the app remembers between starts: the last pair of models and the like."""
    import platformdirs

    return platformdirs.user_state_path(APP_NAME, appauthor=False) / "state.json"


def log_file() -> Path:
    """Where the app's own diagnostics go; never prompts."""
    import platformdirs

    return platformdirs.user_log_path(APP_NAME, appauthor=False) / "sutra.log"


def server_log() -> Path:
    """What an Ollama server that was started from here writes; beside our own log."""
    return log_file().with_name("ollama-serve.log")


def shown(path: Path) -> str:
    """A path of ours as a person reads it, the home folder as `~`."""
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (RuntimeError, ValueError):
        return str(path)
