"""The studio's commands."""

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("paint"),
    Command(
        "paint.refill", "Draw something else instead", "refill", "Machine", "Ctrl+R", "Replace the machine's strokes"
    ),
    Command("paint.clear", "Clear the sheet", "clear", "Edit", "Ctrl+Backspace", "An empty sheet; can be undone"),
    Command("paint.pen", "Pen", "take_pen", "Edit", "B", "Draw"),
    Command("paint.eraser", "Eraser", "take_eraser", "Edit", "E", "Take whole strokes away"),
    Command("paint.thinner", "Thinner pen", "thinner", "Edit", "["),
    Command("paint.thicker", "Thicker pen", "thicker", "Edit", "]"),
    Command("paint.zoom-in", "Zoom in", "zoom_in", "View", "Ctrl++"),
    Command("paint.zoom-out", "Zoom out", "zoom_out", "View", "Ctrl+-"),
    Command("paint.fit", "The whole sheet", "fit", "View", "Ctrl+0"),
    Command("paint.tint", "Tint the machine's strokes", "toggle_tint", "View", "F7", "Show who drew what"),
]
