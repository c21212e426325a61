"""What is written down about a file that went along with a query: its name, never its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import fields


@dataclass(frozen=True, slots=True)
class FileNote:
    """One file. Its text is in the messages of the run's stages.

    Args:
        name: What the models and the user call it.
        size: Bytes of its text in UTF-8.
        digest: SHA-256 of its text, in hexadecimal.
    """

    name: str
    size: int = 0
    digest: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FileNote:
        """Rebuild a note from its JSON form. Raises ValueError, as all of `fields`."""
        size = fields.whole(data, "size") or 0
        return cls(fields.text(data, "name"), size, fields.text(data, "digest", ""))
