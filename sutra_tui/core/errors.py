"""One error tree. Each error carries the sentence a person reads and the next step.

Invariant: whatever goes wrong below a face arrives there as a `SutraError`. The message and the
remedy are plain text and may quote outside text, so a face still cleans them before showing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from .protocol import HandoffResult

QUOTE_LIMIT = 300
"""Longest piece of a server's own words quoted in a message, in characters."""


class SutraError(Exception):
    """Base of everything this package raises on purpose.

    Args:
        message: What happened, one sentence.
        remedy: What the person can do next, one sentence; empty when there is nothing to do.
    """

    kind: ClassVar[str] = "error"
    """Stable machine-readable name, the same in JSON, logs and tests."""
    exit_code: ClassVar[int] = 1
    """What `sutra run` exits with when this error ends a run."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.result: HandoffResult | None = None
        """What the run had produced, when this error ended one."""

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".rstrip()

    def to_dict(self) -> dict[str, str]:
        """The error as JSON-ready fields."""
        return {"kind": self.kind, "message": self.message, "remedy": self.remedy}


class UnexpectedFailure(SutraError):
    """A fault of this program, wrapped so that a face can show it and keep what was produced."""

    kind = "unexpected"

    @classmethod
    def of(cls, error: BaseException) -> UnexpectedFailure:
        """Name the fault by its type alone: its text may quote a prompt."""
        return cls(
            f"Something in this program went wrong ({type(error).__name__}).",
            "What the run had produced is kept. Please report it.",
        )


class InvalidRequest(SutraError):
    """What was asked cannot be run as asked: an option, a method, an empty query."""

    kind = "invalid_request"
    exit_code = 2


class InvalidTemplate(InvalidRequest):
    """A prompt template that cannot carry the query."""

    kind = "invalid_template"


class PromptTooLong(InvalidRequest):
    """The prompt cannot fit into the model's context; nothing was sent and nothing was cut."""

    kind = "prompt_too_long"
    exit_code = 1


class AttachmentError(InvalidRequest):
    """A file that cannot be attached to a query."""

    kind = "attachment"


class EngineError(SutraError):
    """Something between this program and the model server, or in the server."""

    kind = "engine"


class InvalidHost(EngineError):
    """The server address cannot be understood."""

    kind = "invalid_host"
    exit_code = 2


class ServerUnreachable(EngineError):
    """Nobody answers at the address."""

    kind = "unreachable"
    exit_code = 3


class NotOllama(EngineError):
    """Something answers at the address, but it is not Ollama."""

    kind = "not_ollama"
    exit_code = 3


class ModelNotFound(EngineError):
    """The server does not have the model (any more)."""

    kind = "model_not_found"
    exit_code = 3


class ModelUnknown(EngineError):
    """There is no model of that name where the server pulls from."""

    kind = "model_unknown"
    exit_code = 3


class ServerTooOld(EngineError):
    """The model needs a newer version of the server."""

    kind = "server_too_old"
    exit_code = 3


class RegistryUnreachable(EngineError):
    """The server cannot reach the place it pulls models from, or lost it."""

    kind = "registry_unreachable"
    exit_code = 3


class DiskFull(EngineError):
    """There is not enough space on the server's disk."""

    kind = "disk_full"
    exit_code = 3


class ModelUnsuitable(EngineError):
    """The model cannot do what is asked of it: chat, think."""

    kind = "model_unsuitable"


class ModelLoadFailed(EngineError):
    """The server could not bring the model into memory, or lost it there."""

    kind = "load_failed"


class ServerBusy(EngineError):
    """The server's queue is full."""

    kind = "busy"


class ServerRefused(EngineError):
    """The server says no: not signed in, cloud disabled, forbidden."""

    kind = "refused"


class ServerFailed(EngineError):
    """The server reports an error of its own that has no better name here."""

    kind = "server_error"


class ContextExceeded(EngineError):
    """The server says the prompt is longer than the context."""

    kind = "context_exceeded"


class StreamInterrupted(EngineError):
    """The connection broke, or the stream ended without saying that it is done."""

    kind = "interrupted"


class StreamStalled(EngineError):
    """The server went silent, or took for a whole reply, longer than a timeout."""

    kind = "stalled"


class ProtocolViolation(EngineError):
    """The server sent something that is not the protocol: garbage, wrong types, a redirect."""

    kind = "protocol"


class ReplyTooLarge(EngineError):
    """The server sent more than any honest reply holds."""

    kind = "too_large"


class StoreError(SutraError):
    """Something about a file of ours: the cache, the history, an import."""

    kind = "store"


class InvalidCacheFile(StoreError):
    """A cache file that cannot be imported; nothing was changed."""

    kind = "invalid_cache_file"
