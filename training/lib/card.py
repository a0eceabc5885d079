"""Writes ``model.toml`` and ``CARD.md`` of an exported model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import onnx

from app.runtime.catalog import Catalog
from app.runtime.manifest import MANIFEST, FileEntry, Manifest, Metric, Tensor, Training, load_manifest, to_toml
from app.runtime.model import Model, ModelShelf
from app.runtime.verify import model_digest, sha256_of
from training.lib.loop import Progress, Task
from training.lib.settings import Setting
from training.tables import metric_table

CARD = "CARD.md"
NOTES = "## What to know"


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
    (folder / MANIFEST).write_text(to_toml(manifest), encoding="utf8")
    (folder / CARD).write_text(_card(manifest, notes), encoding="utf8")


def finish(manifest: Manifest, folder: Path, notes: str, measure: Callable[[Model], list[Metric]]) -> None:
    """Make the folder a model that can be opened, measure it through the application's own code, write what was found.

    *notes* is Markdown, as in :func:`write_card`.
    """
    write_card(manifest, folder, notes)
    write_metrics(folder, measure(opened(folder)))


def write_metrics(folder: Path, metrics: list[Metric]) -> None:
    """Put *metrics* into the manifest and the card of a finished model; all else in them stays."""
    manifest = msgspec.structs.replace(load_manifest(folder), metrics=metrics)
    write_card(manifest, folder, notes_of((folder / CARD).read_text(encoding="utf8")))


def opened(folder: Path) -> Model:
    """The model in *folder*, verified. Raises :class:`AtelierError` when a file is not what the manifest says."""
    return ModelShelf(Catalog(folder.parent)).open(folder.name)


def notes_of(card: str) -> str:
    """The part of a card that people wrote."""
    return card.partition(f"{NOTES}\n")[2].strip()


def trained_by(
    task: Task, progress: Progress, settings: Mapping[str, Setting], data: str, licence: str, credit: str
) -> Training:
    """Where the weights come from, as a checkpoint remembers it; *data*, *licence*, *credit* as people wrote them."""
    words = [f"python -m training {task.name} --minutes {max(1, round(progress.seconds / 60))}"]
    words += [progress.start] if progress.start else []
    words += [f"--horizon {progress.horizon}"] if progress.horizon else []
    words += [f"--set {key}={str(value).lower()}" for key, value in settings.items()]
    return Training(
        data=data,
        licence=licence,
        credit=credit,
        command=" ".join(words),
        hardware=progress.hardware or "not noted",
        hours=round(progress.seconds / 3600, 2),
        steps=progress.step,
        parameters=sum(weights.numel() for module in task.modules.values() for weights in module.parameters()),
    )


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
        f"## Measured\n\n{metric_table(manifest.metrics)}\n\n{NOTES}\n\n{notes.strip()}\n"
    )
