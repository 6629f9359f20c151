"""The app's themes: muted backgrounds, one accent colour, other colours only for a meaning."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from textual.theme import BUILTIN_THEMES, Theme

DARK: Final = Theme(
    name="zoomgov-dark",
    primary="#6ea8fe",
    secondary="#8fa1b8",
    accent="#6ea8fe",
    success="#7bc98f",
    warning="#e5b567",
    error="#ee7d77",
    foreground="#d9dee7",
    background="#12161c",
    surface="#1b212a",
    panel="#232b36",
    dark=True,
    variables={
        "block-cursor-background": "#2b3b52",
        "block-cursor-foreground": "#f2f5fa",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#1f2732",
        "block-cursor-blurred-foreground": "#d9dee7",
        "footer-background": "#171c24",
        "footer-key-foreground": "#6ea8fe",
        "border": "#6ea8fe",
        "border-blurred": "#2d3744",
        "scrollbar": "#2d3744",
        "scrollbar-background": "#171c24",
        "input-selection-background": "#6ea8fe 35%",
    },
)
"""The default theme."""

LIGHT: Final = Theme(
    name="zoomgov-light",
    primary="#1c5fc2",
    secondary="#55657a",
    accent="#1c5fc2",
    success="#1f7a3d",
    warning="#8f5b00",
    error="#b3261e",
    foreground="#1d232c",
    background="#f7f8fa",
    surface="#eceff3",
    panel="#e0e5ec",
    dark=False,
    variables={
        "block-cursor-background": "#cfe0f8",
        "block-cursor-foreground": "#10151c",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#e4e9f0",
        "block-cursor-blurred-foreground": "#1d232c",
        "footer-background": "#eceff3",
        "footer-key-foreground": "#1c5fc2",
        "border": "#1c5fc2",
        "border-blurred": "#c5ccd6",
        "scrollbar": "#c5ccd6",
        "scrollbar-background": "#eceff3",
        "input-selection-background": "#1c5fc2 25%",
    },
)

ANSI_DARK: Final = replace(
    BUILTIN_THEMES["ansi-dark"],
    primary="ansi_bright_blue",  # the plain one can hardly be read on black
    variables=BUILTIN_THEMES["ansi-dark"].variables | {"border": "ansi_bright_blue", "scrollbar": "ansi_bright_black"},
)
"""Textual's ANSI theme, which uses the terminal's own colours."""

IN_SIXTEEN_COLOURS: Final = {DARK.name: ANSI_DARK.name, LIGHT.name: "ansi-light"}
"""Replacements for terminals of 16 colours, where the backgrounds of our themes could not be told apart."""

THEMES: Final = (DARK, LIGHT, ANSI_DARK)
