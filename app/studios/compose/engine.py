"""The studio Compose without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.engine import by_family
from app.runtime.model import Model
from app.runtime.recipe import Match, Recipe, Verdict, sha256_hex
from app.studios.compose.arguments import add_arguments
from app.studios.compose.document import Note, Score
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.notation.engraving import load_musicxml, save_pages
from app.studios.compose.notation.writing import save_musicxml
from app.studios.compose.request import ComposeRequest
from app.studios.compose.sound.export import FORMATS, save_sound

GENERATORS = {"coconet": "app.studios.compose.coconet:fill", "musenet": "app.studios.compose.musenet:fill"}
"""What fills the marked parts of a score, by the model's family."""
SCORERS = {
    "coconet": "app.studios.compose.score:likelihood",
    "musenet": "app.studios.compose.expectations:likelihood",
}
"""What measures a model on files."""
ASKED = {
    "coconet": "app.studios.compose.arguments:ask_choir",
    "musenet": "app.studios.compose.arguments:ask_band",
}
"""What the command line asks of a model."""
MIDI = (".mid", ".midi")
NOTATION = (".musicxml", ".mxl", ".xml")
PAGES = (".pdf", ".svg", ".png")
CLOSE = 0.95
"""From this share of equal notes on, a work made again is within tolerance: another processor rounds otherwise."""


class ComposeEngine:
    """See :class:`app.runtime.engine.Engine`; a result is a :class:`Score`."""

    studio = "compose"
    request_type = ComposeRequest

    def generate(self, request: ComposeRequest, model: Model, progress: Progress) -> Iterator[Score]:
        """Fill the marks of the request's score, yielding it after each pass."""
        return by_family(GENERATORS, model)(request, model, progress)

    def digest(self, result: Score) -> str:
        """The hash of the MIDI file without recipe and makers."""
        return sha256_hex(write_midi(result))

    def export(self, path: Path, result: Score, recipe: Recipe | None) -> list[Path]:
        """Write ``.mid``, or sound, ``.wav`` or ``.flac`` (which carry no recipe)."""
        suffix = path.suffix.lower()
        if suffix in MIDI:
            return save_midi(path, result, recipe)
        if suffix == ".musicxml":
            return save_musicxml(path, result)
        if suffix == ".svg":
            return save_pages(path, result)
        if suffix in FORMATS:
            return save_sound(path, result)
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("Music is saved as .mid, .musicxml, .svg, .wav or .flac, not as “{suffix}”.", suffix=path.suffix),
        )

    def load(self, path: Path) -> tuple[Score, Recipe | None]:
        """Read a MIDI file, or MusicXML, which carries no recipe."""
        if path.suffix.lower() in (*FORMATS, *PAGES):
            raise AtelierError(
                ErrorKind.BAD_FILE,
                tr("“{name}” can be looked at or heard, but holds no notes that can be read.", name=path.name),
                tr("Music is opened from MIDI (.mid) and MusicXML (.musicxml, .mxl)."),
            )
        if path.suffix.lower() in NOTATION:
            return load_musicxml(path), None
        return load_midi(path)

    def compare(self, ours: Score, theirs: Score) -> Verdict:
        """By notes: the same file, nearly the same notes, or different."""
        if self.digest(ours) == self.digest(theirs):
            return Verdict(Match.EXACT, tr("every note is the same."))
        mine, others = _keys(ours), _keys(theirs)
        common = len(mine & others) / max(1, len(mine | others))
        match = Match.TOLERANCE if common >= CLOSE else Match.DIFFERENT
        return Verdict(match, tr("{share} % of the notes are the same.", share=round(100 * common, 1)))

    def score(self, model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
        """Nats per note and per frame or token; see the modules in :data:`SCORERS`."""
        return by_family(SCORERS, model)(model, files, progress, every)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """See :mod:`.arguments`."""
        add_arguments(parser)

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> ComposeRequest:
        """What the options ask of a model of that family. Raises :class:`AtelierError`."""
        return by_family(ASKED, model)(arguments, model, self.load)

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Score, recipe: Recipe | None
    ) -> list[Path] | str:
        """The file written."""
        if arguments.out.suffix.lower() in MIDI:
            return save_midi(arguments.out, result, recipe, arguments.midi_type)
        return self.export(arguments.out, result, recipe)


def _keys(score: Score) -> set[tuple[int, int, int, int]]:
    return {(index, note.start, note.pitch, note.duration) for index, note in _notes(score)}


def _notes(score: Score) -> Iterator[tuple[int, Note]]:
    return ((index, note) for index, track in enumerate(score.tracks) for note in track.notes)


ENGINE = ComposeEngine()
