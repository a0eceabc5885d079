"""The studio Paint without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.engine import by_family, nothing_drawn
from app.runtime.model import Model
from app.runtime.recipe import Match, Recipe, Verdict
from app.studios.paint.alongsheet import along_sheet
from app.studios.paint.document import Drawing
from app.studios.paint.files import load_drawing, save_drawing
from app.studios.paint.film import film_bytes
from app.studios.paint.generator import class_row, codec_of
from app.studios.paint.painterline import PAINTER, painter_request, refuse_options
from app.studios.paint.plotter import plotter_svg
from app.studios.paint.request import PaintRequest, Space

GENERATORS = {"sketch-rnn": "app.studios.paint.making:generate", "spiral-painter": "app.studios.paint.spiral:generate"}
"""What goes on with a drawing, by the model's family."""
SCORERS = {
    "sketch-rnn": "app.studios.paint.score:score_files",
    "spiral-painter": "app.studios.paint.closeness:score_pictures",
}
MOST_STEPS = 64
TOLERANCE = 1.0
"""Drawings no point of which lies farther away than so many pixels are the same to the eye."""


class PaintEngine:
    """See :class:`app.runtime.engine.Engine`; a result is a :class:`Drawing`."""

    studio = "paint"
    request_type = PaintRequest

    def generate(self, request: PaintRequest, model: Model, progress: Progress) -> Iterator[Drawing]:
        """The given drawing with more and more of the machine's strokes."""
        return by_family(GENERATORS, model)(request, model, progress)

    def digest(self, result: Drawing) -> str:
        """The hash of the sheet and its strokes."""
        return result.digest

    def export(self, path: Path, result: Drawing, recipe: Recipe | None) -> list[Path]:
        """Write ``.svg``, ``.png`` or ``.ora``."""
        return save_drawing(path, result, recipe)

    def load(self, path: Path) -> tuple[Drawing, Recipe | None]:
        """Read an SVG, an OpenRaster file or a picture."""
        return load_drawing(path)

    def compare(self, ours: Drawing, theirs: Drawing) -> Verdict:
        """Bit-exact, within :data:`TOLERANCE`, or different."""
        if ours.strokes == theirs.strokes or ours.digest == theirs.digest:
            return Verdict(Match.EXACT, tr("all {count} strokes are the same.", count=len(ours.strokes)))
        if [len(stroke.points) for stroke in ours.strokes] != [len(stroke.points) for stroke in theirs.strokes]:
            return Verdict(Match.DIFFERENT, tr("the strokes differ."))
        pairs = zip(ours.strokes, theirs.strokes, strict=True)
        worst = max((float(np.abs(a.places - b.places).max()) for a, b in pairs), default=0.0)
        match = Match.TOLERANCE if worst <= TOLERANCE else Match.DIFFERENT
        return Verdict(match, tr("points differ by up to {worst} pixels.", worst=f"{worst:.2g}"))

    def score(self, model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
        """See :func:`app.studios.paint.score.score_files`, :func:`app.studios.paint.closeness.score_pictures`."""
        nothing_drawn(every)
        return by_family(SCORERS, model)(model, files, progress)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """What to draw, where to begin, and what to write."""
        parser.add_argument("--film", type=Path, metavar="x.mp4|x.webm|x.gif|x.webp", help="also write a time-lapse")
        parser.add_argument("--along", type=Path, metavar="x.pdf", help="also write a sheet to paint along")
        parser.add_argument("--colours", type=int, default=8, help="how many colours that sheet has (default: 8)")
        parser.add_argument("--plotter", type=Path, metavar="x.svg", help="also write single lines for a pen plotter")
        parser.add_argument(
            "--continue", dest="begun", type=Path, metavar="FILE", help="go on with the drawing in this file"
        )
        parser.add_argument(
            "--between", type=Path, nargs=2, metavar=("A", "B"), help="drawings on the way from one to another"
        )
        parser.add_argument("--steps", type=int, default=9, help="how many drawings, with --between (default: 9)")
        parser.add_argument("--target", type=Path, metavar="PICTURE", help="paint this picture")
        parser.add_argument("--strokes", type=int, metavar="N", help="paint in at most so many strokes")
        parser.add_argument("--class", dest="category", metavar="NAME", help="what to draw (default: the model's own)")
        parser.add_argument("--out", type=Path, required=True, metavar="x.svg|x.png|x.ora", help="the file to write")

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> PaintRequest:
        """A drawing from nothing, from a beginning, or on the way between two; a picture painted.

        Raises :class:`AtelierError`: ``BAD_INPUT`` for an unknown class or an option that is another model's,
        ``BAD_FILE`` for files that can't be read.
        """
        if model.manifest.family == PAINTER:
            return painter_request(arguments, model)
        refuse_options(arguments, model, ("target", "strokes"))
        controls = dict(arguments.controls)
        if arguments.category is not None:
            class_row(codec_of(model), arguments.category)
            controls["class"] = arguments.category
        drawing = load_drawing(arguments.begun)[0] if arguments.begun else Drawing()
        return PaintRequest(
            model=model.manifest.id,
            seed=arguments.seed,
            controls=controls,
            drawing=drawing,
            space=_between(arguments) if arguments.between else None,
        )

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Drawing, recipe: Recipe | None
    ) -> list[Path] | str:
        """Write the files."""
        written = self.export(arguments.out, result, recipe)
        made = (
            (arguments.film, lambda path: film_bytes(result, path.suffix.lower())),
            (arguments.along, lambda _: along_sheet(result, arguments.colours)),
            (arguments.plotter, lambda _: plotter_svg(result)),
        )
        for path, make in made:
            if path is not None:
                atomic_write(path, make(path))
                written.append(path)
        return written


def _between(arguments: argparse.Namespace) -> Space:
    if not 2 <= arguments.steps <= MOST_STEPS:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("--steps wants a number from 2 to {most}.", most=MOST_STEPS))
    ways = np.linspace(0, 1, arguments.steps).tolist()
    first, last = (load_drawing(path)[0] for path in arguments.between)
    return Space((first, last), tuple((1 - way, way) for way in ways))


ENGINE = PaintEngine()
