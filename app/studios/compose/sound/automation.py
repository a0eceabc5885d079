"""What changes in the course of a track is heard: volume, expression, place, the pitch wheel, vibrato.

Volume and place that a controller sets take the place of the mixer's from there on, as in every player of MIDI files.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.studios.compose.document import BEND, EXPRESSION, FULL_VOLUME, MIDDLE, PAN, VOLUME, Track
from app.studios.compose.sound.sampler import RATE
from app.studios.compose.sound.timing import Timing

RAMP = 0.005
"""Seconds in which a controller reaches its next value, so that nothing clicks."""
FULL = 127
MODULATION, DATA, FINE_DATA, FINE_CHOICE, CHOICE = 1, 6, 38, 100, 101
"""Controllers of the MIDI 1.0 specification; the last four set the range of the pitch wheel."""
RANGE = 2.0
"""Semitones to either side that the whole way of the wheel is, unless the track says otherwise (General MIDI)."""
WHEEL = 8192
VIBRATO, DEPTH = 5.5, 0.5
"""Hertz, and semitones to either side, of full modulation; each synthesizer has its own."""


class Curve:
    """A value that goes in steps, each reached in :data:`RAMP`: *times* in seconds rising, *values* of equal number."""

    def __init__(self, times: np.ndarray, values: np.ndarray) -> None:
        over = np.minimum(times + RAMP, np.append(times[1:], np.inf))
        self._times = np.stack([times, over], 1).ravel()
        self._values = np.stack([np.append(np.nan, values[:-1]), values], 1).ravel().astype(np.float64)

    def at(self, times: np.ndarray, before: float) -> np.ndarray:
        """The values at *times*, in seconds; *before* is the value until the first change."""
        values = self._values.copy()
        values[0] = before
        return np.interp(times, self._times, values, left=before)


class Automation:
    """The curves of one track; those that nothing changes are not there."""

    def __init__(self, track: Track, timing: Timing) -> None:
        self._volume, self._expression, self._pan, self._modulation = (
            _curve(((c.tick, float(c.value)) for c in track.controls if c.number == number), timing)
            for number in (VOLUME, EXPRESSION, PAN, MODULATION)
        )
        self._bend = _curve(_bends(track), timing)

    def gains(self, track: Track, start: int, frames: int) -> np.ndarray:
        """Left and right from frame *start* on, float32: (2,) where they stay as the mixer of *track* has them, else
        (frames, 2)."""
        if self._volume is None and self._expression is None and self._pan is None:
            return gains(track.volume, track.pan)
        times = (start + np.arange(frames)) / RATE
        volume = _at(self._volume, times, track.volume)
        expression = _at(self._expression, times, FULL)
        return gains(volume * expression / FULL, _at(self._pan, times, track.pan))

    def places(self, start: float, frames: int) -> np.ndarray | None:
        """Where in its own wave, in frames, a note is that began at second *start*, float64 (frames,); None for a note
        that keeps its pitch."""
        if self._bend is None and self._modulation is None:
            return None
        times = start + np.arange(frames) / RATE
        semitones = _at(self._bend, times, 0.0)
        if self._modulation is not None:
            depth = DEPTH * self._modulation.at(times, 0.0) / FULL
            semitones = semitones + depth * np.sin(2 * np.pi * VIBRATO * times)
        if not np.any(semitones):
            return None
        speeds = np.broadcast_to(2.0 ** (semitones / 12), frames)
        return np.append(0.0, speeds[:-1].cumsum())


def gains(volume: float | np.ndarray, pan: float | np.ndarray) -> np.ndarray:
    """Left and right, float32 (…, 2): 1 for the volume and the middle of General MIDI, of equal power on the way.

    The volume counts as its square, as General MIDI level 2 has it.
    """
    angle = (np.clip((np.asarray(pan) - MIDDLE) / 63, -1, 1) + 1) * np.pi / 4
    level = (np.asarray(volume) / FULL_VOLUME) ** 2 * np.sqrt(2)
    return np.stack(np.broadcast_arrays(np.cos(angle) * level, np.sin(angle) * level), -1).astype(np.float32)


def _at(curve: Curve | None, times: np.ndarray, usual: float) -> np.ndarray:
    return np.array(usual) if curve is None else curve.at(times, usual)


def _curve(changes: Iterable[tuple[int, float]], timing: Timing) -> Curve | None:
    """Of several changes at one tick the last counts."""
    found = dict(changes)
    if not found:
        return None
    ticks = np.array(sorted(found))
    return Curve(timing.seconds(ticks), np.array([found[tick] for tick in ticks.tolist()]))


def _bends(track: Track) -> Iterable[tuple[int, float]]:
    """Each position of the wheel in semitones, in the range that is set by then (registered parameter 0)."""
    chosen, semitones, cents = {CHOICE: FULL, FINE_CHOICE: FULL}, RANGE, 0.0
    for control in track.controls:
        if control.number in chosen:
            chosen[control.number] = control.value
        elif control.number == DATA and not any(chosen.values()):
            semitones = float(control.value)
        elif control.number == FINE_DATA and not any(chosen.values()):
            cents = float(control.value)
        elif control.number == BEND:
            yield control.tick, control.value / WHEEL * (semitones + cents / 100)
