"""Enlarges a picture with a network, tile by tile, so that its size is bounded by the disk alone.

Each tile is cut with as much around it as the network can see, and only its middle is kept: the tiles are what the
network makes of the whole picture, and there are no seams to be hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.codec import to_pixels
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.files import MOST_PIXELS, decode_picture, file_bytes
from app.studios.imagine.request import ImagineRequest

FAMILY = "upscale"
MODEL = "upscale-x4"
GRAPH = "upscaler"
FACTORS = (4, 16)
"""How many times as wide and high: the network is used once, or on its own result again."""
TILE = 128
"""The side of a tile of the small picture, without what is around it."""


@dataclass(frozen=True)
class Tile:
    """A part of the small picture in rows and columns: what is *seen* of it, and what is *kept*."""

    seen: tuple[slice, slice]
    kept: tuple[slice, slice]


def enlarging(picture: Picture, factor: int, model: str = MODEL) -> ImagineRequest:
    """The request that makes *picture* larger; it holds the picture, and what made that.

    A picture of a model that renders any size is rendered anew, at the larger one.
    """
    made_by = picture.request
    if made_by and "size" in made_by.controls:
        size = factor * int(made_by.controls["size"])
        return msgspec.structs.replace(made_by, controls={**made_by.controls, "size": size})
    return ImagineRequest(
        model=model,
        seed=made_by.seed if made_by else 0,
        controls={"factor": str(factor)},
        photo=file_bytes(picture, None),
        origin=(made_by.origin or made_by) if made_by else None,
    )


def enlarge_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The picture four times as wide and high, then, if that is asked for, sixteen times.

    Raises :class:`AtelierError` (``BAD_INPUT``) without a picture, or where the result would be too large.
    """
    if not request.photo:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("“{id}” makes a picture larger, and there is none.", id=model.manifest.id),
            tr("Choose a picture, or name one with --input."),
        )
    picture, factor = decode_picture(request.photo), int(request.controls.get("factor", FACTORS[0]))
    _check_size(picture, factor)
    scale, passes = int(model.codec["scale"]), FACTORS.index(factor) + 1
    work = [scale ** (2 * number) for number in range(passes)]
    done = 0
    for amount in work:
        part = progress.part(done / sum(work), (done + amount) / sum(work))
        picture = msgspec.structs.replace(enlarged(picture, model, part), request=request)
        done += amount
        yield Pictures((picture,))


def enlarged(picture: Picture, model: Model, progress: Progress) -> Picture:
    """One pass of the network; a grey picture stays grey."""
    scale, reach = int(model.codec["scale"]), int(model.codec["reach"])
    small = _rgb(picture)
    height, width = small.shape[:2]
    large = np.empty((scale * height, scale * width, 3), np.uint8)
    cut = tiles(height, width, TILE, reach)
    for number, tile in enumerate(cut):
        progress.report(number / len(cut))
        seen = small[tile.seen].astype(np.float32)[None] / 255
        made = to_pixels(model.run(GRAPH, {"images": seen}, progress)["large"][0])
        large[_scaled(tile.kept, scale)] = made[_scaled(_within(tile), scale)]
    if picture.channels == 1:
        large = np.rint(large.mean(-1)).astype(np.uint8)
    return Picture.of_array(large)


def tiles(height: int, width: int, side: int, reach: int) -> list[Tile]:
    """Tiles that cover a picture, row by row, each seen with *reach* pixels around it where there are any."""
    rows, columns = (_spans(size, side, reach) for size in (height, width))
    return [Tile((row[0], column[0]), (row[1], column[1])) for row in rows for column in columns]


def _spans(size: int, side: int, reach: int) -> list[tuple[slice, slice]]:
    kept = [(start, min(start + side, size)) for start in range(0, size, side)]
    return [(slice(max(0, start - reach), min(size, end + reach)), slice(start, end)) for start, end in kept]


def _within(tile: Tile) -> tuple[slice, slice]:
    """Where what is kept lies in what is seen."""
    row, column = (
        slice(kept.start - seen.start, kept.stop - seen.start) for seen, kept in zip(tile.seen, tile.kept, strict=True)
    )
    return row, column


def _scaled(place: tuple[slice, slice], scale: int) -> tuple[slice, slice]:
    row, column = (slice(scale * part.start, scale * part.stop) for part in place)
    return row, column


def _rgb(picture: Picture) -> np.ndarray:
    array = picture.array
    return np.repeat(array[:, :, None], 3, 2) if array.ndim == 2 else array


def _check_size(picture: Picture, factor: int) -> None:
    width, height = factor * picture.width, factor * picture.height
    if width * height > MOST_PIXELS:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr(
                "Enlarged {factor} times, it would be too large: {size}.",
                factor=factor,
                size=f"{width} × {height}",
            ),
            tr("At most {count} million pixels can be made.", count=MOST_PIXELS // 1_000_000),
        )
