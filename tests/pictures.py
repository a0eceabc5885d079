"""What the scripts share that make the pictures of the documents: a window without a screen, patience, and files."""

from __future__ import annotations

import functools
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS

PAUSE_MS = 400


@functools.cache
def application() -> QApplication:
    """The one there can be."""
    return make_application(["atelie"])


@contextmanager
def opened(size: tuple[int, int], theme: str = "light") -> Iterator[Window]:
    """The real window in a home of its own, closed at the end."""
    running = application()
    with tempfile.TemporaryDirectory() as home:
        root = Path(home)
        window = Window(make_services(Paths(root / "data", root / "config", root / "cache")), CARDS)
        window.set_theme(theme)
        window.resize(*size)
        window.show()
        yield window
        window.close()
    running.processEvents()


def settle(done: Callable[[], bool] = lambda: True) -> None:
    """Let the window live until *done*, and long enough for everything to be painted."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start(PAUSE_MS)
    loop.exec()
    timer.stop()


def pixels(image: QImage) -> np.ndarray:
    """The picture as uint8 (height, width, 3)."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    width, height = rgb.width(), rgb.height()
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(height, rgb.bytesPerLine())[:, : 3 * width]
    return rows.reshape(height, width, 3).copy()


def save(image: QImage, path: Path, quality: int) -> None:
    """Write WebP, as small as it gets."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels(image)).save(path, quality=quality, method=6)
