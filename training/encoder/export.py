"""``python -m training encoder MODEL``: train an encoder for a finished styled generator and put it into its folder."""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import torch

from app.base.paths import bundled_models_dir
from app.studios.imagine.inversion import ENCODER
from training.encoder.recipe import EncoderTask
from training.evaluate import add_places, evaluate
from training.lib.adding import add_graph
from training.lib.card import opened
from training.lib.export import Graph
from training.lib.loop import CHECKPOINT, Progress, Run, load_averaged, train

log = logging.getLogger(__name__)
FILE = f"{ENCODER}.onnx"
NOTE = """\
- `{file}` guesses the styles of a picture, the start of a search for a photograph. It learnt from what the generator
  makes: `python -m training encoder {model} --minutes {minutes}`, {steps:,} steps on {hardware}.
"""


def main(arguments: list[str]) -> None:
    options = _parser().parse_args(arguments)
    folder, out = options.models / options.model, options.out / f"{options.model}-encoder"
    task = EncoderTask(opened(folder))
    if options.minutes > 0:
        train(task, Run(out, options.minutes, threads=options.threads, fit=options.minutes))
    if options.export:
        add_encoder(task, load_averaged(task.modules, out / CHECKPOINT), folder)
        evaluate(options.model, options.data, folder, options.quick)


def add_encoder(task: EncoderTask, trained: Progress, folder: Path) -> None:
    """Write the encoder into the model's *folder*, and what it is into the manifest, the golden pairs and the card.

    Raises ValueError if ONNX differs from torch.
    """
    model = folder.name
    add_graph(encoder_graph(task), folder, lambda manifest: manifest, lambda notes: _with_note(notes, model, trained))


def encoder_graph(task: EncoderTask) -> Graph:
    """The encoder on a picture the generator makes."""
    images = torch.from_numpy(task.drawn(1, np.random.default_rng(0))[1])
    batch = {0: "batch"}
    return Graph(ENCODER, task.network, {"images": images}, ["styles"], {"images": batch, "styles": batch}, 1e-3)


def _with_note(notes: str, model: str, trained: Progress) -> str:
    """The notes of a card with those of the encoder at their end, in the place of older ones."""
    notes, minutes = notes.partition(f"- `{FILE}`")[0].rstrip(), max(1, round(trained.seconds / 60))
    said = NOTE.format(
        file=FILE, model=model, minutes=minutes, steps=trained.step, hardware=trained.hardware or "not noted"
    )
    return f"{notes}\n{said}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m training encoder",
        description="Train an encoder for a finished styled generator, from its ONNX files alone, and put it into its"
        " folder; then measure the model again.",
    )
    parser.add_argument("model", metavar="MODEL", help="a model of the families stylegan and biggan")
    add_places(parser)
    parser.add_argument("--models", type=Path, default=bundled_models_dir(), help="the folder of the finished models")
    parser.add_argument("--out", type=Path, default=Path("runs"), help="where checkpoints and samples go")
    parser.add_argument("--minutes", type=float, default=12, help="how long the training takes; 0 only exports")
    parser.add_argument("--threads", type=int, default=0, help="threads of the processor; 0 is all")
    parser.add_argument("--export", action=argparse.BooleanOptionalAction, default=True)
    return parser
