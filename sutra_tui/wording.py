"""Numbers and states in words: one place decides how a size, a time or a speed looks.

Invariant: pure text in, text out; outside text passes `clean_line` here on its way to a label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .core.clean import clean_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .core.engine import Engine
    from .core.file_note import FileNote
    from .core.model_info import ModelInfo
    from .core.stats import StageStats


def size(bytes_: int) -> str:
    """Decimal units, as Ollama prints them: 2019393189 is "2.0 GB"."""
    if bytes_ >= 999.5e6:
        return f"{bytes_ / 1e9:.1f} GB"
    if bytes_ >= 999.5e3:
        return f"{bytes_ / 1e6:.0f} MB"
    return f"{bytes_ / 1e3:.0f} KB"


def file_size(bytes_: int) -> str:
    """`size`, with small files to the byte: "120 bytes"."""
    if bytes_ >= 1000:
        return size(bytes_)
    return "1 byte" if bytes_ == 1 else f"{bytes_} bytes"


def files_in_words(files: Sequence[FileNote]) -> str:
    """What went along with a query: "main.py (180 bytes), notes.md (3 KB)"."""
    return ", ".join(f"{clean_line(file.name, 60)} ({file_size(file.size)})" for file in files)


def seconds(value: float) -> str:
    """A duration: "0.4 s", "12 s", "2 min 05 s"."""
    if value < 9.95:
        return f"{max(value, 0.0):.1f} s"
    if value < 59.5:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s"


def age(value: float) -> str:
    """How long ago: "now", "5 min", "3 h", "2 days"."""
    if value < 60:
        return "now"
    if value < 3600:
        return f"{int(value // 60)} min"
    if value < 86400:
        return f"{int(value // 3600)} h"
    days = int(value // 86400)
    return "1 day" if days == 1 else f"{days} days"


def model_facts(info: ModelInfo) -> str:
    """A model in brief: "3.2B Q4_K_M 2.0 GB"; what the server does not say is left out."""
    facts = [clean_line(info.parameter_size, 12), clean_line(info.quantization, 12)]
    if info.size and not info.remote:
        facts.append(size(info.size))
    if info.remote:
        facts.append("cloud")
    return " ".join(fact for fact in facts if fact)


def exposure(engine: Engine) -> str | None:
    """What to say about servers that others on the way could listen to; None when all is well."""
    servers = (engine.serving("a"), engine.serving("b"))
    exposed = dict.fromkeys(clean_line(s.address, 80) for s in servers if s.exposed)
    return f"Your query travels to {' and '.join(exposed)} unencrypted." if exposed else None


def stage_stats(stats: StageStats, width: int = 200) -> str:
    """What a stage cost: "load 2.1 s · first token 3.4 s · 31 tok/s · 212 tokens".

    Args:
        stats: The numbers; what is not known is left out.
        width: Cells there are; what does not fit is left out from the front.
    """
    parts: list[str] = []
    if stats.load_ms is not None and stats.load_ms >= 100:
        parts.append(f"load {seconds(stats.load_ms / 1000)}")
    if stats.first_token_ms is not None:
        parts.append(f"first token {seconds(stats.first_token_ms / 1000)}")
    if (speed := stats.tokens_per_second) is not None:
        parts.append(f"{speed:.0f} tok/s" if speed >= 9.95 else f"{speed:.1f} tok/s")
    if stats.output_tokens is not None:
        parts.append(f"{stats.output_tokens:,} token{'' if stats.output_tokens == 1 else 's'}")
    while parts and len(" · ".join(parts)) > width:
        del parts[0]
    return " · ".join(parts)
