"""The score as sound, by a SoundFont: for playback and for WAV files. Libraries are loaded at the first sound."""

from __future__ import annotations

import functools
import importlib.util
import io
import wave
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write
from app.base.i18n import tr
from app.studios.compose.document import Score
from app.studios.compose.midi.writing import write_midi

RATE = 44_100
LOUDEST = 0.89
"""One decibel below full scale; louder music is turned down to it, quieter left as it is."""
MAX_SECONDS = 3600


def render(score: Score) -> np.ndarray:
    """The sound of the score, float32 (frames, 2) at :data:`RATE`, within ±1, ending when the last note has died away.

    Raises :class:`AtelierError`: ``BAD_INPUT`` over an hour, ``INTERNAL`` when the SoundFont is missing.
    """
    if seconds_at(score, score.end) > MAX_SECONDS:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("Only up to an hour of music can be made into sound."))
    if not score.end:
        return np.zeros((0, 2), np.float32)
    import symusic

    sound = np.asarray(_synthesizer().render(symusic.Score.from_midi(write_midi(score)), True), np.float32).T
    peak = float(np.abs(sound).max(initial=0.0))
    return np.ascontiguousarray(sound * np.float32(LOUDEST / peak) if peak > LOUDEST else sound)


def save_wav(path: Path, score: Score) -> list[Path]:
    """Write 16-bit stereo. Raises :class:`AtelierError` (``DISK``, or as :func:`render`)."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(render(score) * 32767).astype("<i2").tobytes())
    atomic_write(path, content.getvalue())
    return [path]


def seconds_at(score: Score, tick: int) -> float:
    """When a tick is heard, in seconds from the start, through all changes of tempo."""
    seconds = 0.0
    for tempo, after in zip(score.tempos, [*score.tempos[1:], None], strict=True):
        end = tick if after is None else min(tick, after.tick)
        if end > tempo.tick:
            seconds += (end - tempo.tick) * tempo.microseconds / (1e6 * score.ticks_per_quarter)
    return seconds


def tick_at(score: Score, seconds: float) -> float:
    """The inverse of :func:`seconds_at`; a fraction of a tick where the time falls between two."""
    passed, tick = 0.0, 0.0
    for tempo, after in zip(score.tempos, [*score.tempos[1:], None], strict=True):
        each = tempo.microseconds / (1e6 * score.ticks_per_quarter)
        tick = tempo.tick + (seconds - passed) / each
        if after is None or tick < after.tick:
            return tick
        passed += (after.tick - tempo.tick) * each
    return tick


@functools.lru_cache(maxsize=1)
def _synthesizer() -> Any:
    import symusic

    return symusic.Synthesizer(str(sound_font()), RATE, 0)


def sound_font() -> Path:
    """The General MIDI SoundFont that comes with pretty_midi (TimGM6mb, Tim Brechbill, GPL-2)."""
    found = importlib.util.find_spec("pretty_midi")
    path = Path(found.origin).parent / "TimGM6mb.sf2" if found and found.origin else None
    if path is None or not path.is_file():
        raise AtelierError(
            ErrorKind.INTERNAL, tr("The SoundFont that comes with pretty_midi is missing."), tr("Install Ateliê again.")
        )
    return path
