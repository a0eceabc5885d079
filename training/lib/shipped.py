"""Shipped ONNX weights back into the torch modules they came from, for a training that has nothing else to start from.

An exporter renames, transposes, reorders and packs weights. Instead of undoing each of that by name, the same module is
exported twice more with its weights replaced by tags: once by the number of the tensor, once by the place within it.
What the exporter did to the tags it did to the weights, so the tags say where each shipped value belongs.
"""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from training.lib.export import HALF, SMALL, Graph, write_graph

Named = list[tuple[str, np.ndarray]]
EXACT = 1 << 24
"""Whole numbers up to here are exact in float32."""


def take_weights(graphs: list[Graph], folder: Path, modules: dict[str, nn.Module]) -> list[str]:
    """Fill the graphs' modules, in place, with what ``<stem>.onnx`` in *folder* holds.

    Returns the names of the weights of *modules* that are in none of the files; they stay as they are. Raises
    ValueError where sizes differ or a value is not simply one of the weights.
    """
    taken: set[int] = set()
    for graph in graphs:
        taken |= _take(graph, folder / f"{graph.stem}.onnx")
    weights = {f"{name}.{key}": value for name, part in modules.items() for key, value in part.named_parameters()}
    return [name for name, value in weights.items() if value.data_ptr() not in taken]


def _take(graph: Graph, path: Path) -> set[int]:
    """Fill one module; returns the addresses of the tensors that were filled."""
    state = _floats(graph.module)
    shipped = _stored(path)
    numbers = _tagged(graph, lambda number, tensor: np.full(tensor.shape, -(number + 1.0)))
    places = _tagged(graph, lambda number, tensor: np.arange(tensor.numel()).reshape(tensor.shape) + number)
    if len(shipped) != len(numbers):
        raise ValueError(f"{path.name} holds {len(shipped)} tensors, the network {len(numbers)}: they are not alike")
    found = [np.full(tensor.numel(), np.nan, np.float32) for tensor in state]
    for (name, values), (_, number), (_, place) in zip(shipped, numbers, places, strict=True):
        if values.shape != number.shape:
            raise ValueError(f"{name} of {path.name} is {values.shape}, the network's {number.shape}")
        if not np.array_equal(number, place):  # else a constant of the graph, not a weight
            _spread(values, number, place, found, name)
    return _filled(state, found)


def _spread(values: np.ndarray, number: np.ndarray, place: np.ndarray, found: list[np.ndarray], name: str) -> None:
    """Bring each of *values* to the tensor and the place that its tags say."""
    tensor = np.round(-number).astype(np.int64) - 1
    where = np.round(place).astype(np.int64) - tensor
    if not (np.array_equal(-number - 1, tensor) and np.array_equal(place - tensor, where)):
        raise ValueError(f"{name} is computed from weights, not one of them")
    for index in np.unique(tensor):
        chosen = tensor == index
        found[index][where[chosen]] = values[chosen]


@torch.no_grad()
def _filled(state: list[torch.Tensor], found: list[np.ndarray]) -> set[int]:
    taken = set()
    for tensor, values in zip(state, found, strict=True):
        missing = np.isnan(values)
        if missing.all():
            continue
        if missing.any():
            raise ValueError(f"only {(~missing).sum()} of the {missing.size} weights of a tensor are in the file")
        tensor.copy_(torch.from_numpy(values).view(tensor.shape))
        taken.add(tensor.data_ptr())
    return taken


def _floats(module: nn.Module) -> list[torch.Tensor]:
    return [tensor for tensor in module.state_dict().values() if tensor.is_floating_point()]


def _tagged(graph: Graph, tag: Callable[[int, torch.Tensor], np.ndarray]) -> Named:
    """The stored tensors of the graph when tags stand in place of its weights."""
    module = copy.deepcopy(graph.module).eval()
    with torch.no_grad():
        for number, tensor in enumerate(_floats(module)):
            if tensor.numel() + number >= EXACT:
                raise ValueError(f"a tensor of {tensor.numel():,} weights is too large to be tagged")
            tensor.copy_(torch.from_numpy(np.asarray(tag(number, tensor))))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tagged.onnx"
        write_graph(replace(graph, module=module, half=False), path)
        stored = _stored(path)
    return _as_halved(stored) if graph.half else stored


def _stored(path: Path) -> Named:
    """The float tensors a file holds, widened, in its order."""
    tensors = [(tensor.name, numpy_helper.to_array(tensor)) for tensor in onnx.load(str(path)).graph.initializer]
    return [
        (name.removesuffix(HALF), values.astype(np.float32)) for name, values in tensors if values.dtype.kind == "f"
    ]


def _as_halved(stored: Named) -> Named:
    """Storing large tensors as float16 moves them behind the small ones."""
    return sorted(stored, key=lambda named: named[1].size > SMALL)
