"""Exports ``abstract-cppn``: the renderer as a graph with points as input, the codes of the paintings, the card."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric
from app.runtime.model import Model
from app.studios.imagine.abstract import CODES, FAMILY, GRAPH, SHAPES, SYMMETRIES, make_pictures
from app.studios.imagine.codec import ANY
from app.studios.imagine.document import Picture
from app.studios.imagine.generator import DIRECTIONS
from app.studios.imagine.request import ImagineRequest
from training.cppn.network import Abstract
from training.cppn.recipe import SEEN, SET, AbstractTask
from training.gan2014.measure import frechet_distance
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.pictures import read_set
from training.lib.settings import Setting, remembered
from training.registry import Recipe

SLIDERS = 10
MADE, QUICK = 300, 8
COARSE = 4
"""The side of the thumbnails whose colours are compared."""
NOTES = """\
Renders abstract pictures at any size up to 8192 pixels: a network that is asked for the colour of one point at a time.
The forms are those of landscapes, portraits, views of towns, ukiyo-e and still lifes, taken back to a few regions; the
colours are those of one painting, or of two different ones.

- It does not paint pictures of anything, and can't: the code has {code} numbers, enough for the masses of a painting.
- *Edges*, *flow*, *collage*, *grain*, *distance* and *symmetry* are not learnt; they are ways of looking at what is.
- The distance is measured on the colours of {coarse} × {coarse} fields, so it compares with its own floor only.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    codes = codes_of(task)
    np.savez_compressed(out / DIRECTIONS, directions=codes.pop("directions"))
    np.savez_compressed(out / CODES, **codes)  # pyright: ignore[reportArgumentType]
    notes = NOTES.format(code=task.form + task.colour, coarse=COARSE)
    finish(_manifest(task, trained, settings, out), out, notes, functools.partial(measure, data=data, quick=quick))


@torch.no_grad()
def codes_of(task: AbstractTask) -> dict[str, np.ndarray]:
    """How the codes of the training paintings are spread: ``means`` (classes, codes), ``roots`` of their covariances
    (classes, codes, codes), and ``directions`` (sliders, codes), the principal ones, each a standard deviation long."""
    side = task.pictures.shape[-1]
    found = [task.encoder(F.avg_pool2d(part.float() / 255, side // SEEN))[0] for part in task.pictures.split(256)]
    codes = torch.cat(found).double()
    groups = [codes[torch.from_numpy(task.train_labels == label)] for label in range(len(task.class_names))]
    eye = 1e-4 * torch.eye(codes.shape[1], dtype=codes.dtype)
    values, vectors = torch.linalg.eigh(torch.cov(codes.T))
    directions = (vectors * values.clamp(min=0).sqrt()).T.flip(0)[:SLIDERS]
    return {
        "means": torch.stack([group.mean(0) for group in groups]).float().numpy(),
        "roots": torch.stack([torch.linalg.cholesky(torch.cov(group.T) + eye) for group in groups]).float().numpy(),
        "directions": directions.float().numpy(),
    }


def graphs(task: AbstractTask) -> list[Graph]:
    """The renderer on a small piece of a picture."""
    numbers = torch.Generator().manual_seed(0)
    axis = torch.linspace(-1, 1, 24)
    points = torch.stack(torch.meshgrid(axis, axis[:20], indexing="xy"), -1)
    inputs = {
        "points": points,
        "grain": torch.randn(*points.shape[:2], task.regions, generator=numbers),
        "forms": torch.randn(task.regions, task.form, generator=numbers),
        "colours": torch.randn(task.regions, task.colour, generator=numbers),
        "edges": torch.tensor(3.0),
        "flow": torch.tensor(1.0),
    }
    size = {0: "rows", 1: "columns"}
    return [
        Graph(
            stem=GRAPH,
            module=Abstract(task.renderer),
            inputs=inputs,
            outputs=["images"],
            dynamic={"points": size, "grain": size, "images": {0: "inner_rows", 1: "inner_columns"}},
            tolerance=2e-3,
            half=False,
        )
    ]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How far the colours of made pictures lie from the paintings'; that the size changes nothing but the size."""
    train, valid = (_thumbnails(read_set(data, SET, part).images) for part in ("train", "valid"))
    count = QUICK if quick else MADE
    made = np.stack([picture.array for picture in _made(model, size=64, count=count)])
    distance, floor = frechet_distance(_thumbnails(made), train), frechet_distance(valid, train)
    (small,), (large,) = _made(model, size=96, count=1), _made(model, size=384, count=1)
    shrunk = large.array.reshape(96, 4, 96, 4, 3).mean((1, 3))
    return [
        Metric(
            name=f"Fréchet distance of thumbnails to the paintings' (the {len(valid)} valid ones': {floor:.2f})",
            unit="squared colour",
            ours=round(distance, 4),
            samples=count,
            measured_on=f"{count} pictures of 64 pixels, seed 0, as the sliders stand at first",
        ),
        Metric(
            name="mean difference of a picture of 96 pixels from the same at 384 made smaller",
            unit="of 255 levels",
            ours=round(float(np.abs(shrunk - small.array).mean()), 3),
            samples=1,
            measured_on="seed 0",
        ),
    ]


def _made(model: Model, size: int, count: int) -> tuple[Picture, ...]:
    controls = {**model.manifest.defaults(), "size": size}
    *_, last = make_pictures(ImagineRequest(model=model.manifest.id, controls=controls, count=count), model, Progress())
    return last.pictures


def _thumbnails(images: np.ndarray) -> np.ndarray:
    """uint8 (n, side, side, 3) to float (n, 48): means of sixteen fields, 0..1."""
    side = images.shape[1] // COARSE
    fields = images.reshape(len(images), COARSE, side, COARSE, side, 3).astype(np.float32).mean((2, 4))
    return fields.reshape(len(images), -1) / 255


def _manifest(task: AbstractTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Abstract",
        version="1",
        studio="imagine",
        family=FAMILY,
        summary="Renders abstract pictures with the forms and colours of paintings, at any size up to 8192 pixels.",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", CODES, DIRECTIONS, GOLDEN)],
        codec={
            "latent": task.form + task.colour,
            "form": task.form,
            "colour": task.colour,
            "regions": task.regions,
            "classes": task.class_names,
            "directions": SLIDERS,
        },
        controls=_controls(task.class_names),
        training=trained_by(
            task,
            trained,
            settings,
            data="paintings by masters who died in 1929 or earlier, 4,318 pictures of 128 × 128 pixels",
            licence="public domain",
            credit="Paintings: public domain, by way of a selection of WikiArt.",
        ),
        tolerance={GRAPH: 2e-3},
    )


def _controls(classes: list[str]) -> list[Control]:
    def number(name: str, label: str, default: float, least: float, most: float, step: float, hint: str) -> Control:
        return Control(
            id=name, label=label, kind="float", default=default, minimum=least, maximum=most, step=step, hint=hint
        )

    def choice(name: str, label: str, choices: list[str], hint: str) -> Control:
        return Control(id=name, label=label, kind="choice", default=choices[0], choices=choices, hint=hint)

    def whole(name: str, label: str, default: int, least: int, most: int, hint: str) -> Control:
        return Control(
            id=name, label=label, kind="int", default=default, minimum=least, maximum=most, step=1, hint=hint
        )

    return [
        choice("class", "Kind", [ANY, *classes], "Whose masses the picture has: those of landscapes, portraits, …"),
        number("edges", "Edges", 14.0, 0.5, 60.0, 0.5, "Low: colours melt into each other. High: cut from paper."),
        number("grain", "Grain", 0.7, 0.0, 2.0, 0.05, "0 leaves plain areas; more breaks them into dabs and strokes."),
        number("fineness", "Fineness", 6.0, 1.0, 30.0, 0.5, "Low: large dabs. High: small ones."),
        number("collage", "Collage", 0.3, 0.0, 1.0, 0.05, "Each area is made of another picture: 0 of one, 1 of many."),
        number("flow", "Flow", 1.0, 0.0, 6.0, 0.1, "How far forms are pulled about; 1 is as it was learnt."),
        number("zoom", "Nearness", 1.0, 0.2, 4.0, 0.05, "Low: from afar, with more around it. High: a detail."),
        number("variety", "Variety", 1.2, 0.0, 2.5, 0.05, "Low: quiet pictures, alike. High: unusual ones."),
        choice("symmetry", "Symmetry", list(SYMMETRIES), "Mirrors the picture once, or twice."),
        choice("shape", "Shape", list(SHAPES), "The proportions of the picture."),
        whole("size", "Size", 384, 16, 8192, "The longer side in pixels. The picture is the same at each size."),
        whole("palette", "Colours of seed", 0, 0, 9999, "0 keeps the picture's own colours; a number takes others."),
    ]


RECIPE = Recipe(AbstractTask, export, measure, graphs)
