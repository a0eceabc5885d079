"""Exports ``sketch-rnn``: encoder, the decoder's beginning and steps, the card with what was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric
from app.runtime.model import Model
from app.studios.paint.generator import continue_drawing
from app.studios.paint.mixture import PARTS
from app.studios.paint.request import PaintRequest
from app.studios.paint.score import score_files
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.sketchrnn.data import CATEGORIES, read_drawings
from training.sketchrnn.measure import recognised, train_classifier
from training.sketchrnn.network import LATENT, Decoder
from training.sketchrnn.recipe import SketchTask

PER_CLASS = 30
GRAPHS = ("encoder.onnx", "begin.onnx", "decoder.onnx")
NOTES = """\
Draws with a pen, point by point: from an empty sheet, or on from what you drew. It knows six things.

- It continues a drawing better when the drawing is of the chosen kind and not finished: half of its training was to
  draw on from a beginning. On another kind it adds parts of what it knows.
- Low temperatures give plain, typical drawings; above 0.8 lines begin to wander.
- It learnt from doodles made in twenty seconds by people all over the world, simplified to few points; it has no idea
  of shading, colour or pressure.
- The nats per point are of normalised offsets and of these categories, so they compare with no published figure.
"""


class Begin(nn.Module):
    """The decoder's first state, in the shape in which its steps hand it on."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h, c = self.decoder.start(latent, classes)
        return h[None], c[None]


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    finish(_manifest(task, trained, settings, out), out, NOTES, lambda model: measure(model, data, quick))


def graphs(task: SketchTask) -> list[Graph]:
    """The networks as they are exported, on a valid drawing."""
    rows = task.codec.encode(task.valid.strokes[0])
    points = torch.from_numpy(rows)[None]
    classes = torch.from_numpy(task.codec.one_hot(CATEGORIES[task.valid.labels[0]]))
    with torch.no_grad():
        latent, _ = task.encoder.eval()(points, classes)
        h, c = Begin(task.decoder)(latent, classes)
    batch, rows_of, state = {0: "batch"}, {0: "batch", 1: "time"}, {1: "batch"}
    return [
        Graph(
            stem="encoder",
            module=task.encoder,
            inputs={"points": points, "classes": classes},
            outputs=["mean", "log_variance"],
            dynamic={"points": rows_of, "classes": batch, "mean": batch, "log_variance": batch},
        ),
        Graph(
            stem="begin",
            module=Begin(task.decoder),
            inputs={"latent": latent, "classes": classes},
            outputs=["h", "c"],
            dynamic={"latent": batch, "classes": batch, "h": state, "c": state},
        ),
        Graph(
            stem="decoder",
            module=task.decoder,
            inputs={"points": points, "latent": latent, "classes": classes, "h": h, "c": c},
            outputs=[*PARTS, "h_out", "c_out"],
            dynamic={
                "points": rows_of,
                **dict.fromkeys(PARTS, rows_of),
                **dict.fromkeys(("latent", "classes"), batch),
                **dict.fromkeys(("h", "c", "h_out", "c_out"), state),
            },
            tolerance=1e-3,
        ),
    ]


def _controls() -> list[Control]:
    return [
        Control(
            id="class",
            label="What",
            kind="choice",
            default="crab",
            choices=list(CATEGORIES),
            hint="What the network draws, or takes your drawing for.",
        ),
        Control(
            id="temperature",
            label="Freedom",
            kind="float",
            default=0.4,
            minimum=0.05,
            maximum=1.2,
            step=0.05,
            hint="Low: plain and typical. High: livelier lines, and more that go astray.",
        ),
        Control(
            id="points",
            label="At most",
            kind="int",
            default=150,
            minimum=10,
            maximum=250,
            step=10,
            group="more",
            unit="points",
            hint="The network stops by itself when it finds the drawing finished; this is the latest it may.",
        ),
    ]


def _manifest(task: SketchTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="SketchRNN",
        version="1",
        studio="paint",
        family="sketch-rnn",
        summary="Draws with a pen like people in a hurry: apple, butterfly, crab, face, ice cream, sun.",
        licence="MIT",
        files=[describe_file(out / name) for name in (*GRAPHS, GOLDEN)],
        codec={"scale": task.codec.scale, "categories": list(CATEGORIES), "latent": LATENT},
        controls=_controls(),
        training=trained_by(
            task,
            trained,
            settings,
            data=f"Quick, Draw!, {len(CATEGORIES)} categories, {len(task.train.strokes):,} drawings",
            licence="CC BY 4.0",
            credit="The Quick, Draw! Dataset, Google, Inc., CC BY 4.0",
        ),
        tolerance={"decoder": 1e-3},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported networks know valid drawings, and what a classifier of real ones makes of theirs."""
    path, count = data / "sketches" / "quickdraw.npz", 1 if quick else PER_CLASS
    train, valid = read_drawings(path, "train"), read_drawings(path, "valid")
    found = score_files(model, [path], Progress())
    classifier = train_classifier(train, len(CATEGORIES))
    real = recognised(classifier, valid.strokes, valid.labels)
    made = [_draw(model, name, seed) for name in CATEGORIES for seed in range(count)]
    labels = np.repeat(np.arange(len(CATEGORIES)), count)
    where = "quickdraw, valid part of the six categories, at most 100 points"
    return [
        Metric(
            name="reconstruction with the latent's mean",
            unit="nats/point",
            ours=round(found["nats_per_point"], 4),
            samples=found["points"],
            measured_on=where,
        ),
        Metric(
            name="divergence of the latent from the prior",
            unit="nats/drawing",
            ours=round(found["kl_nats_per_drawing"], 3),
            samples=found["drawings"],
            measured_on=where,
        ),
        Metric(
            name=f"taken for what it should be by a classifier of real drawings (real valid ones: {real:.3f})",
            unit="share",
            ours=round(recognised(classifier, made, labels), 4),
            samples=len(made),
            measured_on=f"{count} drawings of each category at temperature 0.4, seeds 0 to {count - 1}",
            better="higher",
        ),
    ]


def _draw(model: Model, category: str, seed: int) -> list[np.ndarray]:
    controls = {**model.manifest.defaults(), "class": category}
    *_, last = continue_drawing(PaintRequest(model=model.manifest.id, seed=seed, controls=controls), model, Progress())
    return [stroke.places for stroke in last.strokes]


RECIPE = Recipe(SketchTask, export, measure, graphs)
