"""Which links of a model may be opened at all."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_web_link(href: str) -> bool:
    """Whether a link leads to a web host and says so plainly: no other scheme, no user name."""
    try:
        parts = urlsplit(href)
        host = parts.hostname
    except ValueError:
        return False
    return (
        parts.scheme in {"http", "https"}
        and bool(host)
        and "@" not in parts.netloc
        and href.isprintable()
        and " " not in href
    )
