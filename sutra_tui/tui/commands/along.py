"""Commands about what goes along with a query: files, and the conversation so far."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.clean import clean_line
from ...core.errors import InvalidRequest
from ...wording import file_size
from . import reasons
from .argument import Known, Offer
from .choices import OneOf
from .command import Command, Takes
from .paths import file_offers
from .texts import FilePath


class HeldName:
    """A file that is attached."""

    word = "NAME"
    free = False
    slow = False

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """All of them, with what they cost."""
        return [
            Offer(
                clean_line(file.name),
                f"{file_size(file.attachment.size)} · "
                f"about {file.attachment.likely_tokens:,} tokens",
            )
            for file in known.bench.files
        ]

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The file's name; its own name without the folders is enough."""
        from ...attaching import without_file

        held = known.bench.files
        gone = [file for file in held if file not in without_file(held, text)]
        if not gone:
            raise InvalidRequest(
                f"No attached file is called {clean_line(text, 60)}.",
                f"Attached: {', '.join(clean_line(file.name, 40) for file in held)}.",
            )
        return (gone[0].name,)


FILES = (
    Command(
        "file.attach",
        "Attach a file",
        "A text file goes along with every query until it is taken off; @ in a query does it, too.",
        "begin_slash('file')",
        "Runs",
        slash="file",
        takes=Takes(FilePath(file_offers), "attach_file", required=True),
    ),
    Command(
        "file.unload",
        "Take a file off",
        "It does not go along with the next query any more. Without a name, none does.",
        "unload_file",
        "Runs",
        slash="unload-file",
        takes=Takes(HeldName(), "unload_file"),
        reason=reasons.attached,
    ),
)

FOLLOW = Command(
    "run.follow",
    "Continue the conversation or not",
    "The next query goes on from the last answer, or starts fresh.",
    "switch_follow",
    "Runs",
    key="ctrl+f",
    slash="follow",
    takes=Takes(
        OneOf("on|off", {"on": True, "off": False}, lambda k: k.bench.follow), "set_follow"
    ),
    reason=reasons.spoken,
    priority=True,
)
