"""Finds the styles with which a generator comes closest to a photograph or a painting.

An encoder's guess, or the best of some pictures of the model's own, is refined by damped least squares (Levenberg 1944,
Marquardt 1963) without any gradient from the network: the slopes along the principal directions are differences of
pictures made in batches. First all layers move together, then coarse, middle and fine ones, then each for itself (the
space W+ of Abdal et al. 2019, Image2StyleGAN).
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.files import decode_picture
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.space import COARSE, FINE, MIDDLE, Space, layer_range, layer_slice, space_of
from app.studios.imagine.styled import make_pixels, noise_of, render, starting_at, styles_of

ENCODER = "encoder"
"""The graph that guesses styles, if the model has one."""
SMALLEST = 16
"""A photograph needs at least so many pixels a side."""
SHOWN = 1536
"""Pixels of the longer side of a photograph that a square is chosen of."""
LOOKED_AT = 64
"""The largest side at which pictures are compared."""
TRIES, BATCH, STEP = 24, 8, 0.25
DAMPINGS = (0.05, 0.5, 5.0, 50.0)
PULL = 2e-4
"""What a standard deviation away from the start costs, against a squared difference of 1 in each pixel."""
ENOUGH = 2e-3
"""A step that brings less than this share ends a stage."""
STAGES = (("whole", 48, 6), ("thirds", 32, 5), ("layers", 20, 5))
"""What moves for itself, along how many directions, in at most how many steps."""


@dataclass(frozen=True)
class _Target:
    """What is looked for: the picture at several sizes, and how styles become one."""

    features: np.ndarray
    make: Callable[[np.ndarray], np.ndarray]

    def errors(self, styles: np.ndarray) -> np.ndarray:
        """Residuals of *styles* (n, layers, width): float32 (n, features)."""
        parts = [features(self.make(styles[at : at + BATCH])) for at in range(0, len(styles), BATCH)]
        return np.concatenate(parts) - self.features


@dataclass(frozen=True)
class Crop:
    """The square of a photograph that is looked for: its middle, as shares of width and height, and how many times it
    goes into the shorter side. No further than the edge: a middle too near it is moved in."""

    across: float = 0.5
    down: float = 0.5
    zoom: float = 1.0

    def square(self, width: int, height: int) -> tuple[float, float, float]:
        """Left, top and side in pixels. Raises :class:`AtelierError` (``BAD_INPUT``) for what is no square."""
        if not all(math.isfinite(part) for part in (self.across, self.down, self.zoom)) or self.zoom < 1:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("A photo can't be cropped so."),
                tr("Its middle is 0 to 1 across and down, the zoom 1 or more."),
            )
        side = min(width, height) / self.zoom
        left, top = self.across * width - side / 2, self.down * height - side / 2
        return min(max(0.0, left), width - side), min(max(0.0, top), height - side), side


def fitted(picture: Picture, side: int, crop: Crop | None = None) -> Picture:
    """A square of a picture, the middle one, at the model's size, in colour.

    Raises :class:`AtelierError` (``BAD_INPUT``) for one too small to show anything.
    """
    left, top, least = (crop or Crop()).square(picture.width, picture.height)
    if least < SMALLEST:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("This picture is too small: {width} × {height} pixels.", width=picture.width, height=picture.height),
            tr("At least {side} × {side} are needed.", side=SMALLEST),
        )
    image = Image.fromarray(picture.array).convert("RGB")
    box = (left, top, left + least, top + least)
    return Picture.of_array(np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box)))


def looked_over(picture: Picture) -> Picture:
    """A photograph as it is shown to choose a square of it: no larger than is of use. Raises as :func:`fitted`."""
    fitted(picture, SMALLEST)
    image = Image.fromarray(picture.array).convert("RGB")
    image.thumbnail((SHOWN, SHOWN), Image.Resampling.LANCZOS)
    return Picture.of_array(np.asarray(image))


def photo_bytes(picture: Picture) -> bytes:
    """The picture as a request carries it."""
    buffer = io.BytesIO()
    Image.fromarray(picture.array).save(buffer, "PNG")
    return buffer.getvalue()


def find_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The picture found so far, better at each step, with the photograph as the model sees it beside it.

    Its own request begins with the styles found (*start*) and holds nothing of the photograph.
    """
    photo = fitted(decode_picture(request.photo), int(model.codec["side"]))
    plain = msgspec.structs.replace(request, photo=b"")
    for styles in find_styles(photo, plain, model, progress):
        found = starting_at(plain, styles)
        yield Pictures((Picture.of_array(make_pixels(found, model, progress), found),), photo=photo)


def find_styles(photo: Picture, request: ImagineRequest, model: Model, progress: Progress) -> Iterator[np.ndarray]:
    """Styles (layers, width) whose picture is nearer and nearer to *photo*, which has the model's size."""
    wanted = photo.array[None].astype(np.float32) / 255
    noise = noise_of(request, model)
    target = _Target(features(wanted), lambda styles: render(styles, noise, model, progress))
    progress.report(0.0, tr("Looking for a picture to begin with"))
    styles = _start(wanted, request, target, model, progress.part(0.0, 0.1))
    yield styles
    space = space_of(model)
    basis = _basis(space, model)
    parts = np.linspace(0.1, 1.0, len(STAGES) + 1)
    for (name, most, steps), start, end in zip(STAGES, parts, parts[1:], strict=False):
        ways = _ways(name, basis[:most], space.layers)
        for better in _refined(styles, ways, target, steps, progress.part(start, end)):
            yield (styles := better)


def features(images: np.ndarray) -> np.ndarray:
    """Pictures (n, side, side, 3) as numbers whose squares say how far apart two are: the pixels at several sizes, each
    size of the same weight."""
    while images.shape[1] > LOOKED_AT:
        images = _halved(images)
    found = []
    while images.shape[1] >= 4:
        flat = images.reshape(len(images), -1)
        found.append(flat / np.float32(np.sqrt(flat.shape[1])))
        images = _halved(images)
    return np.concatenate(found, 1)


# --- inside -----------------------------------------------------------------------------------------------------------


def _halved(images: np.ndarray) -> np.ndarray:
    count, side, _, channels = images.shape
    return images.reshape(count, side // 2, 2, side // 2, 2, channels).mean((2, 4))


def _start(
    wanted: np.ndarray, request: ImagineRequest, target: _Target, model: Model, progress: Progress
) -> np.ndarray:
    """The best of: the encoder's guess, the mean, some pictures of the model's own."""
    offered = [space_of(model).mean]
    if model.manifest.has(f"{ENCODER}.onnx"):
        offered.append(model.run(ENCODER, {"images": wanted}, progress)["styles"][0])
    for index in range(TRIES):
        progress.report(index / TRIES)
        offered.append(styles_of(msgspec.structs.replace(request, index=index), model, progress))
    errors = np.square(target.errors(np.stack(offered))).sum(1)
    return offered[int(errors.argmin())]


def _basis(space: Space, model: Model) -> np.ndarray:
    """What the principal directions add to the styles, float32 (n, layers, width)."""
    if not space.in_latent:
        return np.repeat(space.directions[:, None], space.layers, 1)
    codec = model.codec
    latents = np.concatenate([np.zeros((1, int(codec["latent"])), np.float32), space.directions])
    feeds = {"latent": latents}
    if codec.get("classes"):
        shares = np.full((len(latents), len(codec["classes"])), 1 / len(codec["classes"]), np.float32)
        feeds["classes"] = shares
    mapped = model.run("mapping", feeds)["styles"]
    return mapped[1:] - mapped[:1]


def _ways(name: str, basis: np.ndarray, layers: int) -> np.ndarray:
    """The directions of a stage, (ways, layers, width): in all layers at once, in thirds, or in each for itself."""
    if name == "whole":
        return basis
    if name == "thirds":
        parts = [layer_slice(*layer_range(third, layers), layers) for third in (COARSE, MIDDLE, FINE)]
    else:
        parts = [slice(layer, layer + 1) for layer in range(layers)]
    found = np.zeros((len(parts), *basis.shape), np.float32)
    for place, part in enumerate(parts):
        found[place, :, part] = basis[:, part]
    return found.reshape(-1, *basis.shape[1:])


def _refined(
    styles: np.ndarray, ways: np.ndarray, target: _Target, steps: int, progress: Progress
) -> Iterator[np.ndarray]:
    """Damped least squares along *ways*; each yield is better than the one before."""
    place = np.zeros(len(ways), np.float32)
    error = target.errors(styles[None])[0]
    best = float(np.square(error).sum())
    for step in range(steps):
        here = styles + np.tensordot(place, ways, 1)
        slopes = _slopes(here, ways, error, target, progress.part(step / steps, (step + 1) / steps))
        steps_offered = _solved(slopes, error, place)
        errors = target.errors(here + np.tensordot(steps_offered, ways, 1))
        costs = np.square(errors).sum(1) + PULL * np.square(place + steps_offered).sum(1)
        chosen = int(costs.argmin())
        before, now = best + PULL * float(np.square(place).sum()), float(costs[chosen])
        if now >= before:
            return
        place, error, best = place + steps_offered[chosen], errors[chosen], float(np.square(errors[chosen]).sum())
        yield styles + np.tensordot(place, ways, 1)
        if before - now < ENOUGH * before:
            return


def _slopes(here: np.ndarray, ways: np.ndarray, error: np.ndarray, target: _Target, progress: Progress) -> np.ndarray:
    """How the residuals change along each way, (ways, features)."""
    found = []
    for at in range(0, len(ways), BATCH):
        progress.report(at / len(ways), tr("Refining"))
        found.append((target.errors(here + STEP * ways[at : at + BATCH]) - error) / STEP)
    return np.concatenate(found)


def _solved(slopes: np.ndarray, error: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The steps of several dampings, (dampings, ways)."""
    slopes = slopes.astype(np.float64)
    normal, pull = slopes @ slopes.T, slopes @ error + PULL * place
    scale = np.diag(normal).mean() + 1e-12
    eye = np.eye(len(normal))
    found = [np.linalg.solve(normal + (PULL + 1e-2 * damping * scale) * eye, -pull) for damping in DAMPINGS]
    return np.stack(found).astype(np.float32)
