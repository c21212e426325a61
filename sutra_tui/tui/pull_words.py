"""What is said of pulls: before one starts, while it goes on, and when it is over.

Invariant: pure; a size that nobody has published or announced yet is said to be unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..core.clean import clean_line
from ..core.fit import fit
from ..core.model_details import Disk
from ..core.model_names import is_cloud_name, same_model
from ..core.protocol import ModelInfo, ModelShape
from ..core.pulling import Layer
from ..core.suggestions import SuggestedModel, SuggestedPair, not_pulled, suggested
from ..pull_wording import amounts, disk_words, progress_words, shortage
from ..wording import size
from .model_view import ModelsView
from .pulls import Pull

BAR: Final = ("━", "─")
UNKNOWN_SIZE: Final = (
    "How large it is will be known when the server has read its manifest, at the start of the pull."
)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a pull before it starts.

    Args:
        lines: Sentences for the person.
        needs_yes: Something speaks against it, so that it is asked for twice.
    """

    lines: tuple[str, ...]
    needs_yes: bool = False


def outlook(name: str, view: ModelsView) -> Outlook:
    """What pulling a model would mean.

    Args:
        name: As typed.
        view: What is there already, and how much room.
    """
    name = name.strip()
    if not name:
        return Outlook(("Type a model's name and tag, or choose one of the list with down.",))
    if is_cloud_name(name):
        return Outlook(
            (
                "A cloud model: there is nothing to download, but what you ask it would leave "
                "this machine.",
            ),
            needs_yes=True,
        )
    lines: list[str] = []
    there = next((m for m in view.server.models if same_model(m.name, name)), None)
    if there is not None:
        lines.append(
            "It is pulled already; pulling again fetches a newer version, if there is one."
        )
    known = suggested(name)
    if known is None:
        lines += [UNKNOWN_SIZE, disk_words(view.server.disk)]
        return Outlook(tuple(lines))
    short = view.server.disk is not None and known.size > view.server.disk.free and not there
    lines.append(f"About {size(known.size)} to download. {disk_words(view.server.disk)}")
    if short:
        lines.append("That is more than the disk holds. Press enter again to try all the same.")
    lines.append(memory_words(known, view))
    return Outlook(tuple(lines), short)


def memory_words(model: SuggestedModel, view: ModelsView) -> str:
    """Whether a model that is not there yet would fit into memory."""
    shape = _shape(model)
    judged = fit(ModelInfo(model.name, size=model.size), shape, view.num_ctx, view.server.memory)
    need = f"about {size(judged.need.total)} for a context of {view.num_ctx:,}"
    if judged.room is None:
        return f"In memory it takes {need}; the server's memory cannot be seen from here."
    verdict = {"fits": "it fits", "tight": "that is tight"}.get(judged.verdict, "it does not fit")
    return f"In memory it takes {need}, and {size(judged.room)} is free now: {verdict}."


def pair_words(pair: SuggestedPair, view: ModelsView) -> tuple[str, str]:
    """A suggested pair: its names, and a sentence on what it takes."""
    names = " + ".join(model.name for model in pair.models)
    title = f"{names}  (both roles)" if len(pair.models) == 1 else names
    missing = not_pulled(pair, [model.name for model in view.server.models])
    residence = {
        "together": "together",
        "one model": "one model",
        "one at a time": "in turns",
    }.get(pair.residency, "")
    download = size(sum(model.size for model in missing))
    return title, f"{download} to download · {size(pair.peak)} in memory, {residence}"


def headline(pull: Pull, now: float, width: int = 200) -> str:
    """A pull in one line, behind its name.

    Args:
        pull: The pull.
        now: Seconds by the clock it was folded with.
        width: Cells there are; where they are few, what the layers' lines say too is left out.
    """
    total, words = pull.progress.total, (pull.state, *amounts(pull.progress))
    if pull.state == "done":
        return f"pulled, {size(total)}" if total else "pulled"
    if pull.state != "running":
        return " · ".join(part for part in words if part)
    return progress_words(pull.progress, now, width)


def warning(pull: Pull, disk: Disk | None) -> str:
    """What speaks against a pull that runs, now that its size is known; empty for nothing."""
    return shortage(pull.progress, disk) if pull.running else ""


def layer_line(layer: Layer, width: int) -> tuple[str, str, str, str]:
    """One layer: its name, the filled and the empty part of its bar, and its figures.

    Args:
        layer: The layer.
        width: Cells for all of it.
    """
    digest = clean_line(layer.digest.removeprefix("sha256:")[:12]).ljust(12)
    figures = size(layer.total)
    if not layer.done:
        figures = f"{size(layer.completed)} of {figures}"
    cells = max(4, width - 12 - 2 - 20)
    filled = round(layer.fraction * cells)
    return f"{digest} ", BAR[0] * filled, BAR[1] * (cells - filled), f" {figures}"


def _shape(model: SuggestedModel) -> ModelShape:
    """A shape with the cache per token that is published."""
    return ModelShape(layers=1, kv_heads=1, head_size=model.kv_bytes_per_token // 4)
