"""How fast Paint answers a pen, and how fast its files open."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from app.studios.paint.page import PaintPage
from benchmarks.measure import clock
from benchmarks.window import OpenStudio

SIDE, SIZE = 4000, 60.0
BRUSHES = ("ink", "pencil", "oil")
EVENTS = 400
A_POINT = 12.0
"""Pixels of the sheet from one event to the next: a quick hand at 200 events a second."""


def pen() -> Iterator[str]:
    """Milliseconds from a tablet event to its pixels on the (offscreen) screen, whole sheet and at full size."""
    with OpenStudio("paint") as window:
        page = window.page
        assert isinstance(page, PaintPage)
        page.state.new_sheet(SIDE, SIDE)
        for title, zoom in (("whole sheet in view", 0.0), ("at full size", 1.0)):
            page.fit()
            if zoom:
                page.canvas.zoom(zoom / page.canvas.scale)
            for brush in BRUSHES:
                page.state.take_brush(brush)
                page.state.set_head(size=SIZE)
                taken = np.array(list(_stroke(page)))
                p50, p95 = np.percentile(taken, (50, 95))
                yield (
                    f"{SIDE:,} × {SIDE:,}, {SIZE:.0f} px {brush}, {title}: "
                    f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, most {taken.max():.1f} ms"
                )


def _stroke(page: PaintPage) -> Iterator[float]:
    """Milliseconds of each point of a spiral about the middle of what is seen."""
    canvas = page.canvas
    middle = canvas.to_sheet(QPointF(canvas.rect().center()))
    _tablet(page, QEvent.Type.TabletPress, middle, 0.5)
    for number in range(1, EVENTS):
        angle = math.sqrt(number) * 1.2
        way = QPointF(math.cos(angle), math.sin(angle)) * (A_POINT * angle / 1.2)
        started = clock()
        _tablet(page, QEvent.Type.TabletMove, middle + way, 0.5 + 0.4 * math.sin(number / 9))
        QApplication.processEvents()
        yield clock() - started
    _tablet(page, QEvent.Type.TabletRelease, middle, 0.0)
    QApplication.processEvents()


def _tablet(page: PaintPage, kind: QEvent.Type, place: QPointF, pressure: float) -> None:
    position = page.canvas.from_sheet(place)
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.TabletRelease else Qt.MouseButton.LeftButton
    device = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure, 1, 1,
    )  # fmt: skip
    event = QTabletEvent(
        kind, device, position, page.canvas.mapToGlobal(position), pressure, 0.0, 0.0, 0.0, 0.0, 0.0,
        Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, held,
    )  # fmt: skip
    QApplication.sendEvent(page.canvas, event)
