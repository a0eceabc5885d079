"""Draws with the brush in hand, and rubs out with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from PySide6.QtCore import Qt

from app.base.errors import AtelierError
from app.studios.paint.brushes import load_brush
from app.studios.paint.document import DECIMALS, Point, Stroke
from app.studios.paint.raster.dabs import Tilt
from app.studios.paint.raster.live import LiveGround
from app.studios.paint.symmetry import images
from app.studios.paint.views.pen import STRING, PenPoint, Stabiliser
from app.studios.paint.views.tool import Tool

if TYPE_CHECKING:
    from app.studios.paint.views.canvas import Canvas


class Running:
    """The strokes under the pen now: one, and its mirror images."""

    def __init__(self, heads: list[Stroke], matrices: list[np.ndarray], ground: LiveGround, start: float) -> None:
        self.heads, self.matrices, self.ground, self.start = heads, matrices, ground, start
        self.points: list[list[Point]] = [[] for _ in heads]
        self.pens: list[PenPoint] = []

    def strokes(self) -> list[Stroke]:
        """What was drawn, as objects."""
        tilted = any(pen.tilt != (0.0, 0.0) for pen in self.pens)
        times = tuple(round(pen.time - self.start, 1) for pen in self.pens)
        return [
            msgspec.structs.replace(
                head,
                points=tuple(points),
                tilts=tuple(_turned(pen.tilt, matrix) for pen in self.pens) if tilted else (),
                times=times,
            )
            for head, points, matrix in zip(self.heads, self.points, self.matrices, strict=True)
        ]


class BrushTool(Tool):
    """Each point of the pen is painted as it comes; the finished stroke is handed over as an object."""

    cursor = Qt.CursorShape.BlankCursor
    round_cursor = True

    def __init__(self, canvas: Canvas, erases: bool = False) -> None:
        super().__init__(canvas)
        self._erases = erases
        self._running: Running | None = None
        self._steady = Stabiliser(0)
        self._last: PenPoint | None = None

    def press(self, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        canvas = self.canvas
        if modifiers & Qt.KeyboardModifier.AltModifier:
            colour = canvas.surface.colour_at(int(pen.x), int(pen.y))
            if colour is not None:
                canvas.picked.emit(colour)
            return
        if not canvas.may_draw():
            return
        mode = "erase" if eraser or self._erases else "draw"
        head = msgspec.structs.replace(canvas.head, mode=mode, seed=canvas.next_seed())
        matrices = images(canvas.symmetry, canvas.drawing.width, canvas.drawing.height)
        heads = [msgspec.structs.replace(head) for _ in matrices]
        try:
            ground = LiveGround(canvas.ground_of(head), heads)
        except AtelierError as error:
            canvas.refused.emit(error)
            return
        self._running = Running(heads, matrices, ground, pen.time)
        self._steady = Stabiliser(STRING * canvas.stabiliser / canvas.scale)
        self._last = None
        self.move([pen])

    def move(self, pens: Sequence[PenPoint]) -> None:
        steady = [found for pen in pens if (found := self._steady.steady(pen)) is not None]
        self._last = pens[-1]
        self._add(steady)

    def release(self) -> None:
        if self._running is None:
            return
        if self._last is not None and self.canvas.stabiliser > 0:
            self._add([self._last])  # the brush follows to where the pen was lifted
        running, self._running = self._running, None
        # Images that smear take up each other's paint; painted one after the other they come out otherwise.
        alone = len(running.heads) == 1 or not load_brush(running.heads[0].brush).smudge
        self.canvas.end_live(running.strokes(), running.ground.finished() if alone else None)

    def cancel(self) -> None:
        """Forget what runs."""
        self._running = None

    def _add(self, pens: Sequence[PenPoint]) -> None:
        running = self._running
        if running is None:
            return
        pens = [pen for at, pen in enumerate(pens) if self._is_new(pen, pens[at - 1] if at else None)]
        if not pens:
            return
        places = np.array([(pen.x, pen.y) for pen in pens])
        added = [
            _points(places @ matrix[:, :2].T + matrix[:, 2], [pen.pressure for pen in pens])
            for matrix in running.matrices
        ]
        running.pens += pens
        for points, more in zip(running.points, added, strict=True):
            points += more
        tilts = [tuple(_turned(pen.tilt, matrix) for pen in pens) for matrix in running.matrices]
        self.canvas.show_live(running.ground, running.ground.add([tuple(more) for more in added], tilts))
        self.canvas.running.emit(running)

    def _is_new(self, pen: PenPoint, before: PenPoint | None) -> bool:
        """A pen that rests sends the same place again and again."""
        last = before or (self._running.pens[-1] if self._running and self._running.pens else None)
        return last is None or (pen.x, pen.y) != (last.x, last.y)


def _points(places: np.ndarray, pressures: list[float]) -> list[Point]:
    """Rounded as the document keeps them, so that the stroke is the same when it is painted again."""
    rows = np.round(np.column_stack([places, np.clip(pressures, 0, 1)]), DECIMALS) + 0.0
    return [(x, y, pressure) for x, y, pressure in rows.tolist()]


def _turned(tilt: Tilt, matrix: np.ndarray) -> Tilt:
    x, y = (matrix[:, :2] @ tilt).tolist()
    return round(x, 1), round(y, 1)
