"""The commands of the writing studio."""

from __future__ import annotations

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("write"),
    Command(
        "write.continue",
        "Go on from here",
        "go_on",
        "Machine",
        "Ctrl+Space",
        "The machine goes on at the caret; Tab in the text does the same",
    ),
    Command(
        "write.refill", "Refill", "refill", "Machine", "Ctrl+R", "Write the marked passage anew; nothing else changes"
    ),
    Command(
        "write.tint", "Show what the machine wrote", "toggle_tint", "View", "F7", "Tint the machine's part of the text"
    ),
    Command("write.larger", "Larger type", "larger", "View", "Ctrl++"),
    Command("write.smaller", "Smaller type", "smaller", "View", "Ctrl+-"),
]
