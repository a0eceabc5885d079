"""Many pictures to files at once: names by a pattern, and a contact sheet with captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, make_folder
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import ModelShelf
from app.runtime.pictures import check_suffix, picture_bytes
from app.runtime.recipe import Recipe
from app.studios.imagine.captions import captioned
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.files import file_bytes
from app.studios.imagine.gallery import kind_of
from app.studios.imagine.request import ImagineRequest

STUDIO = "imagine"
PATTERN = "{model}-{seed}-{index}"
FIELDS = ("model", "seed", "index", "kind", "number")
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


def sheet_bytes(pictures: Sequence[Picture], suffix: str, shelf: ModelShelf | None = None) -> bytes:
    """A contact sheet of pictures of any sizes on white, each with its seed and number under it.

    With a *shelf* it gets a recipe that names each picture, if all are by one model.
    """
    recipe = sheet_recipe(pictures, shelf) if shelf else None
    return picture_bytes(captioned(pictures), suffix, recipe.to_json() if recipe else "")


def sheet_recipe(pictures: Sequence[Picture], shelf: ModelShelf) -> Recipe | None:
    """The recipe of several pictures together; None unless all are by one model that is there."""
    series = series_of(pictures)
    return _recipe_of(series, Pictures(tuple(pictures)), shelf) if series else None


def series_of(pictures: Sequence[Picture]) -> ImagineRequest | None:
    """The request that makes these pictures again, in their order; None unless all are by one model."""
    requests = [picture.request for picture in pictures if picture.request]
    if len(requests) < len(pictures) or len({request.model for request in requests}) != 1:
        return None
    return ImagineRequest(model=requests[0].model, count=len(requests), series=tuple(requests))


def _recipe(picture: Picture, shelf: ModelShelf | None) -> Recipe | None:
    return _recipe_of(picture.request, Pictures((picture,)), shelf) if picture.request and shelf else None


def _recipe_of(request: ImagineRequest, made: Pictures, shelf: ModelShelf) -> Recipe | None:
    """None where the model is gone."""
    try:
        model = shelf.open(request.model)
    except AtelierError:
        return None
    return Recipe(
        studio=STUDIO,
        model=request.model,
        model_sha256=model.digest,
        request=msgspec.to_builtins(request),
        result_sha256=made.digest,
    )


def _free(folder: Path, name: str, suffix: str) -> Path:
    path, number = folder / f"{name}{suffix}", 2
    while path.exists():
        path, number = folder / f"{name} ({number}){suffix}", number + 1
    return path
