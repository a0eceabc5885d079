"""``score`` of a styled generator: how near its pictures come to a folder of real ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.studios.imagine.files import load_pictures
from app.studios.imagine.realism import FEATURES, compare, features_of
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.styled import make_pixels

MOST, FEWEST = 2000, 10
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")


def score_files(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """FID, KID, precision and recall of as many made pictures (seed 0, variety 1) as there are real ones in *files*.

    Files are pictures or folders of them, of any size; at most 2,000 are looked at. Raises :class:`AtelierError`
    (``BAD_INPUT``) for fewer than ten, and (``NO_MODEL``) where the network that sees the pictures is missing.
    """
    paths = _pictures(files)[:MOST]
    if len(paths) < FEWEST:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("{count} pictures are too few to compare with.", count=len(paths)),
            tr("Take a folder of at least {count} real ones.", count=FEWEST),
        )
    network = features_network(model)
    real = features_of(_read(paths, progress.part(0.0, 0.3)), network)
    made = features_of(_make(model, len(paths), progress.part(0.3, 1.0)), network)
    found = compare(made, real)
    return {
        "model": model.manifest.id,
        "real_pictures": found.real,
        "made_pictures": found.made,
        "features": network.manifest.id,
        "fid": found.frechet,
        "kid": found.kernel,
        "precision": found.precision,
        "recall": found.recall,
    }


def made_pictures(model: Model, count: int, seed: int = 0, truncation: float = 1.0) -> Iterator[np.ndarray]:
    """The first *count* pictures of *seed*, uint8 (side, side, 3), of any class."""
    controls = {**model.manifest.defaults(), "truncation": truncation}
    for place in range(count):
        yield make_pixels(ImagineRequest(model=model.manifest.id, seed=seed, index=place, controls=controls), model)


def features_network(model: Model) -> Model:
    """The network that sees the pictures: the bundled one, or one beside *model*."""
    return ModelShelf(Catalog(bundled_models_dir(), model.folder.parent)).open(FEATURES)


def _pictures(files: list[Path]) -> list[Path]:
    inside = [sorted(path.iterdir()) if path.is_dir() else [path] for path in files]
    return [path for paths in inside for path in paths if path.suffix.lower() in SUFFIXES]


def _read(paths: list[Path], progress: Progress) -> Iterator[np.ndarray]:
    for place, path in enumerate(paths):
        progress.report(place / len(paths))
        pictures, _ = load_pictures(path)
        yield from (_coloured(picture.array) for picture in pictures.pictures[:1])


def _make(model: Model, count: int, progress: Progress) -> Iterator[np.ndarray]:
    for place, picture in enumerate(made_pictures(model, count)):
        progress.report(place / count)
        yield picture


def _coloured(picture: np.ndarray) -> np.ndarray:
    return np.repeat(picture[..., None], 3, 2) if picture.ndim == 2 else picture[..., :3]
