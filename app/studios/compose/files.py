"""The files of the studio, by their kind."""

from __future__ import annotations

from pathlib import Path

from app.base.files import atomic_write, read_bytes
from app.runtime.recipe import Recipe
from app.studios.compose.document import Score
from app.studios.compose.midi.reading import MAX_BYTES, read_midi
from app.studios.compose.midi.writing import write_midi


def save_midi(path: Path, score: Score, recipe: Recipe | None, kind: int = 1) -> list[Path]:
    """Write a ``.mid`` file of type 1 or 0. Raises :class:`AtelierError` (``DISK``, or as :func:`write_midi`)."""
    atomic_write(path, write_midi(score, recipe, makers=recipe is not None, kind=kind))
    return [path]


def load_midi(path: Path) -> tuple[Score, Recipe | None]:
    """Read a MIDI file. Raises :class:`AtelierError` (``BAD_FILE``) that says what is wrong with it."""
    return read_midi(read_bytes(path, MAX_BYTES), path.name)
