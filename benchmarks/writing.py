"""How fast a novel answers: typing into 300,000 words, and into what a word processor chokes on."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.shell.window import Window
from app.studios.write.document import Run, Text
from app.studios.write.page import WritePage
from benchmarks.measure import clock
from benchmarks.window import OpenStudio

WORDS = 300_000
KEYS = 400
SURPRISE = "each letter coloured by its surprise"
SENTENCE = "It was a long sentence that went on and on, as the sentences of novels do when no one stops them. "
AUTOSAVE_SECONDS = 0.5
"""Six times as often as usual, so that the slowest hundredth of the keys has met it."""


def typing() -> Iterator[str]:
    """Milliseconds from a key to the painted page, in the middle of a novel, with autosave at work.

    Beside it the processor's time in the window's thread: on a machine that has other things to do, the wall clock
    tells as much of those.
    """
    novel = _novel()
    for title, text in (
        ("typed by hand", Text.by("user", novel)),
        (SURPRISE, Text.by("user", novel)),
        ("2,000 passages of the machine's in it", _by_turns(novel, 2000)),
        ("the same with “quotes” and 🙂", _by_turns("“🙂” " + novel, 2000)),
    ):
        with OpenStudio("write") as window:
            window.services.settings.values.autosave_seconds = AUTOSAVE_SECONDS
            taken = _keys(window, text, surprised=title is SURPRISE)
        wall, processor = np.percentile(taken, (50, 99), axis=0).T
        yield f"{WORDS:,} words, {title}: p50 {wall[0]:.1f} ms, p99 {wall[1]:.1f} ms" + (
            f" (processor {processor[0]:.1f}, {processor[1]:.1f} ms)"
        )


def _keys(window: Window, text: Text, surprised: bool) -> np.ndarray:
    """Milliseconds of each key, by the clock and of the processor, shape (KEYS, 2)."""
    page = window.page
    assert isinstance(page, WritePage)
    page.state.edit("A novel", text)
    page.editor.mark(len(text) // 2, len(text) // 2)
    page.editor.setFocus()
    if surprised:
        page.toggle_surprise()
        while not page.surprise.placed:
            QTest.qWait(50)
    QApplication.processEvents()
    taken = []
    for key in range(KEYS):
        started, worked = clock(), time.thread_time()
        QTest.keyClicks(page.editor, "so it goes "[key % 11])
        page.editor.viewport().repaint()
        QApplication.processEvents()
        taken.append((clock() - started, 1000 * (time.thread_time() - worked)))
    return np.array(taken)


def _novel() -> str:
    """A chapter of a hundred paragraphs after the other, up to :data:`WORDS` words."""
    paragraph = SENTENCE * 5
    count = WORDS // len(paragraph.split()) + 1
    return "\n".join(f"CHAPTER {at // 100 + 1}\n{paragraph}" if at % 100 == 0 else paragraph for at in range(count))


def _by_turns(text: str, passages: int) -> Text:
    """A text of which the machine wrote every other of so many parts."""
    length = len(text) // (2 * passages)
    runs = [Run(length, "user" if number % 2 else "machine") for number in range(2 * passages - 1)]
    return Text(text, (*runs, Run(len(text) - length * (2 * passages - 1), "user")))
