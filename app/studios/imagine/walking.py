"""The options of the command line for walks: a file of seeds, easing, bars, size."""

from __future__ import annotations

import argparse
from pathlib import Path

import msgspec

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr
from app.studios.imagine.bars import bars_of
from app.studios.imagine.request import ImagineRequest, KeyFrame, Walk
from app.studios.imagine.walk import EASINGS, key_times

MOST_TIMES = 16


def add_walking(parser: argparse.ArgumentParser) -> None:
    """``--walk`` and what belongs to it."""
    parser.add_argument(
        "--walk",
        type=Path,
        metavar="seeds.txt",
        help="a film from picture to picture, to --out x.mp4, .webm, .gif, .webp or a folder; one key frame a line:"
        " SEED or SEED:NUMBER, then if wanted its seconds, its class=NAME, its easing",
    )
    parser.add_argument("--seconds", type=float, default=2.0, help="of each way that has no own (default: 2)")
    parser.add_argument("--rate", type=float, default=24.0, help="frames a second (default: 24)")
    parser.add_argument("--easing", choices=list(EASINGS), default="smooth", help="how ways begin and end")
    parser.add_argument("--loop", action="store_true", help="end the walk where it began")
    parser.add_argument("--bars", type=Path, metavar="x.mid", help="let the key frames fall on the bars of this piece")
    parser.add_argument("--each", type=int, default=1, metavar="N", help="a key frame each N bars (default: 1)")
    parser.add_argument(
        "--enlarge", type=int, default=1, metavar="N", help=f"make the film N times as large (1 – {MOST_TIMES})"
    )


def walking(request: ImagineRequest, arguments: argparse.Namespace) -> ImagineRequest:
    """The request with the walk that the options ask for, if they do.

    Raises :class:`AtelierError`: ``BAD_FILE`` for files that can't be read, ``BAD_INPUT`` for what makes no walk.
    """
    if not 1 <= arguments.enlarge <= MOST_TIMES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A film can't be made {count} times as large.", count=arguments.enlarge),
            tr("Possible: {range}.", range=f"1 – {MOST_TIMES}"),
        )
    if arguments.walk is None:
        return request
    lines = read_bytes(arguments.walk, 1 << 20).decode("utf8", "replace").splitlines()
    keys = [
        _key(line, number, request, arguments)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    walk = Walk(
        keys=tuple(keys),
        rate=arguments.rate,
        loop=arguments.loop,
        bars=bars_of(arguments.bars) if arguments.bars else (),
        each=max(1, arguments.each),
        noise=request.noise if request.noise != "seed" else f"frozen:{request.seed}",
    )
    key_times(walk)
    return msgspec.structs.replace(request, count=1, walk=walk)


def _key(line: str, number: int, request: ImagineRequest, arguments: argparse.Namespace) -> KeyFrame:
    seed, *words = line.split()
    first, _, place = seed.partition(":")
    if not first.isdecimal() or (place and not place.isdecimal()):
        raise _bad(number, seed)
    one = msgspec.structs.replace(request, seed=int(first), index=int(place or 0), count=1)
    key = KeyFrame(one, arguments.seconds, arguments.easing)
    for word in " ".join(words).replace("slow ", "slow_").split():
        key = _with_word(key, word.replace("slow_", "slow "), number)
    return key


def _with_word(key: KeyFrame, word: str, number: int) -> KeyFrame:
    name, equals, value = word.partition("=")
    if equals and name == "class":
        controls = {**key.request.controls, "class": value.replace("_", " ")}
        return msgspec.structs.replace(key, request=msgspec.structs.replace(key.request, controls=controls))
    if word in EASINGS:
        return msgspec.structs.replace(key, easing=word)
    try:
        return msgspec.structs.replace(key, seconds=float(word))
    except ValueError:
        raise _bad(number, word) from None


def _bad(number: int, word: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("Line {number} of the walk: “{word}” is not understood.", number=number, word=word),
        tr("A line is SEED or SEED:NUMBER, then seconds, class=NAME (_ for a space), {easings}.").format(
            easings=", ".join(EASINGS)
        ),
    )
