"""Everything that can go wrong between here and a model server, as one of our own errors.

Invariant: each function is total: whatever comes in, an `EngineError` with a sentence and a remedy
comes out. The server's own words are quoted cleaned and short, and never decide more than which
sentence is chosen.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ..core import errors
from ..core.clean import clean_line
from ..core.errors import QUOTE_LIMIT, EngineError
from .known import known

_WRAPPINGS: Final = 8
"""How many times an error may be wrapped in another; real servers do it twice."""
_CHECK_ADDRESS: Final = "Check that the address is that of an Ollama server and that it is current."
_AGAIN: Final = "Run it again; if it happens again, look at the server's log."
_NO_CERTIFICATE: Final = ("certificate", "ssl", "tls")
_NOT_HTTP: Final = ("illegal status line", "illegal header line", "illegal request line")


@contextmanager
def translated(address: str, model: str = "") -> Iterator[None]:
    """Turn whatever a call to a server raises into an `EngineError`. Cancelling is not an error.

    Args:
        address: The server, for the message.
        model: The model asked, for the message.

    Raises:
        EngineError: Something went wrong within.
    """
    try:
        yield
    except EngineError:
        raise
    except Exception as error:
        raise from_exception(error, address=address, model=model) from error


def unreachable(address: str, detail: str = "") -> errors.ServerUnreachable:
    """Nobody answers at `address`."""
    because = f" ({detail})" if detail else ""
    return errors.ServerUnreachable(
        f"Nobody answers at {address}{because}.",
        "Start Ollama (`ollama serve`), or try the demo (`--demo`).",
    )


def not_ollama(address: str, detail: str) -> errors.NotOllama:
    """Something else than Ollama answers at `address`; `detail` says how one can tell."""
    return errors.NotOllama(
        f"What answers at {address} is not Ollama: {detail}.",
        "Check the server address; a proxy or a login page may be in between.",
    )


def violation(address: str, detail: str) -> errors.ProtocolViolation:
    """The server at `address` does not keep to the protocol; `detail` says how one can tell."""
    return errors.ProtocolViolation(f"The server at {address} {detail}.", _CHECK_ADDRESS)


def interrupted(address: str, detail: str = "broke the connection") -> errors.StreamInterrupted:
    """The connection to `address` ended before the reply did."""
    return errors.StreamInterrupted(
        f"The server at {address} {detail}.",
        "Run it again; if it happens again, check the server's address and its log.",
    )


def pull_interrupted(address: str) -> errors.StreamInterrupted:
    """A pull from `address` ended before the server said that it was done."""
    return errors.StreamInterrupted(
        f"The server at {address} stopped in the middle of the pull.",
        "Pull it again: what was downloaded is kept, and it goes on from there.",
    )


def stalled(address: str, seconds: float) -> errors.StreamStalled:
    """The server at `address` has been silent for `seconds`."""
    return errors.StreamStalled(
        f"The server at {address} has been silent for {seconds:g} seconds.",
        "Run it again; a large model on a slow machine may need a longer timeout.",
    )


def endless(address: str, seconds: float) -> errors.StreamStalled:
    """The server at `address` has not finished a reply within `seconds`."""
    return errors.StreamStalled(
        f"The reply of the server at {address} was not over after {seconds:g} seconds.",
        "What came is kept; a lower num_predict makes replies shorter.",
    )


def too_large(address: str, what: str, limit: int) -> errors.ReplyTooLarge:
    """The server at `address` sent more than `limit` bytes of `what`."""
    return errors.ReplyTooLarge(
        f"The server at {address} sent {what} of more than {limit:,} bytes.", _CHECK_ADDRESS
    )


def from_status(status: int, body: bytes, *, address: str, model: str = "") -> EngineError:
    """The error behind an HTTP status of 400 and above.

    Args:
        status: HTTP status.
        body: What came with it, as far as it was read.
        address: The server, for the message.
        model: The model asked, for the message.
    """
    words, figures = unwrap(body)
    if status in (404, 405) and not (words and figures):
        return not_ollama(address, f"it knows no such request (HTTP status {status})")
    if words.lstrip().startswith("<"):  # a proxy's HTML page says nothing worth quoting
        words = ""
    return _named(words, figures, status, address, model)


def from_words(said: object, *, address: str, model: str = "") -> EngineError:
    """The error behind an {"error": ...} inside a stream; `said` is what stood under "error"."""
    words, figures = unwrap(said)
    return _named(words, figures, None, address, model)


def unwrap(said: object) -> tuple[str, Mapping[str, Any]]:
    """Dig an error's text out of objects, lists and JSON in strings, in any nesting.

    Returns:
        The innermost text, empty when there is none, and the innermost object.
    """
    figures: Mapping[str, Any] = {}
    for _ in range(_WRAPPINGS):
        if isinstance(said, bytes):
            said = said.decode("utf-8", "replace")
        if isinstance(said, str):
            inner = _json_container(said)
            if inner is None:
                return said, figures
            said = inner
        if isinstance(said, list):
            said = said[0] if said else ""
        elif isinstance(said, dict):
            figures = said
            said = said.get("error") or said.get("message") or ""
        else:
            break
    return said if isinstance(said, str) else "", figures


def from_exception(error: BaseException, *, address: str, model: str = "") -> EngineError:
    """Our error for an exception of the client library, of what lies below it, or of Python.

    Args:
        error: What was raised.
        address: The server, for the message.
        model: The model asked, for the message.
    """
    if isinstance(error, EngineError):
        return error
    inner = getattr(error, "exceptions", None)
    if isinstance(inner, (tuple, list)) and inner:  # an exception group
        return from_exception(inner[0], address=address, model=model)
    if hasattr(error, "status_code") and hasattr(error, "error"):  # ollama.ResponseError
        return _from_response_error(error, address, model)
    return _from_httpx(error, address) or _from_python(error, address)


def _named(
    words: str, figures: Mapping[str, Any], status: int | None, address: str, model: str
) -> EngineError:
    """The error with the sentence that fits what the server said."""
    kind = str(figures.get("type", "")) if isinstance(figures.get("type"), str) else ""
    row = known(f"{words} {kind}", status)
    quote = clean_line(words, QUOTE_LIMIT)
    said = f' The server said: "{quote}"' if quote else ""
    if row is None:
        how = f"HTTP status {status}" if status is not None else "in the middle of the reply"
        return errors.ServerFailed(
            f"The server at {address} reports an error ({how}).{said}", _AGAIN
        )
    name = clean_line(model, 100) or "the model"
    message = row.message.replace("{model}", name)
    size, room = figures.get("n_prompt_tokens"), figures.get("n_ctx")
    if row.error is errors.ContextExceeded and _is_count(size) and _is_count(room):
        message = f"The prompt takes {size} tokens and the context of {name} holds {room}."
    remedy = row.remedy.replace("{pull}", pull_command(model)).replace("{model}", name)
    return row.error(message + said, remedy)


def pull_command(model: str) -> str:
    """The command that pulls a model, safe to paste into a shell."""
    plain = re.fullmatch(r"[A-Za-z0-9][\w.:/-]{0,199}", model, re.ASCII)
    return f"ollama pull {shlex.quote(model) if plain else 'NAME'}"


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9


def _json_container(text: str) -> object | None:
    """The object, list or text that a text is the JSON of; None when it is just a text."""
    if text.lstrip()[:1] not in ("{", "[", '"') and text.strip() != "null":
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        return ""
    return "" if value is None else value


def _from_response_error(error: Any, address: str, model: str) -> EngineError:
    status = error.status_code
    if not isinstance(status, int) or status < 400:  # -1 is an error line inside a stream
        return from_words(error.error, address=address, model=model)
    words, figures = unwrap(error.error)
    return _named(words, figures, status, address, model)


def _from_httpx(error: BaseException, address: str) -> EngineError | None:
    import httpx  # here, because naming an error must not make every start slower

    text = str(error).lower()
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return errors.InvalidHost(
            f"The server address {address} cannot be used.",
            "Write HOST, HOST:PORT or http(s)://HOST:PORT, for example localhost:11434.",
        )
    if isinstance(error, httpx.ConnectTimeout):
        return unreachable(address, "no answer in time")
    if isinstance(error, httpx.ConnectError):
        trust = any(word in text for word in _NO_CERTIFICATE)
        return unreachable(address, "its certificate is not trusted" if trust else "")
    if isinstance(error, httpx.PoolTimeout):
        return errors.ServerBusy("Too many requests are under way.", "Wait for one to end.")
    if isinstance(error, httpx.TimeoutException):
        return errors.StreamStalled(f"The server at {address} stopped answering.", _AGAIN)
    if isinstance(error, httpx.RemoteProtocolError) and any(word in text for word in _NOT_HTTP):
        return not_ollama(address, "it does not speak HTTP")
    if isinstance(error, httpx.RemoteProtocolError) and "without sending a response" in text:
        return interrupted(address, "closed the connection without an answer")
    if isinstance(error, (httpx.TooManyRedirects, httpx.DecodingError)):
        return violation(address, "sent something that is not the Ollama protocol")
    if isinstance(error, (httpx.HTTPError, httpx.StreamError)):
        return interrupted(address)
    return None


def _from_python(error: BaseException, address: str) -> EngineError:
    import asyncio

    if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
        return errors.StreamStalled(f"The server at {address} stopped answering.", _AGAIN)
    if isinstance(error, (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, EOFError)):
        return interrupted(address)
    if isinstance(error, OSError):
        return unreachable(address)
    if isinstance(error, ImportError):
        return EngineError(
            "The Python package `ollama` cannot be imported.", "Install sutra-tui again."
        )
    if isinstance(error, (ValueError, TypeError, AttributeError, LookupError, RecursionError)):
        return violation(address, "sent something that is not the Ollama protocol")
    return EngineError(
        f"Something unexpected happened while talking to {address} ({type(error).__name__}).",
        _AGAIN,
    )
