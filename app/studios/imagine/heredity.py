"""Crossing pictures: genes are shares of the pictures a lineage began with (Simon 2018, Ganbreeder; Artbreeder).

However many generations lie between, a bred picture is a sum of pictures that were not bred. So a request names those
alone, each with its share of the coarse, the middle and the fine layers, and can be made again without its ancestors.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from app.runtime.sampling import rng
from app.studios.imagine.codec import ANY
from app.studios.imagine.request import DirectionMove, Gene, ImagineRequest, Parent

GROUPS = 3
MOST_GENES, LEAST = 128, 1 / 256
"""Of a picture that becomes a parent, so many of the heaviest genes are kept, and only those with a share larger than
that in some group, so that recipes stay short; the heaviest eight stay in any case."""
LEAST_STEP = 0.02
JITTER_STREAM = 3
"""The series of random numbers of a seed by which children differ; the latent, the class and the noise have others."""


def as_parent(key: str, request: ImagineRequest, shares: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Parent:
    """The picture of *request* as a parent; *key* is by what it is found again."""
    genes = sorted(genes_of(request), key=lambda gene: -max(gene.shares))[:MOST_GENES]
    heavy = [gene for place, gene in enumerate(genes) if place < 8 or max(gene.shares) > LEAST]
    table = np.array([gene.shares for gene in heavy])
    rows = table / table.sum(0)
    return Parent(key, tuple(Gene(gene.request, _triple(row)) for gene, row in zip(heavy, rows, strict=True)), shares)


def children_of(
    parents: Sequence[tuple[str, ImagineRequest, tuple[float, float, float]]], like: ImagineRequest
) -> ImagineRequest:
    """*like* with these parents (key, request, shares). What sliders had done to them is inherited by their shares."""
    weights = np.array([shares for _, _, shares in parents], float).mean(1)
    weights = weights / max(weights.sum(), 1e-9)
    requests = [request for _, request, _ in parents]
    truncations = [float(request.controls.get("truncation", 1.0)) for request in requests]
    controls = dict(like.controls)
    if "class" in controls:
        controls["class"] = ANY
    if "truncation" in controls:
        controls["truncation"] = round(float(np.dot(weights, truncations)), 4)
    return msgspec.structs.replace(
        like,
        controls=controls,
        parents=tuple(as_parent(*parent) for parent in parents),
        offsets=_summed([request.offsets for request in requests], weights),
        moves=_inherited([request.moves for request in requests], weights),
        noise=requests[int(weights.argmax())].noise,
    )


def genes_of(request: ImagineRequest) -> tuple[Gene, ...]:
    """All genes of one picture, the shares of each group of layers summing to one; its own alone if it has no parents.

    Children of the same parents differ by their seed and index.
    """
    if not request.parents or _signature(request) != _signature(unchanged(request)):
        return (Gene(founder(request), (1.0, 1.0, 1.0)),)
    shares = _own_shares(request)
    found: dict[bytes, tuple[ImagineRequest, np.ndarray]] = {}
    for parent, row in zip(request.parents, shares, strict=True):
        for gene in parent.genes:
            key = msgspec.json.encode(gene.request)
            before = found.get(key, (gene.request, np.zeros(GROUPS)))
            found[key] = (gene.request, before[1] + row * np.array(gene.shares))
    if request.strangeness > 0:
        found[b""] = (_stranger(request, found), np.full(GROUPS, request.strangeness))
    return tuple(Gene(one, _triple(row)) for one, row in found.values())


def founder(request: ImagineRequest) -> ImagineRequest:
    """What of a request makes the picture itself: not the steps that sliders added, not the noise."""
    controls = {name: value for name, value in request.controls.items() if name == "class"}
    return msgspec.structs.replace(
        request, count=1, controls=controls, offsets=(), moves=(), noise="seed", refills=(), walk=None
    )


def unchanged(request: ImagineRequest) -> ImagineRequest:
    """A bred picture as it was before classes and styles of others were mixed into it."""
    controls = {name: value for name, value in request.controls.items() if name != "class"}
    return msgspec.structs.replace(request, controls=controls, mix=(), start=b"", styles=())


def group_of(layer: int, layers: int) -> int:
    """Whether a layer (from 0) is coarse, middle or fine: 0, 1, 2."""
    ends = [round(third * layers / GROUPS) for third in range(1, GROUPS)]
    return sum(layer >= end for end in ends)


def mixed_flat(bodies: np.ndarray, genes: Sequence[Gene]) -> np.ndarray:
    """Styles (genes, layers, width) by the shares of each layer's group, float32 (layers, width): a weighted mean."""
    layers = bodies.shape[1]
    shares = np.array([[gene.shares[group_of(layer, layers)] for layer in range(layers)] for gene in genes])
    return np.einsum("gl,glw->lw", shares, bodies).astype(np.float32)


def mixed_round(latents: np.ndarray, genes: Sequence[Gene], layers: int = 1) -> np.ndarray:
    """Normal latents (genes, latent) by the shares, float32 (layers, latent), again of length one in each direction.

    A weighted mean of independent normal draws has a variance below one, and its pictures would be dull; dividing by
    the root of the sum of the squared shares mends that. With one layer, the shares are the mean of the groups'.
    """
    table = np.array([gene.shares for gene in genes])
    if layers == 1:
        shares = table.mean(1)[:, None]
    else:
        shares = np.stack([table[:, group_of(layer, layers)] for layer in range(layers)], 1)
    shares = shares / np.sqrt((shares**2).sum(0))
    return (shares.T @ latents).astype(np.float32)


def mixed_classes(weights: np.ndarray, genes: Sequence[Gene]) -> np.ndarray:
    """Class weights (genes, classes) by the genes' mean shares, float32 (1, classes)."""
    return (np.array([gene.shares for gene in genes]).mean(1) @ weights)[None].astype(np.float32)


# --- inside -----------------------------------------------------------------------------------------------------------


def _own_shares(request: ImagineRequest) -> np.ndarray:
    """The parents' shares in this child: (parents, groups)."""
    wished = np.array([parent.shares for parent in request.parents], float)
    numbers = rng(request.seed, request.index, JITTER_STREAM).standard_normal(wished.shape)
    shares = wished * np.exp(request.spread * numbers)
    return (1.0 - request.strangeness) * shares / shares.sum(0)


def _stranger(request: ImagineRequest, found: dict[bytes, tuple[ImagineRequest, np.ndarray]]) -> ImagineRequest:
    """A picture of the child's own seed, of the kind its heaviest gene has."""
    heaviest, _ = max(found.values(), key=lambda pair: pair[1].sum())
    own = ImagineRequest(model=request.model, seed=request.seed, index=request.index)
    return msgspec.structs.replace(own, controls=heaviest.controls, mix=heaviest.mix)


def _signature(request: ImagineRequest) -> tuple[object, ...]:
    """What of a bred picture its genes do not tell."""
    return request.controls.get("class", ANY), request.mix, request.start, request.styles


def _summed(offsets: Sequence[tuple[float, ...]], weights: np.ndarray) -> tuple[float, ...]:
    longest = max((len(row) for row in offsets), default=0)
    table = np.array([[*row, *[0.0] * (longest - len(row))] for row in offsets]).reshape(len(offsets), longest)
    summed = [round(float(value), 2) for value in weights @ table]
    return tuple(summed) if any(summed) else ()


def _inherited(moves: Sequence[tuple[DirectionMove, ...]], weights: np.ndarray) -> tuple[DirectionMove, ...]:
    """The parents' steps by their weights; those along one direction in the same layers are one."""
    found: dict[bytes, DirectionMove] = {}
    for row, weight in zip(moves, weights, strict=True):
        for move in row:
            key = msgspec.json.encode(msgspec.structs.replace(move, amount=0.0))
            before = found[key].amount if key in found else 0.0
            found[key] = msgspec.structs.replace(move, amount=round(before + float(weight) * move.amount, 4))
    return tuple(move for move in found.values() if abs(move.amount) >= LEAST_STEP)


def _triple(row: np.ndarray) -> tuple[float, float, float]:
    coarse, middle, fine = (float(value) for value in row)
    return coarse, middle, fine
