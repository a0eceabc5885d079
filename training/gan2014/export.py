"""Exports ``gan-2014``: generator, discriminator, the directions of the sliders, the card with what was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from app.base.progress import Progress
from app.runtime.manifest import SCHEMA, Manifest, Metric
from app.runtime.model import Model
from app.studios.imagine.generator import DIRECTIONS, make_pictures
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.score import short_name
from training.gan2014.data import read_pictures
from training.gan2014.measure import frechet_distance, look, spread, train_classifier
from training.gan2014.network import Generator
from training.gan2014.recipe import LATENT, GanTask
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.lib.styled import styled_controls
from training.registry import Recipe

PER_CLASS = 100
SLIDERS = 10
NOTES = """\
Makes 28 × 28 grey pictures of ten garments and ten hiragana, or of anything between them: classes can be mixed.

- The sliders are the principal directions of the generator's first layer, as in GANSpace (Härkönen et al. 2020), each
  in standard deviations of the latent, the one that changes most pixels first. They have no names: what one does
  differs from class to class.
- It is a network of fully connected layers, as in 2014. It has no notion of neighbouring pixels, so fine patterns
  (prints, straps, thin brush strokes) come out blurred or speckled.
- The Fréchet distance is measured with a small classifier trained on the same data, so it compares with its own floor
  only. The paper's figure, a Parzen-window likelihood on MNIST, is of another kind and data set.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all(graphs(task), out)
    np.savez_compressed(out / DIRECTIONS, directions=find_directions(task.generator, task.classes))
    finish(_manifest(task, trained, settings, out), out, NOTES, lambda model: measure(model, data, quick))


@torch.no_grad()
def find_directions(generator: Generator, classes: int) -> np.ndarray:
    """Float32 (sliders, latent): how far the latent moves for one standard deviation along each direction.

    GANSpace: the principal components of the first layer's activations, brought back to the latent by least squares;
    sorted by the mean change of a pixel.
    """
    torch.manual_seed(0)
    latent = torch.randn(4000, LATENT)
    given = F.one_hot(torch.arange(4000) % classes, classes).float()
    found = generator.hidden[0](torch.cat([latent, 0 * generator.embedding(given)], 1))
    _, _, basis = torch.pca_lowrank(found, SLIDERS, niter=8)
    coordinates = (found - found.mean(0)) @ basis
    directions = torch.linalg.lstsq(coordinates / coordinates.std(0), latent).solution
    base = generator(latent[:400], given[:400])
    effects = [(generator(latent[:400] + step, given[:400]) - base).abs().mean() for step in directions]
    order = torch.stack(effects).argsort(descending=True)
    return directions[order].numpy().astype(np.float32)


def graphs(task: GanTask) -> list[Graph]:
    """Both networks as they are exported, on latents and valid pictures."""
    torch.manual_seed(0)
    valid = task.valid
    latent = torch.randn(4, LATENT)
    classes = F.one_hot(torch.from_numpy(valid.labels[:4]), task.classes).float()
    images = torch.from_numpy(valid.images[:4]).float() / 255
    batch = {0: "batch"}
    return [
        Graph(
            stem="generator",
            module=task.generator,
            inputs={"latent": latent, "classes": classes},
            outputs=["images"],
            dynamic={"latent": batch, "classes": batch, "images": batch},
        ),
        Graph(
            stem="discriminator",
            module=task.discriminator,
            inputs={"images": images, "classes": classes},
            outputs=["score"],
            dynamic={"images": batch, "classes": batch, "score": batch},
            tolerance=1e-3,
        ),
    ]


def _manifest(task: GanTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    classes = [short_name(name) for name in task.class_names]
    directions = len(np.load(out / DIRECTIONS)["directions"])
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="GAN 2014",
        version="1",
        studio="imagine",
        family="gan-2014",
        summary="The original generative adversarial network: garments and hiragana of 28 × 28 pixels.",
        licence="CC-BY-SA-4.0",
        files=[describe_file(out / name) for name in ("generator.onnx", "discriminator.onnx", DIRECTIONS, GOLDEN)],
        codec={"latent": LATENT, "side": 28, "classes": classes, "directions": directions},
        controls=styled_controls(classes, variety=0.9, most=1.5),
        training=trained_by(
            task,
            trained,
            settings,
            data="Fashion-MNIST (half of it) and KMNIST (its test part), 20,861 pictures",
            licence="MIT and CC BY-SA 4.0",
            credit=(
                "Fashion-MNIST: Han Xiao, Kashif Rasul, Roland Vollgraf, © 2017 Zalando SE. “KMNIST Dataset” (created "
                "by CODH), adapted from “Kuzushiji Dataset” (created by NIJL and others), doi:10.20676/00000341."
            ),
        ),
        tolerance={"generator": 1e-4, "discriminator": 1e-3},
    )


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """What a classifier of the real pictures makes of the exported generator's."""
    train, valid = read_pictures(data, "train"), read_pictures(data, "valid")
    classifier = train_classifier(train)
    images, labels = _sample(model, PER_CLASS // 10 if quick else PER_CLASS)
    made, real = look(classifier, images), look(classifier, train.images)
    held_out = look(classifier, valid.images)
    where = f"{len(images):,} pictures, variety 1, seed 0"
    floor = frechet_distance(held_out.features, real.features)
    accuracy = _share(held_out.classes, valid.labels)
    return [
        Metric(
            name=f"Fréchet distance to the training part in a classifier's features (valid part: {floor:.2f})",
            unit="squared feature units",
            ours=round(frechet_distance(made.features, real.features), 3),
            samples=len(images),
            measured_on=where,
        ),
        Metric(
            name=f"taken for their own kind by the classifier (valid part: {accuracy:.3f})",
            unit="share",
            ours=round(_share(made.classes, labels), 4),
            samples=len(images),
            measured_on=where,
            better="higher",
        ),
        Metric(
            name="spread within a kind, against the real pictures'",
            unit="ratio",
            ours=round(spread(made.features, labels) / spread(real.features[:4000], train.labels[:4000]), 4),
            samples=len(images),
            measured_on=where,
            better="higher",
        ),
    ]


def _sample(model: Model, per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures of every class through the application's own generator: uint8 (n, 28, 28), and their classes."""
    images: list[np.ndarray] = []
    classes = model.codec["classes"]
    for name in classes:
        controls = {"class": name, "truncation": 1.0}
        request = ImagineRequest(model=model.manifest.id, controls=controls, count=per_class)
        *_, last = make_pictures(request, model, Progress())
        images += [picture.array for picture in last.pictures]
    return np.stack(images), np.repeat(np.arange(len(classes)), per_class)


def _share(found: np.ndarray, wanted: np.ndarray) -> float:
    return float((found == wanted).mean())


RECIPE = Recipe(GanTask, export, measure, graphs)
