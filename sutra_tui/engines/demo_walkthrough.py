"""What the demo says to a query it has no script for: a walk through the stages, never an answer.

Invariant: every text here says that it is the demo and that no model read the question, states only
what can be seen by counting and looking, and quotes the query so that it can neither end its quote
nor be taken for one of the tags that replies are made of.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ..core.clean import clean
from .demo_library import DemoQuery

NOTICE: Final = "This is the built-in demo, no model read your question."
QUOTE_LIMIT: Final = 300
"""Most characters of the query that are quoted."""

Kind = Literal["code", "number", "explanation", "other"]

_LANGUAGES: Final = (
    "Python", "Rust", "JavaScript", "TypeScript", "Java", "Kotlin", "Ruby", "PHP", "Golang",
    "Haskell", "Scala", "Perl", "Lua", "SQL", "Bash", "HTML", "CSS", "C++", "C#",
)  # fmt: skip
_LANGUAGE: Final = re.compile(
    r"(?<![\w+#])(?:" + "|".join(re.escape(name) for name in _LANGUAGES) + r")(?![\w+#])"
)
_LANGUAGE_ANY_CASE: Final = re.compile(_LANGUAGE.pattern, re.IGNORECASE)
_CODE: Final = re.compile(
    r"```|[{};]\s*$|\w\(\)|=>|\b(?:code|script|program|regex|function|class|algorithm"
    r"|implement|refactor|debug|compile|unit test|stack trace)\b",
    re.IGNORECASE | re.MULTILINE,
)
_EXPLANATION: Final = re.compile(
    r"\b(?:explain|why|what|describe|compare|difference|how (?:do|does|did|can)|meaning)\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"\d\s*[-+*/×÷%^]|\b(?:how (?:many|much|far|long)|calculate|percent\w*|sum of|average)\b",
    re.IGNORECASE,
)
_TAG: Final = re.compile(r"<(?=/?\s*(?:answer|demonstration|think|example-))", re.IGNORECASE)

_LOOKS: Final[dict[Kind, str]] = {
    "code": "looks like a request for code",
    "number": "looks like a question about numbers",
    "explanation": "looks like a question that wants an explanation",
    "other": "fits none of the kinds the demo can tell apart",
}
_CHOICE: Final[dict[Kind, str]] = {
    "code": (
        "smaller programs that need the same technique, complete enough to run, with a line on "
        "what goes wrong at the edges"
    ),
    "number": (
        "shorter calculations of the same sort with other values, every step and unit written out"
    ),
    "explanation": (
        "neighbouring ideas, each explained in the length, tone and order the reply should have"
    ),
    "other": "shorter tasks of the same shape, each with a finished reply",
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What can be seen of a query without understanding it.

    Args:
        words: Runs between blanks.
        lines: Lines with anything on them.
        kind: Which wording it has.
        language: The first programming language it names; empty for none.
        latin: Whether most of its letters are Latin.
    """

    words: int
    lines: int
    kind: Kind
    language: str
    latin: bool

    def sentence(self) -> str:
        """The observations as one sentence about "it"."""
        words = "1 word" if self.words == 1 else f"{self.words:,} words"
        lines = "1 line" if self.lines == 1 else f"{self.lines:,} lines"
        script = "" if self.latin else ", mostly in a script other than Latin,"
        named = f", and names {self.language}" if self.language else ""
        return f"It has {words} on {lines}{script} and {_LOOKS[self.kind]}{named}."


def look(query: str) -> Sight:
    """Observe a query."""
    language = _language(query)
    letters = [char for char in query if char.isalpha()]
    return Sight(
        words=len(query.split()),
        lines=sum(bool(line.strip()) for line in query.splitlines()),
        kind=_kind(query, language),
        language=language,
        latin=2 * sum(ord(char) < 0x250 for char in letters) >= len(letters),
    )


def _language(query: str) -> str:
    # "rust" on a bicycle is no language: lower case counts only where the rest is about code.
    pattern = _LANGUAGE_ANY_CASE if _CODE.search(query) else _LANGUAGE
    found = pattern.search(query)
    return next((n for n in _LANGUAGES if found and n.lower() == found[0].lower()), "")


def _kind(query: str, language: str) -> Kind:
    if _CODE.search(query) or (language and not _EXPLANATION.search(query)):
        return "code"
    if _NUMBER.search(query):
        return "number"
    return "explanation" if _EXPLANATION.search(query) else "other"


def quote(query: str) -> str:
    """The query in a fence that it cannot close, at most `QUOTE_LIMIT` characters of it.

    The opening sign of tags that a reply is parsed by becomes `‹`, or a query about tags would cut
    the reply that quotes it.
    """
    text = clean(query[: QUOTE_LIMIT + 1]).strip("\n")
    if len(query) > QUOTE_LIMIT:
        text = text[: QUOTE_LIMIT - 1] + "…"
    text = _TAG.sub("‹", text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


@dataclass(frozen=True, slots=True)
class Walkthrough:
    """The texts for one query, by role.

    Args:
        query: What the prompt asks, as far as the demo can tell.
        suggestions: Queries that have a script.
        count: Demonstrations: asked for (stage A) or received (stage B).
    """

    query: str
    suggestions: Sequence[DemoQuery]
    count: int

    def draft(self) -> str:
        """What stands where Model A's own answer would."""
        return f"""\
{NOTICE} What follows is not an answer to it:

{quote(self.query)}

With two real models, Model A, the smaller one, would now read a prompt that the run's details \
show: how to lay out its reply, {_some(self.count)} to write, and your query, word for word, at \
the end. Its short answer would stand here; you would see it, Model B would not.

{look(self.query).sentence()} The demo counted that. It understood nothing.

{self._try()}"""

    def demonstrations(self) -> tuple[str, str, str]:
        """What stands where Model A's worked examples would."""
        sight = look(self.query)
        language = ""
        if sight.language:
            language = f" They would be in {sight.language}, since the query names it."
        return (
            f"""\
How demonstrations would be chosen

{NOTICE} So this is not a worked example; it says how one would come about.

Model A is asked for problems that need the same skill as your query, are different from it and \
from each other, and are simpler. Your query {_LOOKS[sight.kind]}, so good choices would be \
{_CHOICE[sight.kind]}.{language} A problem too close to yours would be a poor choice: it \
invites Model B to copy what it should work out itself.""",
            f"""\
What Model B would receive

{NOTICE} This block only stands where a second worked example would.

Each demonstration is lifted out of Model A's reply as soon as its closing tag arrives, checked, \
and kept in the cache, so that the same query to the same model skips stage A. Then Model B gets \
them above your query, each between tags with a name made for that one prompt, so that no example \
can end its own block. Its instructions call them another model's work that may contain mistakes: \
good for format and method, not for values.""",
            f"""\
How to get a real answer

{NOTICE} This block stands where a third worked example would, and uses the place for the way out.

1. Install Ollama from https://ollama.com/download
2. Fetch a small model for the demonstrations: `ollama pull llama3.2:3b`
3. Fetch a larger one for the answer: `ollama pull mistral:7b`
4. Start the same command again without `--demo`

Both models then run on this computer and nothing you type leaves it. If memory is short, they \
take turns: Model A is put out before Model B is loaded.""",
        )

    def answer(self) -> str:
        """What stands where Model B's final answer would."""
        return f"""\
{NOTICE} So there is no final answer here. The query was:

{quote(self.query)}

A real Model B would have read the prompt that was just sent: {_some(self.count)} from Model A, \
then this query. With that it would write one complete answer, in the form the demonstrations \
show, and judge for itself which of them to ignore. Whether that beats asking it directly differs \
from model to model; the benchmark measures it for yours.

{self._way_out()}

{self._try()}"""

    def raw(self) -> str:
        """What stands where the answer of one model on its own would."""
        return f"""\
{NOTICE} So there is no answer here. The query was:

{quote(self.query)}

In this run the model got your query alone: no Model A, no demonstrations. That is the other half \
of every comparison: only next to it can you see whether demonstrations help. \
{look(self.query).sentence()} The demo can do no more than such counting.

{self._way_out()}

{self._try()}"""

    def thinking(self) -> str:
        """What stands where a thinking model's thinking would."""
        return (
            f"{NOTICE} A thinking model would reason here before it writes, and its reasoning "
            "would be kept apart from its reply. The demo has nothing to think about this query."
        )

    def _way_out(self) -> str:
        return (
            "For a real answer, install Ollama from https://ollama.com/download, run "
            "`ollama pull llama3.2:3b` and `ollama pull mistral:7b`, and start the same command "
            "without `--demo`."
        )

    def _try(self) -> str:
        if not self.suggestions:
            return ""
        listed = "\n".join(f"- {query.text}" for query in self.suggestions)
        return f"Queries to try, which do have a script:\n\n{listed}"


def _some(count: int) -> str:
    return "1 demonstration" if count == 1 else f"{count} demonstrations"
