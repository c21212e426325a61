"""One call to a model as text that makes it again: JSON, a curl command, a Python program.

Invariant: pasting it calls the model and does nothing else. Whatever a prompt holds stands inside a
quoted literal, with every character escaped that a terminal would act on; no key is ever in it.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any, Final, Literal

Form = Literal["JSON", "curl", "Python"]
FORMS: Final[tuple[Form, ...]] = ("JSON", "curl", "Python")
LONGEST_ARGUMENT: Final = 100_000
"""Bytes of a body given to curl on its command line; Linux takes 131,072 of one argument."""
_HEREDOC: Final = "SUTRA_END"
_DEFAULT_URL: Final = "http://localhost:11434"
_ACTED_ON: Final = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)


def base_url(address: str) -> str:
    """The URL of a server from its address as it is shown; the usual one where that is no server.

    Args:
        address: "localhost:11434", "https://example.org", or the name of the demo.
    """
    if not re.fullmatch(r"(https?://)?[\w.\[\]:~/-]+", address, re.ASCII):
        return _DEFAULT_URL
    return address if "://" in address else f"http://{address}"


def call_text(form: Form, body: Mapping[str, Any], url: str) -> str:
    """A call in one of the forms.

    Args:
        form: Which.
        body: Of `chat_body`.
        url: The server's base URL; JSON does without.
    """
    match form:
        case "JSON":
            return as_json(body, indent=2)
        case "curl":
            return as_curl(body, url)
        case "Python":
            return as_python(body, url)


def as_json(value: object, indent: int | None = None) -> str:
    """A JSON document that is readable in every script and does nothing to a terminal."""
    document = json.dumps(value, ensure_ascii=False, indent=indent)
    # Between strings JSON is plain ASCII, so what is found stands inside of one.
    return _ACTED_ON.sub(lambda found: json.dumps(found[0])[1:-1], document)


def as_curl(body: Mapping[str, Any], url: str) -> str:
    """A command for any POSIX shell; a body too long for a command line comes as a here document.

    Args:
        body: Of `chat_body`.
        url: The server's base URL.
    """
    document = as_json(body)
    command = (
        f"curl -sS --no-buffer {shlex.quote(url + '/api/chat')} -H 'Content-Type: application/json'"
    )
    if len(document.encode()) <= LONGEST_ARGUMENT:
        return f"{command} --data-raw {shlex.quote(document)}"
    # The document is one line that begins with a brace, so the end cannot be in it.
    return f"{command} --data-binary @- <<'{_HEREDOC}'\n{document}\n{_HEREDOC}\n"


def as_python(body: Mapping[str, Any], url: str) -> str:
    """A program that makes the call with the `ollama` package and prints the reply.

    Args:
        body: Of `chat_body`.
        url: The server's base URL.
    """
    lines = [
        "from ollama import Client",
        "",
        f"client = Client(host={url!r})",
        "stream = client.chat(",
    ]
    for name, value in body.items():
        if name == "messages":
            lines.append("    messages=[")
            for message in value:
                lines += _message(message)
            lines.append("    ],")
        else:
            lines.append(f"    {name}={value!r},")
    lines += [
        ")",
        "for part in stream:",
        "    print(part.message.content or '', end='', flush=True)",
        "print()",
    ]
    return "\n".join(lines) + "\n"


def _message(message: Mapping[str, str]) -> list[str]:
    """One message, its text line by line."""
    text = message["content"]
    pieces = re.findall(r"[^\n]*\n|[^\n]+", text)
    if len(pieces) < 2:
        return [f"        {dict(message)!r},"]
    *others, last = (f"                {piece!r}" for piece in pieces)
    return [
        "        {",
        f"            'role': {message['role']!r},",
        "            'content': (",
        *others,
        last,
        "            ),",
        "        },",
    ]
