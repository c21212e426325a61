"""Nothing of the user's in a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from sutra_tui.doctor.privacy import Privacy

PRIVACY = Privacy(Path("/home/ida"), "ida")


@pytest.mark.parametrize(
    ("outside", "shown"),
    [
        ("/home/ida/.config/sutra-tui/config.toml", "~/.config/sutra-tui/config.toml"),
        ("/mnt/Ida/models", "/mnt/USER/models"),
        ("ida/my-model:latest", "USER/my-model:latest"),
        ("/srv/ida_2/x", "/srv/USER_2/x"),
        ("idaho candidate", "idaho candidate"),
        ("a\x1b[2Jb\nc", "a␛[2Jb c"),
    ],
)
def test_neither_home_nor_name(outside: str, shown: str) -> None:
    assert PRIVACY.text(outside) == shown


@pytest.mark.parametrize("user", ["", "root", "ollama", "Ollama"])
def test_names_of_accounts_that_are_nobodys_stay(user: str) -> None:
    assert Privacy(Path("/"), user).text("/usr/bin/ollama of root") == "/usr/bin/ollama of root"


def test_the_name_is_found_even_where_only_the_home_folder_tells_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ida")
    monkeypatch.setenv("USERPROFILE", "/home/ida")
    assert Privacy.of({}).text("/home/ida/x and /tmp/ida") == "~/x and /tmp/USER"
