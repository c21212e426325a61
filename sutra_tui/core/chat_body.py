"""The request that asks a model for a reply, as Ollama's `/api/chat` takes it.

Invariant: made here and nowhere else, so that what is shown of a call afterwards is what was sent.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from .clean import whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .message import Message

_BESIDE: Final = ("keep_alive", "think")
"""Options of ours that stand beside Ollama's own `options`."""


def chat_body(
    model: str, messages: Sequence[Message], options: Mapping[str, Any]
) -> dict[str, Any]:
    """The body of a call, streamed.

    Args:
        model: Full model name.
        messages: What the model reads, in order.
        options: As a stage records them; one that is None is left to the server, and `think` is
            there only for models with a thinking mode, because servers refuse it for others.
    """
    body: dict[str, Any] = {
        "model": whole(model),
        "stream": True,
        "options": {
            name: value
            for name, value in options.items()
            if name not in _BESIDE and value is not None
        },
    }
    keep_alive = options.get("keep_alive")
    if keep_alive is not None:
        # JSON has no infinity, and any negative number means for ever.
        body["keep_alive"] = -1 if keep_alive == math.inf else keep_alive
    if "think" in options:
        body["think"] = bool(options["think"])
    body["messages"] = [
        {"role": message.role, "content": whole(message.content)} for message in messages
    ]
    return body
