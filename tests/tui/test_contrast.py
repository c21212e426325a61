"""The contrast of the app's own two themes, by the formula of WCAG 2.1 (relative luminance)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.color import Color
from textual.theme import Theme

from sutra_tui.tui.theme import SUTRA_DARK, SUTRA_LIGHT, tints

LEAST = 4.5
"""WCAG 2.1, success criterion 1.4.3, level AA."""
DIMMER = 1.5
"""How much less contrast muted text has than plain text, at least."""
TEXTS = (
    "foreground", "text-muted", "text-primary", "text-secondary", "text-accent", "text-success",
    "text-warning", "text-error",
)  # fmt: skip
PLAIN = ("background", "surface", "panel")
OF_THEMES = pytest.mark.parametrize("theme", [SUTRA_DARK, SUTRA_LIGHT], ids=lambda t: t.name)


def luminance(colour: Color) -> float:
    """Relative luminance (https://www.w3.org/TR/WCAG21/#dfn-relative-luminance)."""

    def linear(part: int) -> float:
        value = part / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(one: Color, other: Color) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def variables(theme: Theme) -> dict[str, str]:
    return {**tints(theme), **theme.to_color_system().generate()}


def backgrounds(theme: Theme) -> Iterator[tuple[str, Color]]:
    """Everything that text stands on."""
    known = variables(theme)
    kinds = ("success", "warning", "error")
    names = (*PLAIN, "primary", "foreground", *kinds, *(f"{kind}-tint" for kind in kinds))
    found = {name: Color.parse(known[name]) for name in names}
    for name in PLAIN:
        yield name, found[name]
        yield f"the cursor's row on {name}", found[name] + found["primary"].with_alpha(0.25)
    yield "code", found["surface"] + found["foreground"].with_alpha(0.06)
    for kind in kinds:
        yield f"{kind} tint", found["surface"] + found[f"{kind}-tint"]
        yield f"{kind} notice", found["background"] + found[kind].with_alpha(0.12)


def test_the_formula_is_the_known_one() -> None:
    black, white = Color(0, 0, 0), Color(255, 255, 255)
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(white, Color.parse("#767676")) == pytest.approx(4.54, abs=0.01)


@OF_THEMES
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read_on_everything_it_stands_on(theme: Theme, text: str) -> None:
    colour = Color.parse(variables(theme)[text])
    found = {name: round(contrast(colour, ground), 2) for name, ground in backgrounds(theme)}
    assert {name: ratio for name, ratio in found.items() if ratio < LEAST} == {}


@OF_THEMES
@pytest.mark.parametrize("text", ["text-disabled", "accent", "primary", "success", "error"])
@pytest.mark.parametrize("ground", PLAIN)
def test_signs_and_what_does_not_apply_can_be_read(theme: Theme, text: str, ground: str) -> None:
    known = variables(theme)
    assert contrast(Color.parse(known[text]), Color.parse(known[ground])) >= LEAST


@OF_THEMES
@pytest.mark.parametrize("ground", PLAIN)
def test_muted_text_is_really_dimmer(theme: Theme, ground: str) -> None:
    plain, muted, disabled = (
        contrast(Color.parse(variables(theme)[name]), Color.parse(variables(theme)[ground]))
        for name in ("foreground", "text-muted", "text-disabled")
    )
    assert plain >= DIMMER * muted and muted > disabled
