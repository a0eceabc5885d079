"""What is asked of a drawing model."""

from __future__ import annotations

import msgspec
import numpy as np

from app.runtime.manifest import ControlValue
from app.studios.paint.document import Drawing, Stroke


class Space(msgspec.Struct, frozen=True):
    """Places in the latent space of drawings: for each, a weight for each of the *drawings*; their sum is the place.

    *noise* is how far a place strays at random: 1 is as far as a drawing's own uncertainty.
    """

    drawings: tuple[Drawing, ...]
    weights: tuple[tuple[float, ...], ...]
    noise: float = 0.0


class PaintRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Go on with *drawing*; from an empty sheet, draw something whole.

    The machine's strokes are like *head*: its brush, size, colour, opacity and layer. ``controls`` are the model's:
    ``class``, ``temperature``, ``points``. With *mix*, a second category counts with that *share* 0..1. With *gap*
    (left, top, right, bottom in pixels), the continuation that lies best in it counts. With *space*, the result is not
    a continuation but drawings from the latent space. *target* is a picture to paint, as
    :func:`app.studios.paint.target.target_of` gives it.
    """

    model: str
    seed: int = 0
    controls: dict[str, ControlValue] = {}
    drawing: Drawing = Drawing()
    head: Stroke = Stroke(())
    mix: str = ""
    share: float = 0.5
    gap: tuple[float, float, float, float] | None = None
    space: Space | None = None
    target: bytes = b""

    def stroke(self, points: np.ndarray) -> Stroke:
        """A stroke of the machine through points (n, 2) in pixels."""
        head = self.head
        return Stroke.of_points(
            points, head.size, head.colour, "machine", brush=head.brush, opacity=head.opacity, layer=head.layer
        )
