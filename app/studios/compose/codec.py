"""Four voices on a grid of sixteenths <-> the arrays of the network; used by the application and the training.

A *grid* is an int array of shape (steps, 4): the MIDI pitch of soprano, alto, tenor and bass at each sixteenth,
:data:`REST` where a voice is silent. As in the published data (Boulanger-Lewandowski et al. 2012, sixteenths by
Huang et al. 2017) there is no sign for a note struck again: equal neighbours are one held note. What must survive of a
repeated note lies in the document, which keeps the user's notes as they are; only notes the network makes are joined.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

VOICES = 4
REST = -1


class Codec(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of the encoding, as ``model.toml`` has them.

    ``ranges`` are the lowest and highest pitch of each voice in the corpus; the network never writes outside them.
    """

    low: int = 36
    high: int = 81
    steps_per_quarter: int = 4
    ranges: tuple[tuple[int, int], ...] = ((60, 81), (52, 74), (46, 69), (36, 66))

    @property
    def pitches(self) -> int:
        return self.high - self.low + 1

    @property
    def classes(self) -> int:
        """What a voice can do at a step: one of the pitches, or (the last class) be silent."""
        return self.pitches + 1

    @property
    def channels(self) -> int:
        """Channels the network reads at each step: see :meth:`features`."""
        return VOICES * (self.classes + 1) + self.steps_per_quarter + 2

    def encode(self, grid: np.ndarray) -> np.ndarray:
        """Pitches (…, 4) to classes (…, 4), int64. Raises ``AtelierError`` (``BAD_INPUT``) outside ``low..high``."""
        grid = np.asarray(grid, np.int64)
        outside = grid[(grid != REST) & ((grid < self.low) | (grid > self.high))]
        if outside.size:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The note {pitch} is outside what this model knows ({low} – {high}).",
                   pitch=int(outside[0]), low=self.low, high=self.high),
                tr("Transpose the music by octaves until every voice fits."),
            )  # fmt: skip
        return np.where(grid == REST, self.pitches, grid - self.low)

    def decode(self, classes: np.ndarray) -> np.ndarray:
        """Classes (…, 4) back to pitches, int64, :data:`REST` for silence."""
        classes = np.asarray(classes, np.int64)
        return np.where(classes == self.pitches, REST, classes + self.low)

    def features(self, classes: np.ndarray, known: np.ndarray, first: np.ndarray, length: np.ndarray) -> np.ndarray:
        """What the network reads: float32 of shape (batch, channels, steps).

        *classes* int and *known* bool are (batch, steps, 4): the score, and which of it the network may see. A part of
        a longer piece says by *first* (batch,) at which step of the piece it begins and by *length* (batch,) how many
        steps the piece has. Channels: for each voice the one-hot class, zero where unknown; for each voice 1 where it
        is unknown; the place within the quarter, one-hot; 1 at the first step of the piece; 1 at its last.
        """
        batch, steps = classes.shape[:2]
        shown = (classes[..., None] == np.arange(self.classes)) & known[..., None]
        place = np.asarray(first)[:, None] + np.arange(steps)
        beat = place[..., None] % self.steps_per_quarter == np.arange(self.steps_per_quarter)
        ends = np.stack([place == 0, place == np.asarray(length)[:, None] - 1], -1)
        parts = [shown.reshape(batch, steps, -1), ~known, beat, ends]
        return np.ascontiguousarray(np.concatenate(parts, -1).transpose(0, 2, 1), np.float32)

    def allowed(self) -> np.ndarray:
        """Bool (4, classes): the pitches within each voice's range; silence is not among them."""
        pitch = np.arange(self.classes) + self.low
        ranges = np.asarray(self.ranges)
        inside = (pitch >= ranges[:, :1]) & (pitch <= ranges[:, 1:])
        inside[:, self.pitches] = False
        return inside


def codec_of(parameters: dict[str, Any]) -> Codec:
    """The codec of a manifest. Raises :class:`AtelierError` (``BAD_MODEL``) when a parameter makes no sense."""
    try:
        codec = msgspec.convert(parameters, Codec)
    except msgspec.ValidationError as error:
        raise AtelierError(ErrorKind.BAD_MODEL, tr("The model's codec is wrong: {why}.", why=error)) from error
    good = 0 <= codec.low < codec.high <= 127 and codec.steps_per_quarter > 0 and len(codec.ranges) == VOICES
    if not good or any(not codec.low <= a <= b <= codec.high for a, b in codec.ranges):
        raise AtelierError(ErrorKind.BAD_MODEL, tr("The model's codec is wrong: its ranges do not fit together."))
    return codec


def in_range(grid: np.ndarray, codec: Codec) -> np.ndarray:
    """Bool like *grid* (…, 4): silent, or within the range of its voice."""
    ranges = np.asarray(codec.ranges)
    return (grid == REST) | ((grid >= ranges[:, 0]) & (grid <= ranges[:, 1]))
