"""Voice leading as a harmony teacher asks for it: a push against parallel fifths, octaves and unisons.

The network has hardly learnt to avoid them, however often and however coolly it is asked. So, while it is drawn from,
a pitch that would bring two voices in parallel from one perfect interval to the same is pushed away. Neighbours on the
grid are not enough: a voice that comes a little early, or a note slipped in between, hides the parallel and does not
mend it. So the rule holds as well from one eighth to the next, and from one quarter to the next.
"""

from __future__ import annotations

import numpy as np

from app.studios.compose.codec import VOICES, Codec

AGAINST = 8.0
"""Nats against each parallel, at full strength."""
COOLED = 2 / 3
"""Of the temperature, what is left in the last pass at full strength: what is drawn late has no pass to mend it."""
PERFECT = (0, 7)
"""Unison or octave, and fifth, in semitones modulo the octave."""


def push(classes: np.ndarray, codec: Codec) -> np.ndarray:
    """What is added to the scores of each class, (steps, 4, classes), in the state *classes* (steps, 4).

    The state must begin on a quarter.
    """
    found = np.zeros((*classes.shape, codec.classes))
    for span in _spans(codec):
        line, seen = classes[::span], found[::span]
        seen[1:] += _parallels(line, codec)
        seen[:-1] += _parallels(line[::-1], codec)[::-1]
    return -AGAINST * found


def _spans(codec: Codec) -> list[int]:
    """Steps from one sixteenth, eighth, quarter to the next."""
    quarter = codec.steps_per_quarter
    return sorted({1, max(1, quarter // 2), quarter})


def _parallels(line: np.ndarray, codec: Codec) -> np.ndarray:
    """With how many other voices each class would move in parallel from the step before, (steps - 1, 4, classes).

    *line* (steps, 4) says how the others move. Read backwards it is the same rule.
    """
    start, end = line[:-1], line[1:]
    sounding = start != codec.pitches
    moving = sounding & (end != codec.pitches) & (start != end)
    perfect = np.isin(np.abs(start[:, :, None] - start[:, None]) % 12, PERFECT)
    perfect &= ~np.eye(VOICES, dtype=bool) & sounding[:, :, None] & moving[:, None]
    step, voice, other = np.nonzero(perfect)
    left, theirs, now = start[step, voice][:, None], start[step, other][:, None], end[step, other][:, None]
    pitch = np.arange(codec.pitches)
    same = np.abs(pitch - now) % 12 == np.abs(left - theirs) % 12
    found = np.zeros((*start.shape, codec.classes))
    np.add.at(found[..., : codec.pitches], (step, voice), same & (np.sign(pitch - left) == np.sign(now - theirs)))
    return found
