"""Every test has a home of its own, and fails on what nobody expected: log records, Qt messages, threads, timers."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import hypothesis
import pytest
import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.base.paths import HOME_VARIABLE, Paths, bundled_models_dir
from app.jobs.services import Services
from app.runtime.catalog import Catalog
from app.runtime.model import ModelShelf
from app.shell.application import make_services
from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.theme import apply_theme, load_theme

# A machine under load draws and checks examples slowly: that is no failure.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)  # fmt: skip
hypothesis.settings.load_profile("patient")


class _Unexpected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def _no_unexpected_logs() -> Iterator[_Unexpected]:
    handler = _Unexpected()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)
    assert not [record.getMessage() for record in handler.records]


@pytest.fixture
def expected_logs(_no_unexpected_logs: _Unexpected) -> Iterator[list[logging.LogRecord]]:
    """The warnings so far; a test that expects some looks at them and clears the list."""
    return _no_unexpected_logs.records  # pyright: ignore[reportReturnType]


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    leaked = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert not leaked, f"threads left behind: {leaked}"
    if "qtbot" in request.fixturenames:
        timers = [
            thing
            for thing in gc.get_objects()
            if type(thing) is QTimer and shiboken6.isValid(thing) and thing.isActive()
        ]
        assert not timers, f"{len(timers)} timers left running"


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that stands for the user's home."""
    folder = tmp_path_factory.mktemp("home")
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture(scope="session")
def shelf() -> ModelShelf:
    """The bundled models, opened once for the whole run."""
    return ModelShelf(Catalog(bundled_models_dir()))


@pytest.fixture
def services(qtbot: QtBot, home: Path) -> Iterator[Services]:
    """What a studio is given, in the home of the test."""
    made = make_services(Paths.default())
    yield made
    made.close()


@pytest.fixture
def open_window(qtbot: QtBot, home: Path) -> Iterator[Callable[..., Window]]:
    """Opens the real window on a studio; closed at the end. Called again, it opens a second one on the same home."""
    windows: list[Window] = []
    application = QApplication.instance()
    assert isinstance(application, QApplication)

    def open_on(studio: str = "write", theme: str = "light") -> Window:
        for window in windows:
            window.close()
        apply_theme(application, load_theme(theme))
        window = Window(make_services(Paths.default()), CARDS)
        windows.append(window)
        window.show_studio(studio)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        return window

    yield open_on
    for window in windows:
        window.close()
        window.deleteLater()
    QApplication.sendPostedEvents(None, 0)
