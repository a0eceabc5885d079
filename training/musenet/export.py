"""Exports ``musenet-mini``: the decoder in 8 bits, the manifest with its composers, the card with what was measured."""

from __future__ import annotations

from pathlib import Path

import torch

from app.runtime.manifest import SCHEMA, Control, Manifest
from app.studios.compose.musenet import ANYBODY
from training.gpt.golden import GOLDEN_PAST, GOLDEN_TOKENS, TOLERANCE, decoder_graph
from training.gpt.shipped import take_decoder
from training.lib.card import describe_file, finish, trained_by
from training.lib.export import GOLDEN, Graph, export_all
from training.lib.loop import CHECKPOINT, load_averaged
from training.lib.loop import Progress as Trained
from training.lib.settings import Setting, remembered
from training.musenet.corpus import GROUPS, credited
from training.musenet.measure import measure
from training.musenet.recipe import MusenetTask, valid_rows
from training.registry import Recipe

NOTES = """
- It goes on with a piece of up to five instruments from any bar, or fills marked bars or tracks so that what is not
  marked stays identical. It reads up to {context:,} tokens, about {notes:,} notes.
- Metre and ranges are kept by construction: no note can begin outside its bar, and no key outside an instrument's range
  can be drawn. How often the network would keep them by itself stands above.
- It hears sixteenths and triplets (twelfths of a quarter) and eight strengths. Finer timing is rounded for its ears;
  your notes keep their own.
- It knows the manner of its composers for a bar or two: textures, cadences, usual chords. It keeps no theme over a
  whole piece, and a key wanders. Drums were learnt only by themselves, from performed grooves; beside other instruments
  they are a guess, as is every pairing that stands in no piece.
- Where bars are filled before others that stay, what follows is read, but hardly used yet, as the figures about gaps
  show: what is filled in fits what stands before it, and leads to what follows only by chance. That falls short of what
  the network was made for.
- `music-critic` still tells what it writes from the data; how well stands on the critic's card.
- Pieces under the GPL or share-alike licences are left out of the training, so that nothing binds the weights.
- The weights are kept in 8 bits in blocks of 64 with a scale each. On windows of the valid part the network needs
  {before:.4f} nats a note with its weights in 32 bits and {after:.4f} in 8.
"""
CREDITS = "CREDITS.txt"
"""Those whom a licence wants named, one a line."""
CREDIT = (
    "pl-wnifc/humdrum-polish-scores and humdrum-chopin-first-editions (CC BY 4.0); MutopiaProject (public domain and "
    "CC BY, typesetters named in CREDITS.txt); OpenScore Lieder and StringQuartets (CC0); Groove MIDI (Gillick et al. "
    "2019, Google, CC BY 4.0); Open Hymnal (public domain); MarkGotham/Hauptstimme (CC0)"
)


def export(name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None:
    """Write the model folder *out* from the checkpoint in *run*. Raises ValueError if ONNX differs from torch."""
    settings = remembered(run)
    task = RECIPE.built(name, data, settings=settings)
    trained = load_averaged(task.modules, run / CHECKPOINT)
    before = task.evaluate(task.modules)["nats_per_note"]
    export_all(graphs(task), out)
    (out / CREDITS).write_text("\n".join(credited(data)) + "\n", encoding="utf8")
    after = task.evaluate(task.modules)["nats_per_note"]
    context = task.network.shape.context
    notes = NOTES.format(context=context, notes=round(context / 260) * 100, before=before, after=after)
    finish(_manifest(task, trained, settings, out), out, notes, lambda model: measure(model, data, quick))


def graphs(task: MusenetTask) -> list[Graph]:
    """The network as it is exported, on a window of a valid piece."""
    (row,) = valid_rows(task.valid, 1, GOLDEN_PAST + GOLDEN_TOKENS - 1)
    return [decoder_graph(task.network, torch.from_numpy(row[None]))]


def controls() -> list[Control]:
    """What can be set in the window: who it shall be like, how bold, and what is wished of the result."""
    slider = {"kind": "float", "minimum": -1.0, "maximum": 1.0, "step": 0.05, "default": 0.0, "group": "more"}
    wish = " Eight answers are written and measured, and the one that has most of it is kept."
    return [
        Control(
            id="composer",
            label="In the manner of",
            kind="choice",
            default=ANYBODY,
            choices=[ANYBODY, *GROUPS],
            hint="A composer or a style; what stands before weighs more. Odd pairs with instruments are allowed.",
        ),
        Control(
            id="temperature",
            label="Boldness",
            kind="float",
            default=0.95,
            minimum=0.2,
            maximum=1.5,
            step=0.05,
            hint="Low: it repeats what is usual. High: rarer turns, then wrong ones.",
        ),
        Control(
            id="top_p",
            label="Choice among",
            kind="float",
            default=0.95,
            minimum=0.5,
            maximum=1.0,
            step=0.01,
            group="more",
            hint="Only the likeliest events that have this share of the chance together are drawn from.",
        ),
        Control(
            id="memory",
            label="Memory",
            kind="int",
            default=2048,
            minimum=512,
            maximum=4096,
            step=256,
            group="more",
            unit="tokens",
            hint="How far back it reads, two or three tokens a note. More keeps more in mind and is slower.",
        ),
        Control(id="density", label="Density", hint="To the right more notes, to the left fewer." + wish, **slider),
        Control(id="spread", label="Range", hint="To the right parts that reach further up and down." + wish, **slider),
        Control(
            id="consonance",
            label="Consonance",
            hint="To the right more thirds, fifths and sixths, to the left more friction." + wish,
            **slider,
        ),
    ]


def _manifest(task: MusenetTask, trained: Trained, settings: dict[str, Setting], out: Path) -> Manifest:
    shape = task.network.shape
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name="Musenet: all instruments",
        version="1",
        studio="compose",
        family="musenet",
        summary="Goes on with any piece, or fills what you mark, for the instruments and in the manner you choose",
        licence="MIT",
        files=[describe_file(out / name) for name in ("decoder.onnx", GOLDEN)],
        codec={
            "vocabulary": shape.vocabulary,
            "layers": shape.layers,
            "heads": shape.heads,
            "size": shape.width // shape.heads,
            "context": shape.context,
            "positions": shape.context,
            "threads": 1,
            "groups": list(GROUPS),
        },
        controls=controls(),
        training=trained_by(
            task,
            trained,
            settings,
            f"{len(task.train):,} pieces of the 16th-20th century for up to five parts, and drum grooves",
            "public domain, CC0, CC BY 2.5-4.0",
            CREDIT,
        ),
        tolerance={"decoder": TOLERANCE},
    )


def take(task: MusenetTask, folder: Path) -> list[str]:
    """Fill the task's network from a finished model. Raises ValueError if its sizes are not the task's."""
    take_decoder(task.network, folder / "decoder.onnx")
    return []


RECIPE = Recipe(MusenetTask, export, measure, graphs, take)
