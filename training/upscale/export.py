"""Exports ``upscale-x4``: one graph for pictures of any size, the card with what was measured."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric
from app.runtime.model import Model
from app.studios.imagine.document import Picture
from app.studios.imagine.enlarge import FACTORS, FAMILY, GRAPH, enlarged
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.pictures import read_set
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.upscale.data import SCALE, SETS, compressed, shrunk
from training.upscale.measure import bicubic, psnr, sharpness
from training.upscale.recipe import UpscaleTask

QUICK = 4
NOISE = 75
NOTES = """\
Makes a picture four times as wide and high; used twice, sixteen times. It sees {reach} pixels around each, so a picture
of any size is made tile by tile without seams.

- It learnt from pictures of 128 pixels made four times smaller, so it knows edges, brush strokes and faces as they are
  at that size. In photographs of today it is as good as it is at edges; it knows nothing of print or fine texture.
- It is faithful, not inventive: it keeps to what the small picture says, and blurs what can't be known from it. What
  is sixteen times as large is smooth.
- Half of what it learnt from was itself made by a picture generator (fantasy portraits), with that one's flaws.
- The signal to noise ratio is over all channels of the valid pictures, made smaller by bicubic interpolation with
  antialiasing; papers measure other pictures, mostly on brightness alone, so theirs do not compare.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    notes = NOTES.format(reach=task.network.reach)
    finish(_manifest(task, trained, settings, out), out, notes, functools.partial(measure, data=data, quick=quick))


def graphs(task: UpscaleTask) -> list[Graph]:
    """The network on two small pictures, for pictures of any size."""
    small = torch.from_numpy(np.stack([shrunk(picture) for picture in task.valid[[0, -1]]])).float() / 255
    return [
        Graph(
            stem=GRAPH,
            module=task.network,
            inputs={"images": small},
            outputs=["large"],
            dynamic={name: {0: "batch", 1: f"{name}_height", 2: f"{name}_width"} for name in ("images", "large")},
        )
    ]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How near enlarged pictures come to the true ones, beside bicubic interpolation, by the application's own code."""
    sets = [read_set(data, name, "valid").images for name in SETS]
    sets = [pictures[:QUICK] for pictures in sets] if quick else sets
    clean = [_compared(model, pictures, shrunk) for pictures in sets]
    noisy = _compared(model, np.concatenate(sets), lambda picture: compressed(shrunk(picture), NOISE, "JPEG"))
    ours, theirs, sharp, soft = np.concatenate(clean).T
    where = "valid parts of paintings-128 and fantasy-portraits-128, 32 to 128 pixels"
    found = [
        ("peak signal to noise ratio above bicubic interpolation", "dB", (ours - theirs).mean(), len(ours)),
        ("peak signal to noise ratio", "dB", ours.mean(), len(ours)),
        ("of bicubic interpolation", "dB", theirs.mean(), len(ours)),
        *((f"above bicubic, {name}", "dB", _gain(rows), len(rows)) for name, rows in zip(SETS, clean, strict=True)),
        (f"above bicubic where the small picture was a JPEG of quality {NOISE}", "dB", _gain(noisy), len(noisy)),
        (f"sharpness, of the true pictures' (bicubic: {soft.mean():.2f})", "ratio", sharp.mean(), len(ours)),
    ]
    return [
        Metric(name=name, unit=unit, ours=round(float(value), 3), samples=count, measured_on=where, better="higher")
        for name, unit, value, count in found
    ]


def _gain(rows: np.ndarray) -> float:
    return float((rows[:, 0] - rows[:, 1]).mean())


def _compared(model: Model, pictures: np.ndarray, smaller: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Of each picture (n, 4): our signal to noise ratio, bicubic's, our sharpness, bicubic's, as shares of the true."""
    return np.array([_one(model, picture, smaller(picture)) for picture in pictures])


def _one(model: Model, true: np.ndarray, small: np.ndarray) -> tuple[float, float, float, float]:
    ours = enlarged(Picture.of_array(small), model, Progress()).array
    theirs = bicubic(small, SCALE)
    sharp = max(sharpness(true), 1e-6)
    return psnr(ours, true), psnr(theirs, true), sharpness(ours) / sharp, sharpness(theirs) / sharp


def _manifest(task: UpscaleTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Enlarger",
        version="1",
        studio="imagine",
        family=FAMILY,
        summary="Makes a picture four times as wide and high, and sharper than interpolation does.",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", GOLDEN)],
        codec={"scale": SCALE, "reach": task.network.reach},
        controls=[
            Control(
                id="factor",
                label="Times as large",
                kind="choice",
                default=str(FACTORS[0]),
                choices=[str(factor) for factor in FACTORS],
                hint="How many times as wide and high the picture becomes; 16 is the network used twice.",
            )
        ],
        training=trained_by(
            task,
            trained,
            settings,
            data="paintings by masters and fantasy portraits, 9,481 pictures of 128 × 128 pixels",
            licence="public domain; CC BY 4.0",
            credit="Portraits: artflow.ai, CC BY 4.0, cropped and resized (AI-generated). Paintings: public domain.",
        ),
        tolerance={GRAPH: 1e-4},
    )


RECIPE = Recipe(UpscaleTask, export, measure, graphs)
