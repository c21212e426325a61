"""The app's own three themes: dark, light, and one of the terminal's own colours.

Invariant: colours carry no meaning alone, every state has a sign and a word; text of the dark and
the light theme has the contrast that WCAG 2.1 asks for at level AA, muted text included.
"""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

SUTRA_DARK = Theme(
    name="sutra-dark",
    primary="#7aa2c9",
    secondary="#8f9fb3",
    accent="#e3a857",
    foreground="#d8dee6",
    background="#12161c",
    surface="#171c24",
    panel="#1f2630",
    success="#86b97d",
    warning="#e3a857",
    error="#e0706b",
    dark=True,
    variables={
        "text-muted": "#a6b1bd",
        "text-disabled": "#929eac",
        "border": "#4c5a6b",
        "border-blurred": "#323c49",
        "footer-key-foreground": "#e3a857",
        "block-cursor-text-style": "none",
        "input-selection-background": "#7aa2c9 35%",
        "scrollbar": "#3a4655",
        "scrollbar-hover": "#4c5a6b",
        "scrollbar-active": "#7aa2c9",
        "scrollbar-background": "#171c24",
        "scrollbar-background-hover": "#171c24",
        "scrollbar-background-active": "#171c24",
    },
)

SUTRA_LIGHT = Theme(
    name="sutra-light",
    primary="#1f5f99",
    secondary="#55606e",
    accent="#8a5300",
    foreground="#1d232b",
    background="#f4f2ee",
    surface="#fbfaf7",
    panel="#e8e4dc",
    success="#2f6b2a",
    warning="#8a5300",
    error="#a8271f",
    dark=False,
    variables={
        "text-muted": "#434c58",
        "text-disabled": "#5c6672",
        "border": "#8c8577",
        "border-blurred": "#c4bdb0",
        "footer-key-foreground": "#8a5300",
        "block-cursor-text-style": "none",
        "scrollbar": "#b3aa9b",
        "scrollbar-hover": "#8c8577",
        "scrollbar-active": "#1f5f99",
        "scrollbar-background": "#fbfaf7",
        "scrollbar-background-hover": "#fbfaf7",
        "scrollbar-background-active": "#fbfaf7",
    },
)

SUTRA_ANSI = Theme(
    name="sutra-ansi",
    ansi=True,
    primary="ansi_cyan",
    secondary="ansi_default",
    accent="ansi_magenta",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    success="ansi_green",
    warning="ansi_magenta",
    error="ansi_red",
    variables={
        # Textual's own style sheets ask for these two, and it makes none for such a theme.
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_default",
        "border-blurred": "ansi_bright_black",
        "footer-key-foreground": "ansi_magenta",
        "block-cursor-text-style": "reverse",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_default",
        "scrollbar-active": "ansi_default",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
    },
)

DEFAULT_THEME = SUTRA_DARK.name
PLAIN_THEME = SUTRA_ANSI.name
"""The theme without a shade, which can be read without colours."""
THEMES = (SUTRA_DARK, SUTRA_LIGHT, SUTRA_ANSI)


def tints(theme: Theme) -> dict[str, str]:
    """Backgrounds of a colour's kind, as variables for styles; none where there are no shades.

    Mixed here and not by transparency: a style inside a text has no use for a colour's alpha.
    """
    if theme.ansi:
        return {f"{name}-tint": "transparent" for name in ("success", "warning", "error")}
    colours = theme.to_color_system().generate()
    surface = Color.parse(colours["surface"])
    return {
        f"{name}-tint": surface.blend(Color.parse(colours[name]), 0.15).hex
        for name in ("success", "warning", "error")
    }
