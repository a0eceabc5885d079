"""The studio's commands."""

from app.base.commands import Command
from app.ui.studio_page import common_commands

MACHINE = [
    Command("compose.go-on", "Go on from the cursor", "go_on", "Machine", "Ctrl+G", "Write the next bars"),
    Command("compose.harmonise", "Harmonise", "harmonise", "Machine", "Ctrl+H", "Keep the soprano, write three voices"),
    Command("compose.refill", "Refill what is marked", "refill", "Machine", "Ctrl+R", "Only that changes"),
    Command("compose.next-alternative", "Next alternative", "next_alternative", "Machine", "N", "Hear another answer"),
    Command("compose.take", "Take the alternative", "take_alternative", "Machine", "T", "Make it the piece"),
    Command("compose.play", "Play or pause", "play", "Machine", "Space", "Hear it from the cursor on"),
    Command("compose.loop", "Loop", "toggle_loop", "Machine", "L", "Play the marked bars again and again"),
    Command("compose.metronome", "Metronome", "toggle_metronome", "Machine", "M", "Click on each beat"),
    Command("compose.record", "Record", "record", "Machine", "R", "From the chosen MIDI keyboard, or end it"),
    Command("compose.rewind", "To the beginning", "rewind", "Machine", "Ctrl+Home"),
]
FILES = [
    Command("compose.save-type-0", "Save as MIDI type 0…", "save_type_0", "File", "", "One track, for old instruments"),
    Command("compose.font", "SoundFont…", "choose_font", "File", "", "Play with an .sf2 or .sf3 file of yours"),
    Command("compose.default-font", "SoundFont of Ateliê", "default_font", "File", "", "Play with its own again"),
]
EDIT = [
    Command("compose.cut", "Cut", "cut", "Edit", "Ctrl+X", "Take the selected notes away, to be pasted"),
    Command("compose.copy", "Copy", "copy", "Edit", "Ctrl+C", "Keep the selected notes, to be pasted"),
    Command("compose.paste", "Paste", "paste", "Edit", "Ctrl+V", "Put the kept notes into this track, at the caret"),
    Command("compose.duplicate", "Duplicate", "duplicate", "Edit", "Ctrl+D", "Copy the chosen notes behind themselves"),
    Command("compose.quantise", "Quantise", "quantise", "Edit", "Q", "Move the selected notes, or all, to the grid"),
    Command("compose.select-all", "Select all notes", "select_all", "Edit", "Ctrl+A"),
    Command("compose.select-track", "Select the notes of the track", "select_track", "Edit", "Ctrl+Shift+T"),
    Command("compose.select-none", "Select nothing", "select_none", "Edit", "Ctrl+Shift+A"),
    Command("compose.mark", "Mark the bars", "mark_bars", "Edit", "B", "Of the selected notes, or of the caret"),
    Command("compose.draw", "Pen: draw notes", "take_pen", "Edit", "D"),
    Command("compose.select", "Arrow: select notes", "take_arrow", "Edit", "S"),
]
TRACKS = [
    Command("compose.add-track", "Add a track", "add_track", "Edit", "Ctrl+T", "An empty piano at the end"),
    Command("compose.remove-track", "Take the track away", "remove_track", "Edit", "", "With its notes"),
    Command("compose.next-track", "Next track", "next_track", "Edit", "Alt+Down", "Write in the track below"),
    Command("compose.previous-track", "Previous track", "previous_track", "Edit", "Alt+Up", "Write in the track above"),
    Command("compose.give-down", "Notes to the next track", "give_down", "Edit", "Ctrl+Alt+Down"),
    Command("compose.give-up", "Notes to the previous track", "give_up", "Edit", "Ctrl+Alt+Up"),
    Command("compose.mute", "Mute the track", "mute", "Edit", "Shift+M", "Or let it be heard again"),
    Command("compose.solo", "Only this track", "solo", "Edit", "Shift+S", "Or all again"),
    *(
        Command(f"compose.voice-{number}", f"Track {number}", f"voice_{number}", "Edit", f"Alt+{number}")
        for number in range(1, 5)
    ),
]
VIEW = [
    Command("compose.score", "Score", "toggle_score", "View", "F7", "The music as engraved pages, or as a roll again"),
    Command("compose.surprise", "Surprise map", "toggle_surprise", "View", "F5", "How expected each note is"),
    Command("compose.likelier", "What was likelier here", "show_likelier", "View", "Shift+F5", "Of the selected note"),
    Command("compose.zoom-in", "Zoom in", "zoom_in", "View", "Ctrl++"),
    Command("compose.zoom-out", "Zoom out", "zoom_out", "View", "Ctrl+-"),
    Command("compose.taller", "Higher rows", "taller", "View", "Ctrl+Shift++"),
    Command("compose.lower", "Lower rows", "lower", "View", "Ctrl+Shift+-"),
    Command("compose.fit", "The whole piece", "fit", "View", "Ctrl+0"),
    Command("compose.others", "Other tracks: colour, ghosts, hidden", "cycle_others", "View", "G"),
    Command("compose.scale", "Tint the scale", "toggle_scale", "View", "K", "Of the key set under Piece"),
]
COMMANDS = [*common_commands("compose"), *FILES, *MACHINE, *EDIT, *TRACKS, *VIEW]
