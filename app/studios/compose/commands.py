"""The studio's commands."""

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("compose"),
    Command("compose.harmonise", "Harmonise", "harmonise", "Machine", "Ctrl+H", "Keep the soprano, write three voices"),
    Command("compose.refill", "Refill what is marked", "refill", "Machine", "Ctrl+R", "Only that changes"),
    Command("compose.play", "Play or pause", "play", "Machine", "Space", "Hear it from the cursor on"),
    Command("compose.rewind", "To the beginning", "rewind", "Machine", "Ctrl+Home"),
    Command("compose.select-all", "Select all notes", "select_all", "Edit", "Ctrl+A"),
    Command("compose.select-none", "Select nothing", "select_none", "Edit", "Ctrl+Shift+A"),
    Command(
        "compose.duplicate", "Duplicate", "duplicate", "Edit", "Ctrl+D", "Copy the selected notes behind themselves"
    ),
    Command("compose.draw", "Pen: draw notes", "take_pen", "Edit", "D"),
    Command("compose.select", "Arrow: select notes", "take_arrow", "Edit", "S"),
    *(
        Command(f"compose.voice-{number}", title, f"voice_{number}", "Edit", f"Alt+{number}", "Write in this voice")
        for number, title in enumerate(("Soprano", "Alto", "Tenor", "Bass"), 1)
    ),
    Command("compose.zoom-in", "Zoom in", "zoom_in", "View", "Ctrl++"),
    Command("compose.zoom-out", "Zoom out", "zoom_out", "View", "Ctrl+-"),
    Command("compose.fit", "The whole piece", "fit", "View", "Ctrl+0"),
]
