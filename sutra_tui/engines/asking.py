"""What we send: request bodies and the one secret header, as values.

Invariant: whatever leaves here can be encoded, and every call to a model carries its options in the
same form, because a server loads a model again when `num_ctx` differs between two calls.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..core.chat_body import chat_body
from ..core.clean import whole
from ..core.errors import EngineError, ModelNotFound

if TYPE_CHECKING:
    from ..core.engine import ChatRequest
    from ..core.options import GenerationOptions


def chat_arguments(request: ChatRequest) -> dict[str, Any]:
    """Everything the client's `chat` is called with.

    Raises:
        ModelNotFound: The request names no model.
    """
    options = asdict(request.options)
    if not request.thinks:
        # Servers refuse `think` for models without a thinking mode, and left out it means on.
        del options["think"]
    return chat_body(model_name(request.model), request.messages, options)


def load_body(model: str, options: GenerationOptions) -> dict[str, Any]:
    """The chat request without messages that only loads. Raises ModelNotFound for no name."""
    body = {
        "model": model_name(model),
        "messages": [],
        "stream": False,
        "options": _options(options),
    }
    keep_alive = _keep_alive(options)
    return body if keep_alive is None else {**body, "keep_alive": keep_alive}


def unload_body(model: str) -> dict[str, Any]:
    """The chat request without messages that unloads. Raises ModelNotFound for no name."""
    return {"model": model_name(model), "messages": [], "stream": False, "keep_alive": 0}


def model_name(model: str) -> str:
    """A model's name as it can be sent.

    Raises:
        ModelNotFound: It is empty.
    """
    if not model.strip():
        raise ModelNotFound("No model was named.", "Choose a model from the list.")
    return whole(model)


def sendable_key(key: str | None) -> str | None:
    """An API key as it can stand in a header; None when there is none.

    Raises:
        EngineError: It holds characters that no key has. The key is not part of the message.
    """
    key = (key or "").strip()
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise EngineError(
            "The API key contains characters that no key has.", "Check OLLAMA_API_KEY."
        )
    return key or None


def _options(options: GenerationOptions) -> dict[str, Any]:
    """The model options of a request; those left to the model are left out."""
    wanted = {
        "temperature": options.temperature,
        "seed": options.seed,
        "num_ctx": options.num_ctx,
        "num_predict": options.num_predict,
        "repeat_penalty": options.repeat_penalty,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _keep_alive(options: GenerationOptions) -> float | None:
    """Seconds to stay loaded; JSON has no infinity, and any negative number means for ever."""
    return -1 if options.keep_alive == math.inf else options.keep_alive
