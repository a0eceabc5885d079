"""Renders abstract pictures with a coordinate network: any size, tile by tile, the same picture at each.

The network knows the colour of a point, not of a pixel; so a size is only how densely it is asked. A picture is a
*form* code and a *colour* code, drawn as the codes of the paintings it learnt from are spread. Where it leaves open
which of its regions a point belongs to, *grain* decides: a smooth random field for each region, of the Gumbel
distribution, so that each gets the share of the canvas that the network gives it (Maddison et al. 2014, "A* sampling").
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.imagine.codec import to_pixels
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.generator import class_row, moved, raw_latent
from app.studios.imagine.request import ImagineRequest

FAMILY = "cppn"
GRAPH = "renderer"
CODES = "codes.npz"
LARGEST = 8192
TILE = 128
AROUND = 2
"""Pixels around a tile by which the network knows how steep a border is."""
SHAPES = {"square": (1.0, 1.0), "portrait": (0.75, 1.0), "landscape": (1.0, 0.75), "wide": (1.0, 0.5625)}
"""Width and height of each shape, as parts of the longer side."""
SYMMETRIES = ("none", "mirrored", "fourfold")
LATTICE = 64
"""The grain repeats after so many cells."""
OCTAVES = 3
STROKE = 2.2
"""Grain is so many times as wide as high, as a brush leaves it."""
GRAIN_STREAM, PALETTE_STREAM, PIECE_STREAM = 11, 12, 20
"""The series of random numbers of a seed that they are drawn from."""


@dataclass(frozen=True)
class Scene:
    """All that a picture is, whatever its size: ``codes`` (regions, codes), of which the first *form* are forms and the
    others colours, around the ``middle`` (codes,) of its class; ``grain`` lattices (octaves, regions, side, side); and
    how they are looked at."""

    codes: np.ndarray
    middle: np.ndarray
    form: int
    grain: np.ndarray
    amount: float
    fineness: float
    edges: float
    flow: float
    zoom: float
    symmetry: str


def make_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The pictures so far, one more at each step."""
    pictures: list[Picture] = []
    for place in range(request.count):
        part = progress.part(place / request.count, (place + 1) / request.count)
        one = request.single(place)
        pictures.append(Picture.of_array(rendered(scene_of(one, model), model, *size_of(one), part), one))
        yield Pictures(tuple(pictures))


def size_of(request: ImagineRequest) -> tuple[int, int]:
    """Width and height in pixels. Raises :class:`AtelierError` (``BAD_INPUT``) for more than :data:`LARGEST`."""
    width, height = SHAPES[str(request.controls.get("shape", "square"))]
    side = int(request.controls.get("size", 384))
    if not 1 <= side <= LARGEST:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A picture can't have {side} pixels on its longer side.", side=side),
            tr("Possible: {range}.", range=f"1 – {LARGEST}"),
        )
    return max(1, round(width * side)), max(1, round(height * side))


def scene_of(request: ImagineRequest, model: Model) -> Scene:
    """What *request* describes. Raises :class:`AtelierError` (``BAD_INPUT``) for a class the model does not have."""
    controls = {**model.manifest.defaults(), **request.controls}
    seed, index = request.seed, request.index
    space = _Space(model)
    weights = class_row(request, model)[0]
    variety = float(controls["variety"])
    whole = space.code(weights, variety, raw_latent(request, model)[0]) + moved(request, model)[0]
    pieces = [
        space.code(weights, variety, _normal(space.size, seed, index, PIECE_STREAM + region))
        for region in range(space.regions)
    ]
    collage = float(controls["collage"])
    codes = whole + collage * (np.stack(pieces) - whole)
    codes[0] = whole
    if palette := int(controls["palette"]):
        tones = space.code(weights, variety, _normal(space.size, palette, PALETTE_STREAM))
        codes[:, space.form :] += tones[space.form :] - whole[space.form :]
    return Scene(
        codes=codes.astype(np.float32),
        middle=space.code(weights, 0.0, np.zeros(space.size)).astype(np.float32),
        form=space.form,
        grain=grain_of(seed, index, model),
        amount=float(controls["grain"]),
        fineness=float(controls["fineness"]),
        edges=float(controls["edges"]),
        flow=float(controls["flow"]),
        zoom=float(controls["zoom"]),
        symmetry=str(controls["symmetry"]),
    )


def grain_of(seed: int, index: int, model: Model) -> np.ndarray:
    """The lattices of a picture's grain, standard normal."""
    shape = (OCTAVES, int(model.codec["regions"]), LATTICE, LATTICE)
    return rng(seed, index, GRAIN_STREAM).standard_normal(shape, np.float32)


def between(a: Scene, b: Scene, t: float, grain: np.ndarray | None = None) -> Scene:
    """The scene on the way from *a* (*t* 0) to *b* (1), as lively as both; *grain* stands for theirs.

    What is normally distributed around the middle goes over with its spread kept: weights whose squares sum to one.
    """
    near, far = (math.cos(t * math.pi / 2), math.sin(t * math.pi / 2))
    middle = (1 - t) * a.middle + t * b.middle
    return Scene(
        codes=(middle + near * (a.codes - a.middle) + far * (b.codes - b.middle)).astype(np.float32),
        middle=middle.astype(np.float32),
        form=a.form,
        grain=(near * a.grain + far * b.grain).astype(np.float32) if grain is None else grain,
        amount=(1 - t) * a.amount + t * b.amount,
        fineness=(1 - t) * a.fineness + t * b.fineness,
        edges=(1 - t) * a.edges + t * b.edges,
        flow=(1 - t) * a.flow + t * b.flow,
        zoom=a.zoom ** (1 - t) * b.zoom**t,
        symmetry=a.symmetry if t < 0.5 else b.symmetry,
    )


def rendered(scene: Scene, model: Model, width: int, height: int, progress: Progress) -> np.ndarray:
    """uint8 (height, width, 3). Each pixel depends on the scene, the size and its place alone, not on its tile."""
    picture = np.empty((height, width, 3), np.uint8)
    corners = [(top, left) for top in range(0, height, TILE) for left in range(0, width, TILE)]
    for number, (top, left) in enumerate(corners):
        progress.report(number / len(corners))
        rows, columns = slice(top, min(top + TILE, height)), slice(left, min(left + TILE, width))
        across, down = _axis(columns, width, width, height), _axis(rows, height, width, height)
        picture[rows, columns] = to_pixels(_tile(scene, model, across, down, progress))
    progress.report(1.0)
    return picture


def _axis(span: slice, size: int, width: int, height: int) -> np.ndarray:
    """Where the pixels of a span lie, with :data:`AROUND` more at each end; the longer side is -1 to 1."""
    at = np.arange(span.start - AROUND, span.stop + AROUND) + 0.5
    return (2 * at - size) / max(width, height)


def _tile(scene: Scene, model: Model, across: np.ndarray, down: np.ndarray, progress: Progress) -> np.ndarray:
    if scene.symmetry in ("mirrored", "fourfold"):
        across = np.abs(across)
    if scene.symmetry == "fourfold":
        down = np.abs(down)
    points = np.stack(np.meshgrid(across / scene.zoom, down / scene.zoom), -1).astype(np.float32)
    feeds = {
        "points": points,
        "grain": _grain(scene, across, down),
        "forms": scene.codes[:, : scene.form],
        "colours": scene.codes[:, scene.form :],
        "edges": np.float32(scene.edges),
        "flow": np.float32(scene.flow),
    }
    return model.run(GRAPH, {name: np.asarray(value) for name, value in feeds.items()}, progress)["images"]


def _grain(scene: Scene, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """What is added to the scores of each region, float32 (h, w, regions)."""
    total = np.zeros((scene.grain.shape[1], len(down), len(across)), np.float32)
    if scene.amount == 0:
        return total.transpose(1, 2, 0)
    for octave, lattice in enumerate(scene.grain):
        cells = scene.fineness * 2.0**octave
        strokes = _along(lattice, across * cells / STROKE)
        total += 0.7**octave * _along(strokes.swapaxes(1, 2), down * cells).swapaxes(1, 2)
    spread = SPLINE_SPREAD * np.sqrt(sum(0.49**octave for octave in range(OCTAVES)))
    chance = 1 / (1 + np.exp(-1.702 * np.clip(total / spread, -4, 4)))  # the normal distribution, nearly
    return (scene.amount * -np.log(-np.log(chance))).transpose(1, 2, 0).astype(np.float32)


SPLINE_SPREAD = 0.6
"""The standard deviation of independent normal values that a cubic B-spline runs through in two directions, about."""


def _along(lattice: np.ndarray, at: np.ndarray) -> np.ndarray:
    """A cubic B-spline through the last axis of a lattice that repeats, at places counted in cells: (…, n)."""
    cell = np.floor(at).astype(int)
    t = (at - cell).astype(np.float32)
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    size = lattice.shape[-1]
    taps = [lattice[..., (cell + offset - 1) % size] * (part / 6) for offset, part in enumerate(weights)]
    return np.sum(taps, axis=0)


def _normal(size: int, seed: int, *stream: int) -> np.ndarray:
    return rng(seed, *stream).standard_normal(size).astype(np.float32)


class _Space:
    """The codes of the paintings, and how they are spread in each class."""

    def __init__(self, model: Model) -> None:
        arrays = model.arrays(CODES)
        self._means, self._roots = arrays["means"], arrays["roots"]
        self.size = self._means.shape[1]
        self.form, self.regions = int(model.codec["form"]), int(model.codec["regions"])

    def code(self, weights: np.ndarray, variety: float, normal: np.ndarray) -> np.ndarray:
        """The code that a standard normal latent (codes,) stands for, as those of the classes are spread."""
        return weights @ self._means + variety * (np.tensordot(weights, self._roots, 1) @ normal)
