"""The studio's commands."""

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("imagine"),
    Command(
        "imagine.save-all", "Save all as a sheet…", "save_all", "File", "Ctrl+Alt+S", "One picture of all candidates"
    ),
    Command("imagine.save-enlarged", "Save enlarged…", "save_enlarged", "File", "", "The chosen picture, made larger"),
    Command("imagine.to-layer", "To Paint as a layer", "send_layer", "File", "", "Paint over it, or under it"),
    Command("imagine.to-target", "To Paint to be painted", "send_target", "File", "", "In strokes, by a network"),
    Command("imagine.evidence", "Made by a generator?", "weigh_evidence", "Machine", "", "Weigh the evidence on it"),
    Command("imagine.enlarge", "Enlarge the picture", "enlarge", "Machine", "Ctrl+E", "A network draws it larger"),
    Command("imagine.copy", "Copy the picture", "copy", "Edit", "Ctrl+C", "Put the chosen picture on the clipboard"),
    Command("imagine.reset", "Reset the sliders", "reset", "Edit", "Ctrl+0", "Back to where the seed put the picture"),
    Command("imagine.shuffle", "Shuffle the sliders", "shuffle", "Edit", "Ctrl+J", "A random place near by"),
    Command("imagine.noise", "Another grain", "another_noise", "Machine", "Ctrl+G", "Hair, pores and strokes anew"),
    Command("imagine.mark", "Mark an area", "mark", "Edit", "Ctrl+M", "Paint what is to be made anew"),
    Command("imagine.unmark", "Clear the marks", "clear_marks", "Edit", "Ctrl+Shift+M", "Nothing marked"),
    Command("imagine.refill", "Refill", "refill", "Machine", "Ctrl+R", "Make the marked area anew, and nothing else"),
    Command("imagine.find", "Find a photo…", "find_photo", "Machine", "Ctrl+I", "The nearest the model can make"),
    Command(
        "imagine.find-shown", "Find the picture shown", "find_shown", "Machine", "Ctrl+Shift+I", "In the chosen model"
    ),
    Command("imagine.compare", "Before and after", "compare", "View", "Ctrl+B", "A photo beside what was found"),
    Command("imagine.keep", "Keep the candidate", "keep", "Edit", "K", "It stays where it is at the next Generate"),
    Command("imagine.star-one", "Star the picture", "star_picture", "Edit", "S", "Find it again in the gallery"),
    Command("imagine.parent", "Parent", "parent", "Machine", "P", "Cross this picture with others"),
    Command("imagine.breed", "Breed", "breed", "Machine", "B", "The parents' children replace all that is not kept"),
    Command("imagine.cousin", "Furthest cousin", "find_cousin", "Machine", "Shift+B", "Something new for the lineage"),
    Command("imagine.key", "Add to the walk", "add_key", "Machine", "W", "The chosen picture becomes a key frame"),
    Command("imagine.play", "Play the walk", "play", "Machine", "Shift+W", "Show it in the large picture, or stop"),
    Command("imagine.walk", "Show or hide the walk", "toggle_walk", "View", "Shift+F8"),
    Command("imagine.gallery", "Gallery", "show_gallery", "View", "Ctrl+Shift+G", "Everything made here"),
    Command("imagine.family", "Family tree", "show_family", "View", "Ctrl+Shift+F", "What the chosen picture comes of"),
    Command("imagine.next", "Next candidate", "choose_next", "View", "Ctrl+Right"),
    Command("imagine.previous", "Previous candidate", "choose_previous", "View", "Ctrl+Left"),
]
