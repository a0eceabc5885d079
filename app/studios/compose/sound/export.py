"""The score as a sound file, written block by block, so that its length costs no memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import replacing
from app.base.i18n import tr
from app.studios.compose.document import Score
from app.studios.compose.sound.sampler import RATE, default_font, sampler_of
from app.studios.compose.sound.stage import BLOCK, Stage

FORMATS = {".wav": ("WAV", "PCM_16"), ".flac": ("FLAC", "PCM_24")}
MAX_SECONDS = 6 * 3600
"""A WAV file can't be larger than four gigabytes."""


def stage_of(score: Score, font: Path | None = None) -> Stage:
    """The stage of a score with a SoundFont, or with the one that comes with Ateliê."""
    return Stage(score, sampler_of(font or default_font()))


def blocks(stage: Stage) -> Iterator[np.ndarray]:
    """The whole sound, float32 (frames, 2) piece by piece, until the last note has died away."""
    for start in range(0, stage.frames, BLOCK):
        stage.prepare(start // BLOCK)
        yield stage.mix(start, min(BLOCK, stage.frames - start))


def render(score: Score, font: Path | None = None) -> np.ndarray:
    """The whole sound at once, float32 (frames, 2) at :data:`RATE`."""
    return np.concatenate([np.zeros((0, 2), np.float32), *blocks(stage_of(score, font))])


def save_sound(path: Path, score: Score, font: Path | None = None) -> list[Path]:
    """Write ``.wav`` (16 bits) or ``.flac`` (24 bits), stereo. Raises :class:`AtelierError`.

    ``BAD_INPUT`` over six hours, ``BAD_FILE`` for a SoundFont that is none, ``DISK``.
    """
    import soundfile

    stage = stage_of(score, font)
    if stage.frames > MAX_SECONDS * RATE:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("Only up to six hours of music can be made into sound."))
    form, bits = FORMATS[path.suffix.lower()]
    with (
        replacing(path) as temporary,
        soundfile.SoundFile(temporary, "w", RATE, 2, subtype=bits, format=form) as file,
    ):
        for block in blocks(stage):
            file.write(block)
    return [path]
