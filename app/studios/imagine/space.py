"""What a styled generator can be steered by: its layers, its mean styles, its principal directions with their names."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.model import Model
from app.studios.imagine.request import LAST, DirectionMove

SPACE = "space.npz"
ALL, COARSE, MIDDLE, FINE = "all", "coarse", "middle", "fine"
RANGES = (ALL, COARSE, MIDDLE, FINE)
"""The ranges of layers by name: coarse is pose and build, middle the features, fine colour and light."""


FREE, GIVE = 1.6, 0.8
"""See :func:`held_in`, in standard deviations."""


@dataclass(frozen=True)
class Space:
    """*mean* is float32 (layers, width); *directions* float32 (n, width), or (n, latent) where *in_latent*."""

    mean: np.ndarray
    directions: np.ndarray
    names: tuple[str, ...]
    in_latent: bool

    @functools.cached_property
    def layers(self) -> int:
        return len(self.mean)

    @property
    def width(self) -> int:
        return self.mean.shape[1]

    @functools.cached_property
    def principal(self) -> np.ndarray:
        """The directions without a name, the principal ones, at right angles to each other, (n, length)."""
        return self.directions[[place for place, name in enumerate(self.names) if not name]]

    @functools.cached_property
    def squares(self) -> np.ndarray:
        """The squared length of each of the principal directions, (n,)."""
        return np.square(self.principal).sum(1)


def space_of(model: Model) -> Space:
    """The space of a styled model. Raises :class:`AtelierError` (``BAD_MODEL``) if its arrays do not fit its codec."""
    kept = model.memory.get(SPACE)
    if kept is None:
        kept = model.memory[SPACE] = _read(model)
    return kept


def layer_range(name: str, layers: int) -> tuple[int, int]:
    """The first and the last layer of a range. Raises :class:`AtelierError` (``BAD_INPUT``) for an unknown name."""
    if name not in RANGES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("There are no “{name}” layers.", name=name),
            tr("Possible: {range}.", range=", ".join(RANGES)),
        )
    if name == ALL:
        return 0, LAST
    ends = [round(third * layers / 3) for third in range(4)]
    place = RANGES.index(name) - 1
    return ends[place], max(ends[place], ends[place + 1] - 1)


def range_name(first: int, last: int, layers: int) -> str:
    """The name of a range of layers; empty for one that has none."""
    return next((name for name in RANGES if layer_range(name, layers) == (first, last)), "")


def layer_slice(first: int, last: int, layers: int) -> slice:
    """The layers of a range. Raises :class:`AtelierError` (``BAD_INPUT``) for layers there are not."""
    end = layers - 1 if last == LAST else last
    if not 0 <= first <= end < layers:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The layers {first} to {last} are none of this model's.", first=first + 1, last=end + 1),
            tr("Possible: {range}.", range=f"1 – {layers}"),
        )
    return slice(first, end + 1)


def steps(moves: tuple[DirectionMove, ...], directions: np.ndarray, layers: int) -> np.ndarray:
    """What the *moves* add in each layer, float32 (layers, length of a direction).

    Raises :class:`AtelierError` (``BAD_INPUT``) for a direction or layer the model does not have.
    """
    added = np.zeros((layers, directions.shape[1]), np.float32)
    for move in moves:
        within = layer_slice(move.first, move.last, layers)
        for part in move.parts:
            if not 0 <= part.direction < len(directions):
                raise AtelierError(
                    ErrorKind.BAD_INPUT,
                    tr("The model has no direction {number}.", number=part.direction + 1),
                    tr("Possible: {range}.", range=f"1 – {len(directions)}"),
                )
            mine = layer_slice(part.first, part.last, layers)
            both = slice(max(within.start, mine.start), min(within.stop, mine.stop))
            added[both] += np.float32(move.amount * part.weight) * directions[part.direction]
    return added


def held_in(styles: np.ndarray, added: np.ndarray, space: Space) -> np.ndarray:
    """*styles* with what steps *added*, both (layers, width), slowed down where nothing was ever seen.

    Along each principal direction a picture goes freely to :data:`FREE` standard deviations from the mean, or to where
    it was; from there on ever slower, by :data:`GIVE` at most. Beyond, the network answers with patterns of dots.
    """
    axes, moved = space.principal, styles + added
    if not len(axes) or not added.any():
        return moved
    before, step = ((part @ axes.T) / space.squares for part in (styles - space.mean, added))
    wanted = before + step
    far, free = np.abs(wanted), np.maximum(FREE, np.abs(before))
    if (far <= free).all():
        return moved
    over = np.maximum(far - free, 0)
    held = np.sign(wanted) * (np.minimum(far, free) + GIVE * over / (GIVE + over))
    return (moved + (held - wanted) @ axes).astype(np.float32)


def _read(model: Model) -> Space:
    arrays, codec = model.arrays(SPACE), model.codec
    in_latent = codec.get("direction_space") == "latent"
    try:
        mean, directions = (arrays[name].astype(np.float32) for name in ("mean", "directions"))
        names = tuple(str(name) for name in arrays["names"]) if "names" in arrays else ("",) * len(directions)
        good = mean.shape == (int(codec["layers"]), int(codec["width"])) and len(names) == len(directions)
        good = good and directions.shape[1] == int(codec["latent"] if in_latent else codec["width"])
    except (KeyError, ValueError, IndexError) as error:
        raise _unfit(model) from error
    if not good or not np.isfinite(mean).all() or not np.isfinite(directions).all():
        raise _unfit(model)
    return Space(mean, directions, names, in_latent)


def _unfit(model: Model) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_MODEL,
        tr("The directions of the model “{id}” do not fit it.", id=model.manifest.id),
        tr("See docs/models.md for what a model folder holds."),
    )
