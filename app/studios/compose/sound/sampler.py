"""Single notes as sound, from a SoundFont.

The synthesizer gives each note at full force, cut off at its end. Force, the fading of a released note and a store of
notes already heard are added here.
"""

from __future__ import annotations

import functools
import importlib.util
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

RATE = 44_100
RELEASE = 0.3
"""Seconds in which a released note dies away, to a thousandth."""
STRUCK = 1.5
"""Seconds a drum sounds, however short its note."""
LONGEST = 60.0
"""Seconds after which a held note dies away."""
LAYERS = 32
"""SoundFonts may have other samples for louder notes; velocities are told apart by this many steps."""
STORE = 256 << 20
"""Bytes of notes that are kept."""
TICKS, TICKS_A_SECOND = 480, 960


class _Struck(NamedTuple):
    program: int
    drums: bool
    pitch: int
    layer: int


class Sampler:
    """The notes of one SoundFont. May be used from several threads."""

    def __init__(self, font: Path) -> None:
        self._synthesizer = _open(font)
        self._store: OrderedDict[_Struck, np.ndarray] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def note(
        self, program: int, drums: bool, pitch: int, velocity: int, seconds: float, places: np.ndarray | None = None
    ) -> np.ndarray:
        """The sound of one note held for some seconds, with its release, float32 (frames, 2).

        *places* bend it: for each frame, at least :func:`frames_of`, where in its wave it is.
        """
        frames, struck = frames_of(drums, seconds), _Struck(program, drums, pitch, velocity // LAYERS)
        release = round(RELEASE * RATE)
        whole = frames + release if places is None else int(places[-1]) + 2
        with self._lock:
            wave = self._wave(struck, whole / RATE)
        wave = wave[: frames + release] if places is None else _bent(wave, places[: frames + release])
        sound = wave * np.float32((velocity / 127) ** 2)
        fading = sound[frames:]
        fading *= _fade()[: len(fading), None]
        return sound

    def _wave(self, struck: _Struck, seconds: float) -> np.ndarray:
        """The note at full force, at least so long."""
        wave = self._store.pop(struck, None)
        if wave is None or len(wave) < seconds * RATE:
            if wave is not None:
                self._bytes -= wave.nbytes
            wave = self._render(struck, _bucket(seconds))
            self._bytes += wave.nbytes
        self._store[struck] = wave
        while self._bytes > STORE and len(self._store) > 1:
            _, oldest = self._store.popitem(last=False)
            self._bytes -= oldest.nbytes
        return wave

    def _render(self, struck: _Struck, seconds: float) -> np.ndarray:
        import symusic

        score: Any = symusic.Score(TICKS)
        score.tempos.append(symusic.Tempo(0, 120))
        track: Any = symusic.Track("", struck.program, struck.drums)
        velocity = min(127, struck.layer * LAYERS + LAYERS // 2)
        track.notes.append(symusic.Note(0, round(seconds * TICKS_A_SECOND), struck.pitch, velocity))
        score.tracks.append(track)
        sound = np.asarray(self._synthesizer.render(score, True), np.float32).T
        missing = max(0, round(seconds * RATE) - len(sound))
        return np.ascontiguousarray(np.pad(sound, ((0, missing), (0, 0))))


def frames_of(drums: bool, seconds: float) -> int:
    """For so many frames a note sounds that is held for some seconds, before its release."""
    return round(min(LONGEST, max(STRUCK, seconds) if drums else seconds) * RATE)


def _bent(wave: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The wave at places between its frames, float32 (places, 2)."""
    whole = places.astype(np.int64)
    part = (places - whole).astype(np.float32)[:, None]
    return wave[whole] * (1 - part) + wave[whole + 1] * part


@functools.lru_cache(maxsize=2)
def sampler_of(font: Path) -> Sampler:
    """The sampler of a SoundFont, loaded at the first call. Raises ``AtelierError`` (``BAD_FILE``)."""
    return Sampler(font)


@functools.cache
def _fade() -> np.ndarray:
    """From 1 to a thousandth, float32 (frames,)."""
    return np.geomspace(1, 1e-3, round(RELEASE * RATE)).astype(np.float32)


def _bucket(seconds: float) -> float:
    """The next power of two, so that a note is seldom rendered twice for being held longer."""
    return float(2 ** np.ceil(np.log2(max(seconds, 0.5))))


def default_font() -> Path:
    """The General MIDI SoundFont that comes with pretty_midi (TimGM6mb, Tim Brechbill, GPL-2).

    Raises :class:`AtelierError` (``INTERNAL``) when it is missing.
    """
    found = importlib.util.find_spec("pretty_midi")
    path = Path(found.origin).parent / "TimGM6mb.sf2" if found and found.origin else None
    if path is None or not path.is_file():
        raise AtelierError(
            ErrorKind.INTERNAL, tr("The SoundFont that comes with pretty_midi is missing."), tr("Install Ateliê again.")
        )
    return path


def _open(font: Path) -> Any:
    import symusic

    try:
        return symusic.Synthesizer(str(font), RATE, 0)
    except (RuntimeError, ValueError, OSError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is no SoundFont that can be played.", name=font.name),
            tr("Choose an .sf2 or .sf3 file, or the one that comes with Ateliê."),
        ) from error
