"""Defences against outside text: ways to take each away, and the test that then fails."""

from __future__ import annotations

from typing import Any

from ..defence import defence


@defence(
    "T1",
    "tui/test_stream_view.py::test_T1_no_control_character_reaches_the_terminal",
    "outside text is shown as it is",
)
def clean() -> None:
    from sutra_tui.core import clean as door

    door._TABLE.clear()


@defence(
    "T3",
    "pty/test_hostile_stream.py::test_T1_T3_what_models_say",
    "outside text reaches a real terminal as it is",
)
def clean_in_a_terminal() -> None:
    clean()


@defence(
    "T2",
    "pty/test_hostile_places.py::test_T2_T5_names_of_models_completed_in_the_query_box",
    "what is completed stands in the query box as it is",
)
def clean_boxes() -> None:
    from sutra_tui.tui.commands import choices
    from sutra_tui.tui.widgets import query_box

    query_box.clean = lambda text: text
    choices.clean_line = lambda text, limit=200: text


@defence(
    "T4",
    "core/test_clean.py::test_T4_no_control_bidi_or_unencodable_code_point_remains",
    "only ASCII controls are replaced",
)
def wide_cleaning() -> None:
    from sutra_tui.core import clean as door

    for point in [point for point in door._TABLE if point > 0x7F]:
        del door._TABLE[point]


@defence(
    "T5",
    "tui/test_markdown_rows.py::test_T5_T7_T9_text_is_shown_as_written_wherever_it_stands",
    "text is read as the screen library's markup",
)
def text_is_no_markup() -> None:
    from textual.content import Content

    from sutra_tui.tui.widgets import markdown_parse

    markdown_parse.Content = _Markup(Content)  # type: ignore[misc]


class _Markup:
    """Stands in for `Content` and reads markup."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __call__(self, text: str = "", spans: Any = None) -> Any:
        return self._real(text, spans) if spans else self._real.from_markup(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@defence(
    "T8",
    "tui/test_web_link.py::test_T8_nothing_else_is_even_asked_about",
    "any address counts as a link to the web",
)
def only_web_links() -> None:
    from sutra_tui.tui import web_link

    web_link.is_web_link = lambda href: True


@defence(
    "T10",
    "tui/test_stream_view.py::test_T10_what_would_be_slow_is_shown_as_plain_text_with_a_reason",
    "everything is laid out as Markdown",
)
def markdown_gate() -> None:
    from sutra_tui.tui.widgets.markdown_gate import MarkdownGate

    MarkdownGate.feed = lambda self, piece: None  # type: ignore[method-assign]
