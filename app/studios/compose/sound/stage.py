"""All tracks of a score as sound, in blocks that are made when they are needed.

Each track is kept apart until it is heard, so that the mixer works while it plays. A block holds all that sounds in
it, also of notes that began earlier; so any block can be made without those before it.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np

from app.studios.compose.bars import bars_of
from app.studios.compose.document import Note, Score, Tempo, Track, audible
from app.studios.compose.sound.automation import Automation, gains
from app.studios.compose.sound.pedal import sounding_ends
from app.studios.compose.sound.sampler import RATE, RELEASE, STRUCK, Sampler, frames_of
from app.studios.compose.sound.timing import Timing, timing_of

BLOCK = 4 * RATE
"""Frames of a block."""
STORE = 256 << 20
"""Bytes of blocks that are kept."""
LEVEL = np.float32(1.8)
"""Brings a few voices near full scale."""
LOUDEST = 0.89
"""One decibel below full scale: nothing is louder."""
KNEE = 0.6
"""What is louder than this is pressed together below :data:`LOUDEST`."""
HIGH_CLICK, LOW_CLICK = 76, 77
"""High and low wood block, for the first beat of a bar and the others."""


@dataclass(frozen=True)
class _Part:
    """A track as it is played: when its notes begin and cease to be held, in seconds."""

    track: Track
    tempos: tuple[Tempo, ...]
    start: np.ndarray
    end: np.ndarray
    longest: float
    automation: Automation


class Stage:
    """Makes and mixes the sound of one score. A stage made after another keeps what sounds the same."""

    mixer: Score
    """The score whose mixer counts; :meth:`remix` puts another."""

    def __init__(self, score: Score, sampler: Sampler, metronome: bool = False, before: Stage | None = None) -> None:
        self.score = self.mixer = score
        self.sampler, self.metronome = sampler, metronome
        self.timing = timing_of(score)
        tracks = [*score.tracks, _clicks(score)] if metronome else list(score.tracks)
        kept = before._parts if before is not None and before.sampler is sampler else []
        same = {id(part.track.notes): part for part in kept if part.tempos == score.tempos}
        self._parts = [_part(track, score.tempos, self.timing, same.get(id(track.notes))) for track in tracks]
        self._blocks: OrderedDict[tuple[int, int], np.ndarray] = OrderedDict()
        if before is not None:
            self._inherit(before)

    @property
    def frames(self) -> int:
        """The length of the score in frames, up to where its last note ceases to be held and has died away."""
        ends = [part.end.max(initial=0.0) for part in self._parts[: len(self.score.tracks)]]
        return round((max(ends, default=0.0) + RELEASE) * RATE) if any(ends) else 0

    def audible(self) -> list[int]:
        """The parts that are heard: what the mixer lets through, and the metronome."""
        clicks = [len(self.score.tracks)] if self.metronome else []
        return [*audible(self.mixer), *clicks]

    def remix(self, score: Score) -> bool:
        """Let the mixer of *score* count from now on, if it is the same music; False if it is not."""
        old, new = self.score, score
        same = (old.tempos, old.meters, old.length) == (new.tempos, new.meters, new.length)
        if not same or len(old.tracks) != len(new.tracks):
            return False
        if any(a.notes is not b.notes or _sound(a) != _sound(b) for a, b in zip(old.tracks, new.tracks, strict=True)):
            return False
        self.mixer = score
        return True

    def ready(self, block: int) -> bool:
        """Whether a block of all that is heard has been made."""
        return all((part, block) in self._blocks for part in self.audible())

    def prepare(self, block: int) -> None:
        """Make a block of all that is heard."""
        for part in self.audible():
            if (part, block) not in self._blocks:
                self._blocks[part, block] = self._render(self._parts[part], block)
        self._forget(block)

    def mix(self, start: int, frames: int) -> np.ndarray:
        """The sound from frame *start* on, float32 (frames, 2), within ±:data:`LOUDEST`.

        Blocks that were not made are silent.
        """
        sound = np.zeros((frames, 2), np.float32)
        tracks = self.mixer.tracks
        for part in self.audible():
            automation = self._parts[part].automation
            levels = automation.gains(tracks[part], start, frames) if part < len(tracks) else np.ones(2, np.float32)
            self._add(sound, start, part, levels * LEVEL)
        return pressed(sound)

    def _add(self, sound: np.ndarray, start: int, part: int, levels: np.ndarray) -> None:
        done, levels = 0, np.broadcast_to(levels, sound.shape)
        while done < len(sound):
            block, inside = divmod(start + done, BLOCK)
            count = min(len(sound) - done, BLOCK - inside)
            made = self._blocks.get((part, block))
            if made is not None and len(made):
                sound[done : done + count] += made[inside : inside + count] * levels[done : done + count]
            done += count

    def _render(self, part: _Part, block: int) -> np.ndarray:
        """What sounds of a part in a block, float32 (BLOCK, 2); empty if it is silent."""
        begin, over = block * BLOCK / RATE, (block + 1) * BLOCK / RATE
        tail = RELEASE + (STRUCK if part.track.drums else 0.0)
        first = int(np.searchsorted(part.start, begin - part.longest - tail))
        last = int(np.searchsorted(part.start, over))
        rows = first + np.flatnonzero(part.end[first:last] + tail > begin)
        sound = np.zeros((BLOCK if len(rows) else 0, 2), np.float32)
        for row in rows.tolist():
            note, seconds = part.track.notes[row], float(part.end[row] - part.start[row])
            length = frames_of(part.track.drums, seconds) + round(RELEASE * RATE)
            places = part.automation.places(float(part.start[row]), length)
            wave = self.sampler.note(part.track.program, part.track.drums, note.pitch, note.velocity, seconds, places)
            at = round((part.start[row] - begin) * RATE)
            into, out_of = max(0, at), max(0, -at)
            count = min(BLOCK - into, len(wave) - out_of)
            if count > 0:
                sound[into : into + count] += wave[out_of : out_of + count]
        return sound

    def _inherit(self, before: Stage) -> None:
        """Take over the blocks of parts that sound the same."""
        places = {id(part): place for place, part in enumerate(before._parts)}
        for place, part in enumerate(self._parts):
            old = places.get(id(part))
            if old is not None:
                self._blocks.update({(place, b): sound for (p, b), sound in list(before._blocks.items()) if p == old})

    def _forget(self, block: int) -> None:
        """Let go of the blocks that were made first, when there are too many; never of those near *block*."""
        size = sum(sound.nbytes for sound in self._blocks.values())
        for key in list(self._blocks):
            if size <= STORE:
                return
            if not block - 1 <= key[1] <= block:
                size -= self._blocks.pop(key).nbytes


def gains_of(track: Track) -> np.ndarray:
    """Left and right as the mixer has them, float32 (2,)."""
    return gains(track.volume, track.pan)


def pressed(sound: np.ndarray) -> np.ndarray:
    """The same sound with its peaks rounded off, so that nothing is cut."""
    loud = np.abs(sound)
    if float(loud.max(initial=0.0)) <= KNEE:
        return sound
    room = LOUDEST - KNEE
    bent = np.sign(sound) * (KNEE + room * np.tanh((loud - KNEE) / room))
    return np.where(loud <= KNEE, sound, bent).astype(np.float32)


def _part(track: Track, tempos: tuple[Tempo, ...], timing: Timing, same: _Part | None) -> _Part:
    """The part of a track; the one there was, if it sounds the same."""
    if same is not None and _sound(same.track) == _sound(track):
        return same
    start = timing.seconds(np.array([note.start for note in track.notes], np.int64))
    end = timing.seconds(sounding_ends(track))
    return _Part(track, tempos, start, end, float((end - start).max(initial=0.0)), Automation(track, timing))


def _sound(track: Track) -> tuple[object, ...]:
    return track.program, track.drums, track.controls


def _clicks(score: Score) -> Track:
    """A click on each beat."""
    notes = tuple(
        Note(tick, HIGH_CLICK if tick == bar.start else LOW_CLICK, 1, 100)
        for bar in bars_of(score).between(0, score.length)
        for tick in range(bar.start, bar.end, bar.beat)
    )
    return Track(name="", drums=True, program=0, notes=notes)
