"""`sutra doctor`: what is wrong and how to put it right, as lines of text or as JSON.

Invariant: each line is written as soon as it is known, and nothing in it is the user's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress

from ..core.errors import SutraError
from ..doctor.examination import Circumstances, examine, try_models
from ..doctor.finding import Finding, Report, lines
from .exits import FAILED, OK
from .faces import to_json
from .stopping import Stopped, stoppable
from .streams import Output, Voice

STEPS = {
    "loading": "loading the model",
    "measuring": "measuring its speed",
    "trying": "asking for a demonstration, 20 seconds at most",
}


def doctor_command(
    about: Circumstances,
    output: Output,
    voice: Voice,
    *,
    tests: Sequence[str] | None,
    as_json: bool,
) -> int:
    """Examine everything and write what was found.

    Args:
        about: What to look at.
        output: Where the findings go.
        voice: Where it is said what a self-test is doing.
        tests: Models to test; empty is the chosen pair, None tests none.
        as_json: One JSON document at the end instead of lines.

    Returns:
        The exit code: 1 when something failed.

    Raises:
        OutputLost: Standard output cannot be written to.
    """
    teller = _Teller(output, voice, as_json=as_json)
    try:
        asyncio.run(_examine(about, teller, tests))
    except Stopped as stopped:
        return stopped.exit_code
    report = teller.report
    if as_json:
        output.write_trusted(to_json(report.to_dict(), output, indent=2) + "\n")
    else:
        output.write_trusted(f"\n{report.summary()}\n")
    return FAILED if report.verdict == "failed" else OK


class _Teller:
    """Writes findings as they come."""

    def __init__(self, output: Output, voice: Voice, *, as_json: bool) -> None:
        self._output = output
        self._voice = voice
        self._as_json = as_json
        self.report = Report()

    def found(self, finding: Finding) -> None:
        before = self.report.findings
        self.report = Report((*before, finding))
        if not self._as_json:
            self._voice.erase()
            self._output.write_trusted("".join(lines((finding,), before[-1:])))

    def step(self, model: str, step: str) -> None:
        self._voice.say(f"{model}: {STEPS[step]}")


async def _examine(about: Circumstances, teller: _Teller, tests: Sequence[str] | None) -> None:
    async def work() -> None:
        async with aclosing(examine(about)) as findings:
            async for finding in findings:
                teller.found(finding)
        if tests is not None:
            async with aclosing(try_models(about, tests, teller.step)) as tried:
                async for finding in tried:
                    teller.found(finding)

    try:
        await stoppable(work())
    finally:
        engine = about.server.engine
        if not isinstance(engine, SutraError):
            with suppress(SutraError):
                await engine.close()
