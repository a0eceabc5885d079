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
from app.studios.compose.frames import ORDERINGS
from app.studios.compose.score import FRAMES, Measure, measure_of
from training.coconet.data import FILE, TEST, Batch, crops, load_pieces, training_known
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
"""Crops of each valid piece."""
QUICK_FRAMES = 10
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
        id="voice_leading",
        label="Voice leading",
        kind="float",
        default=1.0,
        minimum=0.0,
        maximum=1.0,
        step=0.05,
        group="more",
        hint="To the right no two voices move in parallel fifths or octaves, as a harmony teacher asks; 0 leaves it to "
        "the network, which has hardly learnt it.",
        absent=0.0,
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
- The network alone writes parallel fifths and octaves. At the default setting of *Voice leading* a rule pushes them
  away while the voices are drawn; the figures of harmonisations are with it.
- It knows quarters but no bars and no phrases; over many bars keys wander, and a piece from nothing has no plan.
- Voices stay in the ranges of the corpus and never fall silent unless the given voices do.
- Nearly half of the masks in training are the paper's; the others hide voices, spans, whole steps or all that follows.
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
    """How likely the exported network finds the valid and the test pieces, and how its harmonisations are set."""
    draws = 1 if quick else DRAWS
    valid = measure_of(model, [data / FILE], Progress(), draws)
    test = measure_of(model, [data / TEST], Progress())
    pieces = load_pieces(data, "valid")[: 2 if quick else None]
    ours, bach = count_parallels(list(harmonisations(model, pieces))), count_parallels(pieces)
    return [
        _of_notes(valid, draws),
        *_of_frames(test, QUICK_FRAMES if quick else FRAMES),
        _in_range(valid, draws),
        *_harmony(ours, bach),
    ]


ON_CROPS = "valid, crops of 128 sixteenths"


def _of_notes(valid: Measure, draws: int) -> Metric:
    return Metric(
        name="negative log-likelihood, notes, hidden in random number and place",
        unit="nats/note",
        ours=round(valid.per_note(Progress()), 4),
        samples=valid.pieces * draws,
        measured_on=ON_CROPS,
        published=0.238,
        source=TRANSFORMER,
    )


def _of_frames(test: Measure, frames: int) -> list[Metric]:
    """The two figures of the paper, on the part it measured."""
    metrics, measure = [], test.frames(frames)
    for order, chronological, published in (("random", False, 0.57), ("chronological", True, 2.22)):
        found = measure.nats(chronological, Progress())
        metrics.append(
            Metric(
                name=f"negative log-likelihood, frames in {order} order",
                unit="nats/frame",
                ours=round(found.nats, 4),
                samples=found.frames,
                measured_on=f"official test part, {ORDERINGS} orderings averaged, frames drawn in strata by how many "
                f"voices move: standard error {found.error:.3f}",
                published=published,
                source=PAPER,
            )
        )
    return metrics


def _in_range(valid: Measure, draws: int) -> Metric:
    return Metric(
        name="probability the network gives to pitches in the voice's range",
        unit="share",
        ours=round(float(np.mean(valid.in_range)), 5),
        samples=valid.pieces * draws,
        measured_on=ON_CROPS,
        better="higher",
    )


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
