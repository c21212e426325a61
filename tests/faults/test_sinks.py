"""No text reaches a widget as a plain string: the code is read for it, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

import sutra_tui

from .sinks import makers_of_content, unclean_boxes, unsafe_sinks

PACKAGE = Path(sutra_tui.__file__).parent
FILES = sorted((PACKAGE / "tui").rglob("*.py"))
_FIXED = "titles and helps are the registry's own words, reasons are fixed sentences"
KNOWN_TO_BE_SAFE = {
    ("palette.py", "entries"): _FIXED,
    ("screen_palette.py", "ScreenPalette.discover"): _FIXED,
    ("screen_palette.py", "ScreenPalette.search"): _FIXED,
    ("server_start.py", "ServerStart._show"): "the loop's values are Content, two lines above",
    ("pull_panel.py", "PullCard._show"): "the sum of two Contents",
    ("copying_app.py", "CopyingApp._say_copied"): "the copying room's own sentence, its path clean",
    ("setting_editor.py", "SettingEditor.open"): "an Input's placeholder is no markup, and clean",
    ("suggestion_list.py", "SuggestionList.watch_view"): "rows of Content, a few lines above",
}
"""Places the reading cannot see to be safe, by file and function, and why they are."""


def found() -> dict[tuple[str, str], str]:
    makers = makers_of_content([path.read_text(encoding="utf-8") for path in FILES])
    return {
        (path.name, sink.function): f"{path.relative_to(PACKAGE)}:{sink.line}: {sink.code}"
        for path in FILES
        for sink in unsafe_sinks(path.read_text(encoding="utf-8"), makers)
    }


def test_T13_no_text_reaches_a_widget_as_a_plain_string() -> None:
    new = {place: code for place, code in found().items() if place not in KNOWN_TO_BE_SAFE}
    assert not new, "Hand it over as Content or Text of cleaned text: " + "\n".join(new.values())


def test_the_list_of_exceptions_is_no_longer_than_it_must_be() -> None:
    assert set(KNOWN_TO_BE_SAFE) <= set(found())


@pytest.mark.parametrize(
    "line",
    [
        "Static(name)",
        "Static(f'{name}')",
        "Static(clean(name))",
        "Label(model.name)",
        "Button(label=name)",
        "widget.update(error.message)",
        "widget.update('x' if name else name)",
        "app.notify(str(error))",
        "app.notify(name, markup=False)",
        "app.notify('fixed', title=name)",
        "self.border_title = name",
        "self.border_subtitle = 'x' + name",
        "self.tooltip = clean(name)",
        "box.placeholder = name",
        "Option(name, id='x')",
        "options.add_option(name)",
        "options.add_options([name])",
        "options.add_options(name for name in names)",
        "table.add_row('x', name)",
        "table.add_column(name)",
        "SystemCommand(name, 'help', run)",
        "Hit(score, 'x', partial(run), help=name)",
        "Static(Content.from_markup(name))",
        "text = name\n    Static(text)",
        "text = Content(name)\n    text = name\n    Static(text)",
        "Static(Text.from_ansi(name))",
        "if (text := name):\n        Static(text)",
    ],
)
def test_T13_what_may_be_outside_text_is_found(line: str) -> None:
    assert unsafe_sinks(f"def f(self, name, error):\n    {line}\n")


@pytest.mark.parametrize(
    "line",
    [
        "Static('fixed')",
        "Static(Content(clean(name)))",
        "Static(Content.assemble((name, 'bold')))",
        "Static(content)",
        "app.notify('fixed', markup=False)",
        "app.notify(f'Saved {clean_line(name)}.', markup=False)",
        "self.border_title = Content(name)",
        "text = Content(name) if name else Content('')\n    Static(text)",
        "widget.update(Content('\\n').join(lines))",
        "widget.update(Text(name))",
        "Option(Content(name), id=name)",
        "widget.update(row_words(name))",
        "widget.update(content + Content(name))",
        "options.update(animate=False)",
        "Hit(score, 'Title', partial(run), help='fixed')",
    ],
)
def test_what_is_wrapped_passes(line: str) -> None:
    source = f"def f(self, name, content: Content):\n    {line}\n"
    assert not unsafe_sinks(source, {"row_words"})


# -- boxes in which text is typed -----------------------------------------------------------------

CLEAN_ALREADY = {
    ("prompts.py", "compose"): "cleaned when the prompt was made, a few lines above",
    ("pull_prompt.py", "compose"): "cleaned when the prompt was made, a few lines above",
    ("pull_prompt.py", "_take"): "a name of our own list of suggestions",
    ("settings.py", "on_mount"): "the filter that a command of ours asks for",
}
"""Places where text goes into a box and the reading cannot see that it is clean, and why it is."""


def test_T13_what_is_put_into_a_box_for_typing_was_cleaned() -> None:
    boxes = {
        (path.name, sink.function): f"{path.name}:{sink.line}: {sink.code}"
        for path in FILES
        for sink in unclean_boxes(path.read_text(encoding="utf-8"))
    }
    new = {place: code for place, code in boxes.items() if place not in CLEAN_ALREADY}
    assert not new, "Clean it first: " + "\n".join(new.values())
    assert set(CLEAN_ALREADY) <= set(boxes), "the list is longer than it must be"


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ("class Box(TextArea):\n    def put(self, text):\n        self.text = text", True),
        ("class Box(Input):\n    def __init__(self, t):\n        super().__init__(t)", True),
        ("def f(box, name):\n    box.value = name", True),
        ("def f(name):\n    yield Input(name)", True),
        ("def f(box, name):\n    box.insert_text_at_cursor(name)", True),
        ("class Box(TextArea):\n    def put(self, text):\n        self.text = clean(text)", False),
        ("class Typed(Message):\n    def __init__(self, t):\n        self.text = t", False),
        ("def f(box, name):\n    box.value = '' if name else clean_line(name, 9)", False),
        ("def f():\n    yield Input(placeholder='x')", False),
    ],
)
def test_T13_unclean_text_in_a_box_is_found(source: str, is_found: bool) -> None:
    assert bool(unclean_boxes(source)) == is_found
