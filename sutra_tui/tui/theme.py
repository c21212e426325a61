"""The app's own two themes. Colours carry no meaning alone: every state has a sign and a word."""

from __future__ import annotations

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

DEFAULT_THEME = SUTRA_DARK.name
THEMES = (SUTRA_DARK, SUTRA_LIGHT)
