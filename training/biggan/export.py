"""Exports the class-conditional generators: graphs, space, manifest, card with what was measured."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn import functional as F

from app.runtime.manifest import Manifest, Metric
from app.runtime.model import Model
from training.biggan.data import read_pictures
from training.biggan.graphs import styled_graphs
from training.biggan.measure import measure_kinds, measure_twins
from training.biggan.recipe import SETTINGS, BigTask
from training.biggan.space import write_space
from training.lib.card import finish
from training.lib.export import Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.pictures import PictureSet
from training.lib.settings import Setting, remembered
from training.lib.styled import measure_inversion, measure_realism, styled_controls
from training.lib.told import Told, styled_manifest
from training.registry import Recipe

AVATAR_NOTES = """\
Draws avatars in the manner of fifteen sets of them, and of any mixture: the kind is one embedding that every block of
the network reads beside a chunk of its own of the latent, as in BigGAN (Brock et al. 2019), with self-attention at 16
pixels.

- It paints 32 × 32 pixels; the pictures it learnt from have 64. A first training that grew to 64 pixels broke down
  there, within 2,200 steps: the discriminator's slopes grew a thousandfold. A lower rate there was not tried.
- Kind, hair, skin, ground and outline are right most of the time; eyes and mouths are smudges.
- Without a term that keeps pictures of one kind apart (`sameness` in `training/biggan/recipe.py`) it painted one
  picture of each kind, whatever the latent.
- Twenty-four minutes of one core; neither network had come to rest. More hours would sharpen faces.
"""
FRUIT_NOTES = """\
Paints a piece of fruit on white, of one variety or between several: a small BigGAN as `biggan-avatars` is.

- It paints 32 × 32 pixels; the photographs it learnt from have 64.
- It knows a few pieces of fruit of each variety, seen from all sides, and paints those and what lies between them: no
  leaves but a tomato's, no baskets, no slices.
- Varieties that differ little to the eye (two dark cherries) are sometimes taken for each other.
- Some pictures have a grey ground for a white one; most at *Variety* 2.
- Twenty-eight minutes of one core.
"""
TOLD = {
    "biggan-avatars": Told(
        name="Avatars",
        summary="Drawn avatars in fifteen styles of drawing, and anything between them.",
        licence="CC-BY-4.0",
        data="5,206 avatars put together at random from the published parts of 15 DiceBear designs",
        data_licence="CC BY 4.0; CC0 1.0",
        credit=(
            "Avatars, CC BY 4.0 (remixed, rendered, resized): Adventurer by Lisa Wischofsky; Face Generator "
            "(“big-ears”) by The Visual Team; Custom Avatar (“big-smile”) by Ashley Seo; Croodles by vijay verma; Fun "
            "Emoji Set by Davis Uche; Avatar Illustration System (“micah”) by Micah Lanier; Miniavs by Webpixels; "
            "Personas by Draftbit. CC0 1.0: Lorelei by Lisa Wischofsky; Notionists by Zoish; Open Peeps by Pablo "
            "Stanley; Pixel Art, Rings, Shapes and Thumbs by DiceBear."
        ),
        notes=AVATAR_NOTES,
    ),
    "biggan-fruits": Told(
        name="Fruits",
        summary="Apples, cherries and tomatoes of twenty-eight varieties, and what lies between them.",
        licence="CC-BY-SA-4.0",
        data="2,952 photographs of apples, cherries and tomatoes of 28 varieties, each seen from all sides",
        data_licence="CC BY-SA 4.0",
        credit="Fruits-360: Mihai Oltean, 2017-, CC BY-SA 4.0; resized",
        notes=FRUIT_NOTES,
    ),
    "biggan-pixel": Told(
        name="Pixel art",
        summary="Pixel art of 32 × 32 pixels: heroes, monsters, weapons, walls and other tiles of games.",
        licence="CC0-1.0",
        data="pixel art: heroes and nouns put together from parts, single tiles, laid on white, 32 pixels",
        data_licence="CC0 1.0",
        credit="Dungeon Crawl Stone Soup tile artists (only tiles released as CC0); Nouns (CC0)",
        notes="",
    ),
}
VARIETY, MOST = 1.0, 2.0


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    task.fit_polish(task.generator.polish)
    export_all(graphs(task), out)
    write_space(task.conditions, task.generator, task.latent, task.side, out)
    manifest = _manifest(task, trained, settings, out)
    finish(manifest, out, TOLD[name].notes, lambda model: measure(model, data, quick))


def graphs(task: BigTask) -> list[Graph]:
    """All networks as they are exported, on seed 0 and four real pictures."""
    real = task.images_of(torch.arange(4))
    return styled_graphs(task.conditions, task.generator, task.discriminator, task.latent, real)


def _manifest(task: BigTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    codec = {
        "latent": task.latent,
        "layers": task.generator.layers,
        "width": task.width + task.chunk,
        "noise": [],
        "truncation": "latent",
        "direction_space": "latent",
    }
    controls = styled_controls(task.class_names, VARIETY, MOST)
    return styled_manifest(task, trained, settings, TOLD[task.name], graphs(task), "biggan", codec, controls, out)


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """Whether each picture is of its kind, whether no two are equal, how near all come to the real ones."""
    train, valid = (_of_model(model, data, part) for part in ("train", "valid"))
    kinds = measure_kinds(model, train, valid, quick)
    known = [*measure_twins(model, train, quick), *measure_realism(model, train, valid, quick)]
    return [*kinds, *known, *measure_inversion(model, valid, quick)]


def _of_model(model: Model, data: Path, part: str) -> PictureSet:
    """The pictures of the kinds that the model has, as large as its own."""
    found = read_pictures(data, model.manifest.id, part, keep=model.codec["classes"])
    side = int(model.codec["side"])
    pixels = torch.from_numpy(found.images).permute(0, 3, 1, 2).float()
    shrunk = F.interpolate(pixels, (side, side), mode="area").round().byte().permute(0, 2, 3, 1)
    return PictureSet(shrunk.numpy(), found.labels, found.class_names)


RECIPE = Recipe(BigTask, export, measure, graphs, settings=SETTINGS)
