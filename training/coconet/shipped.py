"""The shipped Coconet back into one that can be trained: its normalizations were folded into the convolutions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from training.coconet.data import crops, training_known
from training.coconet.network import Coconet, normalized
from training.coconet.recipe import WIDE, CoconetTask
from training.lib.export import Graph
from training.lib.shipped import take_weights

CROPS = 48


def take_shipped(task: CoconetTask, graph: Graph, folder: Path) -> list[str]:
    """Fill the task's network from the folded one of *graph*, which is filled from *folder*.

    A normalization is put back so that it changes nothing: its statistics are those of what the convolution gives on
    training crops, its scale and shift undo them. So evaluation computes the same, training nearly the same.
    """
    folded = graph.module
    assert isinstance(folded, Coconet)
    missing = take_weights([graph], folder, {"network": folded})
    statistics = _statistics(task, folded)
    state = {**task.network.state_dict(), **folded.state_dict()}
    for convolution, norm in normalized(task.network):
        shift = state.pop(f"{convolution}.bias")
        mean, variance = statistics[convolution]
        state |= {f"{norm}.running_mean": mean - shift, f"{norm}.running_var": variance}
        state |= {f"{norm}.weight": torch.sqrt(variance + nn.BatchNorm2d(1).eps), f"{norm}.bias": mean}
    task.network.load_state_dict(state)
    return missing


@torch.no_grad()
def _statistics(task: CoconetTask, folded: Coconet) -> dict[str, tuple[torch.Tensor, torch.Tensor]]:
    """Mean and variance of each folded convolution's output, by channel."""
    seen: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}

    def note(name: str, output: Any) -> None:
        seen[name] = (output.mean((0, 2, 3)), output.var((0, 2, 3), unbiased=False))

    hooks = [
        folded.get_submodule(name).register_forward_hook(lambda _, __, output, name=name: note(name, output))
        for name, _ in normalized(task.network)
    ]
    rng = np.random.default_rng(0)
    batch = crops(task.train, WIDE, CROPS, task.steps, rng)
    known = training_known(CROPS, task.steps, rng)
    folded(torch.from_numpy(task.codec.features(batch.classes, known, batch.first, batch.length)))
    for hook in hooks:
        hook.remove()
    return seen
