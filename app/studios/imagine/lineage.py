"""How alike pictures are, measured where the network makes them, and the picture that is least like them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.generator import class_row, raw_latent
from app.studios.imagine.heredity import genes_of, unchanged
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.styled import styles_of

RANDOM = 32
"""So many random pictures stand for how much the network can vary."""
RANDOM_SEED = 20_230_923
ALIKE, COLLAPSED = 0.4, 0.15
"""Below these shares of the random pictures' distance a lineage is called alike, and collapsed."""


class Variety(msgspec.Struct, frozen=True):
    """The mean distance of each two of *count* pictures, and that of random ones of the same kinds."""

    count: int
    distance: float
    random: float

    @property
    def ratio(self) -> float:
        """1: as different as random pictures are; 0: all the same."""
        return self.distance / self.random if self.random > 0 else 0.0


def variety_of(requests: Sequence[ImagineRequest], model: Model, progress: Progress) -> Variety:
    """Measure pictures of one model against random ones of the same kinds and the same truncation.

    Raises :class:`AtelierError` (``BAD_INPUT``) for fewer than two.
    """
    if len(requests) < 2:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("How alike pictures are can be told of two or more."))
    own = positions(requests, model, progress.part(0.0, 0.5))
    strangers = [_like(requests[place % len(requests)], RANDOM_SEED, place) for place in range(RANDOM)]
    random = positions(strangers, model, progress.part(0.5, 1.0))
    return Variety(len(requests), _mean_distance(own), _mean_distance(random))


def furthest(
    requests: Sequence[ImagineRequest], seed: int, count: int, model: Model, progress: Progress
) -> ImagineRequest:
    """Of the first *count* pictures of *seed*, the one whose nearest relative among *requests* is furthest away."""
    own = positions(requests, model, progress.part(0.0, 0.5))
    cousins = [_like(requests[place % len(requests)], seed, place) for place in range(count)]
    found = positions(cousins, model, progress.part(0.5, 1.0))
    nearest = np.linalg.norm(found[:, None] - own[None], axis=-1).min(1)
    return cousins[int(nearest.argmax())]


def positions(requests: Sequence[ImagineRequest], model: Model, progress: Progress) -> np.ndarray:
    """Where the pictures are, float (n, numbers), so that their distance can be taken.

    For a network steered by styles these are the styles; for others the latent and the class weights, scaled so that
    the squared distance of independent latents is 1 in the mean, and that of two kinds 1.
    """
    rows = []
    for place, request in enumerate(requests):
        progress.report(place / len(requests))
        rows.append(_position(request, model, progress))
    return np.stack(rows).astype(float)


def _position(request: ImagineRequest, model: Model, progress: Progress) -> np.ndarray:
    if model.manifest.family == "stylegan":
        return styles_of(request, model, progress).ravel()
    latent = raw_latent(request, model).ravel()
    kinds = class_row(request, model).ravel() if model.codec.get("classes") else np.zeros(0, np.float32)
    return np.concatenate([latent / np.sqrt(2 * latent.size), kinds / np.sqrt(2)])


def _mean_distance(rows: np.ndarray) -> float:
    squares = (rows**2).sum(1)
    table = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * rows @ rows.T, 0.0))
    return float(table[np.triu_indices(len(rows), 1)].mean())


def _like(request: ImagineRequest, seed: int, index: int) -> ImagineRequest:
    """A random picture of the kind and the truncation *request* has."""
    heaviest = max(genes_of(unchanged(request) if request.parents else request), key=lambda gene: sum(gene.shares))
    controls = {**request.controls, **{k: v for k, v in heaviest.request.controls.items() if k == "class"}}
    return ImagineRequest(model=request.model, seed=seed, index=index, controls=controls, mix=heaviest.request.mix)
