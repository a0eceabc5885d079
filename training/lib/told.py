"""What people write about a styled generator, and the manifest that it becomes part of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.runtime.manifest import SCHEMA, Control, Manifest
from training.lib.card import describe_file, trained_by
from training.lib.export import GOLDEN, Graph
from training.lib.growing import GrowingTask
from training.lib.loop import Progress
from training.lib.settings import Setting
from training.lib.space import SPACE


@dataclass(frozen=True)
class Told:
    """*notes* is Markdown for the card, *licence* that of the weights, *data_licence* of what they learnt from."""

    name: str
    summary: str
    licence: str
    data: str
    data_licence: str
    credit: str
    notes: str


def styled_manifest(
    task: GrowingTask,
    trained: Progress,
    settings: dict[str, Setting],
    told: Told,
    graphs: Sequence[Graph],
    family: str,
    codec: dict[str, Any],
    controls: list[Control],
    out: Path,
) -> Manifest:
    """The manifest of the graphs and the space in the folder *out*; *codec* is what the family adds to its own."""
    names = [*(f"{graph.stem}.onnx" for graph in graphs), SPACE, GOLDEN]
    directions = len(np.load(out / SPACE)["directions"])
    return Manifest(
        schema=SCHEMA,
        id=task.name,
        name=told.name,
        version="1",
        studio="imagine",
        family=family,
        summary=told.summary,
        licence=told.licence,
        files=[describe_file(out / name) for name in names],
        codec=codec | {"side": task.side, "classes": task.class_names, "directions": directions},
        controls=controls,
        training=trained_by(task, trained, settings, told.data, told.data_licence, told.credit),
        tolerance={graph.stem: graph.tolerance for graph in graphs},
    )
