"""The studio Imagine without a window."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.engine import by_family, nothing_drawn
from app.runtime.manifest import ControlValue, check_controls
from app.runtime.model import Model
from app.runtime.pictures import FORMATS, check_suffix
from app.runtime.recipe import Match, Recipe, Verdict
from app.studios.imagine.arguments import add_steering, steered
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.files import LIMIT, load_pictures, save_pictures
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.walking import add_walking, walking

GENERATORS = {
    "gan-2014": "app.studios.imagine.generator:make_pictures",
    "stylegan": "app.studios.imagine.styled:make_pictures",
    "biggan": "app.studios.imagine.styled:make_pictures",
    "cppn": "app.studios.imagine.abstract:make_pictures",
    "upscale": "app.studios.imagine.enlarge:enlarge_pictures",
    "own": "app.studios.imagine.own:make_pictures",
}
"""What makes pictures, by the model's family."""
TOOLS = ("upscale", "picture-features", "image-detector")
"""Families that work on pictures there are; the window offers them beside a picture, not as makers of new ones."""
WALKERS: dict[str, str] = dict.fromkeys(
    ("gan-2014", "stylegan", "biggan", "cppn", "own"), "app.studios.imagine.walk:make_walk"
)
"""What makes the frames of a walk."""
FINDERS: dict[str, str] = dict.fromkeys(("stylegan", "biggan"), "app.studios.imagine.inversion:find_pictures")
"""What finds the picture nearest to a photograph."""
SCORERS = {
    "gan-2014": "app.studios.imagine.score:score_files",
    "stylegan": "app.studios.imagine.score_styled:score_files",
    "biggan": "app.studios.imagine.score_styled:score_files",
}
TOLERANCE = 2
"""Pictures no pixel of which differs by more than so many of 255 levels are the same to the eye."""


class ImagineEngine:
    """See :class:`app.runtime.engine.Engine`; a result is :class:`Pictures`."""

    studio = "imagine"
    request_type = ImagineRequest

    def generate(self, request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
        """The pictures so far, one more at each step."""
        if request.series:
            return self._each(request, model, progress)
        if request.walk is not None:
            return by_family(WALKERS, model)(request, model, progress)
        finds = bool(request.photo) and model.manifest.family in FINDERS
        return by_family(FINDERS if finds else GENERATORS, model)(request.check(), model, progress)

    def _each(self, request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
        pictures: tuple[Picture, ...] = ()
        for number, one in enumerate(request.series, 1):
            *_, made = self.generate(msgspec.structs.replace(one, count=1, series=()), model, Progress(progress.token))
            pictures += made.pictures
            yield Pictures(pictures)
            progress.report(number / len(request.series))

    def digest(self, result: Pictures) -> str:
        """The hash of the pixels."""
        return result.digest

    def export(self, path: Path, result: Pictures, recipe: Recipe | None) -> list[Path]:
        """Write a picture file, a film, or a folder of pictures."""
        return save_pictures(path, result, recipe)

    def load(self, path: Path) -> tuple[Pictures, Recipe | None]:
        """Read a picture file."""
        return load_pictures(path)

    def compare(self, ours: Pictures, theirs: Pictures) -> Verdict:
        """Bit-exact, within :data:`TOLERANCE`, or different."""
        if ours.digest == theirs.digest:
            return Verdict(Match.EXACT, tr("every pixel is the same."))
        if ours.rate and not theirs.rate:  # of a film only its first frame was read
            ours = Pictures(ours.pictures[:1])
        if len(ours.pictures) != len(theirs.pictures):
            return Verdict(Match.DIFFERENT, tr("the number of pictures differs."))
        pairs = list(zip(ours.pictures, theirs.pictures, strict=True))
        if any(a.array.shape != b.array.shape for a, b in pairs):
            return Verdict(Match.DIFFERENT, tr("the size differs."))
        worst = max(int(np.abs(a.array.astype(int) - b.array).max()) for a, b in pairs)
        match = Match.TOLERANCE if worst <= TOLERANCE else Match.DIFFERENT
        return Verdict(match, tr("pixels differ by up to {worst} of 255.", worst=worst))

    def score(self, model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
        """How near its pictures come to the files' ones; see the modules in :data:`SCORERS`."""
        nothing_drawn(every)
        return by_family(SCORERS, model)(model, files, progress)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """How many, as what, where to, and what steers them."""
        add_steering(parser)
        add_walking(parser)
        parser.add_argument("--count", type=int, default=1, metavar="N", help="how many pictures (default: 1)")
        parser.add_argument("--size", type=int, metavar="PIXELS", help="of the longer side, where a model has any size")
        parser.add_argument("--input", type=Path, metavar="x.png", help="the picture that upscale-x4 works on")
        parser.add_argument(
            "--out",
            type=Path,
            required=True,
            metavar="DIR|FILE",
            help="one picture file (several pictures become a contact sheet), a film of them (.mp4 .webm .gif), or a"
            " folder for a file each",
        )
        parser.add_argument("--sheet", type=Path, metavar="x.png", help="also write all of them as a contact sheet")
        parser.add_argument(
            "--format",
            choices=[suffix.removeprefix(".") for suffix in FORMATS],
            default="png",
            help="what the pictures in a folder are written as (default: png)",
        )

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> ImagineRequest:
        """The first pictures of the seed's series. Raises :class:`AtelierError` (``BAD_INPUT``)."""
        if arguments.sheet is not None:
            check_suffix(arguments.sheet.suffix)
        request = ImagineRequest(
            model=model.manifest.id,
            seed=arguments.seed,
            controls=_sized(arguments, model),
            count=arguments.count,
            photo=read_bytes(arguments.input, LIMIT) if arguments.input else b"",
        )
        return walking(steered(request, arguments, model), arguments).check()

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Pictures, recipe: Recipe | None
    ) -> list[Path] | str:
        """Write the files."""
        written = save_pictures(arguments.out, result, recipe, f".{arguments.format}", arguments.enlarge)
        if arguments.sheet is not None:
            written += save_pictures(arguments.sheet, result, recipe)
        return written


def _sized(arguments: argparse.Namespace, model: Model) -> dict[str, ControlValue]:
    """The controls with ``--size`` among them. Raises :class:`AtelierError` if the model has no such control."""
    if arguments.size is None:
        return arguments.controls
    return check_controls(model.manifest, {**arguments.controls, "size": arguments.size})


ENGINE = ImagineEngine()
