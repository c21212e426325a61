"""A pull in words: the same for the app and the command line.

Invariant: pure; nothing is said of sizes, speeds and times that the server's report does not give.
"""

from __future__ import annotations

from .core.clean import clean_line
from .core.model_details import Disk
from .core.pulling import PullProgress
from .wording import seconds, size


def progress_words(progress: PullProgress, now: float, width: int = 200) -> str:
    """A pull that runs, in one line.

    Args:
        progress: What is known of it.
        now: Seconds by the clock it was folded with.
        width: Cells there are; where they are few, speed and time left come before amounts.
    """
    match progress.phase:
        case "asking":
            return "asking for its manifest"
        case "verifying":
            return f"verifying what was downloaded · {size(progress.total)}"
        case "writing" | "done":
            return "writing the manifest"
    share, amount = amounts(progress)
    speed, eta = progress.speed(now), progress.eta_s(now)
    pace = ""
    if speed is not None:
        pace = f"{size(int(speed))}/s" if speed >= 1 else "nothing is coming"
    left = f"{_left(eta)} left" if eta is not None else ""
    resumed = ""
    if progress.before and progress.before < progress.total:
        resumed = f"went on from {size(progress.before)}"
    lines = [
        _joined(share, amount, pace, left, resumed),
        _joined(share, amount, pace, left),
    ]
    return next((line for line in lines if len(line) <= width), _joined(share, pace, left))


def amounts(progress: PullProgress) -> tuple[str, str]:
    """How much is there, as a share and in bytes; empty before that is known."""
    share = f"{progress.fraction:.0%}" if progress.fraction is not None else ""
    amount = f"{size(progress.completed)} of {size(progress.total)}" if progress.total else ""
    return share, amount


def shortage(progress: PullProgress, disk: Disk | None) -> str:
    """What speaks against a pull that runs, now that its size is known; empty for nothing."""
    missing = progress.missing
    if disk is None or missing <= disk.free:
        return ""
    return (
        f"{size(missing)} are still to come, and {size(disk.free)} are free at "
        f"{clean_line(disk.folder, 60)}."
    )


def disk_words(disk: Disk | None) -> str:
    """How much the disk of the models has left."""
    if disk is None:
        return "The disk of the server's machine cannot be seen from here."
    return f"{size(disk.free)} free at {clean_line(disk.folder, 60)}."


def _left(value: float) -> str:
    if value < 3600:
        return seconds(value)
    hours, minutes = divmod(round(value / 60), 60)
    return f"{hours:,} h {minutes:02d} min" if hours < 100 else "days"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
