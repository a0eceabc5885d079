"""Exports Coconet: one graph ``score``, the manifest, the card with what was measured."""

from __future__ import annotations

import copy
from pathlib import Path

import msgspec
import numpy as np
import torch

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric
from app.runtime.model import Model
from app.studios.compose.coconet import GRAPH
from app.studios.compose.score import likelihood
from training.coconet.data import FILE, Batch, crops, load_pieces, training_known
from training.coconet.measure import Harmony, count_parallels, harmonisations
from training.coconet.network import fused
from training.coconet.recipe import CoconetTask
from training.coconet.shipped import take_shipped
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe

DRAWS = 4
"""Crops, and steps, of each valid piece, for each figure."""
GOLDEN_STEPS = 32
PAPER = "Huang et al. 2017, arXiv:1903.07227, table 1, official test part"
TRANSFORMER = (
    "Coconet, orderless, as reported in Huang et al. 2018, arXiv:1809.04281, table of JSB chorales, valid part"
)

CONTROLS = [
    Control(
        id="temperature",
        label="Boldness",
        kind="float",
        default=0.9,
        minimum=0.2,
        maximum=1.5,
        step=0.05,
        hint="Low: the most usual chords. High: rarer ones, then wrong ones.",
    ),
    Control(
        id="passes",
        label="Passes",
        kind="int",
        default=64,
        minimum=8,
        maximum=256,
        step=8,
        hint="How often it goes over what it wrote. More passes agree better with one another and take longer.",
    ),
    Control(
        id="density",
        label="Density",
        kind="float",
        default=0.0,
        minimum=-1.0,
        maximum=1.0,
        step=0.05,
        group="more",
        hint="To the right more and shorter notes, to the left fewer and longer ones; 0 leaves it to the network.",
    ),
    Control(
        id="spread",
        label="Range",
        kind="float",
        default=0.0,
        minimum=-1.0,
        maximum=1.0,
        step=0.05,
        group="more",
        hint="To the right voices that reach further up and down, to the left ones that stay in their middle.",
    ),
    Control(
        id="consonance",
        label="Consonance",
        kind="float",
        default=0.0,
        minimum=-1.0,
        maximum=1.0,
        step=0.05,
        group="more",
        hint="To the right more thirds, fifths and sixths between the voices, to the left more friction.",
    ),
]

NOTES = """
- It completes four-part chorales on a grid of sixteenths: harmonises a melody, fills any part of any voice, or writes a
  piece from nothing. What is given stays as it is.
- It hears sixteenths. Triplets and free playing are rounded for its ears; your notes keep their own time.
- The data does not tell a repeated note from a held one, so what it writes never repeats a note: it holds it.
- It knows quarters but no bars and no phrases; over many bars keys wander, and a piece from nothing has no plan.
- Voices stay in the ranges of the corpus and never fall silent unless the given voices do.
- Half of the masks in training are the paper's; the others hide voices, spans or whole steps, as the studio asks.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    finish(_manifest(task, trained, settings, out), out, NOTES, lambda model: measure(model, data, quick))


def graphs(task: CoconetTask) -> list[Graph]:
    """The network as it is exported, with its normalizations folded, on two crops of valid pieces."""
    rng = np.random.default_rng(7)
    batch: Batch = crops(task.valid, task.codec, 2, GOLDEN_STEPS, rng)
    known = training_known(2, GOLDEN_STEPS, rng)
    features = task.codec.features(batch.classes, known, batch.first, batch.length)
    axes = {"features": {0: "batch", 2: "steps"}, "scores": {0: "batch", 1: "steps"}}
    score = Graph(
        stem=GRAPH,
        module=fused(copy.deepcopy(task.network)),
        inputs={"features": torch.from_numpy(features)},
        outputs=["scores"],
        dynamic=axes,
        tolerance=1e-3,
    )
    return [score]


def _manifest(task: CoconetTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Coconet: Bach chorales",
        version="1",
        studio="compose",
        family="coconet",
        summary="Harmonises a melody in four voices, fills what you mark, or writes a chorale, in the manner of Bach",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", GOLDEN)],
        codec=msgspec.to_builtins(task.codec),
        controls=CONTROLS,
        training=trained_by(
            task,
            trained,
            settings,
            data="229 four-part chorales of J. S. Bach on a grid of sixteenths, in all keys within the voices' ranges",
            licence="public domain",
            credit="J. S. Bach; split of Boulanger-Lewandowski et al. 2012, sixteenths by Huang et al. 2017",
        ),
        tolerance={GRAPH: 1e-3},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How likely the exported network finds the valid pieces, and how its harmonisations of their melodies are set."""
    score = likelihood(model, [data / FILE], Progress(), 1 if quick else DRAWS)
    pieces = load_pieces(data, "valid")[: 2 if quick else None]
    ours, bach = count_parallels(list(harmonisations(model, pieces))), count_parallels(pieces)
    return [*_likelihoods(score), *_harmony(ours, bach)]


ON_CROPS = "valid, crops of 128 sixteenths"
ON_PIECES = "valid, frames of each whole piece, five orderings averaged"


def _likelihoods(score: dict[str, float]) -> list[Metric]:
    samples = int(score["frames"])
    figures = [
        ("notes, hidden in random number and place", "nats/note", "nats_per_note", 0.238, TRANSFORMER, ON_CROPS),
        ("frames in random order", "nats/frame", "nats_per_frame_random_order", 0.57, PAPER, ON_PIECES),
        ("frames in chronological order", "nats/frame", "nats_per_frame_chronological", 2.22, PAPER, ON_PIECES),
    ]
    metrics = [
        Metric(
            name=f"negative log-likelihood, {name}",
            unit=unit,
            ours=round(score[key], 4),
            samples=samples,
            measured_on=where,
            published=published,
            source=source,
        )
        for name, unit, key, published, source, where in figures
    ]
    chance = Metric(
        name="probability the network gives to pitches in the voice's range",
        unit="share",
        ours=round(score["chance_in_range"], 5),
        samples=samples,
        measured_on=ON_PIECES,
        better="higher",
    )
    return [*metrics, chance]


def _harmony(ours: Harmony, bach: Harmony) -> list[Metric]:
    where, source = (
        "melodies of the valid pieces, default settings, seed 0",
        "Bach's own harmonies of the same melodies",
    )
    return [
        Metric(
            name="harmonisations without a parallel fifth or octave",
            unit="share",
            ours=round(ours.share_clean, 4),
            samples=ours.pieces,
            measured_on=where,
            published=round(bach.share_clean, 4),
            source=source,
            better="higher",
        ),
        Metric(
            name="parallel fifths and octaves",
            unit="per 100 quarters",
            ours=round(ours.per_hundred, 3),
            samples=ours.pieces,
            measured_on=where,
            published=round(bach.per_hundred, 3),
            source=source,
        ),
    ]


def _take(task: CoconetTask, folder: Path) -> list[str]:
    return take_shipped(task, graphs(task)[0], folder)


RECIPE = Recipe(CoconetTask, export, measure, graphs, take=_take)
