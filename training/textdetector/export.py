"""Exports ``text-detector``: one small graph, the name and hash of its reader, the card with what was measured."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch

from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.write.evidence import FAMILY, GRAPH, reader_of
from app.studios.write.traits import PASSAGE, TRAITS
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.textdetector.data import prepared, reader
from training.textdetector.measure import RESAMPLES, Bench, auc
from training.textdetector.recipe import TextDetectorTask, balance, tensors
from training.textdetector.texts import GENERATORS, READERS, Amounts, shelf

GOLDEN_ROWS = 16
QUICK_RESAMPLES = 100
NOTES = """
Evidence, not a verdict: it says how likely it is that a machine wrote a passage, and how often that is right.

- It judges by what `{reader}` finds surprising, and holds for that network's weights only: with others it refuses.
- People's texts are English prose and verse of 1590-1929, machines' texts those of our own generators. On other kinds
  of text, other languages, and other machines it is a guess; what was measured of that stands above.
- The chance is right where as many texts are of machines as of people. Where few are, most alarms are false.
- Under 200 characters it says nothing; where its networks disagree, it says that it is unsure.
- Whoever wants to deceive it can: an edit by hand, or another network, is enough.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    tuning = task.examples.of("tune")
    task.network.calibrate(*tensors(tuning), torch.from_numpy(balance(tuning)).float())
    export_all(graphs(task), out)
    manifest = _manifest(task, trained, settings, out)
    notes = NOTES.format(reader=READERS[task.reader]) + _unknown(task)
    finish(manifest, out, notes, functools.partial(measure, data=data, quick=quick))


def graphs(task: TextDetectorTask) -> list[Graph]:
    """The detector on the first texts kept for the test."""
    rows, _ = tensors(task.examples.of("test", length=PASSAGE))
    batch = {0: "batch"}
    return [
        Graph(
            stem=GRAPH,
            module=task.network,
            inputs={"traits": rows[:: max(1, len(rows) // GOLDEN_ROWS)][:GOLDEN_ROWS]},
            outputs=["odds"],
            dynamic={"traits": batch, "odds": batch},
            tolerance=1e-3,
            half=False,
        )
    ]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported detector does on texts it has not seen; see :class:`Bench`.

    Raises :class:`AtelierError` (``BAD_MODEL``) where its reader is not the one it was trained with.
    """
    name = reader_of(model, shelf()).manifest.id
    examples = prepared(data, READERS.index(name), Amounts(**model.codec["amounts"]))
    return Bench(model, examples, QUICK_RESAMPLES if quick else RESAMPLES).metrics()


def _unknown(task: TextDetectorTask) -> str:
    """What a detector is worth against a generator it was not taught, as lines for the card; changes the task."""
    test = task.examples.of("test", length=PASSAGE)
    sources = test.source[test.machine]
    known = [name for name in GENERATORS if np.char.startswith(sources, name).any()]
    lines = []
    for name in known if len(known) > 1 else []:
        mine = test.where(~test.machine | np.char.startswith(test.source, name))
        network = task.taught_without(name)
        with torch.no_grad():
            found = auc(network(tensors(mine)[0]).mean(1).numpy(), mine.machine)
        lines.append(f"- Taught without `{name}`, it tells its texts from people's with an AUC of {found:.3f}.\n")
    return "".join(lines)


def _manifest(task: TextDetectorTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    network = reader(task.reader, shelf())
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Detector of machine-written English",
        version="1",
        studio="write",
        family=FAMILY,
        summary="Weighs the evidence that a machine wrote a passage; never a verdict.",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", GOLDEN)],
        codec={
            "reader": network.manifest.id,
            "reader_sha256": network.digest,
            "traits": list(TRAITS),
            "amounts": {
                "train": task.people,
                "tune": task.tuning,
                "test": task.testing,
                "prompts": task.prompts,
            },
        },
        training=trained_by(
            task,
            trained,
            settings,
            "pieces of English prose, verse and plays of 1590-1929, and texts of our own generators",
            "public domain",
            "Standard Ebooks; ELTeC (distant-reading.net, CC BY 4.0); tnhaider/english-gutenberg-poetry; "
            "measured also on TinyStories (CDLA-Sharing-1.0) and Wikipedia (CC BY-SA 3.0)",
        ),
        tolerance={GRAPH: 1e-3},
    )


RECIPE = Recipe(TextDetectorTask, export, measure, graphs)
