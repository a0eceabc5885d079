"""Pictures of people and of our own generators to tell apart, made once and kept."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from PIL import Image

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.model import Model, ModelShelf
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.evidence import SIDE
from app.studios.imagine.request import ImagineRequest
from training.gan2014.data import read_pictures
from training.gpt.data import prepared_folder
from training.lib.pictures import read_set

log = logging.getLogger(__name__)
NAME = "image-detector"
REAL = ("paintings-128", "fantasy-portraits-128", "master-faces-128", "small-28", "avatars-64", "fruits-64")
GENERATORS = {
    "gan-2014": "small-28",
    "stylegan-portraits": "fantasy-portraits-128",
    "stylegan-masters": "master-faces-128",
    "abstract-cppn": "paintings-128",
    "biggan-avatars": "avatars-64",
    "biggan-fruits": "fruits-64",
}
"""What makes pictures, and the real ones it learnt from."""
SEEDS = {"train": 101, "tune": 102, "test": 103}
TRUNCATIONS = (0.7, 1.0)


@dataclass(frozen=True)
class Examples:
    """``images`` uint8 (n, side, side, 3), ``machine`` bool (n,), ``source`` and ``part`` (n,) names."""

    images: np.ndarray
    machine: np.ndarray
    source: np.ndarray
    part: np.ndarray

    def __len__(self) -> int:
        return len(self.machine)

    def where(self, mask: np.ndarray) -> Examples:
        """The rows of a mask (n,)."""
        return Examples(*(getattr(self, field.name)[mask] for field in fields(self)))

    def of(self, part: str) -> Examples:
        """The rows of ``"train"``, ``"tune"`` (for calibration) or ``"test"``."""
        return self.where(self.part == part)


def shelf() -> ModelShelf:
    """The shipped models."""
    return ModelShelf(Catalog(bundled_models_dir()))


def generators(models: ModelShelf) -> list[Model]:
    """Those of :data:`GENERATORS` that there are."""
    usable = {entry.id for entry in models.catalog.entries() if entry.usable}
    return [models.open(name) for name in GENERATORS if name in usable]


def prepared(data: Path, amounts: dict[str, int]) -> Examples:
    """*amounts* pictures of each source for each part, the same each time for the same models; made once and kept."""
    models = generators(shelf())
    known = json.dumps([[model.manifest.id + model.digest for model in models], amounts, SIDE])
    path = prepared_folder(NAME) / f"{hashlib.sha256(known.encode()).hexdigest()[:16]}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        parts = [_real(data, name, amounts) for name in REAL]
        parts += [_made(model, part, count) for model in models for part, count in amounts.items()]
        columns = [np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Examples)]
        np.savez_compressed(path, **vars(Examples(*columns)))
    with np.load(path, allow_pickle=False) as found:
        return Examples(**{name: found[name] for name in found.files})


def _real(data: Path, name: str, amounts: dict[str, int]) -> Examples:
    """The test pictures are of the valid part, which no generator has learnt from."""
    if name == "small-28":
        train, valid = (np.repeat(read_pictures(data, part).images[..., None], 3, 3) for part in ("train", "valid"))
    else:
        train, valid = (read_set(data, name, part).images for part in ("train", "valid"))
    rng = np.random.default_rng(len(name))
    train, valid = train[rng.permutation(len(train))], valid[rng.permutation(len(valid))]
    first, second = amounts["train"], amounts["tune"]
    chosen = {"train": train[:first], "tune": train[first : first + second], "test": valid[: amounts["test"]]}
    rows = [_examples(images, False, name, part) for part, images in chosen.items()]
    return Examples(*(np.concatenate([getattr(row, field.name) for row in rows]) for field in fields(Examples)))


def _made(model: Model, part: str, count: int) -> Examples:
    """Half of the pictures each at two truncations, or as the controls stand at first."""
    name, found = model.manifest.id, []
    log.info("%s: %d pictures of %s", NAME, count, name)
    for number, truncation in enumerate(TRUNCATIONS):
        controls = model.manifest.defaults()
        controls |= {"truncation": truncation} if "truncation" in controls else {}
        controls |= {"size": SIDE} if "size" in controls else {}
        request = ImagineRequest(
            model=name, seed=SEEDS[part] + 10 * number, controls=controls, count=count // len(TRUNCATIONS)
        )
        *_, last = ENGINE.generate(request, model, Progress())
        found += [picture.array for picture in last.pictures]
    images = [array if array.ndim == 3 else np.repeat(array[:, :, None], 3, 2) for array in found]
    return _examples(np.stack(images), True, name, part)


def _examples(images: np.ndarray, machine: bool, source: str, part: str) -> Examples:
    count = len(images)
    return Examples(resized(images), np.full(count, machine), np.full(count, source), np.full(count, part))


def resized(images: np.ndarray) -> np.ndarray:
    """uint8 (n, h, w, 3) to (n, side, side, 3), as the application brings a small picture to the detector's size."""
    if images.shape[1] == SIDE:
        return images
    made = [Image.fromarray(image).resize((SIDE, SIDE), Image.Resampling.BICUBIC) for image in images]
    return np.stack([np.asarray(image) for image in made])
