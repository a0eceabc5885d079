"""The studio's commands."""

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("paint"),
    Command(
        "paint.refill", "Draw something else instead", "refill", "Machine", "Ctrl+R", "Replace the machine's strokes"
    ),
    Command("paint.clear", "Clear the sheet", "clear", "Edit", "Ctrl+Backspace", "An empty sheet; can be undone"),
    Command("paint.brush", "Brush", "take_brush", "Edit", "B", "Paint"),
    Command("paint.rubber", "Rubber", "take_rubber", "Edit", "E", "Rub out with the brush in hand"),
    Command("paint.eraser", "Stroke eraser", "take_eraser", "Edit", "Shift+E", "Take whole strokes away"),
    Command("paint.fill", "Fill", "take_fill", "Edit", "F", "Colour the area of one colour under the pen"),
    Command("paint.pick", "Pick a colour", "take_pick", "Edit", "I", "Take the colour under the pen"),
    Command("paint.select", "Select strokes", "take_select", "Edit", "V", "Choose, move, scale, turn strokes"),
    Command("paint.hand", "Move the sheet", "take_hand", "Edit", "H", "Also: hold Space, or the middle button"),
    Command("paint.thinner", "Thinner brush", "thinner", "Edit", "["),
    Command("paint.thicker", "Thicker brush", "thicker", "Edit", "]"),
    Command("paint.swap", "The colour before", "swap_colour", "Edit", "X"),
    Command("paint.symmetry", "Symmetry on or off", "toggle_symmetry", "Edit", "M", "Mirror left and right"),
    Command("paint.all", "Select all on the layer", "select_all", "Strokes", "Ctrl+A"),
    Command("paint.none", "Select nothing", "select_none", "Strokes", "Ctrl+D"),
    Command("paint.delete", "Delete the strokes", "delete_selection", "Strokes", "Del"),
    Command("paint.duplicate", "Duplicate the strokes", "duplicate_selection", "Strokes", "Ctrl+J"),
    Command("paint.recolour", "Recolour the strokes", "recolour", "Strokes", "Ctrl+U", "Give them the colour in hand"),
    Command("paint.rebrush", "Re-brush the strokes", "rebrush", "Strokes", "Ctrl+B", "With the brush in hand"),
    Command("paint.to-layer", "Put the strokes on the layer", "to_layer", "Strokes", "Ctrl+L"),
    Command("paint.raise", "Raise the strokes", "raise_selection", "Strokes", "Ctrl+]", "Nearer to the eye"),
    Command("paint.lower", "Lower the strokes", "lower_selection", "Strokes", "Ctrl+[", "Farther from the eye"),
    Command("paint.layer-new", "New layer", "add_layer", "Layer", "Ctrl+Shift+N", "A layer above the one in hand"),
    Command("paint.layer-remove", "Remove layer", "remove_layer", "Layer", "", "With its strokes; can be undone"),
    Command("paint.layer-up", "Raise layer", "raise_layer", "Layer", "Ctrl+PgUp"),
    Command("paint.layer-down", "Lower layer", "lower_layer", "Layer", "Ctrl+PgDown"),
    Command("paint.layer-above", "Take the layer above", "layer_above", "Layer", "PgUp"),
    Command("paint.layer-below", "Take the layer below", "layer_below", "Layer", "PgDown"),
    Command("paint.zoom-in", "Zoom in", "zoom_in", "View", "Ctrl++"),
    Command("paint.zoom-out", "Zoom out", "zoom_out", "View", "Ctrl+-"),
    Command("paint.fit", "The whole sheet", "fit", "View", "Ctrl+0"),
    Command("paint.turn-left", "Turn the sheet left", "turn_left", "View", "Shift+R"),
    Command("paint.turn-right", "Turn the sheet right", "turn_right", "View", "R"),
    Command("paint.tint", "Tint the machine's strokes", "toggle_tint", "View", "F7", "Show who drew what"),
]
