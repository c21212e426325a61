"""Writing an answer to a file that a person named.

Invariant: whole or not at all, readable by its owner alone, and nothing is replaced without a yes.
"""

from __future__ import annotations

from pathlib import Path

from ..core.clean import clean_line
from ..core.errors import InvalidRequest


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
        path = Path(typed).expanduser().absolute()
        if not path.parent.is_dir():
            raise InvalidRequest(f"There is no folder {path.parent}.", "Choose another place.")
        write_atomically(path, [text], overwrite=replace)
    except FileExistsError as error:
        raise NameTaken(path) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise InvalidRequest(
            f"{clean_line(typed, 200)} cannot be written: {clean_line(str(error), 200)}.",
            "Choose another place.",
        ) from error
    return f"Saved the answer ({len(text):,} characters) to {path}."
