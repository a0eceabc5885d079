"""Finds what a model's family does: one line for each family."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.compose.document import Score
from app.studios.compose.request import ComposeRequest

GENERATORS = {"coconet": "app.studios.compose.coconet:fill"}
SCORERS = {"coconet": "app.studios.compose.score:likelihood"}


def generate(request: ComposeRequest, model: Model, progress: Progress) -> Iterator[Score]:
    """Yield the score so far, again and again. Raises ``AtelierError`` (``BAD_MODEL``) for an unknown family."""
    return _of_family(GENERATORS, model)(request, model, progress)


def score(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """Measure the model on files. Raises ``AtelierError`` (``BAD_MODEL``) for an unknown family."""
    return _of_family(SCORERS, model)(model, files, progress)


def _of_family(families: dict[str, str], model: Model) -> Callable[..., Any]:
    reference = families.get(model.manifest.family)
    if reference is None:
        raise AtelierError(
            ErrorKind.BAD_MODEL,
            tr("Compose does not know models of the family “{family}”.", family=model.manifest.family),
            tr("It knows: {known}.", known=", ".join(families)),
        )
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
