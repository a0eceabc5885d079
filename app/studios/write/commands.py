"""The commands of the writing studio."""

from __future__ import annotations

from app.base.commands import Command
from app.ui.studio_page import common_commands

COMMANDS = [
    *common_commands("write"),
    Command(
        "write.continue",
        "Suggest how to go on",
        "go_on",
        "Machine",
        "Ctrl+Space",
        "Shown at the caret, not yet in the text: Tab takes it, Ctrl+Right a word, Esc drops it",
    ),
    Command(
        "write.alternatives",
        "Three ways to go on",
        "offer",
        "Machine",
        "Ctrl+Shift+Space",
        "Three suggestions side by side at the caret, or for the marked passage",
    ),
    Command(
        "write.chances",
        "Chances at the caret",
        "show_chances",
        "Machine",
        "Ctrl+J",
        "The ten likeliest words here, to choose one; Alt+click or resting on a word does the same",
    ),
    Command(
        "write.refill",
        "Refill",
        "refill",
        "Machine",
        "Ctrl+R",
        "Three others for the marked passage, to choose from; nothing else changes",
    ),
    Command(
        "write.attention",
        "Where the network looks…",
        "show_attention",
        "Machine",
        "Ctrl+Shift+L",
        "Click a word and see which earlier ones each layer and head of a Transformer looked at",
    ),
    Command(
        "write.tint", "Show what the machine wrote", "toggle_tint", "View", "F7", "Tint the machine's part of the text"
    ),
    Command(
        "write.surprise", "Show what is surprising", "toggle_surprise", "View", "F5", "Colour each word by its rank"
    ),
    Command(
        "write.evidence", "Written by a machine?", "weigh_evidence", "Machine", "", "Weigh the evidence in the text"
    ),
    Command(
        "write.focus", "Only the page", "toggle_focus", "View", "F11", "Nothing else on the screen; Esc brings it back"
    ),
    Command("write.find", "Find…", "show_find", "Edit", "Ctrl+F", "Look for words in the text"),
    Command("write.replace", "Replace…", "show_replace", "Edit", "Ctrl+H", "Put other words in their place"),
    Command("write.find-next", "Find next", "find_next", "Edit", "F3"),
    Command("write.find-previous", "Find previous", "find_previous", "Edit", "Shift+F3"),
    Command("write.chapter-next", "Next chapter", "next_chapter", "View", "Ctrl+PgDown"),
    Command("write.chapter-previous", "Previous chapter", "previous_chapter", "View", "Ctrl+PgUp"),
    Command(
        "write.typewriter", "Typewriter", "toggle_typewriter", "View", "", "Keep the line you write on in the middle"
    ),
    Command("write.larger", "Larger type", "larger", "View", "Ctrl++"),
    Command("write.smaller", "Smaller type", "smaller", "View", "Ctrl+-"),
]
