"""Exports Coconet: one graph ``score``, the manifest, the card with what was measured."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import torch

from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.manifest import SCHEMA, Control, Manifest, Metric, Training
from app.runtime.model import Model, ModelShelf
from app.studios.compose.coconet import GRAPH
from app.studios.compose.score import likelihood
from training.coconet.data import FILE, Batch, crops, load_pieces, training_known
from training.coconet.measure import Harmony, count_parallels, harmonisations
from training.coconet.network import fused
from training.coconet.recipe import CoconetTask
from training.lib.card import describe_file, write_card
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained

DRAWS = 24
"""Crops of each valid piece, for each figure."""
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


def export(name: str, data: Path, run: Path, out: Path) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    task = CoconetTask(name, data, "cpu")
    trained = load_averaged({"network": task.network}, run / CHECKPOINT)
    parameters = sum(weights.numel() for weights in task.network.parameters())
    export_all([_graph(task, data)], out)
    manifest = _manifest(task, trained, out, parameters)
    write_card(manifest, out, NOTES)
    metrics = _measure(ModelShelf(Catalog(out.parent)).open(out.name), data)
    write_card(msgspec.structs.replace(manifest, metrics=metrics), out, NOTES)


def _graph(task: CoconetTask, data: Path) -> Graph:
    rng = np.random.default_rng(7)
    batch: Batch = crops(load_pieces(data, "valid"), task.codec, 2, GOLDEN_STEPS, rng)
    known = training_known(2, GOLDEN_STEPS, rng)
    features = task.codec.features(batch.classes, known, batch.first, batch.length)
    axes = {"features": {0: "batch", 2: "steps"}, "scores": {0: "batch", 1: "steps"}}
    return Graph(
        stem=GRAPH,
        module=fused(task.network),
        inputs={"features": torch.from_numpy(features)},
        outputs=["scores"],
        dynamic=axes,
        tolerance=1e-3,
    )


def _manifest(task: CoconetTask, trained: Trained, out: Path, parameters: int) -> Manifest:
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
        training=Training(
            data="229 four-part chorales of J. S. Bach on a grid of sixteenths, in all keys within the voices' ranges",
            licence="public domain",
            credit="J. S. Bach; split of Boulanger-Lewandowski et al. 2012, sixteenths by Huang et al. 2017",
            command=f"python -m training {task.name} --minutes {round(trained.seconds / 60)}",
            hardware="2 cores of an AMD EPYC",
            hours=round(trained.seconds / 3600, 2),
            steps=trained.step,
            parameters=parameters,
        ),
        tolerance={GRAPH: 1e-3},
    )


def _measure(model: Model, data: Path) -> list[Metric]:
    score = likelihood(model, [data / FILE], Progress(), DRAWS)
    pieces = load_pieces(data, "valid")
    ours, bach = count_parallels(list(harmonisations(model, pieces))), count_parallels(pieces)
    return [*_likelihoods(score), *_harmony(ours, bach)]


def _likelihoods(score: dict[str, float]) -> list[Metric]:
    samples = int(score["crops"])
    where = "valid, crops of 128 sixteenths"
    figures = [
        ("notes, hidden in random number and place", "nats/note", "nats_per_note", 0.238, TRANSFORMER),
        ("frames in random order", "nats/frame", "nats_per_frame_random_order", 0.57, PAPER),
        ("frames in chronological order", "nats/frame", "nats_per_frame_chronological", 2.22, PAPER),
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
        for name, unit, key, published, source in figures
    ]
    chance = Metric(
        name="probability the network gives to pitches in the voice's range",
        unit="share",
        ours=round(score["chance_in_range"], 5),
        samples=samples,
        measured_on=where,
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
