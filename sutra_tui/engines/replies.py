"""What a server's JSON means: total readers that take any JSON and never trust a type.

Invariant: one odd row costs that row and no other; every text that leaves is short and can be
encoded, every number is one that arithmetic survives.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..core.clean import clean_line, whole
from ..core.engine import ChatChunk
from ..core.model_info import LoadedModel, ModelInfo, ModelShape
from ..core.stats import StageStats
from . import faults

if TYPE_CHECKING:
    from ..core.model_details import ModelDetails
    from ..core.pulling import PullLine

MOST_MODELS: Final = 10_000
"""Rows kept of a list of models; no person has more."""
LONGEST_NAME: Final = 512
"""Longest model name kept, in characters; Ollama allows 4 parts of 80."""
_LONGEST_TEXT: Final = 128
LONGEST_DOCUMENT: Final = 256 * 1024
"""Most characters kept of a template, a licence or the like; the longest licences take 40,000."""
_MOST_CAPABILITIES: Final = 32
_HUGE: Final = 2**53
_TIMES: Final = ("load_duration", "prompt_eval_duration", "eval_duration")
_COUNTS: Final = ("prompt_eval_count", "eval_count")


def document(body: bytes, address: str) -> dict[str, Any]:
    """The JSON object that a reply is.

    Raises:
        NotOllama: It is a web page.
        ProtocolViolation: It is not JSON, or not an object.
    """
    if body.lstrip()[:1] == b"<":
        raise faults.not_ollama(address, "it sent a web page")
    try:
        value = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise faults.violation(address, "sent something that is not JSON") from error
    if not isinstance(value, dict):
        raise faults.violation(address, "sent JSON that is not an object")
    return value


def models(listed: Mapping[str, Any]) -> list[ModelInfo]:
    """The models of `/api/tags`, in the server's order."""
    found: dict[str, ModelInfo] = {}
    for row in _rows(listed):
        name = _name(row)
        if not name or name in found:
            continue
        if len(found) == MOST_MODELS:
            break
        details = _object(row.get("details"))
        found[name] = ModelInfo(
            name=name,
            digest=_text(row.get("digest")),
            size=_count(row.get("size")) or 0,
            parameter_size=_text(details.get("parameter_size")),
            quantization=_text(details.get("quantization_level")),
            family=_text(details.get("family")),
            context_length=_count(details.get("context_length")) or None,
            capabilities=_capabilities(row.get("capabilities")),
            remote=is_remote(name, row),
            modified_at=_text(row.get("modified_at")),
        )
    return list(found.values())


def is_remote(name: str, row: Mapping[str, Any] | None = None) -> bool:
    """Whether prompts to a model leave the server's machine: it says so, or the tag does."""
    if row is not None and (row.get("remote_host") or row.get("remote_model")):
        return True
    _, colon, tag = name.rpartition(":")
    return bool(colon) and (tag.lower() == "cloud" or tag.lower().endswith("-cloud"))


def loaded(listed: Mapping[str, Any]) -> list[LoadedModel]:
    """The models of `/api/ps`, in the server's order."""
    return [
        LoadedModel(
            name=name,
            digest=_text(row.get("digest")),
            size=_count(row.get("size")) or 0,
            context_length=_count(row.get("context_length")) or None,
            expires_at=_text(row.get("expires_at")),
        )
        for row in _rows(listed)
        if (name := _name(row))
    ][:MOST_MODELS]


def shape(shown: Mapping[str, Any]) -> ModelShape:
    """The architecture figures of `/api/show`; None where the server does not say."""
    info = _object(shown.get("model_info"))
    arch = _text(info.get("general.architecture"))

    def figure(key: str) -> int | None:
        value = info.get(f"{arch}.{key}")
        if isinstance(value, list):  # one figure per layer: the largest is the safe one
            return max((n for n in map(_count, value) if n), default=None)
        return _count(value) or None

    heads = figure("attention.head_count")
    width = figure("embedding_length")
    grouped = f"{arch}.attention.head_count_kv" in info
    return ModelShape(
        capabilities=_capabilities(shown.get("capabilities")) or _told_by(info),
        layers=figure("block_count"),
        kv_heads=figure("attention.head_count_kv") if grouped else heads,
        head_size=figure("attention.key_length") or (width // heads if width and heads else None),
        context_length=figure("context_length"),
        sliding_window=figure("attention.sliding_window"),
        recurrent=any(str(key).startswith((f"{arch}.ssm.", f"{arch}.shortconv.")) for key in info),
    )


def details(shown: Mapping[str, Any]) -> ModelDetails:
    """What `/api/show` tells of one model."""
    from ..core.model_details import ModelDetails  # asked for long after the start

    def told(key: str) -> str:
        value = shown.get(key)
        if isinstance(value, list):  # old servers list several licences
            value = "\n\n".join(item for item in value if isinstance(item, str))
        return whole(value[:LONGEST_DOCUMENT]) if isinstance(value, str) else ""

    return ModelDetails(
        parameters=told("parameters"),
        template=told("template"),
        system=told("system"),
        licence=told("license"),
        requires=_text(shown.get("requires")),
        shape=shape(shown),
    )


def pull_line(line: Mapping[str, Any]) -> PullLine:
    """One line of `/api/pull`; servers leave `completed` out while it is 0."""
    from ..core.pulling import PullLine  # most never pull

    return PullLine(
        status=_text(line.get("status")),
        digest=_text(line.get("digest")),
        total=_count(line.get("total")) or 0,
        completed=_count(line.get("completed")) or 0,
    )


def stats(final: Mapping[str, Any]) -> StageStats:
    """The numbers of a final chunk. Ollama leaves out zeros, so beside others a gap means 0."""
    if all(final.get(key) is None for key in (*_TIMES, *_COUNTS)):
        return StageStats()
    load_ms, prompt_ms, output_ms = ((_count(final.get(key)) or 0) / 1e6 for key in _TIMES)
    prompt_tokens, output_tokens = (_count(final.get(key)) or 0 for key in _COUNTS)
    return StageStats(
        load_ms=load_ms,
        prompt_tokens=prompt_tokens,
        prompt_ms=prompt_ms,
        output_tokens=output_tokens,
        output_ms=output_ms,
    )


def chunks(
    parts: Sequence[Any], text: SurrogateJoiner, thinking: SurrogateJoiner
) -> Iterator[ChatChunk]:
    """Typed pieces of a reply as few chunks: neighbours of one kind joined, up to the last piece.

    Args:
        parts: As the client gives them; what comes after one that is `done` is left out.
        text: For the text of this reply.
        thinking: For its thinking.
    """
    texts: list[str] = []
    thoughts: list[str] = []
    for part in parts:
        message = part.message
        if thought := message.thinking:
            if texts:
                yield ChatChunk(text=text.feed("".join(texts)))
                texts.clear()
            thoughts.append(thought)
        if content := message.content:
            texts.append(content)
            if thoughts:
                yield ChatChunk(thinking=thinking.feed("".join(thoughts)))
                thoughts.clear()
        if part.done:
            yield ChatChunk(
                text=text.feed("".join(texts)) + text.end(),
                thinking=thinking.feed("".join(thoughts)) + thinking.end(),
                done=True,
                done_reason=clean_line(part.done_reason or "", 40),
                stats=stats(part.model_dump(exclude={"message"})),
            )
            return
    rest = ChatChunk(text.feed("".join(texts)), thinking.feed("".join(thoughts)))
    if rest.text or rest.thinking:
        yield rest


class SurrogateJoiner:
    """Joins a character that the server cut in two, in two JSON escapes of two chunks.

    Text that comes out has no lone surrogate: one whose other half never comes becomes U+FFFD.
    """

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """The text that is certain so far; a half at the end is kept for the next call."""
        if not text or (text.isascii() and not self._half):
            return text
        text = self._half + text
        self._half = text[-1] if "\ud800" <= text[-1] <= "\udbff" else ""
        return whole(text[: len(text) - len(self._half)])

    def end(self) -> str:
        """What is left when no more text comes."""
        left, self._half = self._half, ""
        return whole(left)


def _rows(listed: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    rows = listed.get("models")
    return (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else iter(())


def _name(row: Mapping[str, Any]) -> str:
    """A row's model name; empty when it has none that could be asked for."""
    name = row.get("name") or row.get("model")
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not name.strip():
        return ""
    return name if name == whole(name) else ""


def _told_by(info: Mapping[str, Any]) -> tuple[str, ...]:
    """What the figures give away when a server lists no capabilities."""
    return ("embedding",) if any(str(key).endswith(".pooling_type") for key in info) else ()


def _capabilities(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list):
        return None
    return tuple(_text(item) for item in value[:_MOST_CAPABILITIES] if isinstance(item, str))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return whole(value[:_LONGEST_TEXT]) if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    """A number of things; None when it is none, negative or beyond all reason."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 <= value < _HUGE else None
