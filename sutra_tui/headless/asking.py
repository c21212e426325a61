"""From a command line to a `RunRequest`: query, files, templates, options and the pair of models.

Invariant: everything here that can be refused is refused before a model is called, as an
`InvalidRequest` or a `ModelNotFound` with a remedy.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ..attaching import hold
from ..core.attachments import Attachment, read_attachment
from ..core.clean import clean_line
from ..core.engine import Engine
from ..core.errors import InvalidRequest, ModelNotFound
from ..core.pairing import default_pair
from ..core.protocol import CacheMode, GenerationOptions, Method
from ..core.request import RunRequest
from ..core.templates import Templates
from ..settings import OPTION_RULES, Settings
from ..store.remembered import Remembered
from .streams import is_terminal

MAX_QUERY_BYTES: Final = 256 * 1024
"""Longest query, as for an attached file: already far more than a small model's context."""

END_OF_INPUT: Final = "Ctrl+Z and Enter" if os.name == "nt" else "Ctrl+D on a new line"
PULL: Final = (
    "Pull a small and a larger one: `ollama pull llama3.2:3b` and `ollama pull mistral:7b`."
)

Say = Callable[[str], None]
"""Tells the user one sentence."""


def build_request(args: argparse.Namespace, settings: Settings, say: Say) -> RunRequest:
    """Everything about the run but the models, from the arguments and then the settings.

    Args:
        args: The parsed command line of `sutra run`.
        settings: What counts where the command line says nothing.
        say: Told what each file costs.

    Raises:
        InvalidRequest: The query, a file or a template cannot be used.
    """
    files = [_attachment(path, args.allow_secrets) for path in args.file]
    if args.query == "-" and sys.stdin is not None and is_terminal(sys.stdin):
        say(f"Type the query, then press {END_OF_INPUT}.")
    for file in files:
        say(f"{file.name}: about {file.likely_tokens:,} tokens of the context.")
    return RunRequest(
        read_query(args.query),
        model_a=args.model_a or "",
        model_b=args.model_b or "",
        method=args.method or settings.method,
        order=args.order or settings.order,
        count=args.count or settings.count,
        templates=read_templates(args),
        system=args.system or "",
        options_a=options_for("a", args, settings.options_a),
        options_b=options_for("b", args, settings.options_b),
        cache=_cache_mode(args),
        allow_cloud=args.allow_cloud,
        files=tuple(files),
    )


def _attachment(path: str, allow_secrets: bool) -> Attachment:
    """A file of the command line; one that looks like a secret only after a clear yes."""
    file = hold(path).attachment
    if file.secret and not allow_secrets:
        raise InvalidRequest(
            f"{clean_line(file.name)} was not sent, because {file.secret}.",
            "If the models may read it, say so with --allow-secrets.",
        )
    return file


def read_query(given: str) -> str:
    """The query; `-` reads all of standard input.

    Raises:
        InvalidRequest: It is empty, too long or not text.
    """
    query = _standard_input() if given == "-" else given
    try:
        size = len(query.encode("utf-8"))
    except UnicodeEncodeError as error:
        raise InvalidRequest("The query is not UTF-8 text.", "Convert it to UTF-8.") from error
    if size > MAX_QUERY_BYTES:
        raise _too_long()
    if not query.strip():
        raise InvalidRequest("The query is empty.", 'Ask something: sutra run "QUESTION".')
    return query


def _standard_input() -> str:
    try:
        data = b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_QUERY_BYTES + 1)
    except OSError as error:
        raise InvalidRequest("Standard input cannot be read.", "Give the query itself.") from error
    if len(data) > MAX_QUERY_BYTES:
        raise _too_long()
    try:
        # The line's end is the shell's, not the user's: the cache should know the query again.
        return data.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidRequest("Standard input is not UTF-8 text.", "Convert it to UTF-8.") from error


def _too_long() -> InvalidRequest:
    return InvalidRequest(
        f"The query is longer than {MAX_QUERY_BYTES // 1024} KB.",
        "Send only the part that matters.",
    )


def read_templates(args: argparse.Namespace) -> Templates:
    """The user's templates in the place of the defaults.

    Raises:
        InvalidRequest: A file cannot be read, or holds no usable template.
    """
    paths = {"prompt_a": args.prompt_a, "prompt_b": args.prompt_b}
    return Templates.from_mapping(
        {name: read_attachment(path).text for name, path in paths.items() if path is not None}
    )


def options_for(role: str, args: argparse.Namespace, base: GenerationOptions) -> GenerationOptions:
    """One role's options: its own argument, then the one for both, then the settings.

    Args:
        role: `a` or `b`.
        args: The parsed command line.
        base: The settings' options of the role.
    """
    given = {}
    for name in OPTION_RULES:
        for argument in (f"{name}_{role}", name):
            value = getattr(args, argument, None)
            if value is not None:
                given[name] = value
                break
    return replace(base, **given)


async def with_models(
    request: RunRequest, engine: Engine, remembered: Remembered, say: Say
) -> RunRequest:
    """The request with models in the places the user left empty.

    Args:
        request: What to run.
        engine: Asked for its models only when a place is empty.
        remembered: Whose last pair is preferred.
        say: Told which models were picked.

    Raises:
        ModelNotFound: There is no model that could be picked.
        EngineError: The server cannot be asked.
    """
    needs_a = request.method == "handoff" and not request.model_a
    if not needs_a and request.model_b:
        return request
    last = remembered.pair_for(engine.address)
    server_b = engine.serving("b")
    server_a = engine.serving("a") if needs_a else server_b
    model_b = request.model_b
    if server_a is server_b or not model_b:
        pair = await _pair_at(server_b, last)
        model_b = model_b or pair[1]
    if needs_a and server_a is not server_b:
        pair = await _pair_at(server_a, last)
    picked = replace(request, model_a=request.model_a or pair[0], model_b=model_b)
    say(_picked(picked.method, picked.model_a, picked.model_b))
    return picked


async def _pair_at(server: Engine, last: tuple[str, str] | None) -> tuple[str, str]:
    pair = default_pair(await server.models(), last, await server.memory())
    if pair is None:
        raise ModelNotFound(f"No model that writes text is pulled at {server.address}.", PULL)
    return pair


def _picked(method: Method, model_a: str, model_b: str) -> str:
    if method == "raw":
        return f"Model B is {model_b}. Choose another with -b."
    return f"Model A is {model_a}, Model B is {model_b}. Choose others with -a and -b."


def _cache_mode(args: argparse.Namespace) -> CacheMode:
    if args.no_cache:
        return "off"
    return "bypass" if args.fresh else "use"
