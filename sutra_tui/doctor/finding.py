"""What the doctor found, as values, and a report of them as text and as JSON.

Invariant: pure. A finding that is not `ok` says what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from .. import __version__

Verdict = Literal["ok", "warning", "failed"]
VERDICTS: Final[tuple[Verdict, ...]] = ("ok", "warning", "failed")
Topic = Literal["Program", "Terminal", "Files", "Machine", "Ollama", "Models", "Self-test"]
TOPICS: Final[tuple[Topic, ...]] = (
    "Program",
    "Terminal",
    "Files",
    "Machine",
    "Ollama",
    "Models",
    "Self-test",
)
_VERDICT_CELLS: Final = 9


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's.

    Args:
        id: Stable machine-readable name, "server.up".
        topic: The heading it stands under.
        verdict: `ok`; `warning` when the chain works, but not as it could; `failed` when it cannot.
        text: What was found, one sentence.
        fix: What to do about it; empty when nothing has to be done.
        facts: The figures behind the sentence, for `--json`.
    """

    id: str
    topic: Topic
    verdict: Verdict
    text: str
    fix: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.verdict != "ok" and not self.fix:
            raise ValueError(f"{self.id} does not say what to do")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        return {
            "id": self.id,
            "topic": self.topic,
            "verdict": self.verdict,
            "text": self.text,
            "fix": self.fix,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of one examination, in order."""

    findings: tuple[Finding, ...] = ()

    def with_finding(self, finding: Finding) -> Report:
        """The same with a finding more; one of the same name is replaced where it stands."""
        names = [found.id for found in self.findings]
        if finding.id in names:
            place = names.index(finding.id)
            return Report((*self.findings[:place], finding, *self.findings[place + 1 :]))
        return Report((*self.findings, finding))

    def count(self, verdict: Verdict) -> int:
        """How many findings have that verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)

    @property
    def verdict(self) -> Verdict:
        """The worst of all verdicts."""
        return max((found.verdict for found in self.findings), key=VERDICTS.index, default="ok")

    def by_topic(self) -> list[tuple[Topic, list[Finding]]]:
        """The findings under their headings; headings without any are left out."""
        grouped = [(t, [found for found in self.findings if found.topic == t]) for t in TOPICS]
        return [(topic, found) for topic, found in grouped if found]

    def summary(self) -> str:
        """One line: "Nothing is wrong.", "1 failed, 2 warnings."."""
        failed, warnings = self.count("failed"), self.count("warning")
        parts = [f"{failed} failed"] if failed else []
        if warnings:
            parts.append(f"{warnings} warning{'' if warnings == 1 else 's'}")
        return f"{', '.join(parts)}." if parts else "Nothing is wrong."

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        return {
            "sutra": __version__,
            "verdict": self.verdict,
            "counts": {verdict: self.count(verdict) for verdict in VERDICTS},
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def as_text(self) -> str:
        """The report as it is pasted into a bug report."""
        return "".join((*lines(self.findings), f"\n{self.summary()}\n"))


def lines(findings: Iterable[Finding], before: Sequence[Finding] = ()) -> Iterator[str]:
    """Findings as lines of text, each with its newline; a heading where the topic changes.

    The verdict is a word and stands first, so that a line can be read aloud and cut up.

    Args:
        findings: What to write.
        before: What was written before them.
    """
    topic: Topic | None = before[-1].topic if before else None
    for finding in findings:
        if finding.topic != topic:
            yield f"{finding.topic}\n" if topic is None else f"\n{finding.topic}\n"
            topic = finding.topic
        yield f"  {finding.verdict:<{_VERDICT_CELLS}}{finding.text}\n"
        if finding.fix:
            yield f"  {'':<{_VERDICT_CELLS}}fix: {finding.fix}\n"
