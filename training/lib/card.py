"""Writes ``model.toml`` and ``CARD.md`` of an exported model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import onnx
import tomli_w

from app.runtime.manifest import MANIFEST, FileEntry, Manifest, Tensor
from app.runtime.verify import model_digest, sha256_of
from training.tables import metric_table

CARD = "CARD.md"


def describe_file(path: Path) -> FileEntry:
    """The manifest's entry of one file: hash, size, and for a graph its tensors."""
    inputs, outputs = _tensors(path) if path.suffix == ".onnx" else ([], [])
    return FileEntry(name=path.name, sha256=sha256_of(path), bytes=path.stat().st_size, inputs=inputs, outputs=outputs)


def _tensors(path: Path) -> tuple[list[Tensor], list[Tensor]]:
    graph = onnx.load(str(path), load_external_data=False).graph
    return [_tensor(value) for value in graph.input], [_tensor(value) for value in graph.output]


def _tensor(value: Any) -> Tensor:
    kind = value.type.tensor_type
    shape: list[int | str] = [axis.dim_param or axis.dim_value for axis in kind.shape.dim]
    dtype = str(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type))
    return Tensor(name=value.name, dtype=dtype, shape=shape)


def write_card(manifest: Manifest, folder: Path, notes: str) -> None:
    """Write the manifest and the card. *notes* is Markdown: what the model makes, and where it fails."""
    text = tomli_w.dumps(_without_empty(msgspec.to_builtins(manifest)))
    (folder / MANIFEST).write_text(text, encoding="utf8")
    (folder / CARD).write_text(_card(manifest, notes), encoding="utf8")


def _without_empty(value: Any) -> Any:
    """TOML has no null: fields at ``None`` or empty are left out, the reader's defaults stand for them."""
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item not in (None, [], {}, "")}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value


def _card(manifest: Manifest, notes: str) -> str:
    training = manifest.training
    assert training is not None
    facts = [
        ("Studio", manifest.studio),
        ("Parameters", f"{training.parameters:,}"),
        ("Licence of the weights", manifest.licence),
        ("Trained on", f"{training.data} ({training.licence})"),
        ("Credit", training.credit),
        ("Training", f"`{training.command}`, {training.steps:,} steps, {training.hours:.1f} h on {training.hardware}"),
        ("Files", ", ".join(f"`{entry.name}` ({entry.bytes / 1e6:.1f} MB)" for entry in manifest.files)),
        ("SHA-256 of the model", f"`{model_digest(manifest)}`"),
    ]
    head, *rows = [f"| {name} | {value} |" for name, value in facts]
    table = "\n".join([head, "|---|---|", *rows])
    return (
        f"# {manifest.name} (`{manifest.id}`)\n\n{manifest.summary}\n\n{table}\n\n"
        f"## Measured\n\n{metric_table(manifest.metrics)}\n\n## What to know\n\n{notes.strip()}\n"
    )
