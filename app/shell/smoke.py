"""``--smoke``: each studio opened without a screen, each model run once."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from app.base.card import StudioCard
from app.base.paths import Paths
from app.jobs.studio_state import StudioState
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.ui.theme import apply_theme, load_theme

TIMEOUT_MS = 50_000


def smoke(cards: tuple[StudioCard, ...]) -> int:
    """Returns 0 when every usable model has made something, 1 otherwise; says on standard error what went wrong."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        application = make_application(["atelie"])
        apply_theme(application, load_theme("light"))
        window = Window(make_services(Paths(home / "data", home / "config", home / "cache")), cards)
        window.show()
        problems = [problem for card in cards for problem in _try_studio(window, card)]
        window.close()
    for problem in problems:
        sys.stderr.write(f"smoke: {problem}\n")
    return 1 if problems else 0


def _try_studio(window: Window, card: StudioCard) -> list[str]:
    state: StudioState = window.show_studio(card.id).state
    entries = state.models()
    if not entries:
        return [f"{card.id} has no model"]
    return [problem for entry in entries for problem in _try_model(state, entry.id)]


def _try_model(state: StudioState, model: str) -> list[str]:
    errors: list[object] = []
    before = state.document
    connection = state.failed.connect(lambda error: errors.append(error) if error else None)
    state.set_model(model)
    state.generate()
    _wait_until_idle(state)
    state.failed.disconnect(connection)
    if state.busy:
        state.stop()
        errors.append("it did not finish in time")
    if not errors and state.document == before:
        errors.append("it made nothing")
    return [f"{model}: {error}" for error in errors]


def _wait_until_idle(state: StudioState) -> None:
    loop, timer = QEventLoop(), QTimer()
    timer.setSingleShot(True)
    timer.timeout.connect(loop.quit)
    timer.start(TIMEOUT_MS)
    connection = state.busyChanged.connect(lambda busy: None if busy else loop.quit())
    if state.busy:
        loop.exec()
    timer.stop()
    state.busyChanged.disconnect(connection)
