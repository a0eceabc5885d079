"""Makes the pictures of docs/write.md: ``python -m tests.make_write_pictures [FOLDER] [THEME] [NAME…]``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.studios.write.document import Text
from app.studios.write.page import WritePage
from app.studios.write.views.attention import AttentionDialog
from app.ui.form import ControlForm
from app.ui.presets import PresetRow
from app.ui.widgets.panel import Section
from tests.pictures import opened, settle

SIZE = (1200, 760)
COLOURS = 96
STORY = """# The lighthouse

## CHAPTER I

The keeper had counted the steps so often that he no longer counted them: two hundred and eleven up, and, as he liked \
to say, *two hundred and twelve* down, for the last one was always a surprise.

“There is no light in the *north*,” said the boy, and the keeper put down his cup.

## CHAPTER II

The wind came round at night. It found the window that did not close, and it found the letter.

***

He read it **twice**. Then he took the lamp and went up.

## CHAPTER III

Morning, and no ship.
"""
VERSE = """PROSPERO:
Our revels now are ended. These our actors,
As I foretold you, were all spirits and
Are melted into air, into thin air:
And, like the baseless fabric of this vision,
The cloud-capp'd towers, the gorgeous palaces,
The solemn temples, the great globe itself,
Yea, all which it inherit, shall dissolve
And, like this insubstantial pageant faded,
Leave not a rack behind. We are such stuff
As dreams are made on, and our little life
Is rounded with a sleep.

"""
SCENE = """CHAPTER II

The wind came round at night. The keeper sat down by the lamp, took the letter from his pocket, and read the first \
line of it again. He did not sleep until the morning.

“You have not been to bed,” said the boy.
"""
MACHINES = "It found the window that did not close, and it found the letter."


Scene = Callable[[WritePage], QWidget | None]
"""Brings the page to what is to be seen; gives the window to be shown where that is another one."""


def main(folder: Path, theme: str, names: list[str]) -> None:
    """Write one picture for each scene named, or for all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, scene in SCENES.items():
        if not names or name in names:
            _shoot(scene, theme, folder / f"write-{name}.png")


def _shoot(scene: Scene, theme: str, path: Path) -> None:
    with opened(SIZE, theme) as window:
        page = window.show_studio("write")
        assert isinstance(page, WritePage)
        _story(page)
        shown = scene(page) or window
        settle()
        _save(shown.grab().toImage(), path)


def _save(image: QImage, path: Path) -> None:
    """With few colours, so that it is small; the letters' edges need no more."""
    image.save(str(path))
    with Image.open(path) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def _story(page: WritePage) -> None:
    at = STORY.index(MACHINES)
    text = Text.by("user", STORY).replaced(at, at + len(MACHINES), "", "user").replaced(at, at, MACHINES, "machine")
    word = text.text.index("window")
    page.state.edit("A story", text.typed(word, word + len("window"), "shutter"))
    page.desk.begin_session()
    page.state.edit("More", page.state.document.typed(len(text) + 1, len(text) + 1, "Only gulls on the rail.\n"))
    page.editor.mark(at, at)


def _chapters(page: WritePage) -> None:
    page.desk.goal.words.setValue(150)


def _find(page: WritePage) -> None:
    page.desk.find.pattern.setText("the (\\w+)")
    page.show_replace()
    page.desk.find.regex.click()
    page.desk.find.new.setText("a \\1")


def _bad_pattern(page: WritePage) -> None:
    page.desk.find.pattern.setText("the (\\w+")
    page.show_find()
    page.desk.find.regex.click()


def _focus(page: WritePage) -> None:
    page.immerse(True)
    page.window().showNormal()  # a window of the size of the other pictures, not of a screen that is none
    page.window().resize(*SIZE)


def _look(page: WritePage) -> None:
    page.desk.set_look("typeface", "Sans")
    page.desk.set_look("line_height", 180)
    page.desk.set_look("measure", 56)
    for section in page.panel.findChildren(Section):
        section.set_open(page.desk.form in section.findChildren(ControlForm))


def _presets(page: WritePage) -> None:
    values = page.state.settings.controls
    page.state.set_controls({**values, "temperature": 1.3, "top_p": 1.0, "min_p": 0.02, "repetition_penalty": 1.2})
    page.findChildren(PresetRow)[-1].add.click()


def _surprise(page: WritePage) -> None:
    page.state.set_model("gpt-prose-en")
    page.toggle_surprise()
    settle(lambda: bool(page.surprise.placed) and not page.state.services.jobs.busy())
    _unfold(page, page.surprise.panel)


def _evidence(page: WritePage) -> None:
    """Of a scene by the machine after one that is not."""
    page.state.set_model("char-rnn-shakespeare")
    page.state.edit("Another", Text.by("user", VERSE))
    page.state.set_control("length", 900)
    page.editor.mark(len(VERSE), len(VERSE))
    page.generate()
    settle(lambda: not page.state.busy)
    page.weigh_evidence()
    settle(lambda: page.evidence.found is not None and not page.state.services.jobs.busy())
    _unfold(page, page.evidence.panel)


def _unfold(page: WritePage, body: QWidget) -> None:
    """This section of the panel, and none of the others."""
    for section in page.panel.findChildren(Section):
        section.set_open(section.isAncestorOf(body))
    settle()
    page.panel.verticalScrollBar().setValue(page.panel.verticalScrollBar().maximum())


def _scene(page: WritePage) -> None:
    """The caret in mid-paragraph of a story, nothing of it by the machine yet."""
    page.state.set_model("gpt-prose-en")
    page.state.set_control("length", 40)
    page.state.set_control("temperature", 0.7)
    page.state.edit("A scene", Text.by("user", SCENE))
    page.desk.begin_session()
    at = SCENE.index(" He did not")
    page.editor.mark(at, at)


def _ghost(page: WritePage) -> None:
    _scene(page)
    page.go_on()
    settle(lambda: not page.state.services.jobs.busy())
    for _ in range(3):
        page.aids.suggestions.take_word()


def _alternatives(page: WritePage) -> None:
    _scene(page)
    page.offer()
    settle(lambda: not page.aids.choices.working)


def _chances(page: WritePage) -> None:
    page.state.set_model("gpt-prose-en")
    page.aids.chances.look(page.state.document.text.index("shutter"))
    settle(page.aids.chances.isVisible)


def _refill(page: WritePage) -> None:
    _scene(page)
    start = SCENE.index("He did not sleep")
    page.editor.mark(start, SCENE.index("\n", start))
    page.refill()
    settle(lambda: not page.aids.choices.working)


def _verse(page: WritePage) -> None:
    page.state.set_model("gpt-prose-en")
    page.state.edit("A verse", Text.by("user", "The sea is calm to-night.\n"))
    page.editor.mark(len(page.state.document), len(page.state.document))
    page.verse.acrostic.setText("LOVE")
    page.write_verse(page.verse.verse())
    settle(lambda: not page.state.busy)
    _unfold(page, page.verse)


def _attention(page: WritePage) -> QWidget:
    page.state.set_model("gpt-prose-en")
    page.editor.mark(len(page.state.document), len(page.state.document))
    page.show_attention()
    dialog = page.findChildren(AttentionDialog)[-1]
    settle(lambda: dialog.heads.attention is not None)
    dialog.average.setChecked(False)
    return dialog


SCENES: dict[str, Scene] = {
    "page": _chapters,
    "find": _find,
    "bad-pattern": _bad_pattern,
    "focus": _focus,
    "look": _look,
    "presets": _presets,
    "surprise": _surprise,
    "evidence": _evidence,
    "ghost": _ghost,
    "alternatives": _alternatives,
    "chances": _chances,
    "refill": _refill,
    "verse": _verse,
    "attention": _attention,
}


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "docs/images", "light"][: max(2, len(sys.argv) - 1)]
    main(Path(arguments[0]), arguments[1], arguments[2:])
