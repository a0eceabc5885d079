"""Shipped weights of one drawing network as the beginning of another, which knows other categories."""

from __future__ import annotations

from pathlib import Path

import torch

from app.runtime.manifest import load_manifest
from training.lib.shipped import take_weights
from training.sketchrnn.graphs import drawing_graphs
from training.sketchrnn.network import Decoder, Encoder
from training.sketchrnn.recipe import SketchTask

BY_CLASS = {"encoder": ("out.weight",), "decoder": ("begin.weight", "lstm.weight_ih_l0")}
"""Weights whose last columns belong to the categories, one each."""


def take_drawer(task: SketchTask, folder: Path) -> list[str]:
    """Fill the task's networks from the model in *folder*; returns the names of the weights that were not taken.

    A category both know keeps its column, a new one begins as the mean of all. Raises ValueError where the sizes of the
    networks differ.
    """
    names: list[str] = load_manifest(folder).codec["categories"]
    encoder = Encoder(len(names), task.encoder_width)
    decoder = Decoder(len(names), task.decoder_width)
    parents = {"encoder": encoder, "decoder": decoder}
    points = torch.from_numpy(task.codec.encode(task.valid.strokes[0]))[None]
    missing = take_weights(drawing_graphs(encoder, decoder, points, torch.eye(len(names))[:1]), folder, dict(parents))
    for module, parent in parents.items():
        state = parent.state_dict()
        for key in BY_CLASS[module]:
            state[key] = _for_classes(state[key], names, task.codec.categories)
        task.modules[module].load_state_dict(state)
    return missing


def _for_classes(weight: torch.Tensor, theirs: list[str], ours: list[str]) -> torch.Tensor:
    """The matrix with a column for each of our categories in place of theirs at its end."""
    shared, columns = weight[:, : -len(theirs)], weight[:, -len(theirs) :]
    mean = columns.mean(1)
    found = [columns[:, theirs.index(name)] if name in theirs else mean for name in ours]
    return torch.cat([shared, torch.stack(found, 1)], 1)
