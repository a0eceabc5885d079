"""Picture files with the recipe in them, and films of several pictures."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image, UnidentifiedImageError

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, make_folder, read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime import film
from app.runtime.pictures import FORMATS, check_suffix, picture_bytes, recipe_text
from app.runtime.recipe import Recipe, recipe_from_json
from app.studios.imagine.captions import uncaptioned
from app.studios.imagine.document import Picture, Pictures, contact_sheet, cut_sheet
from app.studios.imagine.request import ImagineRequest, Walk

log = logging.getLogger(__name__)

LIMIT = 100_000_000
MOST_PIXELS = 1 << 26
FILM_RATE = 12.0
"""Pictures a second where candidates become a film."""


def save_pictures(
    path: Path,
    pictures: Pictures,
    recipe: Recipe | None,
    suffix: str = ".png",
    times: int = 1,
    progress: Progress | None = None,
) -> list[Path]:
    """Write one picture, or several as a contact sheet, to a picture file; a film of them to a film's file; to a folder
    each picture as a file of its own with that *suffix*. Frames are made *times* as large.

    Raises :class:`AtelierError` (``BAD_INPUT`` when there is nothing to write or the suffix is another, ``DISK``).
    """
    if not pictures.pictures:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is no picture to save yet."), tr("Press Generate first."))
    kind = path.suffix.lower()
    several = len(pictures.pictures) > 1
    if kind in film.SUFFIXES and (pictures.rate or kind not in FORMATS):
        return [_write_film(path, pictures, recipe, times, progress or Progress())]
    if kind:
        check_suffix(kind)
        whole = contact_sheet(pictures.pictures) if several else pictures.pictures[0]
        atomic_write(path, file_bytes(whole, recipe, kind))
        return [path]
    make_folder(path)
    if pictures.rate:
        images = _images(pictures, times, progress or Progress())
        text = recipe.to_json() if recipe else ""
        return [_write_image(path / f"{n:05d}{suffix}", image, text) for n, image in enumerate(images)]
    return [_save_one(path, picture, recipe, suffix) for picture in pictures.pictures]


def load_pictures(path: Path) -> tuple[Pictures, Recipe | None]:
    """Read a picture file; one of ours comes back as the pictures it was written from, a film or a frame of one as
    that frame and the walk.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no picture, damaged, or larger than 67 million pixels.
    """
    image, recipe = _image_in(path, read_bytes(path, LIMIT))
    picture = Picture.of_array(_array_of(path, image))
    request = _request_in(recipe)
    if request is None or request.walk is not None:
        return Pictures((picture,), walk=request.walk if request and request.walk else Walk()), recipe
    try:
        arrays = _cut(picture, request)
    except ValueError:
        return Pictures((picture,)), recipe
    made = [Picture.of_array(array, request.single(place)) for place, array in enumerate(arrays)]
    return Pictures(tuple(made)), recipe


def decode_picture(content: bytes) -> Picture:
    """The picture a request carries as a file's bytes. Raises :class:`AtelierError` (``BAD_FILE``)."""
    path = Path(tr("the picture"))
    return Picture.of_array(_array_of(path, _opened(path, content)))


def file_bytes(picture: Picture, recipe: Recipe | None, suffix: str = ".png") -> bytes:
    """The file's bytes; the same for the same picture and recipe. Raises as :func:`picture_bytes` does."""
    return picture_bytes(Image.fromarray(picture.array), suffix, recipe.to_json() if recipe else "")


def recipe_of_one(picture: Picture, recipe: Recipe | None) -> Recipe | None:
    """What the file of one picture of a series carries: the request for it alone."""
    if recipe is None or picture.request is None:
        return None
    return msgspec.structs.replace(
        recipe, request=msgspec.to_builtins(picture.request), result_sha256=Pictures((picture,)).digest
    )


def enlarged(image: Image.Image, times: int) -> Image.Image:
    """A frame as films want it: RGB, *times* as large, smooth between its pixels."""
    image = image.convert("RGB")
    return image.resize((image.width * times, image.height * times), Image.Resampling.BICUBIC) if times > 1 else image


def _cut(sheet: Picture, request: ImagineRequest) -> list[np.ndarray]:
    """The pictures of a sheet, with captions or without. Raises ValueError for what is neither."""
    if request.series:
        with contextlib.suppress(ValueError):
            return uncaptioned(sheet, request.count)
    return cut_sheet(sheet, request.count)


def _images(pictures: Pictures, times: int, progress: Progress) -> Iterator[Image.Image]:
    for number, picture in enumerate(pictures.pictures):
        progress.report(number / len(pictures.pictures))
        yield enlarged(Image.fromarray(picture.array), times)


def _write_film(path: Path, pictures: Pictures, recipe: Recipe | None, times: int, progress: Progress) -> Path:
    images = _images(pictures, times, progress)
    text = recipe.to_json() if recipe else ""
    atomic_write(path, film.film_bytes(images, path.suffix.lower(), pictures.rate or FILM_RATE, text))
    return path


def _write_image(path: Path, image: Image.Image, recipe: str) -> Path:
    atomic_write(path, picture_bytes(image, path.suffix, recipe))
    return path


def _save_one(folder: Path, picture: Picture, recipe: Recipe | None, suffix: str) -> Path:
    request = picture.request
    name = f"{request.seed}-{request.index:04d}" if request else "picture"
    path = folder / f"{name}{suffix}"
    atomic_write(path, file_bytes(picture, recipe_of_one(picture, recipe), suffix))
    return path


def _image_in(path: Path, content: bytes) -> tuple[Image.Image, Recipe | None]:
    suffix = path.suffix.lower()
    if suffix in film.SUFFIXES and suffix not in FORMATS:
        frame, text = film.first_frame(content, suffix, path.name)
        return frame, _recipe_of(text)
    image = _opened(path, content)
    return image, _recipe_of(recipe_text(image))


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
            tr("PNG, JPEG, WebP and TIFF can be opened; this file may be damaged or of another kind."),
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
        pixels = np.asarray(image.convert("RGB"))
        # WebP knows no grey: a picture that was grey comes back so.
        grey = image.format == "WEBP" and (pixels == pixels[:, :, :1]).all()
        return pixels[:, :, 0] if grey else pixels
    except (OSError, ValueError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE, tr("“{name}” has colours that can't be read.", name=path.name)
        ) from error


def _recipe_of(text: str) -> Recipe | None:
    """The recipe; a damaged one must not keep the picture from being opened."""
    try:
        return recipe_from_json(text) if text else None
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
