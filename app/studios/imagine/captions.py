"""Contact sheets on white with a caption under each picture, and the pictures of such a sheet again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.studios.imagine.document import Picture, sheet_columns

CELL, GAP, CAPTION = 160, 12, 18
PAPER, INK = "#ffffff", "#303030"
WHITE = 255


def captioned(pictures: Sequence[Picture]) -> Image.Image:
    """Pictures of any sizes, each with its seed and number under it."""
    sheet, font = Image.new("RGB", sheet_size(len(pictures)), PAPER), ImageFont.load_default(12)
    draw = ImageDraw.Draw(sheet)
    for place, picture in enumerate(pictures):
        left, top = _corner(place, len(pictures))
        small = _fitted(Image.fromarray(picture.array).convert("RGB"))
        sheet.paste(small, (left + (CELL - small.width) // 2, top + (CELL - small.height) // 2))
        request = picture.request
        words = f"{request.seed} · {request.index + 1}" if request else ""
        draw.text((left, top + CELL + 2), words, fill=INK, font=font)
    return sheet


def uncaptioned(sheet: Picture, count: int) -> list[np.ndarray]:
    """The *count* pictures of a sheet, all of one size, as far as it holds them.

    Those that were larger than a cell come back as they are shown. Raises ValueError for what is no such sheet.
    """
    if (sheet.width, sheet.height) != sheet_size(count) or sheet.channels != 3:
        raise ValueError("this is not a captioned sheet of that many pictures")
    corners = [_corner(place, count) for place in range(count)]
    cells = np.stack([sheet.array[top : top + CELL, left : left + CELL] for left, top in corners])
    drawn = (cells < WHITE).any(3)
    rows, columns = _span(drawn.sum((0, 2))), _span(drawn.sum((0, 1)))
    found = cells[:, rows, columns]
    times = _blocks(found)
    found = found[:, ::times, ::times]
    grey = (found == found[..., :1]).all()
    return [np.ascontiguousarray(picture[..., 0] if grey else picture) for picture in found]


def sheet_size(count: int) -> tuple[int, int]:
    """Width and height of a sheet of *count* pictures."""
    columns = sheet_columns(count)
    rows = -(-count // columns)
    return GAP + columns * (CELL + GAP), GAP + rows * (CELL + CAPTION + GAP)


def _corner(place: int, count: int) -> tuple[int, int]:
    columns = sheet_columns(count)
    return GAP + place % columns * (CELL + GAP), GAP + place // columns * (CELL + CAPTION + GAP)


def _span(drawn: np.ndarray) -> slice:
    """From the first to the last place where something is drawn: (CELL,), how much there is."""
    places = np.flatnonzero(drawn)
    if not len(places):
        raise ValueError("there is nothing on this sheet")
    return slice(int(places[0]), int(places[-1]) + 1)


def _blocks(pictures: np.ndarray) -> int:
    """How many times small pictures (n, height, width, 3) were made larger by whole pixels."""
    longest = max(pictures.shape[1:3])
    for times in range(CELL, 1, -1):
        if longest % times == 0 and CELL // (longest // times) == times:
            small = pictures[:, ::times, ::times]
            if np.array_equal(small.repeat(times, 1).repeat(times, 2), pictures):
                return times
    return 1


def _fitted(image: Image.Image) -> Image.Image:
    """Small pictures grow by whole pixels, large ones shrink smoothly."""
    if max(image.size) <= CELL // 2:
        times = CELL // max(image.size)
        return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    image.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return image
