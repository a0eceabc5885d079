"""Brings the drawing's pixels to the canvas: at once where little is to be painted, else in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.jobs.worker import End, Jobs, Listener
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.raster.blend import Sheet
from app.studios.paint.raster.cache import Rasters, cost
from app.studios.paint.state import RASTER, PaintState
from app.studios.paint.views.canvas import Canvas

AT_ONCE = 0.03
"""Seconds of painting the window may do itself."""
SHOWN_EVERY = 0.1
"""In the background, what was painted is shown about every so many seconds of painting."""
TINTED = 0.8
"""How much of the tint the machine's strokes take; what they keep of their own lets a whole painting still be read."""
GROUP, AHEAD = "paint.raster", "paint.ahead"
"""Of jobs. The second is the name of a lane, too: pictures of many layers are decoded on two cores."""


class Painting:
    """Shows a state's document on a canvas, the machine's strokes tinted if asked."""

    def __init__(self, state: PaintState, canvas: Canvas) -> None:
        self._state, self._canvas = state, canvas
        self._tint: str | None = None
        self._tinted: dict[int, tuple[Stroke, Stroke]] = {}

    def set_tint(self, colour: str | None) -> None:
        """Show the machine's strokes in this colour, with a little of their own, or in their own."""
        self._tint = colour
        self._tinted.clear()
        self.show()

    def show(self) -> None:
        """Show the document as it is now."""
        document, jobs, rasters = self._state.document, self._state.services.jobs, self._state.rasters
        jobs.drop(GROUP)
        jobs.drop(AHEAD)
        shown = self._shown(document)
        try:
            if rasters.missing(shown, AT_ONCE) <= AT_ONCE:
                self._canvas.show_drawing(document, rasters.sheets(shown), self._tint is None)
            else:
                self._in_background(jobs, rasters, document, shown)
        except AtelierError as error:
            self._state.failed.emit(error)

    def _in_background(self, jobs: Jobs, rasters: Rasters, document: Drawing, shown: Drawing) -> None:
        def work(progress: Progress) -> Iterator[tuple[Sequence[Sheet], bool]]:
            for part in _parts(shown):
                sheets = rasters.sheets(part, progress.check)
                yield sheets, part is shown

        def partial(found: tuple[Sequence[Sheet], bool]) -> None:
            self._canvas.show_drawing(document, found[0], found[1] and self._tint is None)

        def ended(_: End, error: AtelierError | None) -> None:
            if error is not None:
                self._state.failed.emit(error)

        self._canvas.show_unpainted(document)
        jobs.submit(GROUP, work, Listener(partial=partial, ended=ended), lane=RASTER)
        self._decode_ahead(jobs, rasters, shown)

    def _decode_ahead(self, jobs: Jobs, rasters: Rasters, shown: Drawing) -> None:
        """Decode pictures from the topmost layer down, while the other job comes up from the lowest."""
        pictured = [layer for layer in reversed(shown.layers) if layer.visible and layer.picture]

        def work(progress: Progress) -> Iterator[None]:
            for layer in pictured:
                progress.check()
                try:
                    rasters.decode(shown, layer)
                except AtelierError:
                    return  # the other job comes to it, and tells
            yield

        if len(pictured) > 1:
            jobs.submit(AHEAD, work, Listener(), lane=AHEAD)

    def _shown(self, document: Drawing) -> Drawing:
        if self._tint is None:
            return document
        return msgspec.structs.replace(document, strokes=tuple(map(self._coloured, document.strokes)))

    def _coloured(self, stroke: Stroke) -> Stroke:
        """The same stroke in the tint, if it is the machine's; the same object each time, so that it paints once."""
        if stroke.maker != "machine" or self._tint is None:
            return stroke
        if id(stroke) not in self._tinted:
            colour = mixed(stroke.colour, self._tint, TINTED)
            self._tinted[id(stroke)] = (stroke, msgspec.structs.replace(stroke, colour=colour))
        return self._tinted[id(stroke)][1]


def _parts(drawing: Drawing) -> Iterator[Drawing]:
    """More and more of the drawing; the last is the drawing itself."""
    waiting = 0.0
    for count, stroke in enumerate(drawing.strokes[:-1], 1):
        waiting += cost(stroke)
        if waiting > SHOWN_EVERY:
            waiting = 0.0
            yield msgspec.structs.replace(drawing, strokes=drawing.strokes[:count])
    yield drawing


def mixed(colour: str, other: str, share: float) -> str:
    """``#rrggbb`` with a *share* 0..1 of another."""
    parts = [(int(colour[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(own + share * (theirs - own)):02x}" for own, theirs in parts)
