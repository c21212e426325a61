"""The palette for a file named in a query: what is typed behind an @ at the beginning of a word.

Invariant: no row is meant before one is chosen, and without a fitting file there is no palette, so
an address or a decorator is typed as anything else. Pure, but for the listing of folders.
"""

from __future__ import annotations

from .at_word import AtWord
from .commands.argument import Offer
from .commands.paths import file_offers
from .fuzzy import SCATTERED, Fit, fit
from .slash_menu import MOST_ROWS, Menu, Row


def file_menu(text: str, word: AtWord) -> Menu | None:
    """The palette for a half-typed file; None when nothing fits. It may wait for a disk.

    Args:
        text: What stands in the box.
        word: Where in it.
    """
    found: list[tuple[Fit, Offer]] = []
    for offer in file_offers(word.typed):
        # A path with a blank would end the word.
        if any(character.isspace() for character in offer.text):
            continue
        best = _fit(word.typed, offer.text)
        if best is not None:
            found.append((best, offer))
    if not found:
        return None
    if word.typed:
        found.sort(key=lambda item: item[0].rank)
    rows = tuple(_row(text, word, offer, best) for best, offer in found[:MOST_ROWS])
    return Menu(text, rows=rows)


def _fit(typed: str, path: str) -> Fit | None:
    """How what is typed fits a path: best by the file's own name."""
    if typed == path:
        return None  # nothing is left to complete, and the menu would be in the way
    folder, slash, name = path.rstrip("/").rpartition("/")
    best = fit(typed, name) if "/" not in typed else None
    if best is not None and best.kind < SCATTERED:
        shift = len(folder) + len(slash)
        places = tuple(place + shift for place in best.places)
        return Fit(best.kind, best.loose + folder.count("/") + len(slash), len(path), places)
    whole = fit(typed, path)
    # Letters strewn over a long path fit too many words that mean no file.
    if whole is not None and whole.kind == SCATTERED and len(typed) < 3:
        return None
    return whole


def _row(text: str, word: AtWord, offer: Offer, best: Fit) -> Row:
    gap = "" if offer.more or text[word.end : word.end + 1].isspace() else " "
    before = f"{text[: word.start]}@{offer.text}{gap}"
    return Row(
        before + text[word.end :],
        offer.text,
        offer.about,
        marks=best.places,
        more=offer.more,
        file="" if offer.more else offer.text,
        cursor=len(before),
    )
