"""Where the model server is: from what a person wrote to a base URL, and back again.

Invariant: any text gives a URL that httpx accepts, or `InvalidHost`; a password in the text is
never repeated. Nothing here reads the environment by itself.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from ..core.errors import InvalidHost

HOST_VARIABLE: Final = "OLLAMA_HOST"
DEFAULT_URL: Final = "http://127.0.0.1:11434"
DEFAULT_PORT: Final = 11434
THIS_MACHINE: Final = "localhost"
LONGEST: Final = 1024
"""Longest address looked at, in characters."""

_SCHEME_PORTS: Final = {"http": 80, "https": 443}
_CLOUD_HOST: Final = "ollama.com"
_BLANKS_AND_QUOTES: Final = " \t\r\n\v\f\"'"
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOSTNAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
_PATH_PART: Final = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*", re.ASCII)
_PORT: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_FORMS: Final = "Write HOST, HOST:PORT or http(s)://HOST:PORT, for example localhost:11434."


def host_from_environment(environ: Mapping[str, str]) -> str | None:
    """What `OLLAMA_HOST` says, or None when it is unset or blank."""
    return environ.get(HOST_VARIABLE, "").strip(_BLANKS_AND_QUOTES) or None


def parse_host(text: str, *, field: str = "server address") -> str:
    """Turn what a person wrote into a base URL, the way Ollama itself reads `OLLAMA_HOST`.

    Blanks and quotes around it are dropped, a bare IPv6 address gets its brackets, "any address"
    (0.0.0.0, [::]) becomes this machine, and a trailing /api or /v1 is taken off. Without a port
    it is 11434, or 80 and 443 when http:// or https:// is written out.

    Args:
        text: The address; empty means the default.
        field: What to call it in an error message.

    Returns:
        A URL such as "http://127.0.0.1:11434", without a slash at the end.

    Raises:
        InvalidHost: It cannot be an address; says which part is wrong and what is allowed.
    """
    text = text.strip(_BLANKS_AND_QUOTES)
    if not text:
        return DEFAULT_URL
    if len(text) > LONGEST:
        raise _invalid(field, f"is longer than {LONGEST} characters")
    if "@" in text:
        # A user name and password can be cut anywhere by a stray slash: look before cutting.
        raise _invalid(field, "contains an @: a user name and password are not supported")
    scheme, port, rest = _split_scheme(text, field)
    authority, _, path = rest.partition("/")
    host, written_port = _split_port(authority, field)
    if written_port is not None:
        port = _port(written_port, field)
    return f"{scheme}://{_host(host, field)}:{port}{_path(path, field)}"


def is_loopback(url: str) -> bool:
    """Whether a base URL from `parse_host` is this very machine."""
    host = urlsplit(url).hostname or ""
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return False
    return (getattr(number, "ipv4_mapped", None) or number).is_loopback


def own_address(url: str) -> str | None:
    """HOST:PORT that a server of this machine would listen at for a base URL from `parse_host`.

    None for another machine, and for what a plain Ollama server does not do: encryption, paths.
    """
    parts = urlsplit(url)
    if is_encrypted(url) or parts.path or not parts.hostname or not is_loopback(url):
        return None
    return parts.netloc


def machine(url: str) -> str:
    """Which machine a base URL from `parse_host` leads to, by name; `THIS_MACHINE` for this one."""
    return THIS_MACHINE if is_loopback(url) else (urlsplit(url).hostname or "").rstrip(".")


def is_encrypted(url: str) -> bool:
    """Whether what travels to a base URL from `parse_host` is encrypted."""
    return url.startswith("https://")


def display(url: str) -> str:
    """A base URL from `parse_host` for a person: "localhost:11434", "https://example.org"."""
    parts = urlsplit(url)
    host = "localhost" if parts.hostname == "127.0.0.1" else parts.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    if not is_encrypted(url):
        return f"{host}:{parts.port}{parts.path}"
    port = "" if parts.port == _SCHEME_PORTS["https"] else f":{parts.port}"
    return f"https://{host}{port}{parts.path}"


def _invalid(field: str, problem: str) -> InvalidHost:
    return InvalidHost(f"The {field} {problem}.", _FORMS)


def _split_scheme(text: str, field: str) -> tuple[str, int, str]:
    """Scheme, its default port, and what follows."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        if text.lower() == _CLOUD_HOST:
            return "https", _SCHEME_PORTS["https"], text
        return "http", DEFAULT_PORT, text
    scheme = scheme.lower()
    if scheme not in _SCHEME_PORTS:
        raise _invalid(field, "begins with something else than http:// or https://")
    return scheme, _SCHEME_PORTS[scheme], rest


def _split_port(authority: str, field: str) -> tuple[str, str | None]:
    """Host without brackets, and the port's text when one is written."""
    if authority.startswith("["):
        host, closing, tail = authority[1:].partition("]")
        if not closing or (tail and not tail.startswith(":")) or not _is_ipv6(host):
            raise _invalid(field, "has brackets around something that is not an IPv6 address")
        return host, tail[1:] if tail else None
    if authority.count(":") > 1:
        if not _is_ipv6(authority):
            raise _invalid(field, "has more than one colon and is not an IPv6 address")
        return authority, None
    host, colon, port = authority.partition(":")
    return host, port if colon else None


def _is_ipv6(text: str) -> bool:
    # A zone ("%eth0") is accepted by ipaddress but means nothing in a URL.
    try:
        return "%" not in text and bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _port(text: str, field: str) -> int:
    # Only digits are repeated: what stands in the place of a port may be half a password.
    if not _PORT.fullmatch(text):
        raise _invalid(field, "has a port that is not a number from 1 to 65535")
    if not 1 <= int(text) <= 65535:
        raise _invalid(field, f"has port {text}; allowed are 1 to 65535")
    return int(text)


def _host(text: str, field: str) -> str:
    """The host as it stands in a URL."""
    if not text:
        return "127.0.0.1"
    if ":" in text:
        six = ipaddress.IPv6Address(text)
        return "[::1]" if six.is_unspecified else f"[{six}]"
    name = text.lower()
    if not name.isascii() or "xn--" in name:
        name = _international(name, field)
    if re.fullmatch(r"[0-9.]+", name, re.ASCII):
        return _ipv4(name, field)
    if len(name) > 253 or not _HOSTNAME.fullmatch(name):
        raise _invalid(field, "has a host name with characters that no host name has")
    return name


def _ipv4(text: str, field: str) -> str:
    try:
        four = ipaddress.IPv4Address(text)
    except ValueError:
        raise _invalid(field, "has a host that looks like an IPv4 address but is none") from None
    return "127.0.0.1" if four.is_unspecified else str(four)


def _international(name: str, field: str) -> str:
    """A host name with non-ASCII letters, as the resolver wants it ("xn--...")."""
    import httpx  # here, because the usual address does not need it and it is slow to import

    try:
        url = httpx.URL(f"http://{name}")
        if url.host:  # decodes it again, and so proves that it can be
            return url.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError):
        pass
    raise _invalid(field, "has a host name with characters that no host name has")


def _path(text: str, field: str) -> str:
    parts = [part for part in text.split("/") if part]
    while parts and parts[-1] in {"api", "v1"}:  # pasted from an API example; the client adds it
        parts.pop()
    if not all(_PATH_PART.fullmatch(part) for part in parts):
        raise _invalid(field, "has a path with characters other than letters, digits and ._~-")
    return "".join(f"/{part}" for part in parts)
