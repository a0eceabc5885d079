"""The commands of the window itself."""

from __future__ import annotations

from app.base.card import StudioCard
from app.base.commands import Command

COMMANDS = [
    Command("app.palette", "All commands…", "show_palette", "View", "Ctrl+K", "Find any command by its name"),
    Command("app.theme", "Light or dark", "toggle_theme", "View", "F6", "Change between the light and the dark theme"),
    Command("app.full-screen", "Full screen", "toggle_full_screen", "View", "Shift+F11"),
    Command("app.models", "Models…", "show_models", "Machine", "", "The models there are, and what was measured"),
    Command("app.preferences", "Preferences…", "show_preferences", "Edit", "Ctrl+,"),
    Command("app.about", "About Ateliê", "show_about", "Help", "", "Version, credits and licences"),
    Command("app.quit", "Quit", "close", "File", "Ctrl+Q"),
]
MENUS = ("File", "Edit", "Strokes", "Layer", "Machine", "View", "Help")
"""In this order; those in which a studio has nothing are not shown."""


def studio_commands(cards: tuple[StudioCard, ...]) -> list[Command]:
    """One command a studio, to go to it."""
    return [
        Command(f"app.go-{card.id}", card.title, f"go_{card.id}", "View", f"Ctrl+{number}", card.summary)
        for number, card in enumerate(cards, 1)
    ]
