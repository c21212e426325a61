"""Changing one setting in `config.toml`; all the rest stays as its owner wrote it.

Invariant: a file that does not parse is never written, and what is written has been read back and
says exactly what the file said before with this one change. The file is replaced in one step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import SutraError
from .fields import KEYS_TABLE, Field
from .reading import parse, read_source

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

HEADER = "# Settings of sutra. `sutra config show` lists them all, the app explains them (F10).\n\n"

KeyPath = tuple[str, ...]


class SettingsNotSaved(SutraError):
    """The settings file could not be changed; it is as it was."""

    kind = "settings_not_saved"


def save_setting(path: Path, setting: Field, value: Any) -> None:
    """Write one setting, or with None take it out so that its default counts again.

    Args:
        path: The settings file; it need not exist. A link is followed, not replaced.
        setting: Which one.
        value: A value that its rule accepts; None resets it.

    Raises:
        SettingsNotSaved: The file cannot be read, does not parse, or cannot be written.
    """
    from ..store.files import write_atomically

    try:
        path = path.resolve()
        source = _source(path)
        after = changed(source, setting, value)
        if after != source:
            write_atomically(path, [after], overwrite=True)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SettingsNotSaved(
            f"{path.name} cannot be written: {reason}.",
            "Look at the file's place and its permissions: `sutra config path`.",
        ) from error


def changed(source: str, setting: Field, value: Any) -> str:
    """The file's text with one setting changed.

    Args:
        source: The text; empty for a file that is not there.
        setting: Which one.
        value: Its new value; None takes it out.

    Raises:
        SettingsNotSaved: The text is not TOML, or holds the setting in a form that cannot be
            changed without harm.
    """
    before = _parsed(source)
    wanted = _with(before, setting, value)
    if _essence(wanted) == _essence(before):
        return source
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(source or HEADER)
        _edit(document, setting, value)
        after = _with_ends_of(source, tomlkit.dumps(document))
        same = _essence(parse(after)) == _essence(wanted)
    except (TOMLKitError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as e:
        raise _too_odd(setting) from e
    # Tables that are begun, left and taken up again can cost tomlkit a comment at the end.
    if not same or _remarks(source) - _remarks(after):
        raise _too_odd(setting)
    return after


def _remarks(text: str) -> Counter[str]:
    """Lines that are nothing but a comment."""
    return Counter(line.strip() for line in text.splitlines() if line.lstrip().startswith("#"))


def _source(path: Path) -> str:
    try:
        return read_source(path)
    except FileNotFoundError:
        return ""
    except ValueError as error:
        raise SettingsNotSaved(
            f"{path.name} {error}.", "Nothing was changed. Put the file right or move it away."
        ) from error


def _parsed(source: str) -> dict[str, Any]:
    try:
        return parse(source)
    except (ValueError, RecursionError) as error:
        reason = "is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise SettingsNotSaved(
            f"The settings file {reason}. It was not changed.",
            "Put that line right first; `sutra config validate` says when all is well.",
        ) from error


def _too_odd(setting: Field) -> SettingsNotSaved:
    return SettingsNotSaved(
        f"{setting.name} could not be changed without changing something else in the file.",
        "Change it by hand; `sutra config path` says where the file is.",
    )


def _with(data: Mapping[str, Any], setting: Field, value: Any) -> dict[str, Any]:
    """The values that the file should hold afterwards."""
    result: dict[str, Any] = _deep(data)
    place = _place(result, setting)
    if value is None:
        _take_out(result, place)
        return result
    inner: Any = result
    for part in place[:-1]:
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            raise _too_odd(setting)
    inner[place[-1]] = value
    return result


def _deep(value: Any) -> Any:
    return {key: _deep(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def _essence(value: Any) -> Any:
    """What tells one set of values from another: kinds count, order and empty tables do not."""
    if isinstance(value, dict):
        inner = {key: _essence(inner) for key, inner in value.items()}
        return {key: inner for key, inner in inner.items() if inner != {}}
    if isinstance(value, list):
        return [_essence(inner) for inner in value]
    return type(value).__name__, repr(value)


def _with_ends_of(source: str, text: str) -> str:
    """The text with the line ends that its owner uses throughout."""
    if "\r\n" in source and "\n" not in source.replace("\r\n", ""):
        return text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text


def _place(data: Mapping[str, Any], setting: Field) -> KeyPath:
    """Where the setting stands, or is to stand: a command's id may be written with real dots."""
    if setting.table == KEYS_TABLE:
        parts = (KEYS_TABLE, *setting.key.split("."))
        if _holds(data, parts) and not _holds(data, setting.path):
            return parts
    return setting.path


def _holds(data: Mapping[str, Any], path: KeyPath) -> bool:
    inner: Any = data
    for part in path:
        if not isinstance(inner, Mapping) or part not in inner:
            return False
        inner = inner[part]
    return True


def _edit(document: TOMLDocument, setting: Field, value: Any) -> None:
    import tomlkit

    place = _place(document.unwrap(), setting)
    if value is None:
        _take_out(document, place)
        return
    inner: MutableMapping[str, Any] = document
    for part in place[:-1]:
        if part not in inner:
            text = tomlkit.dumps(document)
            if text and not text.endswith(("\n\n", "\n\r\n")):
                document.add(tomlkit.nl())
            inner[part] = tomlkit.table()
        inner = inner[part]
    inner[place[-1]] = value


def _take_out(data: MutableMapping[str, Any], path: KeyPath) -> None:
    inner: Any = data
    for part in path[:-1]:
        if not isinstance(inner, MutableMapping) or part not in inner:
            return
        inner = inner[part]
    if isinstance(inner, MutableMapping):
        inner.pop(path[-1], None)
