"""Exports the style-based generators: graphs, space, manifest, card with what was measured."""

from __future__ import annotations

from pathlib import Path

import torch

from app.runtime.manifest import Manifest, Metric
from app.runtime.model import Model
from training.lib.card import finish
from training.lib.export import Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.pictures import read_set
from training.lib.settings import Setting, remembered
from training.lib.styled import measure_inversion, measure_realism, styled_controls
from training.lib.told import Told, styled_manifest
from training.registry import Recipe
from training.stylegan.graphs import styled_graphs
from training.stylegan.recipe import SETS, StyleTask
from training.stylegan.shipped import take_generator
from training.stylegan.space import write_space

PORTRAIT_NOTES = """\
Makes portraits seen from the front: people, elves, vampires, orcs and other folk of fantasy tales, and anything between
them.

- Looked at by eye, once: of 100 pictures at variety 0.7, about 86 are faces without broken features. In the others
  hair, a cheek or the mouth dissolves into speckles. At a variety of 1 that is so in about every third picture.
- It had an hour of one shared core, about 130,000 pictures: 4,760 steps of 20 pictures at 32 pixels, 1,780 of 12 at 64,
  2,000 of 8 at 128; the schedule was laid out anew on the way. What falls short: the fine detail of hair and skin,
  colours (duller than in the training pictures), orcs, beasts and other rare kinds, hats and jewels. More
  hours would mend much of it: nothing had come to rest.
- The network writes four copies of a picture, shifted by a pixel, and left a grid of dots: at the finest frequency
  330 times the power of the training pictures. A filter of 5 × 5 pixels at the end of the graph, fitted to the mean
  spectrum of both (`training/lib/polish.py`), brings it to 5 times theirs.
- The kinds are what the prompts of the training pictures asked for, not what a person saw; “portrait” is all the rest.
  A kind pulls a picture its way; it does not promise it.
- Named directions are measured: the styles of pictures in which that property is greater, or the way from one kind to
  another. The others are principal directions as in GANSpace (Härkönen et al. 2020), the one that changes most first.
- The training pictures were themselves made by a picture generator. The network learnt their habits: smooth skin,
  large eyes, one lighting.
- The figures above see pictures at 64 pixels, by a small network: precision flatters. See `features-pictures`.
"""
MASTER_NOTES = """\
Makes faces in the manner of paintings of the 17th to the 19th century. It began with the weights of
`stylegan-portraits`.

- Of 100 pictures at variety 0.7, seed 0, we counted 79 faces without broken features. Dark and strongly coloured ones
  break most often, hats and hands are blots.
- The network writes four copies of a picture, shifted by a pixel, and left a grid of dots: at the finest frequency
  330 times the power of the training pictures. A filter of 5 × 5 pixels at the end of the graph, fitted to the mean
  spectrum of both (`training/lib/polish.py`), brings it to theirs.
- Recall is 0.26 where 0.3 was wanted: it paints fewer kinds of pictures than it has seen. It was trained for 88 minutes
  on a shared core with 2,600 faces; twice as long on a quiet one would show whether more of them come back.
- The schools with few pictures (naive art, pointillism, early modern) are hardly told apart from the others.
- The figures above see pictures at 64 pixels, by a small network: precision flatters. See `features-pictures`.
"""
TOLD = {
    "stylegan-portraits": Told(
        name="Portraits",
        summary="Fantasy portraits of 128 × 128 pixels, steered by styles, layer by layer.",
        licence="CC-BY-4.0",
        data="5,163 fantasy portraits that a picture generator made (artflow.ai), cropped and resized to 128 pixels",
        data_licence="CC BY 4.0",
        credit="Portraits: artflow.ai, CC BY 4.0, cropped and resized",
        notes=PORTRAIT_NOTES,
    ),
    "stylegan-masters": Told(
        name="Old masters",
        summary="Faces in the manner of old masters, 128 × 128 pixels, steered by styles, layer by layer.",
        licence="CC-BY-4.0",
        data="faces found in paintings of masters who died in 1929 or earlier, 128 pixels; begun with the portraits",
        data_licence="public domain; portraits: CC BY 4.0",
        credit="Painters of the impressionist, baroque, rococo and other schools. Portraits: artflow.ai, CC BY 4.0, "
        "cropped and resized",
        notes=MASTER_NOTES,
    ),
}


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    task.fit_polish(task.synthesis.polish)
    export_all(graphs(task), out)
    write_space(task.mapping, task.synthesis, task.latent, task.class_names, out)
    finish(_manifest(task, trained, settings, out), out, TOLD[name].notes, lambda model: measure(model, data, quick))


def graphs(task: StyleTask) -> list[Graph]:
    """All networks as they are exported, on seed 0 and four real pictures."""
    real = task.images_of(torch.arange(4))
    return styled_graphs(task.mapping, task.synthesis, task.discriminator, task.latent, task.classes, real)


def _manifest(task: StyleTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    codec = {
        "latent": task.latent,
        "layers": task.synthesis.layers,
        "width": task.width,
        "noise": task.synthesis.sides,
        "truncation": "styles",
        "direction_space": "styles",
    }
    controls = styled_controls(task.class_names, 0.7, 1.5)
    return styled_manifest(task, trained, settings, TOLD[task.name], graphs(task), "stylegan", codec, controls, out)


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How near 2,000 pictures of the exported generator come to the real ones, and it to pictures looked for in it."""
    name = SETS[model.manifest.id]
    valid = read_set(data, name, "valid")
    return measure_realism(model, read_set(data, name, "train"), valid, quick) + measure_inversion(model, valid, quick)


RECIPE = Recipe(StyleTask, export, measure, graphs, take_generator)
