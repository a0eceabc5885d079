"""How fast Paint answers a pen, and how fast its files open."""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import Layer
from app.studios.paint.ora import ora_bytes
from app.studios.paint.page import PaintPage
from app.studios.paint.raster.cache import Rasters, divided
from benchmarks.measure import clock, seconds, spread
from benchmarks.window import OpenStudio, wait_until

LAYERS, SHEET = 20, (1024, 768)
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


def openraster() -> Iterator[str]:
    """Seconds from asking for an OpenRaster file of many layers, as another program writes it, to its pixels."""
    layers = tuple(Layer(number, picture=_picture(number)) for number in range(LAYERS))
    with tempfile.TemporaryDirectory() as folder, OpenStudio("paint") as window:
        page = window.page
        assert isinstance(page, PaintPage)
        path = Path(folder) / "layers.ora"
        path.write_bytes(ora_bytes(Drawing((), *SHEET, layers), None))

        def show() -> None:
            page.new()
            page.open_path(path)
            wait_until(lambda: len(page.canvas.drawing.layers) == LAYERS and page.canvas.complete)
            page.repaint()

        yield f"{LAYERS} layers of {SHEET[0]:,} × {SHEET[1]:,}: {spread(seconds(show), 's')}"


def _picture(seed: int) -> bytes:
    """A layer as painters have them: some soft spots, most of it clear."""
    rng, lines = np.random.default_rng(seed), []
    for _ in range(4):
        points = rng.uniform(0, 1, (4, 2)) * SHEET
        colour = f"#{rng.integers(0, 1 << 24):06x}"
        lines.append(Stroke.of_points(points, 60, colour, "user", brush="airbrush"))
    tiles = Rasters().layer(Drawing(tuple(lines), *SHEET), Layer(0))
    pixels = tiles.read((0, 0, *SHEET))
    assert pixels is not None
    buffer = io.BytesIO()
    Image.fromarray(divided(pixels)).save(buffer, "PNG")
    return buffer.getvalue()


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
