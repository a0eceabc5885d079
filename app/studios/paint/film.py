"""A drawing as it came about: a time-lapse."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import msgspec
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime import film
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.render import render
from app.studios.paint.scaled import scaled

LONGEST = 720
"""Pixels of a film's longer side at most."""
RATE, SECONDS, REST = 20, 8.0, 1.5
"""Frames a second; seconds of drawing; seconds the finished drawing stays."""


def film_bytes(drawing: Drawing, suffix: str, seconds: float = SECONDS, progress: Progress | None = None) -> bytes:
    """A film of *seconds* in which the strokes are drawn one after the other; the same for the same drawing.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a suffix that is none of a film's, or an empty drawing.
    """
    film.check_suffix(suffix)
    if not any(stroke.points for stroke in drawing.strokes):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is nothing to film: the sheet has no strokes."))
    small = scaled(drawing, min(1.0, LONGEST / max(drawing.width, drawing.height)))
    pictures = frames(small, max(1, round(seconds * RATE)), progress)
    return film.film_bytes(pictures, suffix, RATE)


def frames(drawing: Drawing, count: int, progress: Progress | None = None) -> Iterator[Image.Image]:
    """*count* pictures in which equal lengths of time bring equally many points; then the finished drawing stays."""
    rasters, points = Rasters(), list(accumulate(len(stroke.points) for stroke in drawing.strokes))
    for number in range(1, count + 1):
        if progress is not None:
            progress.report(number / count)
        yield render(_begun(drawing, points, points[-1] * number / count), rasters=rasters)
    finished = render(drawing, rasters=rasters)
    for _ in range(round(REST * RATE)):
        yield finished


def _begun(drawing: Drawing, points: list[int], done: float) -> Drawing:
    """The drawing after its first *done* points."""
    whole = sum(total <= done for total in points)
    strokes = list(drawing.strokes[:whole])
    if whole < len(drawing.strokes):
        before = points[whole - 1] if whole else 0
        strokes.append(_begun_stroke(drawing.strokes[whole], int(done - before)))
    return msgspec.structs.replace(drawing, strokes=tuple(strokes))


def _begun_stroke(stroke: Stroke, count: int) -> Stroke:
    count = len(stroke.points) if stroke.mode == "fill" and count else count
    return msgspec.structs.replace(stroke, points=stroke.points[:count], tilts=stroke.tilts[:count])
