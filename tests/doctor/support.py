"""What the doctor's tests share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sutra_tui.core.engine import Engine
from sutra_tui.core.protocol import Memory
from sutra_tui.doctor.examination import Circumstances, Server, examine, try_models
from sutra_tui.doctor.files import Place
from sutra_tui.doctor.finding import Finding, Report
from sutra_tui.doctor.privacy import Privacy
from sutra_tui.doctor.terminal import TerminalFacts
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.installation import Installation
from tests.ollama_server import GIB, OllamaServer

PLENTY = Memory(total=32 * GIB, available=20 * GIB)


def terminal(columns: int = 120, rows: int = 40, **variables: str) -> TerminalFacts:
    named = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **variables}
    return TerminalFacts(True, columns, rows, "utf-8", named)


def engine(server: OllamaServer, memory: Memory | None = PLENTY) -> OllamaEngine:
    return OllamaEngine(server.url, memory=lambda: memory)


def circumstances(
    of: Engine | Any, folder: Path, environ: Mapping[str, str] | None = None, **changes: Any
) -> Circumstances:
    """A machine in good order, its files in a folder of the test's."""
    fields: dict[str, Any] = {
        "server": of if isinstance(of, Server) else Server(of),
        "terminal": terminal(),
        "places": (Place("cache", "Cache", folder / "data" / "cache.db"),),
        "data_folder": folder / "data",
        "environ": {"PATH": "", **(environ or {})},
        "privacy": Privacy(folder, "ida"),
        "find": lambda environ: Installation("linux"),
        **changes,
    }
    return Circumstances(**fields)


async def report(about: Circumstances, *, self_test: bool = False, names: Any = ()) -> Report:
    findings = [found async for found in examine(about)]
    if self_test:
        findings += [found async for found in try_models(about, names)]
    return Report(tuple(findings))


def by_id(findings: Report | list[Finding], name: str) -> Finding:
    listed = findings.findings if isinstance(findings, Report) else findings
    return next(found for found in listed if found.id == name)
