"""PNG with the recipe in a text chunk; other pictures can be opened."""

from __future__ import annotations

import io
import logging
import warnings
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image, PngImagePlugin, UnidentifiedImageError

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, make_folder, read_bytes
from app.base.i18n import tr
from app.runtime.recipe import KEY, Recipe, recipe_from_json
from app.studios.imagine.document import Picture, Pictures, contact_sheet, cut_sheet
from app.studios.imagine.request import ImagineRequest

log = logging.getLogger(__name__)

LIMIT = 100_000_000
MOST_PIXELS = 64_000_000
SUFFIX = ".png"


def save_pictures(path: Path, pictures: Pictures, recipe: Recipe | None) -> list[Path]:
    """Write one picture, or several as a contact sheet, to a ``.png``; to a folder, each picture as a file of its own.

    Raises :class:`AtelierError` (``BAD_INPUT`` when there is nothing to write or the suffix is another, ``DISK``).
    """
    if not pictures.pictures:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is no picture to save yet."), tr("Press Generate first."))
    if path.suffix.lower() == SUFFIX:
        whole = pictures.pictures[0] if len(pictures.pictures) == 1 else contact_sheet(pictures.pictures)
        atomic_write(path, png_bytes(whole, recipe))
        return [path]
    if path.suffix:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A picture can't be written as “{suffix}”.", suffix=path.suffix),
            tr("Possible: .png, or a folder for many."),
        )
    make_folder(path)
    return [_save_one(path, picture, recipe) for picture in pictures.pictures]


def load_pictures(path: Path) -> tuple[Pictures, Recipe | None]:
    """Read a picture file; one of ours comes back as the pictures it was written from.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no picture, damaged, or larger than 64 million pixels.
    """
    image = _opened(path, read_bytes(path, LIMIT))
    recipe = _recipe_in(image)
    picture = Picture.of_array(_array_of(path, image))
    request = _request_in(recipe)
    if request is None:
        return Pictures((picture,)), recipe
    try:
        arrays = cut_sheet(picture, request.count)
    except ValueError:
        return Pictures((picture,)), recipe
    made = [Picture.of_array(array, request.single(place)) for place, array in enumerate(arrays)]
    return Pictures(tuple(made)), recipe


def png_bytes(picture: Picture, recipe: Recipe | None) -> bytes:
    """The file's bytes; the same for the same picture and recipe."""
    chunks = PngImagePlugin.PngInfo()
    if recipe is not None:
        chunks.add_text(KEY, recipe.to_json())
    buffer = io.BytesIO()
    Image.fromarray(picture.array).save(buffer, "PNG", pnginfo=chunks, compress_level=9)
    return buffer.getvalue()


def _save_one(folder: Path, picture: Picture, recipe: Recipe | None) -> Path:
    """Each file carries the request for its own picture."""
    request = picture.request
    name = f"{request.seed}-{request.index:04d}" if request else "picture"
    alone = None
    if recipe is not None and request is not None:
        alone = msgspec.structs.replace(
            recipe, request=msgspec.to_builtins(request), result_sha256=Pictures((picture,)).digest
        )
    path = folder / f"{name}{SUFFIX}"
    atomic_write(path, png_bytes(picture, alone))
    return path


def _opened(path: Path, content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
        if image.width * image.height > MOST_PIXELS:
            raise _too_large(path, f"{image.width} × {image.height}")
        image.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large(path, tr("hundreds of millions of")) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is not a picture that can be read.", name=path.name),
            tr("PNG, JPEG and WebP can be opened; this file may be damaged or of another kind."),
        ) from error
    return image


def _too_large(path: Path, size: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("“{name}” is too large: {size} pixels.", name=path.name, size=size),
        tr("At most {count} million pixels can be opened.", count=MOST_PIXELS // 1_000_000),
    )


def _array_of(path: Path, image: Image.Image) -> np.ndarray:
    if image.mode == "L":
        return np.asarray(image)
    try:
        return np.asarray(image.convert("RGB"))
    except (OSError, ValueError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("“{name}” has colours that can't be read.", name=path.name)
        ) from error


def _recipe_in(image: Image.Image) -> Recipe | None:
    """The recipe; a damaged one must not keep the picture from being opened."""
    text = image.info.get(KEY)
    try:
        return recipe_from_json(text) if isinstance(text, str) else None
    except AtelierError as error:
        log.info("the recipe in a picture was passed over: %s", error)
        return None


def _request_in(recipe: Recipe | None) -> ImagineRequest | None:
    if recipe is None or recipe.studio != "imagine":
        return None
    try:
        return msgspec.convert(recipe.request, ImagineRequest)
    except msgspec.ValidationError:
        return None
