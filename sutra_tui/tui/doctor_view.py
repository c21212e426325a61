"""What the doctor's screen shows, as one frozen value, and its lines.

Invariant: pure; the report that is copied is the one that `sutra doctor` writes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from textual.content import Content

from ..core.clean import clean_line
from ..doctor.finding import Finding, Report, Verdict
from ..doctor.self_test import LIMIT_S, Step
from ..wording import seconds

Doing = Literal["looking", "testing", "nothing"]

SIGNS: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("✓", "$text-success"),
    "warning": ("!", "$text-warning"),
    "failed": ("✗", "$text-error"),
}
"""A sign and a style; beside them stands the word, so that nothing is said by colour alone."""
STEPS: Final[dict[Step, str]] = {
    "loading": "loading it",
    "measuring": "measuring its speed",
    "trying": "asking for a demonstration",
}
_WORD_CELLS: Final = 9
_NARROW: Final = 70


@dataclass(frozen=True, slots=True)
class DoctorView:
    """The state of the screen.

    Args:
        report: What was found so far.
        doing: What is going on.
        model: Which model is being tested.
        step: And what with it.
        since: When that began, in seconds of the screen's clock.
        tested: Whether a self-test was asked for.
    """

    report: Report = Report()  # noqa: RUF009 - frozen
    doing: Doing = "looking"
    model: str = ""
    step: Step = "loading"
    since: float = 0.0
    tested: bool = False

    def with_finding(self, finding: Finding) -> DoctorView:
        return replace(self, report=self.report.with_finding(finding))

    def at(self, model: str, step: Step, now: float) -> DoctorView:
        """The self-test has come to a step."""
        return replace(self, doing="testing", model=model, step=step, since=now)

    @property
    def reason_against_test(self) -> str | None:
        """Why no self-test can be started now."""
        if self.doing == "testing":
            return "A self-test is going on. Escape ends it."
        return "The doctor is still looking." if self.doing == "looking" else None

    def status(self, now: float) -> Content:
        """The line above the findings."""
        if self.doing == "looking":
            return Content.styled("Looking…", "$text-muted")
        if self.doing == "testing":
            took = seconds(now - self.since)
            limit = f" of {LIMIT_S:.0f} s at most" if self.step == "trying" else ""
            text = f"Testing {clean_line(self.model, 60)}: {STEPS[self.step]}, {took}{limit}"
            return Content.styled(text, "$accent")
        summary = self.report.summary()
        if not self.tested:
            return Content.assemble(
                (summary, "bold"), ("  t tries the chosen models, about 20 s each.", "$text-muted")
            )
        return Content.styled(summary, "bold")


def rows(report: Report, width: int) -> Content:
    """All findings, headed and aligned.

    Args:
        report: What was found.
        width: Cells there are; in few of them a finding's text stands below its verdict.
    """
    parts: list[Content | str | tuple[str, str]] = []
    for topic, findings in report.by_topic():
        parts.append((f"{topic}\n", "bold $accent"))
        for finding in findings:
            parts.extend(_row(finding, width))
        parts.append("\n")
    return Content.assemble(*parts[:-1]) if parts else Content("")


def _row(finding: Finding, width: int) -> list[str | tuple[str, str]]:
    sign, style = SIGNS[finding.verdict]
    start = 2 if width < _NARROW else _WORD_CELLS + 4
    word = f"{sign} " if width < _NARROW else f"  {sign} {finding.verdict:<{_WORD_CELLS}}"
    if width < _NARROW and finding.verdict != "ok":
        word = f"{sign} {finding.verdict}: "
    parts: list[str | tuple[str, str]] = [(word, style)]
    parts.append(f"{_hang(finding.text, width, start, len(word))}\n")
    if finding.fix:
        fix = _hang(f"→ {finding.fix}", width, start + 2, start)
        parts.append((f"{' ' * start}{fix}\n", "$foreground 80%"))
    return parts


def _hang(text: str, width: int, indent: int, used: int) -> str:
    """Text with line breaks so that it continues under its own beginning."""
    from textwrap import TextWrapper

    wrapper = TextWrapper(
        max(width, indent + 20),
        initial_indent=" " * used,
        subsequent_indent=" " * indent,
        break_on_hyphens=False,
    )
    return wrapper.fill(text)[used:]
