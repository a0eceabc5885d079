"""Many pictures to files at once: names by a pattern, and a contact sheet with captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
from PIL import Image, ImageDraw, ImageFont

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, make_folder
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import ModelShelf
from app.runtime.pictures import check_suffix, picture_bytes
from app.runtime.recipe import Recipe
from app.studios.imagine.document import Picture, Pictures, sheet_columns
from app.studios.imagine.files import file_bytes
from app.studios.imagine.gallery import kind_of
from app.studios.imagine.request import ImagineRequest

STUDIO = "imagine"
PATTERN = "{model}-{seed}-{index}"
FIELDS = ("model", "seed", "index", "kind", "number")
CELL, GAP, CAPTION = 160, 12, 18
PAPER, INK = "#ffffff", "#303030"
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]+')


def file_name(pattern: str, picture: Picture, number: int) -> str:
    """The name, without suffix, that *pattern* gives the picture; *number* counts from 1.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a pattern with an unknown field or of no name.
    """
    request = picture.request
    values = {
        "model": request.model if request else "picture",
        "seed": request.seed if request else 0,
        "index": request.index if request else 0,
        "kind": (kind_of(request) if request else "") or "any",
        "number": f"{number:04d}",
    }
    try:
        name = pattern.format(**values)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The pattern of the names is not understood: “{given}”.").format(given=pattern),
            tr("It can hold: {fields}.").format(fields=" ".join(f"{{{field}}}" for field in FIELDS)),
        ) from error
    name = _UNSAFE.sub("_", name).strip(". ")
    if not name:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("The pattern gives files no name."))
    return name[:150]


def write_batch(
    folder: Path,
    pictures: Sequence[Picture],
    pattern: str,
    suffix: str,
    shelf: ModelShelf | None,
    progress: Progress,
) -> list[Path]:
    """Each picture as a file of its own; of equal names the later ones get a number. No file is replaced.

    With a *shelf* each gets its recipe; one whose model is gone is written without. Raises ``AtelierError``.
    """
    check_suffix(suffix)
    names = [file_name(pattern, picture, number) for number, picture in enumerate(pictures, 1)]
    make_folder(folder)
    written: list[Path] = []
    for name, picture in zip(names, pictures, strict=True):
        path = _free(folder, name, suffix)
        atomic_write(path, file_bytes(picture, _recipe(picture, shelf), suffix))
        written.append(path)
        progress.report(len(written) / len(pictures))
    return written


def sheet_bytes(pictures: Sequence[Picture], suffix: str) -> bytes:
    """A contact sheet of pictures of any sizes on white, each with its seed and number under it."""
    columns = sheet_columns(len(pictures))
    rows = -(-len(pictures) // columns)
    size = (GAP + columns * (CELL + GAP), GAP + rows * (CELL + CAPTION + GAP))
    sheet, font = Image.new("RGB", size, PAPER), ImageFont.load_default(12)
    draw = ImageDraw.Draw(sheet)
    for place, picture in enumerate(pictures):
        left, top = GAP + place % columns * (CELL + GAP), GAP + place // columns * (CELL + CAPTION + GAP)
        small = _fitted(Image.fromarray(picture.array).convert("RGB"))
        sheet.paste(small, (left + (CELL - small.width) // 2, top + (CELL - small.height) // 2))
        request = picture.request
        words = f"{request.seed} · {request.index + 1}" if request else ""
        draw.text((left, top + CELL + 2), words, fill=INK, font=font)
    return picture_bytes(sheet, suffix)


def series_of(pictures: Sequence[Picture]) -> ImagineRequest | None:
    """The request that makes these pictures again, in their order; None unless all are by one model."""
    requests = [picture.request for picture in pictures if picture.request]
    if len(requests) < len(pictures) or len({request.model for request in requests}) != 1:
        return None
    return ImagineRequest(model=requests[0].model, count=len(requests), series=tuple(requests))


def _recipe(picture: Picture, shelf: ModelShelf | None) -> Recipe | None:
    request = picture.request
    if request is None or shelf is None:
        return None
    try:
        model = shelf.open(request.model)
    except AtelierError:
        return None
    return Recipe(
        studio=STUDIO,
        model=request.model,
        model_sha256=model.digest,
        request=msgspec.to_builtins(request),
        result_sha256=Pictures((picture,)).digest,
    )


def _free(folder: Path, name: str, suffix: str) -> Path:
    path, number = folder / f"{name}{suffix}", 2
    while path.exists():
        path, number = folder / f"{name} ({number}){suffix}", number + 1
    return path


def _fitted(image: Image.Image) -> Image.Image:
    """Small pictures grow by whole pixels, large ones shrink smoothly."""
    if max(image.size) <= CELL // 2:
        times = CELL // max(image.size)
        return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)
    image.thumbnail((CELL, CELL), Image.Resampling.LANCZOS)
    return image
