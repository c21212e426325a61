"""What servers say when something goes wrong, and what it means for the person.

Invariant: a table and its look-up; the first row that fits wins, so the narrow rows come first. The
texts are from Ollama's source, versions 0.6 to 0.33.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..core import errors
from ..core.errors import EngineError


class Known(NamedTuple):
    """One thing a server can say.

    Args:
        pattern: Recognises the server's words, in lower case.
        error: What it is for us.
        message: What happened; `{model}` is who was asked.
        remedy: What to do next; `{model}` likewise, `{pull}` is the command that pulls it.
    """

    pattern: str
    error: type[EngineError]
    message: str
    remedy: str


def known(words: str, status: int | None) -> Known | None:
    """What the server's words mean; where they are new to us, what its HTTP status means.

    Args:
        words: What the server said, unwrapped.
        status: HTTP status; None for an error inside a stream.

    Returns:
        The first row that fits, or None when neither words nor status say anything.
    """
    said = words[:4096].lower()
    for row in _WORDS:
        if re.search(row.pattern, said):  # compiled by the first error, not at each start
            return row
    return None if status is None else _STATUS.get(status)


def _row(pattern: str, error: type[EngineError], message: str, remedy: str) -> Known:
    return Known(pattern, error, message, remedy)


_SMALLER: Final = (
    "Close other programs, unload other models, or choose a smaller model or a smaller context."
)
_SEE_LOG: Final = "Try again; if it happens again, look at the server's log."
_UPDATE: Final = "Update Ollama, then run `{pull}` again."
_LOCAL: Final = "Choose a model that runs on this machine, or sign in with `ollama signin`."

_GOES_ON: Final = "what was downloaded is kept, and pulling again goes on from there."

_PULLING: Final = (
    _row(
        r"this is the built-in demo(,|: its models)",
        errors.ServerRefused,
        "The built-in demo has its scripted models and can neither pull nor delete any.",
        "Start Ollama and leave the demo; Ollama is at https://ollama.com/download.",
    ),
    _row(
        r"no space left on device|not enough space on the disk|disk quota exceeded",
        errors.DiskFull,
        "The server's disk is full.",
        f"Delete a model or other files there; {_GOES_ON}",
    ),
    _row(
        r"pull model manifest: 412|requires a newer version of ollama that",
        errors.ServerTooOld,
        "The model {model} needs a newer version of Ollama than this server's.",
        "Update Ollama, then pull it again.",
    ),
    _row(
        r"pull model manifest: (file does not exist|40[14])",
        errors.ModelUnknown,
        "There is no model called {model} to pull.",
        "Check the name and its tag at https://ollama.com/library.",
    ),
    _row(
        r"pull model manifest: .*(dial tcp|lookup|timeout|connect|network|tls|certificate|eof)"
        r"|max retries exceeded",
        errors.RegistryUnreachable,
        "The server could not reach the place it pulls models from.",
        f"Check that its machine is online; {_GOES_ON}",
    ),
    _row(
        r"digest mismatch",
        errors.ServerFailed,
        "What was downloaded of {model} is damaged, and the server has thrown it away.",
        "Pull it again.",
    ),
)
"""What servers say to a pull. They come first, for the rows below would take some of it."""

_WORDS: Final = (
    *_PULLING,
    _row(
        r"exceed_context_size_error|exceeds the (available )?context (size|length)",
        errors.ContextExceeded,
        "The prompt is longer than the context of {model}.",
        "Shorten the query, ask for fewer demonstrations, or raise the context size.",
    ),
    _row(
        r"\bmodel ['\"].*['\"] not found|model not found|try pulling it first",
        errors.ModelNotFound,
        "The server does not have the model {model}.",
        "Run `{pull}`, or choose another model.",
    ),
    _row(
        r"invalid model name|model is required",
        errors.ModelNotFound,
        "The server does not accept {model} as the name of a model.",
        "Choose a model from the list.",
    ),
    _row(
        r"does not support thinking",
        errors.ModelUnsuitable,
        "The model {model} has no thinking mode.",
        "Turn thinking off, or choose a model that thinks.",
    ),
    _row(
        r"does not support (chat|generate|completion)",
        errors.ModelUnsuitable,
        "The model {model} cannot answer questions; it may be made for embeddings.",
        "Choose a model that can chat.",
    ),
    _row(
        r"does not support \w+",
        errors.ModelUnsuitable,
        "The model {model} cannot do what was asked of it.",
        "Choose another model.",
    ),
    _row(
        r"requires more system memory|model requires .* but only|signal: killed|out of memory"
        r"|unable to allocate|failed to allocate|cudamalloc failed|insufficient memory",
        errors.ModelLoadFailed,
        "There is not enough memory for {model}.",
        _SMALLER,
    ),
    _row(
        r"requires a newer version of ollama|may be incompatible with your version of ollama",
        errors.ModelLoadFailed,
        "This version of Ollama cannot run {model}.",
        _UPDATE,
    ),
    _row(
        r"llama-server binary not found|llama runner .*not found",
        errors.ModelLoadFailed,
        "Ollama is not completely installed: the program that runs models is missing.",
        "Install Ollama again from https://ollama.com/download.",
    ),
    _row(
        r"timed out waiting for (llama|server)",
        errors.ModelLoadFailed,
        "The server took too long to bring {model} into memory.",
        _SMALLER,
    ),
    _row(
        r"token repeat limit reached",
        errors.ServerFailed,
        "The model {model} kept repeating itself and the server stopped it.",
        "Run it again, raise the repeat penalty, or choose another model.",
    ),
    _row(
        r"(llama-server|llama runner) process has terminated|runner has unexpectedly stopped"
        r"|error was encountered while running the model|unexpected eof",
        errors.ModelLoadFailed,
        "The server lost {model} while it was running, most often for lack of memory.",
        _SMALLER,
    ),
    _row(
        r"unable to load model|error loading model|failed to load model",
        errors.ModelLoadFailed,
        "The server cannot bring {model} into memory.",
        "Run `{pull}` to repair it, or choose another model.",
    ),
    _row(
        r"maximum pending requests|server busy",
        errors.ServerBusy,
        "The server has too many requests waiting.",
        "Wait a moment and try again.",
    ),
    _row(
        r"cloud is disabled|remote model is unavailable",
        errors.ServerRefused,
        "The model {model} runs in the cloud, and this server has the cloud turned off.",
        "Choose a model that runs on this machine.",
    ),
    _row(
        r"^unauthorized|not signed in|sign in to ollama",
        errors.ServerRefused,
        "The server wants you to sign in before it uses {model}.",
        _LOCAL,
    ),
    _row(
        r"https://ollama\.com",
        errors.ServerFailed,
        "The server could not reach ollama.com.",
        "Check its network, or choose a model that runs on this machine.",
    ),
    _row(
        r"request cancell?ed",
        errors.StreamInterrupted,
        "The server gave the request up.",
        "Run it again.",
    ),
)

_BUSY: Final = _row(
    "", errors.ServerBusy, "The server has too much to do.", "Wait a moment and try again."
)
_STATUS: Final = {
    401: _row("", errors.ServerRefused, "The server wants you to sign in.", _LOCAL),
    403: _row(
        "",
        errors.ServerRefused,
        "The server refuses this program.",
        "Use localhost or an IP address as the server address, or ask who runs the server.",
    ),
    412: _row("", errors.ModelLoadFailed, "This version of Ollama is too old.", _UPDATE),
    429: _BUSY,
    499: _row("", errors.StreamInterrupted, "The server gave the request up.", "Run it again."),
    502: _row("", errors.ServerFailed, "A server on the way could not reach the model.", _SEE_LOG),
    503: _BUSY,
    504: _row("", errors.ServerFailed, "A server on the way gave up waiting.", _SEE_LOG),
}
