"""The options of the command line that steer a picture: classes, styles, directions, noise."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.paths import Paths
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.directions import directions_of, find_direction, folder_of, load_directions
from app.studios.imagine.files import load_pictures
from app.studios.imagine.inversion import Crop, find_styles, fitted
from app.studios.imagine.request import DirectionMove, ImagineRequest, StylePart
from app.studios.imagine.space import ALL, SPACE, Space, layer_range, space_of
from app.studios.imagine.styled import starting_at


def add_steering(parser: argparse.ArgumentParser) -> None:
    """``--class``, ``--mix``, ``--direction``, ``--noise``, ``--invert``, ``--crop``."""
    parser.add_argument("--class", dest="classes", metavar="A:0.6,B:0.4", help="classes and their shares")
    parser.add_argument(
        "--mix",
        metavar="coarse=SEED,fine=SEED",
        help="take the coarse, middle or fine styles, or all, from the pictures of other seeds",
    )
    parser.add_argument(
        "--direction",
        action="append",
        default=[],
        metavar="NAME=2.0",
        help="move along a direction by its name or number, in standard deviations; NAME:coarse=2.0 in those layers "
        "alone; may be repeated",
    )
    parser.add_argument("--noise", default="seed", metavar="seed|off|frozen:SEED", help="where the fine grain is from")
    parser.add_argument(
        "--invert",
        type=Path,
        metavar="photo.jpg",
        help="begin with what comes nearest to a picture; takes about a minute",
    )
    parser.add_argument(
        "--crop",
        metavar="X,Y,ZOOM",
        help="with --invert: the square of the picture, by its middle (0 to 1 across and down) and how many times it"
        " goes into the shorter side (default: 0.5,0.5,1)",
    )


def steered(request: ImagineRequest, arguments: argparse.Namespace, model: Model) -> ImagineRequest:
    """The request with what the options ask for. Raises :class:`AtelierError` (``BAD_INPUT``)."""
    request = msgspec.structs.replace(request, noise=arguments.noise).check()
    if arguments.invert is not None:
        request = _found(request, arguments.invert, _crop(arguments.crop), model)
    return msgspec.structs.replace(
        request,
        mix=_classes(arguments.classes) if arguments.classes else (),
        styles=tuple(_part(pair, model) for pair in arguments.mix.split(",")) if arguments.mix else (),
        moves=tuple(_move(pair, model) for pair in arguments.direction),
    )


def _crop(text: str | None) -> Crop:
    if text is None:
        return Crop()
    numbers = [_number(part, "--crop") for part in text.split(",")]
    if len(numbers) != 3:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("--crop wants X,Y,ZOOM, not “{given}”.", given=text))
    return Crop(*numbers)


def _found(request: ImagineRequest, path: Path, crop: Crop, model: Model) -> ImagineRequest:
    """The request that begins with the styles that come nearest to a picture file."""
    if _space(model) is None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{id}” can't look for pictures.", id=model.manifest.id),
            tr("Choose a StyleGAN or a BigGAN."),
        )
    photo = fitted(load_pictures(path)[0].pictures[0], int(model.codec["side"]), crop)
    *_, styles = find_styles(photo, request, model, Progress())
    return msgspec.structs.replace(starting_at(request, styles), count=request.count)


def _classes(text: str) -> tuple[tuple[str, float], ...]:
    """``A:3,B:1``: the shares are those of their sum; a class alone has 1."""
    pairs = [item.rpartition(":") if ":" in item else (item, ":", "1") for item in text.split(",")]
    weights = [(name.strip(), _number(share, "--class")) for name, _, share in pairs]
    total = sum(weight for _, weight in weights)
    if total <= 0 or any(weight < 0 for _, weight in weights):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("The shares of the mixed classes must be 0 to 1 in all."))
    return tuple((name, weight / total) for name, weight in weights)


def _part(pair: str, model: Model) -> StylePart:
    name, _, seed = pair.partition("=")
    if not seed.isdecimal():
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("--mix wants LAYERS=SEED, not “{pair}”.", pair=pair), tr("Such as coarse=7.")
        )
    space = _space(model)
    if space is None:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("The model “{id}” has no styles to mix.", id=model.manifest.id))
    first, last = layer_range(name, space.layers)
    return StylePart(first=first, last=last, seed=int(seed))


def _move(pair: str, model: Model) -> DirectionMove:
    name, equals, amount = pair.rpartition("=")
    if not equals:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("--direction wants NAME=AMOUNT, not “{pair}”.", pair=pair),
            tr("Such as 1=2.0."),
        )
    name, _, layers = name.partition(":")
    space = _space(model)
    own = load_directions(folder_of(Paths.default()), model.manifest.id)
    direction = find_direction(name, directions_of(space, own) if space else own)
    first, last = layer_range(layers or ALL, space.layers if space else 1)
    return direction.move(_number(amount, "--direction"), first, last)


def _space(model: Model) -> Space | None:
    """None for a network without styles: its directions have numbers only, and no layers."""
    return space_of(model) if model.manifest.has(SPACE) else None


def _number(text: str, option: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("{option} wants a number, not “{given}”.", option=option, given=text)
        )
    return number
