"""Exports ``music-critic``: one small graph, the name and hash of its reader, the card with what was measured."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch

from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.compose.critic import GRAPH, judge, reader_of
from app.studios.compose.traits import TRAITS
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.musenet.corpus import GROUPS
from training.musenet.measure import BARS
from training.musiccritic.data import READER, Passages, prepared, shelf
from training.musiccritic.recipe import MusicCriticTask, tensors
from training.registry import Recipe
from training.textdetector.measure import auc

GOLDEN_ROWS = 16
RESAMPLES = 1000
NOTES = f"""
It puts the alternatives of `{READER}` in order: of several answers the one that is most like the data comes first.

- It judges by what `{READER}` expected of a passage and by counts of its notes (regularity, repetition, intervals), and
  holds for that network's weights only: with others it refuses.
- It was shown passages of {BARS} bars. On shorter ones its word counts less, and it never says that music is good: a
  dull passage can be very like the data.
- Its networks learnt from pieces that the reader had learnt from, too; what is measured above is on other works.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    rows, real = tensors(task.passages.of("tune"))
    task.network.calibrate(rows, real, torch.ones_like(real))
    export_all(graphs(task), out)
    finish(_manifest(task, trained, settings, out), out, NOTES, functools.partial(measure, data=data, quick=quick))


def graphs(task: MusicCriticTask) -> list[Graph]:
    """The critic on the first passages kept for the test."""
    rows, _ = tensors(task.passages.of("test"))
    batch = {0: "batch"}
    return [
        Graph(
            stem=GRAPH,
            module=task.network,
            inputs={"traits": rows[:GOLDEN_ROWS]},
            outputs=["odds"],
            dynamic={"traits": batch, "odds": batch},
            tolerance=1e-3,
            half=False,
        )
    ]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well it tells held-out pieces from their reader's music, with the interval of a bootstrap over pieces.

    Raises :class:`AtelierError` (``BAD_MODEL``) where its reader is not the one it was trained with.
    """
    reader = reader_of(model, shelf())
    amounts = model.codec["amounts"]
    found = prepared(data, reader, (amounts["pieces"], amounts["tuning"], amounts["testing"])).of("test")
    chances = judge(model, list(found.traits))
    low, high = _interval(chances, found, 50 if quick else RESAMPLES)
    by_chance = auc(-found.traits[:, TRAITS.index("surprise of a note")], found.real)
    pairs = [chances[(found.piece == name) & found.real] > chances[(found.piece == name) & ~found.real]
             for name in np.unique(found.piece)]  # fmt: skip
    where = f"{BARS} bars after the first {BARS} of valid pieces, and what {READER} wrote there at its default settings"
    figures = (
        ("music of the data told from made", auc(chances, found.real), "AUC"),
        ("the same, lower end of the 95 % interval", low, "AUC"),
        ("the same, upper end of the 95 % interval", high, "AUC"),
        ("the same by the surprise of a note alone", by_chance, "AUC"),
        ("pieces whose own bars are ranked above the made ones", float(np.mean(np.concatenate(pairs))), "share"),
    )
    return [
        Metric(
            name=name, unit=unit, ours=round(float(value), 4), samples=len(found.real), measured_on=where,
            better="higher",
        )
        for name, value, unit in figures
    ]  # fmt: skip


def _interval(chances: np.ndarray, passages: Passages, resamples: int) -> tuple[float, float]:
    """The middle 95 % of the AUC over resamples of pieces, each with its own bars and the made ones."""
    rng = np.random.default_rng(0)
    rows = [np.flatnonzero(passages.piece == name) for name in np.unique(passages.piece)]
    found = []
    for _ in range(resamples):
        drawn = np.concatenate([rows[place] for place in rng.integers(0, len(rows), len(rows))])
        found.append(auc(chances[drawn], passages.real[drawn]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _manifest(task: MusicCriticTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    source = task.reader.manifest.training
    assert source is not None
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Critic of music",
        version="1",
        studio="compose",
        family="music-critic",
        summary="Says how like the data a passage is, and so ranks alternatives",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", GOLDEN)],
        codec={
            "reader": task.reader.manifest.id,
            "reader_sha256": task.reader.digest,
            "traits": list(TRAITS),
            "amounts": {"pieces": task.pieces, "tuning": task.tuning, "testing": task.testing},
        },
        training=trained_by(
            task,
            trained,
            settings,
            f"passages of {task.pieces} pieces of {len(GROUPS)} composers and styles, and what {READER} wrote there",
            source.licence,
            source.credit,
        ),
        tolerance={GRAPH: 1e-3},
    )


RECIPE = Recipe(MusicCriticTask, export, measure, graphs)
