"""The models that can be trained, each by one line: the module that knows its data, network, task and export."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, cast

from app.runtime.manifest import Metric
from app.runtime.model import Model
from training.lib.export import Graph
from training.lib.settings import Setting, tuned
from training.lib.shipped import take_weights

log = logging.getLogger(__name__)

TASKS = {
    "abstract-cppn": "training.cppn.export",
    "biggan-avatars": "training.biggan.export",
    "biggan-fruits": "training.biggan.export",
    "biggan-pixel": "training.biggan.export",
    "char-rnn-latex": "training.charrnn.export",
    "char-rnn-shakespeare": "training.charrnn.export",
    "char-rnn-wikipedia": "training.charrnn.export",
    "coconet-bach": "training.coconet.export",
    "features-pictures": "training.features.export",
    "gan-2014": "training.gan2014.export",
    "image-detector": "training.imagedetector.export",
    "gpt-prosa-pt": "training.gpt.export",
    "gpt-prose-en": "training.gpt.export",
    "musenet-mini": "training.musenet.export",
    "music-critic": "training.musiccritic.export",
    "sketch-rnn": "training.sketchrnn.export",
    "sketch-rnn-kanji": "training.sketchrnn.export",
    "spiral-painter": "training.spiral.export",
    "stylegan-masters": "training.stylegan.export",
    "stylegan-portraits": "training.stylegan.export",
    "text-detector": "training.textdetector.export",
    "upscale-x4": "training.upscale.export",
}


class Export(Protocol):
    """See :class:`Recipe`."""

    def __call__(self, name: str, data: Path, run: Path, out: Path, quick: bool = False) -> None: ...


@dataclass(frozen=True)
class Recipe:
    """How one family is trained, exported and measured.

    ``task(model, data, device)`` builds the training problem from the data folder; its plain attributes can be set, and
    ``settings`` has those of single models. ``export(model, data, run, out, quick)`` reads the checkpoint in the folder
    *run* and writes the finished model folder *out*. ``measure(model, data, quick)`` measures a finished model by its
    ONNX files, with fixed seeds; *quick* takes a few samples only, to try whether it works. ``graphs(task)`` are the
    task's modules as they are exported, with golden inputs. ``take(task, folder)`` fills them from a finished model
    where :func:`take_weights` can't, and returns the names of the weights that are not there.
    """

    task: type[Any]
    export: Export
    measure: Callable[[Model, Path, bool], list[Metric]]
    graphs: Callable[[Any], list[Graph]]
    take: Callable[[Any, Path], list[str]] | None = None
    settings: Mapping[str, Mapping[str, Setting]] = field(default_factory=dict)

    def built(self, model: str, data: Path, device: str = "cpu", settings: Mapping[str, Setting] | None = None) -> Any:
        """The :class:`Task` of *model* with *settings* over its own. Raises ValueError for an unknown one."""
        return tuned(self.task, {**self.settings.get(model, {}), **(settings or {})})(model, data, device)

    def begin_from(self, task: Any, folder: Path) -> None:
        """Fill the networks of *task* from the finished model in *folder*. Raises ValueError if they are not alike."""
        take = self.take or (lambda task, folder: take_weights(self.graphs(task), folder, task.modules))
        missing = take(task, folder)
        log.info("%s begins with the weights in %s", task.name, folder)
        if missing:
            log.info("begin anew, for they are not shipped: %s", ", ".join(missing))


def recipe_of(model: str) -> Recipe:
    """The recipe of a model: the ``RECIPE`` of its module. Raises KeyError for an unknown name."""
    return cast(Recipe, importlib.import_module(TASKS[model]).RECIPE)
