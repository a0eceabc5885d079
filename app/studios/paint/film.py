"""A drawing as it came about: a time-lapse as GIF, WebP or MP4."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import accumulate

import msgspec
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.render import render
from app.studios.paint.scaled import scaled

SUFFIXES = (".mp4", ".gif", ".webp")
LONGEST = 720
"""Pixels of a film's longer side at most."""
RATE, SECONDS, REST = 20, 8.0, 1.5
"""Frames a second; seconds of drawing; seconds the finished drawing stays."""


def film_bytes(drawing: Drawing, suffix: str, seconds: float = SECONDS, progress: Progress | None = None) -> bytes:
    """A film of *seconds* in which the strokes are drawn one after the other; the same for the same drawing.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a suffix that is none of :data:`SUFFIXES` or an empty drawing.
    """
    if suffix not in SUFFIXES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A film can't be written as “{suffix}”.", suffix=suffix),
            tr("Possible: {all}.", all=" ".join(SUFFIXES)),
        )
    if not any(stroke.points for stroke in drawing.strokes):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is nothing to film: the sheet has no strokes."))
    small = scaled(drawing, min(1.0, LONGEST / max(drawing.width, drawing.height)))
    pictures = frames(small, max(1, round(seconds * RATE)), progress)
    return _video(pictures) if suffix == ".mp4" else _pictures(pictures, suffix)


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


def _pictures(pictures: Iterator[Image.Image], suffix: str) -> bytes:
    first, *rest = list(pictures)
    buffer, options = io.BytesIO(), {"save_all": True, "append_images": rest, "duration": 1000 // RATE, "loop": 0}
    if suffix == ".gif":
        first.save(buffer, "GIF", optimize=True, **options)
    else:
        first.save(buffer, "WEBP", quality=80, method=2, **options)
    return buffer.getvalue()


def _video(pictures: Iterator[Image.Image]) -> bytes:
    """H.264; players want even sides."""
    import av  # only films need it

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "fast", "threads": "1"})
        stream.pix_fmt = "yuv420p"
        for number, picture in enumerate(pictures):
            even = picture.crop((0, 0, picture.width // 2 * 2 or 2, picture.height // 2 * 2 or 2))
            if number == 0:
                stream.width, stream.height = even.size
            container.mux(stream.encode(av.VideoFrame.from_image(even)))
        container.mux(stream.encode())
    return buffer.getvalue()
