"""Editing a text in the user's own editor.

Invariant: the text lies in a 0600 file in a directory nobody else can enter, and both are gone
afterwards. The editor's command is split like a shell would and run without one.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from textual.app import App, SuspendNotSupported

from ..core.errors import SutraError
from ..store.files import read_limited

READ_LIMIT: Final = 16 * 2**20
"""Bytes taken back from the editor at most."""
_COMMON: Final = ("sensible-editor", "nano", "vim", "vi", "notepad")


class EditorFailed(SutraError):
    """The editor could not be started, or ended with an error."""

    kind = "editor"


def editor_command(environment: Mapping[str, str]) -> list[str]:
    """The user's editor: $VISUAL, else $EDITOR, else one that is commonly there.

    Raises:
        EditorFailed: There is none.
    """
    for variable in ("VISUAL", "EDITOR"):
        if wish := environment.get(variable, "").strip():
            try:
                return shlex.split(wish, posix=os.name == "posix")
            except ValueError as error:
                raise EditorFailed(
                    f"${variable} cannot be understood.", "Set it to the name of an editor."
                ) from error
    for name in _COMMON:
        if found := shutil.which(name, path=environment.get("PATH")):
            return [found]
    raise EditorFailed("No editor was found.", "Set $EDITOR to the name of one.")


def edit_away(app: App[Any], text: str) -> str:
    """Let the user edit a text in their own editor, with the app suspended until it has ended.

    Raises:
        EditorFailed: Nothing can be said to have been saved, or nothing can be started from here.
    """
    try:
        with app.suspend():
            return edit_outside(text, os.environ)
    except SuspendNotSupported as error:
        raise EditorFailed(
            "No other program can be started from here.", "Edit in place with e."
        ) from error


def edit_outside(text: str, environment: Mapping[str, str]) -> str:
    """Let the user edit a text; returns when the editor has ended.

    Call it while the app is suspended: the editor takes the terminal.

    Args:
        text: Any text.
        environment: Where $VISUAL and $EDITOR are looked for.

    Returns:
        What was saved. A newline that editors put behind the last line is taken off again.

    Raises:
        EditorFailed: Nothing can be said to have been saved.
    """
    command = editor_command(environment)
    with tempfile.TemporaryDirectory(prefix="sutra-") as directory:
        path = Path(directory, "demonstration.md")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
        try:
            code = subprocess.run([*command, str(path)], env=dict(environment), check=False)
            if code.returncode:
                raise EditorFailed(
                    f"The editor ended with an error ({code.returncode}).", "Nothing was changed."
                )
            edited = read_limited(path, READ_LIMIT).decode("utf-8", "replace")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise EditorFailed(
                f"The editor could not be used: {reason}.", "Nothing was changed; see $EDITOR."
            ) from error
    if edited.endswith("\n") and not text.endswith("\n"):
        return edited.removesuffix("\n").removesuffix("\r")
    return edited
