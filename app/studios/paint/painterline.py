"""The painting network on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr
from app.runtime.manifest import check_controls
from app.runtime.model import Model
from app.studios.paint.document import Drawing
from app.studios.paint.files import load_drawing
from app.studios.paint.request import PaintRequest
from app.studios.paint.target import target_of

PAINTER = "spiral-painter"
"""The family of networks that paint pictures."""
MOST_BYTES = 400_000_000
SQUARE = 768
"""The side of a sheet for a picture from imagination."""
OPTIONS = {"target": "--target", "strokes": "--strokes", "category": "--class", "between": "--between"}


def painter_request(arguments: argparse.Namespace, model: Model) -> PaintRequest:
    """Paint a picture, on a sheet as large as it is; or one from imagination. With ``--continue``, on that sheet.

    Raises :class:`AtelierError`: ``BAD_INPUT`` for what can't be painted, ``BAD_FILE`` for files that can't be read.
    """
    refuse_options(arguments, model, ("category", "between"))
    controls = dict(arguments.controls)
    if arguments.strokes is not None:
        controls = check_controls(model.manifest, {**controls, "strokes": arguments.strokes})
    target, sheet = _target(arguments.target)
    drawing = load_drawing(arguments.begun)[0] if arguments.begun else sheet
    return PaintRequest(
        model=model.manifest.id, seed=arguments.seed, controls=controls, drawing=drawing, target=target
    )  # fmt: skip


def refuse_options(arguments: argparse.Namespace, model: Model, names: Sequence[str]) -> None:
    """Raises :class:`AtelierError` (``BAD_INPUT``) if one of these options, which mean nothing to the model, is set."""
    for name in names:
        if getattr(arguments, name) is not None:
            message = tr("{option} is nothing “{model}” knows.", option=OPTIONS[name], model=model.manifest.id)
            raise AtelierError(ErrorKind.BAD_INPUT, message)


def _target(path: Path | None) -> tuple[bytes, Drawing]:
    if path is None:
        return b"", Drawing(width=SQUARE, height=SQUARE)
    target, (width, height) = target_of(read_bytes(path, MOST_BYTES), path.name)
    return target, Drawing(width=width, height=height)
