"""Export to ONNX, and the proof that the exported graph computes what torch computes.

An export is finished when ONNX Runtime equals torch on real inputs within a tolerance. The inputs and torch's outputs
are kept as ``golden.npz`` (keys ``in:<graph>:<name>`` and ``out:<graph>:<name>``); the application's tests replay them.

Weights can be stored as float16 and widened when the session is opened: half the file, the same float32 arithmetic.
The module is rounded to the same values before torch computes the golden outputs, so the check stays exact.
"""

from __future__ import annotations

import functools
import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from app.runtime.device import CPU
from app.runtime.session import SessionOptions, open_session

log = logging.getLogger(__name__)
GOLDEN = "golden.npz"
HALF = ".half"
"""What is put behind the name of a tensor that is stored as float16."""
SMALL = 256
"""Tensors up to this many elements (biases, scales) stay float32 when the rest is stored as float16."""


@dataclass
class Graph:
    """One graph to export: a module, real example inputs by name (tensors), output names, axes that vary.

    ``dynamic`` maps an input or output name to ``{axis: name}``. ``tolerance`` is the largest absolute difference.
    ``half`` stores the weights as float16 (the module's weights are rounded in place). ``write`` writes the file where
    tracing the module would not do; then nothing is rounded here.
    """

    stem: str
    module: nn.Module
    inputs: dict[str, torch.Tensor]
    outputs: list[str]
    dynamic: dict[str, dict[int, str]] = field(default_factory=dict)
    tolerance: float = 1e-4
    half: bool = True
    write: Callable[[Path], None] | None = None


def export_all(graphs: list[Graph], folder: Path) -> dict[str, float]:
    """Write each graph to *folder*, check it, write ``golden.npz``; returns the largest difference by graph.

    Raises ValueError when ONNX and torch differ by more than a graph's tolerance.
    """
    folder.mkdir(parents=True, exist_ok=True)
    golden: dict[str, np.ndarray] = {}
    differences = {}
    for graph in graphs:
        if graph.half and graph.write is None:
            _round_weights(graph.module)
        expected = _torch_outputs(graph)
        (graph.write or functools.partial(write_graph, graph))(folder / f"{graph.stem}.onnx")
        differences[graph.stem] = _check(graph, expected, folder)
        golden |= {f"in:{graph.stem}:{name}": value.numpy() for name, value in graph.inputs.items()}
        golden |= {f"out:{graph.stem}:{name}": value for name, value in expected.items()}
    np.savez_compressed(folder / GOLDEN, **golden)  # pyright: ignore[reportArgumentType]
    return differences


@torch.no_grad()
def _round_weights(module: nn.Module) -> None:
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.dtype == torch.float32 and tensor.numel() > SMALL:
            tensor.copy_(tensor.half().float())


def _torch_outputs(graph: Graph) -> dict[str, np.ndarray]:
    graph.module.eval()
    with torch.no_grad():
        values = graph.module(*graph.inputs.values())
    values = values if isinstance(values, tuple) else (values,)
    return {name: value.numpy() for name, value in zip(graph.outputs, values, strict=True)}


def write_graph(graph: Graph, path: Path) -> None:
    """Trace the graph's module into the file *path*, without checking it."""
    # The TorchScript exporter: it maps nn.LSTM to ONNX's LSTM and keeps dynamic axes without tracing constraints.
    with warnings.catch_warnings():
        # Torch deprecates it, but its successor can't do this yet; what tracing fixes, the check below would show.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", torch.jit.TracerWarning)  # pyright: ignore[reportPrivateImportUsage]
        # And of a recurrent network's start state in the graph; ours is an input, or zero at any size of the batch.
        warnings.filterwarnings("ignore", "Exporting a model to ONNX with a batch_size other than 1", UserWarning)
        # ONNX Runtime folds it when the graph is opened.
        warnings.filterwarnings("ignore", "Constant folding - Only steps=1", UserWarning)
        torch.onnx.export(
            graph.module,
            tuple(graph.inputs.values()),
            str(path),
            input_names=list(graph.inputs),
            output_names=graph.outputs,
            dynamic_axes=graph.dynamic,
            opset_version=18,
            dynamo=False,
        )
    model = onnx.load(str(path))
    # The exporter's doc strings hold source paths; they say nothing to a user and differ from machine to machine.
    for node in model.graph.node:
        node.doc_string = ""
    model.doc_string = ""
    if graph.half:
        _store_half(model.graph)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _store_half(graph: onnx.GraphProto) -> None:
    """Keep each large float32 initializer as float16 behind a Cast, which ONNX Runtime folds when opening."""
    casts = []
    for tensor in list(graph.initializer):
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size <= SMALL:
            continue
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{tensor.name} does not fit float16")
        name = tensor.name + HALF
        casts.append(helper.make_node("Cast", [name], [tensor.name], to=TensorProto.FLOAT))
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(half, name))
    for cast in reversed(casts):
        graph.node.insert(0, cast)


def _check(graph: Graph, expected: dict[str, np.ndarray], folder: Path) -> float:
    session = open_session(folder / f"{graph.stem}.onnx", CPU, SessionOptions())
    feeds = {name: value.numpy() for name, value in graph.inputs.items() if name in session.input_names}
    found = session.run(feeds)
    worst = max(_apart(found[name], expected[name]) for name in graph.outputs)
    log.info("%s.onnx: largest difference from torch %.2e", graph.stem, worst)
    if not worst <= graph.tolerance:
        raise ValueError(f"{graph.stem}.onnx differs from torch by {worst:.3g}, more than {graph.tolerance:g}")
    return worst


def _apart(found: np.ndarray, expected: np.ndarray) -> float:
    """The largest difference; of whole numbers, which are rounded values, beyond one."""
    worst = float(np.abs(found.astype(np.float64) - expected).max(initial=0.0))
    return worst if expected.dtype.kind == "f" else max(0.0, worst - 1)
