"""Files that hold keys and passwords, known by their names and by what stands in them.

What is attached goes to a model server, into the prompt and perhaps into the cache, so such a file
must not get there by a slip of the hand. Invariant: only a warning is made here; whoever attaches a
file asks for a clear yes.
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(
    r"""
    \.env(\..+)? | .+\.env | \.?netrc | _netrc | \.npmrc | \.pypirc | \.pgpass | \.htpasswd
    | \.git-credentials | credentials(\..+)? | secrets?(\..+)? | kubeconfig | \.dockercfg
    | id_(rsa|dsa|ecdsa|ed25519)(_sk)? | .+\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_EXAMPLE: Final = re.compile(r".*\.(example|sample|template|dist)", re.IGNORECASE)
_CONTENT: Final = (
    (re.compile(r"-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY-----"), "a private key"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"), "an access key"),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-)[A-Za-z0-9_-]{20,}"), "an access token"),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{20,}"), "an API key"),
    (re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{10,}"), "an access token"),
)


def secret_in(name: str, text: str) -> str | None:
    """Why a file looks like one that holds a secret; None when it does not.

    Args:
        name: The file's name, without the folder.
        text: Its content.

    Returns:
        What follows "because", without a full stop; nothing of the content is quoted.
    """
    if _NAME.fullmatch(name) and not _EXAMPLE.fullmatch(name):
        return "files of that name usually hold secrets"
    for pattern, what in _CONTENT:
        if pattern.search(text):
            return f"{what} seems to stand in it"
    return None
