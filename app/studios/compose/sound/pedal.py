"""How long notes sound, with the pedal held down."""

from __future__ import annotations

import numpy as np

from app.studios.compose.document import PEDAL, Track

DOWN = 64
"""From this value of the controller on, the pedal is down (MIDI 1.0)."""


def sounding_ends(track: Track) -> np.ndarray:
    """When each note of a track ceases to be held, in ticks, int64 (notes,).

    A note that ends while the pedal is down goes on to its release, or to the next note of its pitch.
    """
    ends = np.array([note.end for note in track.notes], np.int64)
    pedal = [control for control in track.controls if control.number == PEDAL]
    if not pedal or not track.notes:
        return ends
    ticks = np.array([control.tick for control in pedal])
    down = np.array([control.value >= DOWN for control in pedal])
    released = np.append(ticks[~down], ends.max())
    state = np.searchsorted(ticks, ends, side="right") - 1
    held = (state >= 0) & down[np.maximum(state, 0)]
    later = np.searchsorted(np.sort(released), ends)
    longer = np.where(held, np.maximum(ends, np.sort(released)[np.minimum(later, len(released) - 1)]), ends)
    return np.minimum(longer, _struck_again(track))


def _struck_again(track: Track) -> np.ndarray:
    """When the pitch of each note is struck the next time; far away if never."""
    following: dict[int, int] = {}
    again = np.full(len(track.notes), np.iinfo(np.int64).max)
    for place in range(len(track.notes) - 1, -1, -1):
        note = track.notes[place]
        again[place] = max(note.end, following.get(note.pitch, int(again[place])))
        following[note.pitch] = note.start
    return again
