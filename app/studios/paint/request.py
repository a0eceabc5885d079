"""What is asked of a drawing model."""

from __future__ import annotations

import msgspec
import numpy as np

from app.runtime.manifest import ControlValue
from app.studios.paint.document import Drawing, Stroke


class PaintRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with *drawing*; from an empty sheet, draw something whole.

    The machine's strokes are like *head*: its brush, size, colour, opacity and layer. ``controls`` are the model's:
    ``class``, ``temperature``, ``points``.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    drawing: Drawing = Drawing()
    head: Stroke = Stroke(())

    def stroke(self, points: np.ndarray) -> Stroke:
        """A stroke of the machine through points (n, 2) in pixels."""
        head = self.head
        return Stroke.of_points(
            points, head.size, head.colour, "machine", brush=head.brush, opacity=head.opacity, layer=head.layer
        )
