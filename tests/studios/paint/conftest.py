"""A page of the studio, a pen, a mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.paint.page import PaintPage

Place = tuple[float, float]


class Hand:
    """Draws on a page as a person does; places are in pixels of the sheet."""

    def __init__(self, page: PaintPage, qtbot: QtBot) -> None:
        self.page, self.qtbot = page, qtbot

    def drag(self, *places: Place, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press the mouse at the first place, move through the others, let go."""
        canvas = self.page.canvas
        points = [canvas.from_sheet(QPointF(*place)).toPoint() for place in places]
        self.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, modifier, pos=points[0])
        for point in points[1:]:
            self.qtbot.mouseMove(canvas, point)
        self.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, modifier, pos=points[-1])

    def pen(
        self, kind: QEvent.Type, place: Place, pressure: float, tilt: Place = (0.0, 0.0), eraser: bool = False
    ) -> bool:
        """One event of a tablet; whether it was accepted."""
        canvas = self.page.canvas
        position = canvas.from_sheet(QPointF(*place))
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
        pointer = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        device = QPointingDevice(
            "pen", 1, QInputDevice.DeviceType.Stylus, pointer,
            QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 1,
        )  # fmt: skip
        event = QTabletEvent(
            kind, device, position, canvas.mapToGlobal(position), pressure, *tilt, 0.0, 0.0, 0.0,
            Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, held,
        )  # fmt: skip
        QApplication.sendEvent(canvas, event)
        return event.isAccepted()

    def stroke(self, *places: Place, pressure: float = 0.7, tilt: Place = (0.0, 0.0), eraser: bool = False) -> None:
        """A stroke of the tablet's pen through *places*."""
        self.pen(QEvent.Type.TabletPress, places[0], pressure, tilt, eraser)
        for place in places[1:]:
            self.pen(QEvent.Type.TabletMove, place, pressure, tilt, eraser)
        self.pen(QEvent.Type.TabletRelease, places[-1], 0.0, tilt, eraser)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.page.canvas, key, modifier)

    def shown(self, x: float, y: float) -> str:
        """The colour on the screen at a place of the sheet."""
        image = self.page.canvas.grab().toImage()
        where = (self.page.canvas.from_sheet(QPointF(x, y)) * image.devicePixelRatio()).toPoint()
        return image.pixelColor(where).name()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.page.state.services.jobs.busy(), timeout=20_000)

    def generate(self) -> None:
        with self.qtbot.waitSignal(self.page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
            self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


@pytest.fixture
def page(open_window: Callable[..., Window]) -> PaintPage:
    """The studio on an empty sheet, with the model's own settings."""
    found = open_window("paint").page
    assert isinstance(found, PaintPage)
    found.new()
    found.state.set_model("sketch-rnn")  # the example's settings give way to the model's own
    return found


@pytest.fixture
def hand(page: PaintPage, qtbot: QtBot) -> Hand:
    return Hand(page, qtbot)
