"""How it works: the densities of the next point under the pen, as a map of warm colours."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QCheckBox, QLabel

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.paint.density import CELLS, Heat, next_point
from app.studios.paint.state import PaintState
from app.studios.paint.views.brushtool import Running
from app.studios.paint.views.canvas import Canvas

GROUP = "paint.heat"
WARM = np.array([[255, 244, 200], [250, 176, 70], [226, 74, 51], [122, 14, 40]], float)
"""From thin to dense."""
OPAQUE = 205


class HeatView:
    """A switch, the map over the canvas, and a line of words beside it."""

    def __init__(self, state: PaintState, canvas: Canvas) -> None:
        self._state, self._canvas = state, canvas
        self.heat: Heat | None = None
        self._image = QImage()
        self.switch = QCheckBox(tr("Where the pen may go next"))
        self.switch.setToolTip(tr("How it works: the network's densities of the next point, while you draw (Ctrl+H)"))
        self.words = QLabel()
        self.words.setObjectName("muted")
        self.words.setWordWrap(True)
        self.words.hide()
        self.switch.toggled.connect(lambda _: self._ask())
        canvas.running.connect(self._ask)
        canvas.overlays.append(self._paint)
        state.documentChanged.connect(self._ask)
        state.settingsChanged.connect(self._ask)

    def _ask(self, running: Running | None = None) -> None:
        """Work out the map for the drawing as it is, with the stroke under the pen."""
        if not self.switch.isChecked() or self._state.paints:
            self._show(None)
            return
        state = self._state
        request = state.make_request()
        if running is not None:
            request = msgspec.structs.replace(request, drawing=request.drawing.adding(running.strokes()[0]))

        def work(_: Progress) -> Iterator[Heat | None]:
            yield next_point(request, state.services.shelf.open(request.model))

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                state.failed.emit(error)

        state.services.jobs.submit(GROUP, work, Listener(partial=self._show, ended=ended))

    def _show(self, heat: Heat | None) -> None:
        if heat is None and self.heat is None:
            return
        self.heat = heat
        self.words.setVisible(heat is not None)
        if heat is not None:
            self._image = _coloured(heat.map)
            goes_on, lifted, ends = (round(100 * share) for share in heat.pen)
            text = tr("Then the pen goes on: {on}\u00a0%, is lifted: {up}\u00a0%, the drawing is over: {end}\u00a0%")
            self.words.setText(text.format(on=goes_on, up=lifted, end=ends))
        self._canvas.update()

    def _paint(self, painter: QPainter) -> None:
        if self.heat is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(*self.heat.corner, self.heat.side, self.heat.side), self._image)


def _coloured(density: np.ndarray) -> QImage:
    """The square root is shown, so that thin places are seen too."""
    share = np.sqrt(density)
    steps = np.linspace(0, 1, len(WARM))
    pixels = np.empty((CELLS, CELLS, 4), np.uint8)
    for channel in range(3):
        pixels[..., 2 - channel] = np.interp(share, steps, WARM[:, channel])
    pixels[..., 3] = np.clip(share * 1.6, 0, 1) * OPAQUE
    return QImage(pixels.tobytes(), CELLS, CELLS, 4 * CELLS, QImage.Format.Format_ARGB32).copy()
