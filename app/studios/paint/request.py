"""What is asked of a drawing model."""

from __future__ import annotations

import msgspec

from app.runtime.manifest import ControlValue
from app.studios.paint.document import Drawing


class PaintRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with *drawing*; from an empty sheet, draw something whole.

    The machine's strokes take the width and colour given here. ``controls`` are the model's: ``class``,
    ``temperature``, ``points``.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    drawing: Drawing = Drawing()
    size: float = 4.0
    colour: str = "#1d1f21"
