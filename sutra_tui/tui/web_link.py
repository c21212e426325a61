"""Opening a link of a model in the web browser: never without showing where it leads.

Invariant: only what `is_web_link` allows is ever opened, and only after a yes to the whole address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from textual.app import App

from ..core.clean import clean_line
from .widgets.web_links import is_web_link


def host_of(href: str) -> str:
    """The host a link leads to, in the letters that the network uses: no look-alikes."""
    host = urlsplit(href).hostname or ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def ask_and_open(app: App[Any], href: str) -> None:
    """Show where a link leads and open it after a yes; anything but a web link is passed over."""
    if not is_web_link(href):
        return

    from .screens.prompts import Confirm

    def opened(yes: bool | None) -> None:
        if yes:
            app.open_url(href)

    app.push_screen(
        Confirm(
            f"Open a page of {clean_line(host_of(href), 100)} in the web browser?",
            f"A model wrote this link: {clean_line(href, 400)}",
            "Open",
        ),
        opened,
    )
