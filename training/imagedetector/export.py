"""Exports ``image-detector``: one small graph, the generators it knows, the card with what was measured."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.imagine.evidence import AUC, FAMILY, GRAPH, MIDDLE, SIDE, SURE, judge
from training.imagedetector.data import GENERATORS, Examples, generators, prepared, shelf
from training.imagedetector.recipe import ImageDetectorTask, jpeg, tensors
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.textdetector.measure import auc
from training.textdetector.network import platt

RESAMPLES, QUICK_RESAMPLES = 500, 50
NOTES = """
Evidence, not a verdict: how likely it is that one of our generators made a picture, and how often that is right.

- It knows {known}. Pictures of other machines are not known to it, and what it says of them means nothing.
- "Real" pictures are paintings of masters, photographs of garments and of fruit, hiragana written by hand, avatars
  drawn from parts, and fantasy portraits.
  The fantasy portraits are themselves AI-generated, by another generator: "real" means "not by our generators" there.
- The chance is right where as many pictures are of machines as are not. Where few are, most alarms are false.
- Pictures under 20 pixels are not judged; where its networks disagree, it says that it is unsure.
- Real pictures were kept as WebP or JPEG, made ones never compressed; a part of what it tells may be that. The figure
  after JPEG, where both were compressed alike, shows how much is left.
- It looks at fine detail, which strong compression, blur or a filter takes away. Who wants to deceive it can.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    _calibrate(task)
    export_all(graphs(task), out)
    known = ", ".join(f"`{model.manifest.id}`" for model in generators(shelf()))
    notes = NOTES.format(known=known)
    finish(_manifest(task, trained, settings, out), out, notes, functools.partial(measure, data=data, quick=quick))


@torch.no_grad()
def _calibrate(task: ImageDetectorTask) -> None:
    """Fit slope and offset to pictures not trained on, half of them as they come out of a JPEG."""
    tuning = task.examples.of("tune")
    spoiled = after(tuning, "jpeg")
    images, machine = (torch.cat(pair) for pair in zip(tensors(tuning), tensors(spoiled), strict=True))
    odds = torch.cat([task.network(part) for part in images.split(64)]).mean(1)
    weights = torch.where(machine == 1, 0.5 / machine.mean(), 0.5 / (1 - machine.mean()))
    slope, offset = platt(odds, machine, weights)
    task.network.slope.fill_(slope)
    task.network.offset.fill_(offset)


def graphs(task: ImageDetectorTask) -> list[Graph]:
    """The detector on some pictures of the test."""
    images, _ = tensors(task.examples.of("test"))
    chosen = images[:: max(1, len(images) // 4)][:4]
    return [
        Graph(
            stem=GRAPH,
            module=task.network,
            inputs={"images": chosen},
            outputs=["odds"],
            dynamic={"images": {0: "batch"}, "odds": {0: "batch"}},
            tolerance=2e-3,
            half=False,  # its norms are folded into weights that would be rounded once more
        )
    ]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported detector tells pictures it has not seen, as they are and as they travel."""
    test = prepared(data, dict(model.codec["amounts"])).of("test")
    scores = _scores(model, test)
    low, high = interval(scores.mean(1), test, QUICK_RESAMPLES if quick else RESAMPLES)
    values = [auc(scores.mean(1), test.machine), low, high]
    values += [auc(_scores(model, after(test, how)).mean(1), test.machine) for how in ("jpeg", "resized")]
    found = [_metric(name, "AUC", value, len(test)) for name, value in zip(AUC, values, strict=True)]
    return found + _by_generator(scores.mean(1), test) + _decisions(scores, test)


def after(examples: Examples, how: str) -> Examples:
    """The same pictures after a JPEG of quality 75, or made half as large and large again."""
    return Examples(
        np.stack([_changed(image, how) for image in examples.images]), examples.machine, examples.source, examples.part
    )


def _changed(image: np.ndarray, how: str) -> np.ndarray:
    picture = Image.fromarray(image)
    if how == "jpeg":
        return np.asarray(jpeg(picture, 75))
    small = picture.resize((SIDE // 2, SIDE // 2), Image.Resampling.BICUBIC)
    return np.asarray(small.resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def interval(scores: np.ndarray, examples: Examples, resamples: int) -> tuple[float, float]:
    """The middle 95 % of the AUC over resamples of the pictures, made and real apart (percentile bootstrap)."""
    rng = np.random.default_rng(0)
    groups = [np.flatnonzero(examples.machine == machine) for machine in (False, True)]
    found = []
    for _ in range(resamples):
        rows = np.concatenate([rng.choice(group, len(group)) for group in groups])
        found.append(auc(scores[rows], examples.machine[rows]))
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _by_generator(scores: np.ndarray, test: Examples) -> list[Metric]:
    """Each generator against the real pictures it learnt from."""
    found = []
    for name, origin in GENERATORS.items():
        rows = np.isin(test.source, (name, origin))
        if test.machine[rows].any() and not test.machine[rows].all():
            value = auc(scores[rows], test.machine[rows])
            found.append(_metric(f"{name} told from {origin}", "AUC", value, int(rows.sum())))
    return found


def _decisions(scores: np.ndarray, test: Examples) -> list[Metric]:
    """What happens at the default limits."""
    chance = 1 / (1 + np.exp(-scores.mean(1)))
    low, high = np.quantile(scores, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2], axis=1)
    machine, real = (chance >= SURE) & (low > 0), (chance <= 1 - SURE) & (high < 0)
    people, made = ~test.machine, test.machine
    return [
        _metric("pictures on which it is unsure", "share", (~machine & ~real).mean(), len(test), "lower"),
        _metric("real pictures taken for made ones", "share", machine[people].mean(), int(people.sum()), "lower"),
        _metric("made pictures taken for real ones", "share", real[made].mean(), int(made.sum()), "lower"),
    ]


def _scores(model: Model, examples: Examples) -> np.ndarray:
    parts = np.array_split(examples.images, len(examples) // 64 + 1)
    return np.concatenate([judge(model, part) for part in parts if len(part)])


def _metric(name: str, unit: str, value: float, samples: int, better: str = "higher") -> Metric:
    return Metric(
        name=name,
        unit=unit,
        ours=round(float(value), 4),
        samples=samples,
        measured_on="pictures the detector has not seen: valid parts of the sets, new seeds of the generators",
        better="higher" if better == "higher" else "lower",
    )


def _manifest(task: ImageDetectorTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Detector of generated pictures",
        version="1",
        studio="imagine",
        family=FAMILY,
        summary="Weighs the evidence that one of our generators made a picture; never a verdict.",
        licence="MIT",
        files=[describe_file(out / name) for name in (f"{GRAPH}.onnx", GOLDEN)],
        codec={
            "generators": {model.manifest.id: model.digest for model in generators(shelf())},
            "amounts": task.amounts,
        },
        training=trained_by(
            task,
            trained,
            settings,
            data="paintings and faces by masters, fantasy portraits, Fashion-MNIST and KMNIST, DiceBear's avatars, "
            "fruit, and pictures of our own generators",
            licence="public domain; CC BY 4.0; CC0 1.0; MIT; CC BY-SA 4.0",
            credit="Portraits: artflow.ai, CC BY 4.0, cropped and resized. Fashion-MNIST: Zalando SE. KMNIST: CODH, "
            "doi:10.20676/00000341. Avatars: the designers named for `features-pictures`. "
            "Fruits-360: Mihai Oltean, CC BY-SA 4.0.",
        ),
        tolerance={GRAPH: 2e-3},
    )


RECIPE = Recipe(ImageDetectorTask, export, measure, graphs)
