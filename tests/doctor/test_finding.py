"""A report as values, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from sutra_tui.doctor.finding import Finding, Report, Verdict, lines

OK = Finding("a.one", "Program", "ok", "All is well.", facts={"figure": 1})
WARNING = Finding("b.two", "Ollama", "warning", "It is slow.", "Be patient.")
FAILED = Finding("b.three", "Ollama", "failed", "It is not there.", "Start it.")


@pytest.mark.parametrize("verdict", ["warning", "failed"])
def test_what_is_not_ok_must_say_what_to_do(verdict: Verdict) -> None:
    with pytest.raises(ValueError, match=r"a\.one does not say what to do"):
        Finding("a.one", "Program", verdict, "It is wrong.")


@pytest.mark.parametrize(
    ("findings", "verdict", "summary"),
    [
        ((), "ok", "Nothing is wrong."),
        ((OK,), "ok", "Nothing is wrong."),
        ((OK, WARNING), "warning", "1 warning."),
        ((OK, FAILED, WARNING), "failed", "1 failed, 1 warning."),
        ((WARNING, WARNING), "warning", "2 warnings."),
    ],
)
def test_the_worst_verdict_counts(
    findings: tuple[Finding, ...], verdict: Verdict, summary: str
) -> None:
    report = Report(findings)
    assert (report.verdict, report.summary()) == (verdict, summary)


def test_text_has_the_verdict_first_and_the_fix_below() -> None:
    assert Report((OK, WARNING, FAILED)).as_text() == (
        "Program\n"
        "  ok       All is well.\n"
        "\n"
        "Ollama\n"
        "  warning  It is slow.\n"
        "           fix: Be patient.\n"
        "  failed   It is not there.\n"
        "           fix: Start it.\n"
        "\n"
        "1 failed, 1 warning.\n"
    )


def test_lines_as_they_come_are_the_same_as_all_at_once() -> None:
    findings = (OK, WARNING, FAILED)
    piecewise = "".join(
        "".join(lines((found,), findings[:place])) for place, found in enumerate(findings)
    )
    assert piecewise == "".join(lines(findings))


def test_json_survives_the_way_there_and_back() -> None:
    data = json.loads(json.dumps(Report((OK, FAILED)).to_dict()))
    assert data["verdict"] == "failed"
    assert data["counts"] == {"ok": 1, "warning": 0, "failed": 1}
    assert data["findings"][0] == {
        "id": "a.one", "topic": "Program", "verdict": "ok", "text": "All is well.", "fix": "",
        "facts": {"figure": 1},
    }  # fmt: skip


def test_a_finding_of_the_same_name_takes_the_place_of_the_first() -> None:
    again = Finding("b.two", "Ollama", "ok", "It is quick.")
    report = Report((OK, WARNING)).with_finding(FAILED).with_finding(again)
    assert report.findings == (OK, again, FAILED)
