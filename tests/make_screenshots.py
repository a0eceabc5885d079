"""Makes a picture of each studio in each theme, for people to look at: ``python -m tests.make_screenshots FOLDER``."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.theme import apply_theme, load_theme, theme_names

SETTLE_MS = 400


def main(folder: Path, studios: list[str]) -> None:
    """Write ``STUDIO-THEME.png`` for the studios named, or for all."""
    folder.mkdir(parents=True, exist_ok=True)
    application = make_application(["atelie"])
    for theme in theme_names():
        apply_theme(application, load_theme(theme))
        with tempfile.TemporaryDirectory() as home:
            root = Path(home)
            window = Window(make_services(Paths(root / "data", root / "config", root / "cache")), CARDS)
            window.set_theme(theme)
            window.resize(1280, 820)
            window.show()
            for card in CARDS:
                if not studios or card.id in studios:
                    _shoot(window, card.id, folder / f"{card.id}-{theme}.png")
            window.close()


def _shoot(window: Window, studio: str, path: Path) -> None:
    state = window.show_studio(studio).state
    state.generate()
    _wait(lambda: not state.busy)
    window.grab().save(str(path))


def _wait(done: object) -> None:
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if done() else None)  # pyright: ignore[reportCallIssue]
    timer.start(SETTLE_MS)
    loop.exec()
    timer.stop()
    QApplication.sendPostedEvents()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
