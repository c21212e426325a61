"""Commands about the app itself: screens, looks, help, leaving."""

from __future__ import annotations

from .choices import ThemeName
from .command import Command, Takes

PROGRAM = (
    Command(
        "doctor.open",
        "Doctor",
        "What is wrong and how to put it right: Ollama, models, memory, terminal, files.",
        "open_doctor",
        slash="doctor",
    ),
    Command(
        "settings.open",
        "Settings",
        "Every setting, what it means, and what counts; changes are kept in config.toml.",
        "settings",
        key="f10",
        slash="settings",
        priority=True,
    ),
    Command(
        "settings.keys",
        "Change keys",
        "The settings of all keys.",
        "settings('keys')",
        slash="keys",
    ),
    Command(
        "app.theme",
        "Change the theme",
        "Light, dark and others.",
        "app.change_theme",
        slash="theme",
        takes=Takes(ThemeName(), "set_theme"),
    ),
    Command(
        "app.help",
        "Help",
        "Every key and command, and what the screen shows.",
        "help",
        key="f1",
        slash="help",
        footer="Help",
        priority=True,
    ),
    Command(
        "app.interrupt",
        "Stop, then quit",
        "Once stops the run; twice within two seconds quits.",
        "interrupt",
        key="ctrl+c",
        priority=True,
    ),
    Command(
        "app.quit",
        "Quit",
        "Stops what is running and closes the app.",
        "app.quit",
        key="ctrl+q",
        slash="exit",
        aliases=("quit",),
        footer="Quit",
        priority=True,
    ),
)
