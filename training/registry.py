"""The models that can be trained, each by one line: the module that knows its data, network, task and export."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from training.lib.loop import Task

TASKS = {
    "char-rnn-shakespeare": "training.charrnn.recipe",
    "coconet-bach": "training.coconet.recipe",
    "gan-2014": "training.gan2014.recipe",
    "sketch-rnn": "training.sketchrnn.recipe",
}


@dataclass(frozen=True)
class Recipe:
    """How one model is trained and exported.

    ``task(model, data, device)`` builds the training problem from the data folder; ``export(model, data, run, out)``
    reads the checkpoint in the folder *run* and writes the finished model folder *out*.
    """

    task: Callable[[str, Path, str], Task]
    export: Callable[[str, Path, Path, Path], None]


def recipe_of(model: str) -> Recipe:
    """The recipe of a model: the ``RECIPE`` of its module. Raises KeyError for an unknown name."""
    return cast(Recipe, importlib.import_module(TASKS[model]).RECIPE)
