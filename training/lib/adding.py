"""Puts one more graph into the folder of a finished model."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np

from app.runtime.manifest import Manifest, load_manifest
from training.lib.card import CARD, describe_file, notes_of, write_card
from training.lib.export import GOLDEN, Graph, export_all


def add_graph(graph: Graph, folder: Path, changed: Callable[[Manifest], Manifest], noted: Callable[[str], str]) -> None:
    """Write the graph into the model's *folder*, in place of an older one, and what it is into the manifest, the golden
    pairs and the card. *changed* is what else is new in the manifest, *noted* what becomes of the card's notes.

    Raises ValueError if ONNX differs from torch.
    """
    file = f"{graph.stem}.onnx"
    with tempfile.TemporaryDirectory() as place:
        export_all([graph], Path(place))
        (folder / file).write_bytes((Path(place) / file).read_bytes())
        _merge_golden(folder / GOLDEN, Path(place) / GOLDEN)
    before = load_manifest(folder)
    files = [describe_file(folder / entry.name) for entry in before.files if entry.name != file]
    manifest = msgspec.structs.replace(
        before,
        files=[*files, describe_file(folder / file)],
        tolerance={**before.tolerance, graph.stem: graph.tolerance},
    )
    write_card(changed(manifest), folder, noted(notes_of((folder / CARD).read_text(encoding="utf8"))))


def _merge_golden(path: Path, more: Path) -> None:
    with np.load(path) as old, np.load(more) as new:
        pairs = {**old, **new}
    np.savez_compressed(path, **pairs)  # pyright: ignore[reportArgumentType]
