"""What the tokens in Model A's reply look like.

Invariant: every pattern is bounded, and each that needs more than one character comes with a
`_STUMP`: a pattern for what may yet become a match. A stump at the end of the buffer means wait.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LOOKAHEAD: Final = 64
"""Longest tag, fence line or heading that is recognised, in characters."""


@dataclass(slots=True)
class Text:
    """Anything that is nothing else."""

    raw: str


@dataclass(slots=True)
class Tag:
    """One of our tags.

    Args:
        name: `answer`, `demonstrations`, `demonstration`, `demo`, `example` or `think`.
        closing: `</name>`.
        empty: `<name/>`.
        fenced: It stands in a code fence.
        starts_line: Nothing but blanks comes before it on its line.
        ends_fence: It is the last thing before the end of its code fence.
    """

    raw: str
    name: str
    closing: bool
    empty: bool
    fenced: bool
    starts_line: bool
    ends_fence: bool = False


@dataclass(slots=True)
class TagStump:
    """A tag that the end of the reply cut in half."""

    raw: str


@dataclass(slots=True)
class Fence:
    """The line that opens or closes a code fence, without its line break.

    Args:
        bare: Nothing is written after the backticks or tildes.
    """

    raw: str
    opening: bool
    bare: bool


@dataclass(slots=True)
class Heading:
    """`Example 1:`, `**Demonstration 2:**`, `### Example 3` at the start of a line.

    Args:
        titled: Markup that opens in the heading closes only behind a title, as in
            `**Example 1: Sorting**`, so that the heading cannot be cut off without damage.
    """

    raw: str
    number: int
    titled: bool


@dataclass(slots=True)
class JsonOpening:
    """A `{` before a key such as "answer", or a `[` at the start of a line."""

    raw: str


@dataclass(slots=True)
class EscapedTag:
    """`&lt;answer&gt;` or the like at the start of a line."""

    raw: str


Token = Text | Tag | TagStump | Fence | Heading | JsonOpening | EscapedTag


def _prefixes(word: str) -> str:
    """A pattern for every non-empty beginning of a word."""
    return "(?:".join(word) + ")?" * (len(word) - 1)


_FLAGS: Final = re.IGNORECASE | re.ASCII
_NAME: Final = "(?:answer|demonstrations?|demo|example|think(?:ing)?)"
_NAME_PREFIX: Final = (
    "(?:" + "|".join(map(_prefixes, ("answer", "demonstrations", "example", "thinking"))) + ")"
)
_SLASH: Final = r"\s{0,4}/?\s{0,4}"
TAG: Final = re.compile(
    rf"<\s{{0,4}}(?P<closing>/?)\s{{0,4}}(?P<name>{_NAME})(?:[\s_:#-]{{0,3}}\d{{1,3}})?"
    r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>/]+))*\s*(?P<empty>/?)\s*>""",
    _FLAGS,
)
TAG_STUMP: Final = re.compile(rf"<{_SLASH}(?:{_NAME_PREFIX}|{_NAME}[\s_:#\d/-][^<>]*)?", _FLAGS)
# At the end of a reply `<a` may be anything, `</de` hardly.
TELLING_STUMP: Final = re.compile(
    rf"(?=<\s{{0,4}}(?:/\s{{0,4}}[a-z]{{2}}|[a-z]{{3}})){TAG_STUMP.pattern}", _FLAGS
)
# `List<Answer>` and `Vec<Example>` are code, wherever they stand.
GENERIC: Final = re.compile(r"(?<=\w)<[A-Z][a-z]+>")

FENCE_OPENING: Final = re.compile(r"[ \t]{0,12}(`{3,}(?=[^`\n]*\n)|~{3,})([^\n]*)(?=\n)")
FENCE_CLOSING: Final = re.compile(r"[ \t]{0,12}(`{3,}|~{3,})[ \t\r]*(?=[\n<])")
FENCE_STUMP: Final = re.compile(r"[ \t]{0,12}(?:`{1,2}|`{3,}[^`\n]*|~{1,2}|~{3,}[^\n]*)")

HEADING: Final = re.compile(
    r"""[ \t]{0,12} (?:\#{1,6}[ \t]* | [-*+>][ \t]+ | >)? (?P<markup>\*{1,3}|__?)?
    (?:example|demonstration|demo) [ \t]* (?:\#|no\.|number)? [ \t]* (?P<number>\d{1,2})
    (?:[ \t]*\([^()\n]{0,24}\))?
    (?:
      (?P<before>(?P=markup))? [ \t]* (?: : | [.)](?=\s) | [-–—](?=\s) )
      (?: (?P<after>(?P=markup)) | (?![*_])(?=[\s\S]) )
    | (?P<around>(?P=markup))? [ \t\r]* (?=\n)
    )""",
    _FLAGS | re.VERBOSE,
)
HEADING_STUMP: Final = re.compile(
    rf"""[ \t]{{0,12}} [\#>*_+\-\ \t]{{0,12}}
    (?: {_prefixes("example")} | {_prefixes("demonstration")}
      | (?:example|demonstration|demo) [ \t]* (?:\#|no?\.?|{_prefixes("number")})? [ \t]*
        (?: \d{{1,2}} (?:[ \t]*\([^()\n]{{0,24}}\)?)? [*_]{{0,3}} [ \t]* [:.)–—-]? [*_]{{0,3}}
            [ \t\r]* )?
    )?""",
    _FLAGS | re.VERBOSE,
)

_JSON_KEY: Final = (
    r"\s{0,40}[\"'](?:answer|demonstrations?|examples|draft|query|question|reasoning|thoughts?"
    r"|thinking)[\"']\s{0,8}:"
)
JSON_OBJECT: Final = re.compile(rf"\{{(?={_JSON_KEY})", _FLAGS)
JSON_OBJECT_STUMP: Final = re.compile(r"\{\s{0,40}(?:[\"'][a-z]{0,16}(?:[\"']\s{0,8})?)?", _FLAGS)
JSON_LIST: Final = re.compile(r"[ \t]{0,12}\[(?=\s{0,40}[\"'{])")
JSON_LIST_STUMP: Final = re.compile(r"[ \t]{0,12}\[\s{0,40}")

_ESCAPED_NAME: Final = "(?:answer|demonstrations?|think(?:ing)?)"
ESCAPED: Final = re.compile(
    rf"[ \t]{{0,12}}&lt;{_SLASH}{_ESCAPED_NAME}(?:[\s\d][^\n<>]{{0,40}}?)?&gt;", _FLAGS
)
ESCAPED_STUMP: Final = re.compile(
    rf"[ \t]{{0,12}}&(?:l(?:t(?:;{_SLASH}(?:{_NAME_PREFIX}|{_ESCAPED_NAME}[\s\d&][^\n<>]*)?)?)?)?",
    _FLAGS,
)
ENTITIES: Final = {
    "&lt;": "<",
    "&gt;": ">",
    "&amp;": "&",
    "&quot;": '"',
    "&apos;": "'",
    "&#39;": "'",
    "&#x27;": "'",
    "&#34;": '"',
    "&nbsp;": "\u00a0",
}
ENTITY: Final = re.compile("|".join(ENTITIES))
ENTITY_LIMIT: Final = max(map(len, ENTITIES))

# Everything that may be the beginning of a token, found in one pass by the regex engine so that
# long stretches of text, and hostile ones, cost nothing here. `>` stands before a line's beginning
# too, because the place behind one of our tags counts as one.
CANDIDATE: Final = re.compile(
    rf"""(?P<line>(?<=[\n>])[ \t]{{0,12}}(?:(?P<head>[`~\#*_>+\-\[&EeDd])|\Z))
    | (?P<tag><(?={_SLASH}(?:answer|demo|example|think|{_NAME_PREFIX}?\n?\Z)))
    | (?P<json>\{{(?={_JSON_KEY}|\s{{0,40}}(?:["'][a-z]{{0,16}}(?:["']\s{{0,8}})?)?\Z))
    | (?P<tick>(?<!`)`)""",
    _FLAGS | re.VERBOSE,
)


def is_heading(text: str) -> bool:
    """Whether a text is a numbered heading and nothing else."""
    heading = HEADING.match(f"{text}\n") if len(text) <= LOOKAHEAD else None
    return heading is not None and heading.end() == len(text)
