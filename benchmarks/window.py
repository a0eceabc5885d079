"""How fast the window answers, in the real window without a screen."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.compose.document import TICKS, Note, blank
from app.studios.compose.page import ComposePage
from app.studios.imagine.page import ImaginePage
from benchmarks.measure import clock, seconds, spread

MOVES = 120
NOTES = 20_000
OPEN_AND_CLOSE = """
from PySide6.QtCore import QTimer
from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS

application = make_application(["atelie"])
window = Window(make_services(Paths.default()), CARDS)
window.show()
QTimer.singleShot(0, window.close)
application.exec()
"""


def slider() -> Iterator[str]:
    """Milliseconds from a new slider position to the pixels of its picture on the (offscreen) screen."""
    with OpenStudio("imagine") as window:
        page = window.page
        assert isinstance(page, ImaginePage)
        page.state.generate()
        wait_until(lambda: not page.state.busy)
        taken, direction = [], page.instrument.steering.directions[0]
        for move in range(MOVES):
            before = page.state.document
            started = clock()
            page.instrument.steering.move(direction, 2 * math.sin(move / 9), "all")
            wait_until(lambda before=before: page.state.document is not before)
            page.repaint()
            taken.append(clock() - started)
        values = np.array(taken[10:])
        p50, p95 = np.percentile(values, (50, 95))
        yield f"position to pixels: p50 {p50:.1f} ms, p95 {p95:.1f} ms"


def roll() -> Iterator[str]:
    """Milliseconds to paint the piano roll with many notes, all in view."""
    with OpenStudio("compose") as window:
        page = window.page
        assert isinstance(page, ComposePage)
        score = blank(NOTES // 64)
        for voice in range(4):
            notes = [Note(i * TICKS // 4, 48 + 12 * voice + i % 11, TICKS // 4) for i in range(NOTES // 4)]
            score = score.with_track(voice, notes)
        page.state.edit("Many notes", score)
        page.fit()
        yield f"{NOTES:,} notes in view: {spread(1000 * seconds(page.roll.viewport().grab, runs=9), 'ms', 1)}"
        page.roll.zoom(20)
        yield f"{NOTES:,} notes, zoomed in: {spread(1000 * seconds(page.roll.viewport().grab, runs=9), 'ms', 1)}"


def start() -> Iterator[str]:
    """Seconds of a whole process that opens the window on one tab and ends; and of the smoke run."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"ATELIE_HOME": home, "QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin"}

        def run(*arguments: str) -> None:
            subprocess.run([sys.executable, *arguments], env=environment, check=True, capture_output=True)

        yield f"window on its first tab: {spread(seconds(lambda: run('-c', OPEN_AND_CLOSE)), 's')}"
        yield f"--smoke, four tabs and four models: {spread(seconds(lambda: run('-m', 'app', '--smoke'), runs=3), 's')}"


class OpenStudio:
    """The window on one studio, in a home of its own."""

    def __init__(self, studio: str) -> None:
        self._studio = studio
        self._home = tempfile.TemporaryDirectory()

    def __enter__(self) -> Window:
        if QApplication.instance() is None:
            make_application(["atelie"])
        root = Path(self._home.name)
        self._window = Window(make_services(Paths(root / "data", root / "config", root / "cache")), CARDS)
        self._window.resize(1280, 820)
        self._window.show()
        self._window.show_studio(self._studio)
        return self._window

    def __exit__(self, *_: object) -> None:
        self._window.close()
        self._home.cleanup()


def wait_until(done: Callable[[], bool]) -> None:
    """Run the event loop until *done*, looked at each millisecond: oftener, and the looking would take a core."""
    loop, timer = QEventLoop(), QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start(1)
    loop.exec()
    timer.stop()
