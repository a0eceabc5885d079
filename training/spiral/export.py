"""Exports ``spiral-painter``: the painter of pictures, the one from imagination, the critic, and the card."""

from __future__ import annotations

from pathlib import Path

import torch
from torch.nn import functional as F

from app.runtime.manifest import SCHEMA, Control, Manifest
from app.studios.paint.imagining import MINDS
from app.studios.paint.strokerows import BRUSH
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.registry import Recipe
from training.spiral.dreamer import LATENT, STROKES
from training.spiral.measure import measure
from training.spiral.mind import COMPONENTS, mind_graph
from training.spiral.painter import AROUND, SIDE
from training.spiral.recipe import SpiralTask, framed

BRUSHES = ["round", "ink", "oil", "marker", "chalk", "pencil", "airbrush"]
NOTES = """\
Paints a given picture in 5 to 2,000 strokes, coarse to fine, or one of its own in 20.

- It learnt through a differentiable renderer of the application's brush “round”. What it gives are ordinary strokes of
  the brush engine: each can be chosen, moved, recoloured. With another brush it does not foresee grain or smear, but
  sees it on the canvas before the next level.
- It looks at square tiles of 32 pixels, of the whole sheet first, then of halves, to the fifth level. A stroke is kept
  only if the painted canvas came nearer to the target. The colour of a stroke is not learnt: it is the one that fits
  best under it.
- From imagination it paints with a face in mind: the mean of the training portraits and 64 principal components, of
  which the seed says how much (`mind.onnx`, 199,680 numbers more; `python -m training mind`, closed form, no training).
  Six faces are thought of, `critic.onnx` chooses one, the painter paints it in 20 strokes, and 1,500 tries move and
  bend these as long as the whole comes nearer. So heads have eyes, a mouth and hair; all look straight on, eyes are
  dark patches, and a mouth may be missing.
- With *Faces in mind* at 0 the recurrent network that learnt against the critic paints alone (`dreamer.onnx`, as in
  SPIRAL++). It had about half an hour of a third of a core and falls short: the shape of a head and its light, then
  stray arcs.
- The classifier takes both for faces, for both have the light and the colours of one, and the distance in features
  sees little else either. The critic tells eyes and mouths from arcs; but where it has chosen among six, it flatters:
  look at the figure for one.
- The search by hill climbing gets the same processor time as the painter, about 3 ms a stroke: enough for one or two
  tries each. With much more time it would come nearer; that is not what is compared here.
"""


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    export_all([*graphs(task), mind_graph(data)], out)
    finish(_manifest(task, trained, settings, out), out, NOTES, lambda model: measure(model, data, quick))


def graphs(task: SpiralTask) -> list[Graph]:
    """The three networks as they are exported, on valid pictures."""
    target = F.avg_pool2d(_tensor(task.valid[:4]), task.valid.shape[1] // SIDE)
    canvas = F.avg_pool2d(target, 8).repeat_interleave(8, 2).repeat_interleave(8, 3)
    latent = torch.randn(2, LATENT, generator=torch.Generator().manual_seed(0))
    dreaming = {
        "latent": latent,
        "canvas": canvas[:2],
        "state": torch.zeros(2, task.memory),
        "done": torch.full((2, 1), 0.25),
    }
    batch = {0: "batch"}
    return [
        Graph(
            stem="painter",
            module=task.painter,
            inputs=dict(zip(("target", "canvas", "sheet"), framed(target, canvas), strict=True)),
            outputs=["strokes", "gains"],
            dynamic=dict.fromkeys(("target", "canvas", "sheet", "strokes", "gains"), batch),
            tolerance=1e-3,
        ),
        Graph(
            stem="dreamer",
            module=task.dreamer,
            inputs=dreaming,
            outputs=["stroke", "state_out"],
            dynamic=dict.fromkeys((*dreaming, "stroke", "state_out"), batch),
        ),
        Graph(
            stem="critic",
            module=task.critic,
            inputs={"images": _tensor(task.valid_faces[:4])},
            outputs=["score"],
            dynamic=dict.fromkeys(("images", "score"), batch),
            tolerance=1e-3,
        ),
    ]


def _tensor(pictures: torch.Tensor) -> torch.Tensor:
    return pictures.permute(0, 3, 1, 2).float().contiguous() / 255


def controls() -> list[Control]:
    return [
        Control(
            id="strokes",
            label="Strokes",
            kind="int",
            default=300,
            minimum=5,
            maximum=2000,
            step=5,
            hint="How many strokes the painting may take: few make it broad and bold, many bring out what is small. "
            f"From imagination at most {STROKES} are painted.",
        ),
        Control(
            id="brush",
            label="Brush",
            kind="choice",
            default=BRUSH,
            choices=BRUSHES,
            hint="What the strokes are painted with: round is what the network learnt on, chalk and oil show more of "
            "the hand.",
        ),
        Control(
            id="thinnest",
            label="Thinnest stroke",
            kind="float",
            default=0.3,
            minimum=0.1,
            maximum=20.0,
            step=0.1,
            unit="%",
            hint="Of the sheet's shorter side. Raise it for a painting without fine lines.",
        ),
        Control(
            id="widest",
            label="Widest stroke",
            kind="float",
            default=80.0,
            minimum=1.0,
            maximum=100.0,
            step=1.0,
            unit="%",
            hint="Of the sheet's shorter side. Lower it to leave paper bare and to see single strokes.",
        ),
        Control(
            id="variety",
            label="Variety",
            kind="float",
            default=0.3,
            minimum=0.0,
            maximum=1.5,
            step=0.05,
            hint="How far another seed leads to another painting: colours stray and strokes come in another order; "
            "from imagination, unusual pictures instead of typical ones.",
        ),
        Control(
            id=MINDS,
            label="Faces in mind",
            kind="int",
            default=6,
            minimum=0,
            maximum=12,
            step=1,
            hint="From imagination: so many faces come to its mind, and it paints the one that its critic likes best. "
            "With 0 it paints stroke after stroke with nothing in mind, as it learnt against that critic.",
        ),
    ]


def _manifest(task: SpiralTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    files = ("painter.onnx", "dreamer.onnx", "critic.onnx", "mind.onnx", GOLDEN)
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="SPIRAL painter",
        version="1",
        studio="paint",
        family="spiral-painter",
        summary="Paints a picture in as many strokes as you like, or one from imagination.",
        licence="CC-BY-4.0",
        files=[describe_file(out / name) for name in files],
        codec={
            "side": SIDE,
            "around": AROUND,
            "strokes": task.strokes,
            "latent": LATENT,
            "memory": task.memory,
            "imagined": STROKES,
            "mind": COMPONENTS,
        },
        controls=controls(),
        training=trained_by(
            task,
            trained,
            settings,
            data="5,289 fantasy portraits, 2,698 faces from paintings, 4,414 paintings (the training parts, 12,117)",
            licence="portraits: CC BY 4.0; paintings: public domain",
            credit="Portraits: artflow.ai, CC BY 4.0, cropped and resized. Paintings: painters who died in 1929 or "
            "earlier, public domain.",
        ),
        tolerance={"painter": 1e-3, "critic": 1e-3, "mind": 1e-4},
    )


RECIPE = Recipe(SpiralTask, export, measure, graphs)
