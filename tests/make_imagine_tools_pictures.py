"""Makes the pictures of ``docs/imagine-tools.md``: ``python -m tests.make_imagine_tools_pictures``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.manifest import ControlValue
from app.runtime.model import ModelShelf
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import ImagineRequest

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
SIDE, ACROSS = 240, 4
ROWS: tuple[dict[str, ControlValue], ...] = (
    {},
    {"edges": 30.0, "grain": 1.0, "fineness": 9.0, "collage": 0.6},
    {"edges": 20.0, "grain": 0.0, "collage": 0.8, "flow": 3.0, "symmetry": "fourfold"},
)


def main() -> None:
    """Write the sheet of abstracts."""
    shelf = ModelShelf(Catalog(bundled_models_dir()))
    model = shelf.open("abstract-cppn")
    rows = []
    for controls in ROWS:
        chosen = {**model.manifest.defaults(), "size": SIDE, **controls}
        request = ImagineRequest(model=model.manifest.id, controls=chosen, count=ACROSS, seed=2)
        *_, last = ENGINE.generate(request, model, Progress())
        rows.append(np.concatenate([picture.array for picture in last.pictures], 1))
    Image.fromarray(np.concatenate(rows)).save(IMAGES / "imagine-abstract.webp", quality=85)


if __name__ == "__main__":
    main()
