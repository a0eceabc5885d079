"""Exports the drawing networks, with the card that says what was measured."""

from __future__ import annotations

from pathlib import Path

import torch

from app.runtime.manifest import SCHEMA, Control, Manifest
from app.studios.paint.mixture import LEAST_OF_PEN
from app.studios.paint.nothing import NOTHING, ZERO
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, Progress, load_averaged
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.sketchrnn.collections import Collection
from training.sketchrnn.graphs import drawing_graphs
from training.sketchrnn.measure import measure
from training.sketchrnn.network import LATENT
from training.sketchrnn.recipe import SketchTask
from training.sketchrnn.shipped import take_drawer

GRAPHS = ("encoder.onnx", "begin.onnx", "decoder.onnx")


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    finish(
        _manifest(task, trained, settings, out), out, task.collection.notes, lambda model: measure(model, data, quick)
    )


def graphs(task: SketchTask) -> list[Graph]:
    """The task's networks as they are exported, on a valid drawing."""
    points = torch.from_numpy(task.codec.encode(task.valid.strokes[0]))[None]
    classes = torch.eye(task.classes)[task.valid.labels[:1]]
    return drawing_graphs(task.encoder, task.decoder, points, classes)


def _controls(collection: Collection) -> list[Control]:
    return [
        Control(
            id="class",
            label="What",
            kind="choice",
            default=collection.default,
            choices=list(collection.categories),
            hint="What the network draws, or takes your drawing for.",
        ),
        Control(
            id="temperature",
            label="Freedom",
            kind="float",
            default=collection.freedom,
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


def _manifest(task: SketchTask, trained: Progress, settings: dict[str, Setting], out: Path) -> Manifest:
    collection = task.collection
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name=collection.title,
        version="1",
        studio="paint",
        family="sketch-rnn",
        summary=collection.summary,
        licence=collection.licence,
        files=[describe_file(out / name) for name in (*GRAPHS, GOLDEN)],
        codec={
            "scale": task.codec.scale,
            "categories": list(collection.categories),
            "latent": LATENT,
            NOTHING: ZERO,
            LEAST_OF_PEN: collection.pen,
        },
        controls=_controls(collection),
        training=trained_by(
            task,
            trained,
            settings,
            data=f"{collection.data}, {task.classes} categories, {len(task.train.strokes):,} drawings",
            licence=collection.data_licence,
            credit=collection.credit,
        ),
        tolerance={"decoder": 1e-3},
    )


RECIPE = Recipe(SketchTask, export, measure, graphs, take=take_drawer)
