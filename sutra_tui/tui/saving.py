"""Writing an answer, or a whole run, to a file that a person named.

Invariant: whole or not at all, readable by its owner alone, and nothing is replaced without a yes.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from ..core.clean import clean_line
from ..core.errors import InvalidRequest

if TYPE_CHECKING:
    from ..store.history import History, HistoryRun
    from ..store.history_file import Form

ENDINGS: Final = {"markdown": ".md", "json": ".json", "jsonl": ".jsonl"}
"""Of a file that nobody named."""
_FORM_WORDS: Final = {"markdown": "Markdown", "json": "JSON", "jsonl": "JSON lines"}


class NameTaken(InvalidRequest):
    """There is a file of that name already.

    Args:
        path: Its path.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.name} exists already.", "Choose another name.")
        self.path = path


def save_text(typed: str, text: str, *, replace: bool = False) -> str:
    """Write a text to a file, and say so. It may wait for a disk.

    Args:
        typed: The path as it was typed; `~` is the home directory.
        text: What to write, byte for byte.
        replace: Whether a file of that name may be replaced.

    Raises:
        NameTaken: There is a file of that name, and it may not be replaced.
        InvalidRequest: It cannot be written.
    """
    from ..store.files import write_atomically

    try:
        path = _place(typed)
        write_atomically(path, [text], overwrite=replace)
    except FileExistsError as error:
        raise NameTaken(path) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidRequest(
            f"{clean_line(typed, 200)} cannot be written: {clean_line(str(error), 200)}.",
            "Choose another place.",
        ) from error
    return f"Saved the answer ({len(text):,} characters) to {path}."


def export_run(
    history: History, run: HistoryRun, form: str, typed: str, *, replace: bool = False
) -> str:
    """Write a run to a file as `sutra history export` does, and say so. It may wait for a disk.

    Args:
        history: Whose run it is.
        run: The run.
        form: One of `ENDINGS`; empty goes by the file's name, and is Markdown where it says none.
        typed: The path as it was typed; empty is a new one in the folder the app was started in.
        replace: Whether a file of that name may be replaced.

    Raises:
        NameTaken: There is a file of that name, and it may not be replaced.
        StoreError: It cannot be written.
        InvalidRequest: There is no such folder.
    """
    from ..store.history_file import form_of

    named = Path(typed or f"sutra-{_safe(run.run_id)}{ENDINGS[form or 'markdown']}")
    as_form = cast("Form", form or form_of(named) or "markdown")
    try:
        path = _place(str(named))
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidRequest(
            f"{clean_line(typed, 200)} is no place for a file.", "Choose another place."
        ) from error
    if os.path.lexists(path) and not replace:
        raise NameTaken(path)
    history.export(path, as_form, only=[run], overwrite=replace)
    return f"Wrote the run as {_FORM_WORDS[as_form]} to {path}."


def _place(typed: str) -> Path:
    path = Path(typed).expanduser().absolute()
    if not path.parent.is_dir():
        raise InvalidRequest(f"There is no folder {path.parent}.", "Choose another place.")
    return path


def _safe(run_id: str) -> str:
    """The beginning of a run's id, which a file may have brought, as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9-]", "", run_id)[:8] or "run"
