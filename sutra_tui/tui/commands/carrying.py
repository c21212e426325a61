"""Arguments of what leaves the app: which part to copy, and how and where to export.

Invariant: as `argument` says; `Part.read` accepts exactly what it offers, whatever its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ...core.clean import clean_line
from ...core.errors import InvalidRequest
from .argument import Known, Offer
from .paths import path_offers

PARTS: Final = {
    "answer": "the final answer, as Model B wrote it",
    "code": "a code block of the answer; when there are several, the next one each time",
    "draft": "Model A's own answer",
    "demonstrations": "all of them",
    "run": "the whole run, as Markdown",
}
EXPORT_FORMS: Final = {
    "markdown": "to read and to send",
    "json": "to take in again, one document",
    "jsonl": "to take in again, a run a line",
}


class Part:
    """A part of the run on the screen: "answer", "code 2"."""

    word = "PART"
    free = False
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """The parts, and each code block where there are several."""
        blocks = _blocks(known)
        offers = [Offer(name, about) for name, about in PARTS.items()]
        numbered = [
            Offer(f"code {number}", clean_line(block, 60))
            for number, block in enumerate(blocks, 1)
            if len(blocks) > 1
        ]
        return [*offers[:2], *numbered, *offers[2:]]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The part, and the number of the code block; 0 is the next one."""
        name, _, number = text.lower().partition(" ")
        if name == "code" and number.strip().isdigit():
            found = int(number) if len(number) < 6 else 0
            count = len(_blocks(known))
            if not 0 < found <= count:
                blocks = "1 code block" if count == 1 else f"{count or 'no'} code blocks"
                raise InvalidRequest(
                    f"There is no code block {clean_line(number, 12)}.",
                    f"The answer has {blocks}.",
                )
            return (name, found)
        if name not in PARTS or number:
            raise InvalidRequest(
                f"{clean_line(text, 60)} cannot be copied.",
                f"It may be {', '.join(PARTS)}, or code with a number.",
            )
        return (name, 0)


class ExportTarget:
    """A form, a path, or both."""

    word = "markdown|json|jsonl PATH"
    free = True
    slow = True

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """The forms, then files."""
        form, gap, path = typed.partition(" ")
        if gap and form.lower() in EXPORT_FORMS:
            found = path_offers(path)
            return [Offer(f"{form} {offer.text}", offer.about, offer.more) for offer in found]
        forms = [Offer(name, about) for name, about in EXPORT_FORMS.items()]
        return [*forms, *path_offers(typed)] if typed else forms

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The form, and the path as it was typed; what was not said is empty."""
        form, _, path = text.partition(" ")
        if form.lower() in EXPORT_FORMS:
            return (form.lower(), path.strip())
        return ("", text)


def _blocks(known: Known) -> list[str]:
    from ..widgets.fenced_code import fenced_code

    result = known.bench.run.result
    return fenced_code(result.answer) if result else []
