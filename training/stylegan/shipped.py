"""Shipped weights of one style-based generator as the beginning of another, whose pictures have other classes."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from app.runtime.manifest import load_manifest
from training.lib.shipped import take_weights
from training.stylegan.graphs import styled_graphs
from training.stylegan.network import Discriminator, Mapping, Synthesis
from training.stylegan.recipe import StyleTask

ANEW = "embedding.weight"
"""What belongs to the classes; it begins anew where they are others."""


def take_generator(task: StyleTask, folder: Path) -> list[str]:
    """Fill the task's networks from the model in *folder*; returns the names of the weights that were not taken.

    Raises ValueError where the sizes of the networks differ.
    """
    class_names = load_manifest(folder).codec["classes"]
    count, real = len(class_names), task.images_of(torch.arange(4))
    mapping = Mapping(task.latent, count, task.width)
    synthesis = Synthesis(task.width, task.widest, task.side)
    discriminator = Discriminator(count, task.widest, task.side)
    parents: dict[str, nn.Module] = {"mapping": mapping, "synthesis": synthesis, "discriminator": discriminator}
    missing = take_weights(styled_graphs(mapping, synthesis, discriminator, task.latent, count, real), folder, parents)
    same = class_names == task.class_names
    for name, parent in parents.items():
        state = {key: value for key, value in parent.state_dict().items() if same or key != ANEW}
        task.modules[name].load_state_dict(state, strict=same)
    task.synthesis.polish.take(folder / "generator.onnx")
    return missing + ([] if same else [f"{name}.{ANEW}" for name in ("mapping", "discriminator")])


def shipped_synthesis(folder: Path, widest: int = StyleTask.widest) -> Synthesis:
    """The generator of the model in *folder* as a network of torch. Raises ValueError where *widest* is another."""
    codec = load_manifest(folder).codec
    latent, width, side, count = (*(int(codec[key]) for key in ("latent", "width", "side")), len(codec["classes"]))
    synthesis = Synthesis(width, widest, side)
    others = Mapping(latent, count, width), Discriminator(count, widest, side)
    real = torch.zeros(4, side, side, 3, dtype=torch.uint8)
    graphs = styled_graphs(others[0], synthesis, others[1], latent, count, real)
    take_weights([graph for graph in graphs if graph.stem == "generator"], folder, {"synthesis": synthesis})
    synthesis.polish.take(folder / "generator.onnx")
    return synthesis.eval()
