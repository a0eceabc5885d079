"""The studio Compose without a window."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.engine import by_family
from app.runtime.model import Model
from app.runtime.recipe import Match, Recipe, Verdict, sha256_hex
from app.studios.compose.document import Note, Score, blank
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.masks import regions_from
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.notation.engraving import load_musicxml, save_pages
from app.studios.compose.notation.writing import save_musicxml
from app.studios.compose.request import Ask, ComposeRequest, compose, harmonise, refill
from app.studios.compose.sound.export import FORMATS, save_sound

GENERATORS = {"coconet": "app.studios.compose.coconet:fill"}
"""What fills the marked parts of a score, by the model's family."""
SCORERS = {"coconet": "app.studios.compose.score:likelihood"}
"""What measures a model on files."""
MIDI = (".mid", ".midi")
NOTATION = (".musicxml", ".mxl", ".xml")
BARS = 8
MAX_BARS = 1000
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
        if path.suffix.lower() in FORMATS:
            raise AtelierError(
                ErrorKind.BAD_FILE,
                tr("“{name}” is sound; notes can be opened from MIDI files only.", name=path.name),
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

    def score(self, model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
        """Nats per note and per frame, see :func:`app.studios.compose.score.likelihood`."""
        return by_family(SCORERS, model)(model, files, progress)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """``--melody``, with ``--mask`` if it is not to be harmonised, or ``--bars``; ``--out``."""
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--melody", type=Path, metavar="in.mid", help="harmonise its melody, kept note for note")
        what.add_argument("--bars", type=int, default=BARS, metavar="N", help=f"bars of a new piece (default {BARS})")
        parser.add_argument(
            "--mask",
            action="append",
            default=[],
            metavar="VOICES:BARS",
            help="with --melody: write only this anew, as alto,tenor:3-4, or 3-4 for all voices; may be repeated",
        )
        parser.add_argument(
            "--change",
            type=float,
            default=1.0,
            metavar="SHARE",
            help="with --mask: of its notes only this share",
        )
        parser.add_argument("--midi-type", type=int, choices=(0, 1), default=1, help="of the file written (default 1)")
        parser.add_argument("--out", type=Path, required=True, metavar="x.mid", help="the file to write (.mid or .wav)")

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> ComposeRequest:
        """Harmonise the melody, or write a piece from nothing. Raises :class:`AtelierError`."""
        if arguments.mask:
            ask = _masked(arguments, self.load)
        elif arguments.melody is not None:
            ask = harmonise(self.load(arguments.melody)[0])
        elif 1 <= arguments.bars <= MAX_BARS:
            ask = compose(blank(arguments.bars))
        else:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("--bars can't be {count}.", count=arguments.bars),
                tr("Possible: {range}.", range=f"1 – {MAX_BARS}"),
            )
        return ComposeRequest(
            model=model.manifest.id,
            seed=arguments.seed,
            controls=dict(arguments.controls),
            score=ask.score,
            marks=ask.marks,
            voices=ask.voices,
        )

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Score, recipe: Recipe | None
    ) -> list[Path] | str:
        """The file written."""
        if arguments.out.suffix.lower() in MIDI:
            return save_midi(arguments.out, result, recipe, arguments.midi_type)
        return self.export(arguments.out, result, recipe)


def _masked(arguments: argparse.Namespace, load: Callable[[Path], tuple[Score, Recipe | None]]) -> Ask:
    """What ``--mask`` and ``--change`` ask for."""
    if arguments.melody is None:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("--mask needs a piece."), tr("Name it with --melody."))
    if not 0 < arguments.change <= 1:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("--change can't be {share}.", share=arguments.change),
                           tr("Possible: more than 0, up to 1."))  # fmt: skip
    score, _ = load(arguments.melody)
    regions = [region for mask in arguments.mask for region in regions_from(mask, score)]
    return refill(score, regions, arguments.change, arguments.seed)


def _keys(score: Score) -> set[tuple[int, int, int, int]]:
    return {(index, note.start, note.pitch, note.duration) for index, note in _notes(score)}


def _notes(score: Score) -> Iterator[tuple[int, Note]]:
    return ((index, note) for index, track in enumerate(score.tracks) for note in track.notes)


ENGINE = ComposeEngine()
