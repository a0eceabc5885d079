"""The options of the studio's sub-command, and what they ask of a model."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.model import Model
from app.runtime.recipe import Recipe
from app.studios.compose.asks import go_on, refill_tracks, with_instruments
from app.studios.compose.bars import bars_of
from app.studios.compose.document import Score, blank
from app.studios.compose.masks import regions_from, track_regions_from
from app.studios.compose.request import Ask, ComposeRequest, compose, harmonise, refill

Load = Callable[[Path], tuple[Score, Recipe | None]]
BARS = 8
MAX_BARS = 1000


class _Continue(argparse.Action):
    """``--continue in.mid`` writes to ``in-continued.mid`` unless ``--out`` says otherwise."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, Path)
        setattr(namespace, self.dest, values)
        if namespace.out is None:
            namespace.out = values.with_name(f"{values.stem}-continued.mid")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to start from, what may change in it, for whom, and where the result goes."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--melody", type=Path, metavar="in.mid", help="harmonise its melody, or change it with --mask")
    what.add_argument(
        "--continue", type=Path, dest="begun", action=_Continue, metavar="in.mid",
        help="go on with it (musenet); written to in-continued.mid unless --out says otherwise",
    )  # fmt: skip
    parser.add_argument("--bars", type=int, metavar="N", help=f"bars to write (default {BARS})")
    parser.add_argument("--from-bar", type=int, metavar="N", help="with --continue: from this bar on, not from its end")
    parser.add_argument("--composer", metavar="NAME", help="in whose manner, or in which style (musenet)")
    parser.add_argument("--instruments", metavar="A,B", help="who plays what is written, as piano,violin (musenet)")
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
    parser.add_argument("--out", type=Path, metavar="x.mid", help="the file to write (.mid or .wav)")


def ask_choir(arguments: argparse.Namespace, model: Model, load: Load) -> ComposeRequest:
    """Harmonise the melody, change what is masked in it, or write a piece from nothing, for four voices."""
    _refuse(arguments, model, ("begun", "--continue"), ("composer", "--composer"), ("instruments", "--instruments"))
    if arguments.mask:
        score = _masked(arguments, load)
        regions = [region for mask in arguments.mask for region in regions_from(mask, score)]
        ask = refill(score, regions, arguments.change, arguments.seed)
    elif arguments.melody is not None:
        ask = harmonise(load(arguments.melody)[0])
    else:
        ask = compose(blank(_bars(arguments)))
    return _request(ask, arguments, model)


def ask_band(arguments: argparse.Namespace, model: Model, load: Load) -> ComposeRequest:
    """Go on with a piece, change what is masked in it, or begin one, for any instruments."""
    arguments.controls = {**arguments.controls, **_composer(arguments, model)}
    if arguments.mask:
        score = _masked(arguments, load)
        regions = [region for mask in arguments.mask for region in track_regions_from(mask, score)]
        return _request(refill_tracks(score, regions, arguments.change, arguments.seed), arguments, model)
    if arguments.melody is not None:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("--melody needs a --mask here."),
            tr("Say what may change in it, or go on with it by --continue."),
        )
    begun = load(arguments.begun)[0] if arguments.begun is not None else blank(1)
    score, tracks = with_instruments(begun, arguments.instruments or ("" if arguments.begun else "piano"))
    return _request(go_on(score, _from(arguments, score), _bars(arguments), tracks), arguments, model)


def _from(arguments: argparse.Namespace, score: Score) -> int:
    """The tick from which a piece is gone on with: its end, or a bar of it."""
    if arguments.begun is None:
        return 0
    bars = bars_of(score)
    if arguments.from_bar is None:
        last = bars.at(max(0, score.end - 1))
        return last.end if score.end else 0
    if not 1 <= arguments.from_bar <= bars.count:
        raise _impossible("--from-bar", arguments.from_bar, f"1 – {bars.count}")
    return bars.nth(arguments.from_bar - 1).start


def _composer(arguments: argparse.Namespace, model: Model) -> dict[str, str]:
    if arguments.composer is None:
        return {}
    wanted, groups = arguments.composer.strip().casefold(), list(model.codec["groups"])
    found = [group for group in groups if group.casefold() == wanted] or [
        group for group in groups if wanted and group.casefold().startswith(wanted)
    ]
    if len(found) != 1:
        raise _impossible("--composer", arguments.composer, ", ".join(groups))
    return {"composer": found[0]}


def _masked(arguments: argparse.Namespace, load: Load) -> Score:
    """The piece that ``--mask`` and ``--change`` are about."""
    if arguments.melody is None:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("--mask needs a piece."), tr("Name it with --melody."))
    if not 0 < arguments.change <= 1:
        raise _impossible("--change", arguments.change, tr("more than 0, up to 1"))
    return load(arguments.melody)[0]


def _bars(arguments: argparse.Namespace) -> int:
    bars = BARS if arguments.bars is None else arguments.bars
    if not 1 <= bars <= MAX_BARS:
        raise _impossible("--bars", bars, f"1 – {MAX_BARS}")
    return bars


def _refuse(arguments: argparse.Namespace, model: Model, *options: tuple[str, str]) -> None:
    for name, option in options:
        if getattr(arguments, name) is not None:
            raise AtelierError(
                ErrorKind.BAD_INPUT, tr("{option} is not for “{id}”.", option=option, id=model.manifest.id)
            )


def _request(ask: Ask, arguments: argparse.Namespace, model: Model) -> ComposeRequest:
    if arguments.out is None:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("Where shall it go?"), tr("Name a file with --out."))
    return ComposeRequest(
        model=model.manifest.id,
        seed=arguments.seed,
        controls=dict(arguments.controls),
        score=ask.score,
        marks=ask.marks,
        voices=ask.voices,
    )


def _impossible(option: str, value: object, possible: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_INPUT,
        tr("{option} can't be {value}.", option=option, value=value),
        tr("Possible: {range}.", range=possible),
    )
