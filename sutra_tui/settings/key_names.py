"""How a person writes a key, and the one way in which it is kept.

Invariant: whatever `read_keys` gives is spelled as Textual spells it, so that one key has one name;
without Textual, because commands without a screen read settings too.
"""

from __future__ import annotations

from typing import Final

MODIFIERS: Final = ("alt", "ctrl", "shift", "super")
"""In the order in which they stand in a name."""
PUNCTUATION: Final = {
    "!": "exclamation_mark", '"': "quotation_mark", "#": "number_sign", "$": "dollar_sign",
    "%": "percent_sign", "&": "ampersand", "'": "apostrophe", "(": "left_parenthesis",
    ")": "right_parenthesis", "*": "asterisk", "+": "plus", ",": "comma", "-": "minus",
    ".": "full_stop", "/": "slash", ":": "colon", ";": "semicolon", "<": "less_than_sign",
    "=": "equals_sign", ">": "greater_than_sign", "?": "question_mark", "@": "at",
    "[": "left_square_bracket", "\\": "backslash", "]": "right_square_bracket",
    "^": "circumflex_accent", "_": "underscore", "`": "grave_accent", "{": "left_curly_bracket",
    "|": "vertical_line", "}": "right_curly_bracket", "~": "tilde", " ": "space",
}  # fmt: skip
NAMED: Final = (
    "escape", "enter", "tab", "space", "backspace", "delete", "insert", "home", "end", "pageup",
    "pagedown", "up", "down", "left", "right", *(f"f{number}" for number in range(1, 25)),
)  # fmt: skip
SHORT: Final = {
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pgup": "pageup",
    "pgdn": "pagedown", "pgdown": "pagedown", "control": "ctrl", "option": "alt",
}  # fmt: skip
TWINS: Final = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
"""Keys that most terminals send as another one."""
MOST: Final = 4
"""Keys a command may have."""


def read_keys(value: object) -> tuple[str, ...]:
    """The keys that a setting names, each once; nothing when any of them cannot be used."""
    texts = _texts(value)
    keys = [key_named(text) for text in texts]
    if not keys or len(keys) > MOST or any(key is None or key in TWINS for key in keys):
        return ()
    return tuple(dict.fromkeys(key for key in keys if key is not None))


def key_named(text: str) -> str | None:
    """The key that a text names; None when there is no such key."""
    text = text.strip() or text[:1]
    *before, base = ["", "+"] if text == "+" else _parts(text)
    modifiers = {_plain(word) for word in before if word}
    if not modifiers <= set(MODIFIERS):
        return None
    key = _base(base)
    if key is None:
        return None
    if len(key) == 1 and key.isalpha():
        if "ctrl" in modifiers:
            key = key.lower()
        elif modifiers == {"shift"}:
            return key.upper()
    return "+".join([*sorted(modifiers), key])


def why_no_key(value: object) -> str:
    """What is wrong with the first key that cannot be used; empty when it is something else."""
    texts = _texts(value)
    if len(texts) > MOST:
        return f"a command may have {MOST} keys"
    for text in texts:
        key = key_named(text)
        if key in TWINS:
            return f"terminals send {TWINS[key]} for {key}"
        if key is None and (close := _nearest(text)):
            return f"did you mean {close}?"
    return ""


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        # A lone comma is that key; otherwise commas part keys.
        return [value] if value.strip() == "," else value.split(",")
    if isinstance(value, (list, tuple)) and all(isinstance(text, str) for text in value):
        return [text for text in value if isinstance(text, str)]
    return []


def _parts(text: str) -> list[str]:
    if text.endswith("++"):
        return [*text[:-2].split("+"), "+"]
    return text.split("+")


def _plain(word: str) -> str:
    word = word.strip().lower()
    return SHORT.get(word, word)


def _base(text: str) -> str | None:
    if len(text) == 1:
        named = PUNCTUATION.get(text, text)
        return named if len(named) > 1 or (text.isprintable() and text.isalnum()) else None
    name = _plain(text)
    return name if name in NAMED or name in PUNCTUATION.values() else _base_of_one(name)


def _base_of_one(name: str) -> str | None:
    return name if len(name) == 1 and name.isalnum() else None


def _nearest(text: str) -> str | None:
    from difflib import get_close_matches

    *before, base = _parts(text.strip().lower())
    words = []
    for word, known in [*((word, MODIFIERS) for word in before), (base, NAMED)]:
        close = [word] if len(word) == 1 else get_close_matches(_plain(word), known, 1, 0.5)
        if not close:
            return None
        words.append(close[0])
    return "+".join(words)
