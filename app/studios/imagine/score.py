"""Measures a picture model on pictures: what its discriminator thinks of them, and of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.files import load_pictures
from app.studios.imagine.generator import codec_of, make_pictures
from app.studios.imagine.request import ImagineRequest

MOST = 1000
CHUNK = 100


def score_files(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """The discriminator's mean score of the files' pictures and of as many made by the model (seed 0).

    ``told_apart_auc`` is the chance that it puts a picture of the files above a made one: 0.5 when it can't tell them
    apart. Files are pictures, brought to the model's size and grey, or ``.npz`` with ``images``, ``labels``,
    ``class_names`` and ``split``, of which the valid part is used; pictures without a class are tried with each and
    keep the best score. At most 1,000 are looked at.
    """
    sets = [_read(path, model) for path in files]
    images = np.concatenate([images for images, _ in sets])[:MOST]
    labels = np.concatenate([labels for _, labels in sets])[:MOST]
    real = _opinions(model, images, labels, progress.part(0.0, 0.5))
    made = _made(model, len(images), progress.part(0.5, 1.0))
    return {
        "model": model.manifest.id,
        "pictures": len(images),
        "discriminator_mean_files": float(real.mean()),
        "discriminator_mean_made": float(made.mean()),
        "told_apart_auc": _auc(real, made),
    }


def _read(path: Path, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Float pictures (n, side, side) in 0..1 and their classes, -1 where unknown."""
    if path.suffix.lower() == ".npz":
        return _read_npz(path, model)
    side = int(model.codec["side"])
    pictures, _ = load_pictures(path)
    resized = [
        np.asarray(Image.fromarray(picture.array).convert("L").resize((side, side), Image.Resampling.BOX))
        for picture in pictures.pictures
    ]
    return np.stack(resized).astype(np.float32) / 255, np.full(len(resized), -1)


def _read_npz(path: Path, model: Model) -> tuple[np.ndarray, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            valid = arrays["split"] == "valid"
            images, labels, names = arrays["images"][valid], arrays["labels"][valid], list(arrays["class_names"])
    except (OSError, ValueError, KeyError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is not a set of pictures.", name=path.name),
            tr("An .npz needs the arrays images, labels, class_names and split."),
        ) from error
    known = codec_of(model).classes
    places = np.array([known.index(short_name(name)) if short_name(name) in known else -1 for name in names])
    return images.astype(np.float32) / 255, places[labels]


def short_name(name: str) -> str:
    """A class of the data as the user reads it: ``"fashion: bag"`` to ``"bag"``, ``kuzushiji`` to ``hiragana``."""
    family, _, rest = name.partition(": ")
    return f"hiragana {rest}" if family == "kuzushiji" else rest or name


def _opinions(model: Model, images: np.ndarray, labels: np.ndarray, progress: Progress) -> np.ndarray:
    scores = [
        _opinion(model, images[at : at + CHUNK], labels[at : at + CHUNK], progress.part(at / len(images), 1.0))
        for at in range(0, len(images), CHUNK)
    ]
    return np.concatenate(scores)


def _opinion(model: Model, images: np.ndarray, labels: np.ndarray, progress: Progress) -> np.ndarray:
    progress.report(0.0)
    eye = np.eye(len(codec_of(model).classes), dtype=np.float32)
    every = [
        model.run("discriminator", {"images": images, "classes": np.repeat(row[None], len(images), 0)}, progress)[
            "score"
        ]
        for row in eye
    ]
    table = np.stack(every)
    own = table[np.maximum(labels, 0), np.arange(len(images))]
    return np.where(labels >= 0, own, table.max(0))


def _made(model: Model, count: int, progress: Progress) -> np.ndarray:
    request = ImagineRequest(model=model.manifest.id, controls=model.manifest.defaults(), count=count)
    *_, last = make_pictures(request, model, progress)
    return np.array([picture.opinion for picture in last.pictures])


def _auc(high: np.ndarray, low: np.ndarray) -> float:
    """The chance that one of *high* is above one of *low*, ties counted half (Mann & Whitney 1947)."""
    above = (high[:, None] > low[None]).mean()
    return float(above + 0.5 * (high[:, None] == low[None]).mean())
