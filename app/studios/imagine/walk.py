"""Walks through what a network can make: from key frame to key frame, with easing, as frames of a film.

Between latents the way is spherical (Shoemake 1985; White 2016): the frames between are as long as those at the ends,
as the network expects of normal draws. Between styles it is linear: the mapping network has bent the space so that
straight ways through it are smooth (Karras et al. 2019). Abstract pictures have no latent of their own; all that they
are, codes, grain and the controls, goes over into that of the next.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine import abstract, own
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.generator import class_row, inputs_of, paint
from app.studios.imagine.heredity import genes_of, unchanged
from app.studios.imagine.request import ImagineRequest, Walk
from app.studios.imagine.space import space_of, steps
from app.studios.imagine.styled import FAMILIES, latent_rows, noise_of, pixels_of, styles_by_latent, styles_of

BATCH = 8
WALKING = ("gan-2014", abstract.FAMILY, own.FAMILY, *FAMILIES)
"""The families between whose pictures there is a way."""
LONGEST, MOST_BYTES = 3600.0, 800_000_000
"""Seconds of a walk; bytes of all its frames."""
LEAST_SECONDS = 0.05
EASINGS: dict[str, Callable[[float], float]] = {
    "smooth": lambda t: t * t * (3 - 2 * t),
    "linear": lambda t: t,
    "slow start": lambda t: t * t,
    "slow end": lambda t: t * (2 - t),
    "jump": lambda t: 0.0 * t,
}
"""How far one has come on the way between two keys, by the share of its time that has passed."""


class Station(NamedTuple):
    """Where a key frame is: *body* (rows, numbers), class weights (1, classes), and whether the body is a latent."""

    body: np.ndarray
    classes: np.ndarray
    is_latent: bool


def make_walk(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The frames so far, some more at each step. Raises as :func:`frames` does."""
    walk = request.walk or Walk()
    pictures: list[Picture] = []
    for number, frame in enumerate(frames(walk, model, progress), 1):
        pictures.append(Picture.of_array(frame))
        if number % BATCH == 0:
            yield Pictures(tuple(pictures), rate=walk.rate)
    yield Pictures(tuple(pictures), rate=walk.rate)


def frames(walk: Walk, model: Model, progress: Progress) -> Iterator[np.ndarray]:
    """The frames, uint8 (height, width) or (height, width, 3).

    Raises :class:`AtelierError` (``BAD_INPUT``) for a walk of fewer than two keys, of another model's, or too long.
    """
    if model.manifest.family not in WALKING:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("Pictures of “{id}” can't be walked through.", id=model.manifest.id),
            tr("Choose a model that makes pictures of a seed."),
        )
    times = key_times(walk)
    total = frame_count(walk)
    _check_keys(walk, model)
    _check_size(walk, model, total)
    if model.manifest.family == abstract.FAMILY:
        yield from _abstract(walk, times, total, model, progress)
        return
    stations = _stations(walk, model, progress)
    if walk.loop:
        stations.append(stations[0])
    for start in range(0, total, BATCH):
        progress.report(start / total)
        here = [_at(walk, times, stations, number / walk.rate) for number in range(start, min(start + BATCH, total))]
        yield from _painted(here, walk, model, progress)


def key_times(walk: Walk) -> list[float]:
    """When each key is reached, in seconds; with a loop, at last the first again. Raises as :func:`frames` does."""
    if len(walk.keys) < 2:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("A walk needs two key frames or more."), tr("Add pictures to the timeline.")
        )
    count = len(walk.keys) + walk.loop
    times = _bar_times(walk, count) if walk.bars else _own_times(walk, count)
    if not all(map(math.isfinite, times)) or times[-1] > LONGEST or not 1 <= walk.rate <= 120:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A walk of this length can't be made."),
            tr("Possible: up to {minutes} minutes at 1 to 120 frames a second.", minutes=round(LONGEST / 60)),
        )
    return times


def frame_count(walk: Walk) -> int:
    """How many frames there are: with a loop the first is not shown again at the end."""
    return round(key_times(walk)[-1] * walk.rate) + (not walk.loop)


def slerp(a: np.ndarray, b: np.ndarray, t: float) -> np.ndarray:
    """On the way from *a* to *b* (rows, numbers): the direction turns evenly, the length goes from one to the other."""
    long_a, long_b = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (a, b))
    one, two = a / np.maximum(long_a, 1e-12), b / np.maximum(long_b, 1e-12)
    angle = np.arccos(np.clip((one * two).sum(-1, keepdims=True), -1.0, 1.0))
    sine = np.sin(angle)
    flat = sine < 1e-6
    safe = np.where(flat, 1.0, sine)
    turned = np.where(flat, (1 - t) * one + t * two, (np.sin((1 - t) * angle) * one + np.sin(t * angle) * two) / safe)
    return (turned * ((1 - t) * long_a + t * long_b)).astype(np.float32)


# --- inside -----------------------------------------------------------------------------------------------------------


def _own_times(walk: Walk, count: int) -> list[float]:
    ways = [max(LEAST_SECONDS, key.seconds) for key in walk.keys]
    return [0.0, *itertools.accumulate(ways)][:count]


def _bar_times(walk: Walk, count: int) -> list[float]:
    """On bar lines; where the piece has too few, its last bar goes on."""
    bars, each = list(walk.bars), max(1, walk.each)
    last = bars[-1] - bars[-2] if len(bars) > 1 else 2.0
    lines = [bars[place] if place < len(bars) else bars[-1] + last * (place - len(bars) + 1)
             for place in range(0, count * each, each)]  # fmt: skip
    return [line - lines[0] for line in lines]


def _check_keys(walk: Walk, model: Model) -> None:
    for key in walk.keys:
        if key.request.model != model.manifest.id:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("A walk stays within one model: “{theirs}” is not “{ours}”.").format(
                    theirs=key.request.model, ours=model.manifest.id
                ),
                tr("Take the other key frames out."),
            )


def _check_size(walk: Walk, model: Model, total: int) -> None:
    if model.manifest.family == abstract.FAMILY:
        width, height = abstract.size_of(walk.keys[0].request)
    else:
        width = height = int(model.codec["side"])
    if total * width * height * 3 > MOST_BYTES:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("A walk of {count} frames is too long.", count=total), tr("Shorten its ways.")
        )


def _abstract(walk: Walk, times: list[float], total: int, model: Model, progress: Progress) -> Iterator[np.ndarray]:
    """Frames of the size and shape of the first key; grain that stands still is that of the walk's seed."""
    first, grain = walk.keys[0].request, None
    _, _, frozen = walk.noise.partition(":")
    if frozen:
        grain = abstract.grain_of(int(frozen), 0, model)
    scenes = [abstract.scene_of(key.request.check(), model) for key in walk.keys]
    if walk.loop:
        scenes.append(scenes[0])
    for number in range(total):
        place, t = _along(walk, times, number / walk.rate)
        scene = abstract.between(scenes[place], scenes[place + 1], t, grain)
        part = progress.part(number / total, (number + 1) / total)
        yield abstract.rendered(scene, model, *abstract.size_of(first), part)


def _stations(walk: Walk, model: Model, progress: Progress) -> list[Station]:
    requests = [key.request.check() for key in walk.keys]
    if model.manifest.family not in FAMILIES:
        return [Station(row["latent"], row["classes"], True) for row in (inputs_of(r, model) for r in requests)]
    plain = not any(request.start or request.styles for request in requests)
    if plain and model.codec.get("truncation") == "latent":
        return [_latent_station(request, model) for request in requests]
    return [Station(styles_of(request, model, progress), np.zeros((1, 0)), False) for request in requests]


def _latent_station(request: ImagineRequest, model: Model) -> Station:
    space = space_of(model)
    genes = genes_of(unchanged(request)) if request.parents else ()
    added = steps(request.moves, space.directions, space.layers) if space.in_latent else None
    return Station(latent_rows(request, model, genes, added), class_row(request, model), True)


def _along(walk: Walk, times: list[float], time: float) -> tuple[int, float]:
    """The key that was passed last at a *time*, and how far one has come on the way to the next."""
    place = min(max(0, int(np.searchsorted(times, time, side="right")) - 1), len(times) - 2)
    share = (time - times[place]) / max(times[place + 1] - times[place], 1e-9)
    easing = EASINGS.get(walk.keys[place].easing, EASINGS["smooth"])
    return place, easing(min(1.0, max(0.0, share))) if share < 1 else 1.0


def _at(walk: Walk, times: list[float], stations: list[Station], time: float) -> Station:
    place, t = _along(walk, times, time)
    a, b = stations[place], stations[place + 1]
    body = slerp(a.body, b.body, t) if a.is_latent else ((1 - t) * a.body + t * b.body).astype(np.float32)
    return Station(body, ((1 - t) * a.classes + t * b.classes).astype(np.float32), a.is_latent)


def _painted(here: list[Station], walk: Walk, model: Model, progress: Progress) -> Iterator[np.ndarray]:
    first = walk.keys[0].request
    if model.manifest.family not in FAMILIES:
        inputs = [{"latent": station.body, "classes": station.classes} for station in here]
        draw = own.paint if model.manifest.family == own.FAMILY else paint
        held = msgspec.structs.replace(first, noise=walk.noise)
        yield from (picture.array for picture in draw(inputs, [held] * len(here), model, progress))
        return
    styles = [
        styles_by_latent(station.body, station.classes, model, progress) if station.is_latent else station.body
        for station in here
    ]
    noise = noise_of(msgspec.structs.replace(first, noise=walk.noise), model)
    yield from pixels_of(np.stack(styles), noise, model, progress)
