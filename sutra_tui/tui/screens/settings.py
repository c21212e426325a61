"""The settings screen: every setting, what counts and why, changed in place.

Invariant: a change is in the file when its sentence appears; the list shows what counts, not what
was typed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

from ...core.clean import clean_line
from ...core.errors import SutraError
from ...settings import Field
from ...settings.effective import Effective
from ..settings_desk import SettingsDesk
from ..settings_view import about_words, choices, following, matches, saved_words
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import CleanInput
from ..widgets.setting_editor import SettingEditor
from ..widgets.settings_list import SettingsList

if TYPE_CHECKING:
    from ..app import SutraApp

NOTHING = "No setting has all of these words. Escape shows all of them again."


class SettingsScreen(Screen[None]):
    """Everything that can be set.

    Args:
        desk: Where settings are looked up and changed.
        filter: Words to begin with; empty shows everything.
    """

    app: SutraApp

    CSS_PATH = "settings.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r,delete", "reset", "Reset", show=True),
        Binding("slash", "filter", "Filter", show=True),
        Binding("escape", "back", "Back", show=True),
        Binding("f10", "app.pop_screen", "Back", show=False, id="settings.open"),
    ]
    AUTO_FOCUS = "#settings"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-medium"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (26, "-tall")]

    def __init__(self, desk: SettingsDesk, filter: str = "") -> None:
        super().__init__()
        self._desk = desk
        self._wanted = filter
        self._rows: dict[str, Effective] = {}

    def compose(self) -> ComposeResult:
        yield Static("", id="where")
        yield CleanInput(placeholder="words of a setting", id="filter", compact=True)
        yield SettingsList()
        yield SettingEditor()
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        if self._wanted:
            box = self.query_one("#filter", Input)
            box.value = self._wanted
            box.add_class("-open")
        self.refresh_rows()
        self.query_one(NoticeBar).show_notices(self._complaints())

    def _complaints(self) -> list[str]:
        """What is wrong with the file, as far as no row of the list tells it."""
        file, problems = self._desk.reading.path.name, self._desk.problems
        marked = sum(problem.name in self._rows for problem in problems)
        said = [found.sentence(file) for found in problems if found.name not in self._rows]
        if marked:
            what = "One setting" if marked == 1 else f"{marked} settings"
            said.append(f"{what} in {file} cannot be used: look for the mark ! in the list.")
        return said

    def refresh_rows(self) -> None:
        """Show what counts now."""
        path = clean_line(str(self._desk.reading.path), 200)
        self.query_one("#where", Static).update(
            Content.assemble(("Settings", "bold $accent"), " · ", (path, "$foreground-muted"))
        )
        self._rows = {row.field.name: row for row in self._desk.rows()}
        typed = self.query_one("#filter", Input).value
        found = [row for row in self._rows.values() if matches(row, typed)]
        wrong = frozenset(problem.name for problem in self._desk.problems)
        self.query_one(SettingsList).show(found, wrong)
        self._tell(found[0] if found else None)

    @property
    def current(self) -> Effective | None:
        """The setting under the cursor."""
        name = self.query_one(SettingsList).current
        return self._rows.get(name) if name else None

    def _tell(self, other: Effective | None = None) -> None:
        row = self.current or other
        about = Content(NOTHING)
        if row is not None:
            name = row.field.name
            wrong = [found.text for found in self._desk.problems if found.name == name]
            about = about_words(row, wrong)
        self.query_one(SettingEditor).show(row, about)

    # Changing

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        editor = self.query_one(SettingEditor)
        if editor.is_open:
            editor.close()
        self._tell()

    @on(OptionList.OptionSelected)
    def _selected(self) -> None:
        row = self.current
        if row is None or self._refused(row.field):
            return
        if choices(row.field):
            self._save(row.field, following(row.field, row.field.of(self._desk.settings)))
        else:
            self.query_one(NoticeBar).hide()
            self.query_one(SettingEditor).open(self._desk.keys)

    @on(SettingEditor.Accepted)
    def _accepted(self, event: SettingEditor.Accepted) -> None:
        self._save(self._rows[event.name].field, event.value)

    @on(SettingEditor.Left)
    def _left(self) -> None:
        self.query_one(SettingsList).focus()

    def action_reset(self) -> None:
        row = self.current
        if row is None or self._refused(row.field):
            return
        wrong = any(found.name == row.field.name for found in self._desk.problems)
        if row.line is None and not wrong:
            self.query_one(NoticeBar).show_quiet(f"{row.field.name} has its default already.")
        else:
            self._save(row.field, None)

    def _refused(self, field: Field) -> bool:
        reason = self._desk.why_not_now(field, self.app)
        if reason:
            self.query_one(NoticeBar).show_quiet(reason)
        return reason is not None

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(self, field: Field, value: Any) -> None:
        try:
            await asyncio.to_thread(self._desk.save, field, value)
        except SutraError as error:
            self.query_one(NoticeBar).show_error(error)
            return
        when = self._desk.put_into_effect(field, self.app)
        self.query_one(SettingEditor).close()
        self.query_one(SettingsList).focus()
        self.refresh_rows()
        self.query_one(NoticeBar).show_quiet(saved_words(field, value, when))

    # Finding, leaving

    def action_filter(self) -> None:
        box = self.query_one("#filter", Input)
        box.add_class("-open")
        box.focus()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        self.refresh_rows()

    @on(Input.Submitted, "#filter")
    def _found(self) -> None:
        self.query_one(SettingsList).focus()

    def action_back(self) -> None:
        box = self.query_one("#filter", Input)
        if box.has_class("-open"):
            box.remove_class("-open")
            box.clear()
            self.query_one(SettingsList).focus()
        else:
            self.dismiss()
