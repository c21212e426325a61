"""What becomes of Markdown: nothing lost, nothing hidden, the same in any chunks."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.geometry import Size
from textual.style import Style

from sutra_tui.core.clean import clean
from sutra_tui.tui.widgets.markdown_rows import MarkdownRows
from sutra_tui.tui.widgets.web_links import is_web_link


def rows_at(width: int) -> MarkdownRows:
    rows = MarkdownRows()
    rows.get_content_height(Size(width, 20), Size(width, 20), width)
    return rows


def shown(text: str, width: int = 60) -> list[str]:
    rows = rows_at(width)
    rows.append(text)
    rows.finish()
    return rows.plain_rows()


VERBATIM = [
    "[/]",
    "[TODO] and [red]",
    "a[i] x[0] list[int]",
    "[@click=app.quit]press me[/]",
    "[link=file:///etc/passwd]x[/link]",
    "<answer>42</answer>",
    "List<String> and Vec<u8>",
    "#include <stdio.h>",
    "vector<std::string> and <std::string>",
    "<script>alert(1)</script>",
    "<!-- a comment -->",
    "&#x202e;reversed &lt;b&gt; &amp;",
    "[TODO]: later",
    "<https://example.com>",
    "[click](javascript:alert)",
    "[click](file:///etc/passwd)",
    "[click](-opt)",
    "[click](/etc/passwd)",
    "[click](ms-msdt:/id)",
    "[click](smb://evil/share)",
    "[click](http://user:pw@evil.example)",
    "[click](http://)",
    "![pic](file:///x.png)",
    "www.example.com mailto:a@b.c",
    "\u241b]52;c;aGk=\u2407",
]


@pytest.mark.parametrize("text", VERBATIM)
@pytest.mark.parametrize(
    "place",
    [
        "{}",
        "# {}",
        "- {}",
        "1. {}",
        "> {}",
        "**{}**",
        "```\n{}\n```",
        "    {}",
        "| h |\n|---|\n| {} |",
    ],
    ids=["text", "heading", "item", "number", "quote", "bold", "fence", "indented", "table"],
)
def test_T5_T7_T9_text_is_shown_as_written_wherever_it_stands(text: str, place: str) -> None:
    assert text in "\n".join(shown(place.format(text), width=100))


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("one\ntwo", ["one", "two"]),
        ("# Title\ntext\n\n## Next\n\ntext", ["Title", "text", "", "Next", "text"]),
        ("- a\n- b\n  - c\n\n- d", ["• a", "", "• b", "  ◦ c", "", "• d"]),
        ("- a\n- b\n  - c\n- d\n\nend", ["• a", "• b", "  ◦ c", "• d", "", "end"]),
        ("9. a\n10. b", ["9. a", "10. b"]),
        ("3) a", ["3) a"]),
        ("-\n- b", ["•", "• b"]),
        ("> a\n>\n> b\n\nc", ["▌ a", "▌", "▌ b", "", "c"]),
        ("- x\n\n  ---\n  y", ["• x", "", "  " + "─" * 58, "", "  y"]),
        ("```\na\n\n  b\n```\nafter", ["  a", "", "    b", "", "after"]),
        ("a\n\n\n\nb", ["a", "", "b"]),
        ("![pic](https://x.example/p.png)", ["[image: pic]"]),
        ("a **b *c* d** ~~e~~ `f`", ["a b c d e f"]),
        ("\\[x\\]", ["[x]"]),
        ("", []),
        ("\n\n", []),
    ],
)
def test_layout(source: str, rows: list[str]) -> None:
    assert shown(source) == rows


def test_tables_stand_in_columns() -> None:
    source = "| Name | Size |\n|:--|--:|\n| a | 12 |\n| longer | 3 |"
    assert shown(source) == [
        "Name   │ Size",
        "───────┼─────",
        "a      │   12",
        "longer │    3",
    ]


def test_wide_cells_wrap_and_very_narrow_tables_stack_their_cells() -> None:
    source = "| a | b |\n|--|--|\n| one two three four five six | x |"
    wrapped = shown(source, width=20)
    assert max(map(cell_len, wrapped)) <= 20
    assert "six" in "\n".join(wrapped)
    stacked = shown("|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n|" + "cell|" * 10, width=20)
    assert stacked.count("cell") == 10


PARTS = st.sampled_from(
    [
        *["word ", "x", "\n", "\n\n", "  ", "    ", "- ", "* ", "1. ", "> ", "#", "# ", "**", "*"],
        *["`", "```\n", "```py\n", "~~~\n", "| a | b |\n", "|--|--|\n", "|", "---\n", "===\n", "-"],
        *[
            "[a](http://b.c)",
            "[x]",
            "<b>",
            "&amp;",
            "你好",
            "é",
            "👩‍💻",
            "\t",
            "\\",
            "!",
            "~~",
            ":",
        ],
    ]
)
SOURCES = st.lists(PARTS, max_size=40).map("".join)


@given(SOURCES, st.integers(min_value=1, max_value=12))
@settings(max_examples=200, deadline=None)
@example("para\n#\n", 1)
@example("para\n#tag", 1)
@example("a\n| b |\n|-|\nx\n\ny", 1)
@example("| a | b |\n|--|--|\n| 1 | 2 |\n# Head\n", 1)
@example("- a\n\n  ---\n\n- b\n", 2)
@example("a\n***b**\n", 1)
def test_any_chunks_give_the_same_rows(source: str, size: int) -> None:
    rows = rows_at(30)
    for start in range(0, len(source), size):
        rows.append(source[start : start + size])
    rows.finish()
    assert rows.plain_rows() == shown(source, width=30)


@given(SOURCES)
@settings(max_examples=100, deadline=None)
def test_a_new_width_gives_what_that_width_would_have_given(source: str) -> None:
    rows = rows_at(50)
    rows.append(source)
    rows.get_content_height(Size(17, 20), Size(17, 20), 17)
    assert rows.plain_rows() == shown(source, width=17)


@given(SOURCES, st.integers(min_value=8, max_value=40))
@settings(max_examples=100, deadline=None)
def test_no_row_is_wider_than_the_view(source: str, width: int) -> None:
    assert all(cell_len(row) <= width for row in shown(source, width=width))


@given(st.text(max_size=200))
@settings(deadline=None)
def test_letters_and_digits_are_never_lost(text: str) -> None:
    source = clean(text)
    kept = "".join(c for c in source if c.isalpha())
    rows = "".join("".join(c for c in row if c.isalpha()) for row in shown(source, width=40))
    assert len(rows) >= len(kept) or "```" in source or "~~~" in source


def test_what_is_settled_is_not_parsed_again() -> None:
    rows = rows_at(60)
    for number in range(500):
        rows.append(f"Paragraph {number} with a few words.\n\n")
        assert rows.unsettled < 200


def test_links_carry_the_address_to_the_widgets_own_action() -> None:
    rows = rows_at(60)
    rows.append("[a](https://example.com/x%20y?q=%25)")
    styles = [span.style for span in rows.row(0).content.spans]
    clicks = [style.meta["@click"] for style in styles if isinstance(style, Style)]
    assert clicks == [("open_link", ("https://example.com/x%20y?q=%25",))]


@pytest.mark.parametrize(
    ("href", "web"),
    [
        ("https://example.com/a?b#c", True),
        ("http://127.0.0.1:8000/", True),
        ("HTTPS://EXAMPLE.COM", True),
        ("http://", False),
        ("https:///path", False),
        ("http://[broken", False),
        ("//example.com", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("mailto:a@b.c", False),
        ("-opt", False),
        ("http://good.example@evil.example", False),
        ("http://a b", False),
        ("http://a\n.b", False),
        ("", False),
    ],
)
def test_T8_only_links_to_web_hosts_are_links(href: str, web: bool) -> None:
    assert is_web_link(href) is web
