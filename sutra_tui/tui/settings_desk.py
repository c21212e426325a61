"""The settings while the app runs: what counts, saved to their file, and put into effect.

Invariant: what counts is what the file says, read again after each change; a change that could not
be saved changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from ..settings import Field, Problem, Reading, Settings, read_settings
from .wishes import key_fields, settle

if TYPE_CHECKING:
    from ..settings.effective import Effective
    from .app import SutraApp

NEEDS_SERVER: Final = ("host", "host_a", "host_b", "first_token_timeout_s", "stall_timeout_s")
"""Settings that count when a server is connected to."""
CHOICES: Final = ("method", "order", "count")
"""Settings that the main screen holds while the app runs."""


class SettingsDesk:
    """Where the app looks its settings up and changes them.

    Args:
        reading: The settings file.
        overrides: What goes before it, by full name: source and value.
    """

    def __init__(self, reading: Reading, overrides: Mapping[str, tuple[str, Any]]) -> None:
        self.reading = settle(reading)
        self._overrides = overrides

    @property
    def settings(self) -> Settings:
        return self.reading.settings

    @property
    def keys(self) -> dict[str, str]:
        """Keys of the commands that have others than their own, by id."""
        return dict(self.settings.keys)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything in the file that could not be used."""
        return self.reading.problems

    def rows(self) -> tuple[Effective, ...]:
        """Every setting as it counts."""
        from ..settings.effective import effective

        return effective(self.reading, self._overrides, key_fields())

    def says(self, name: str) -> bool:
        """Whether the file itself has a usable value for a setting."""
        return name in self.reading.lines

    def save(self, field: Field, value: Any) -> None:
        """Write one setting, or with None reset it. It may wait for a disk.

        Raises:
            SettingsNotSaved: The file could not be changed.
        """
        from ..settings.writing import save_setting

        save_setting(self.reading.path, field, value)
        self.reading = settle(read_settings(self.reading.path))

    def put_into_effect(self, field: Field, app: SutraApp) -> str:
        """Let a change that was saved count, if it can.

        Returns:
            When it counts, in words.
        """
        app.settings = self.settings
        if source := self._overrides.get(field.name):
            return f"It counts when {source[0]} does not go before it."
        if field.name == "theme":
            app.theme = self.settings.theme or app.own_theme
        elif field.table == "keys":
            app.use_keys(self.keys)
        elif field.name == "reduced_motion":
            app.move_or_not()
        elif field.name == "title":
            app.announce(app.main.bench.run)
        elif field.name in CHOICES:
            app.choose(**{field.name: field.of(self.settings)})
        elif field.name in NEEDS_SERVER and not app.engine.is_demo:
            app.use_server()
        return f"It counts {field.effect}."

    def why_not_now(self, field: Field, app: SutraApp) -> str | None:
        """Why a setting cannot be changed at the moment; None when it can."""
        if field.name in NEEDS_SERVER and app.is_running_a_query:
            return "Stop the run first: this changes the server that answers it."
        return None
