"""Makes pictures with a generator that is steered by styles, one for each of its layers (StyleGAN, BigGAN).

Styles come from a latent by the model's mapping network (Karras et al. 2019); truncation draws them to their mean,
parts of them are taken from other pictures, and moves along principal directions are added (Härkönen et al. 2020).
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.session import Arrays
from app.studios.imagine.codec import (
    ANY,
    LatentCodec,
    drawn_in,
    noise_fields,
    styles_from_bytes,
    styles_to_bytes,
    to_pixels,
)  # fmt: skip
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.generator import class_row, raw_latent
from app.studios.imagine.heredity import genes_of, mixed_flat, mixed_round, unchanged
from app.studios.imagine.request import Gene, ImagineRequest, Refill, StylePart
from app.studios.imagine.space import held_in, layer_slice, space_of, steps

FAMILIES = ("stylegan", "biggan")
TRUNCATION = "truncation"
MAPPED, READ, NOISE, NO_MASK = "mapped", "read", "noise", "no mask"
"""Where the styles of the last seed are remembered, what they were mapped from, the last noise, the mask of none."""
BATCH = 4
"""So many at once: Stop waits for no more."""
PIXELS, LOUDEST = "pixels", 1e12
"""The output that holds pictures as they are shown; the largest value of a style."""


def make_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The pictures so far, :data:`BATCH` more at each step.

    A convolution goes through a batch picture by picture, so each is the same to the bit alone and with others; the
    mapping network, whose sums could be added otherwise, reads one latent at a time.
    """
    pictures: list[Picture] = []
    for start in range(0, request.count, BATCH):
        ones = [request.single(place) for place in range(start, min(start + BATCH, request.count))]
        pixels = _made_together(ones, model, progress) if not request.refills else None
        for place, one in enumerate(ones):
            made = make_pixels(one, model, progress) if pixels is None else pixels[place]
            pictures.append(Picture.of_array(made, one))
        yield Pictures(tuple(pictures))
        progress.report(len(pictures) / request.count)


def _made_together(requests: Sequence[ImagineRequest], model: Model, progress: Progress) -> np.ndarray:
    """Pictures without refills, uint8 (n, side, side, 3)."""
    styles = np.array([styles_of(request, model, progress) for request in requests])
    noise = noise_of(requests[0], model)
    if len(requests) > 1:
        others = [noise_of(request, model) for request in requests[1:]]
        noise = {name: np.concatenate([values, *(one[name] for one in others)]) for name, values in noise.items()}
    return pixels_of(styles, noise, model, progress)


def make_pixels(request: ImagineRequest, model: Model, progress: Progress | None = None) -> np.ndarray:
    """One picture, uint8 (side, side, 3), its areas refilled one after the other."""
    styles, noise = styles_of(request, model, progress), noise_of(request, model)
    picture = pixels_of(styles[None], noise, model, progress)[0]
    for refill in request.refills:
        other, mask = refill_styles(request, refill, styles, model), mask_of(refill, model)
        made = pixels_of(styles[None], noise, model, progress, other[None], mask)[0]
        picture = composed(picture, made, mask)
    return picture


def render(
    styles: np.ndarray,
    noise: Arrays,
    model: Model,
    progress: Progress | None = None,
    other: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Pictures (n, side, side, 3) in 0..1 of *styles* (n, layers, width), all with one *noise*, or each with its own.

    Where *mask* (side, side) is 1 the features follow the styles *other* instead, inside each layer.
    """
    return model.run("generator", _feeds(styles, noise, model, other, mask), progress, ["images"])["images"]


def pixels_of(
    styles: np.ndarray,
    noise: Arrays,
    model: Model,
    progress: Progress | None = None,
    other: np.ndarray | None = None,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """The same as a screen shows them, uint8 (n, side, side, 3); the graph says it itself where it can.

    Raises :class:`AtelierError` (``BAD_INPUT``) for styles that no network makes a picture of.
    """
    if PIXELS not in model.session("generator").output_names:
        return to_pixels(render(styles, noise, model, progress, other, mask))
    if not np.abs(styles).max() < LOUDEST:  # nor is NaN
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("These styles are no numbers, or far too large."), tr("Reset the sliders.")
        )
    return model.run("generator", _feeds(styles, noise, model, other, mask), progress, [PIXELS])[PIXELS]


def _feeds(
    styles: np.ndarray, noise: Arrays, model: Model, other: np.ndarray | None, mask: np.ndarray | None
) -> Arrays:
    count = len(styles)
    field = no_mask(model) if mask is None else mask[None, None].astype(np.float32)
    return {
        "styles": np.ascontiguousarray(styles, np.float32),
        "other": np.ascontiguousarray(styles if other is None else other, np.float32),
        "mask": repeated(field, count),
        **{name: repeated(values, count) for name, values in noise.items()},
    }


def no_mask(model: Model) -> np.ndarray:
    """The mask that leaves all as it is, float32 (1, 1, side, side): a single pixel where the graph takes one, which
    gives it much less to do."""
    found = model.memory.get(NO_MASK)
    if found is None:
        fixed = isinstance(model.session("generator").input_shapes["mask"][-1], int)
        side = int(model.codec["side"]) if fixed else 1
        found = model.memory[NO_MASK] = np.zeros((1, 1, side, side), np.float32)
    return found


def repeated(values: np.ndarray, count: int) -> np.ndarray:
    """*values* of one picture for each of *count*; those of each stay as they are."""
    return np.repeat(values, count, 0) if len(values) < count else values


def styles_of(request: ImagineRequest, model: Model, progress: Progress | None = None) -> np.ndarray:
    """The styles that the picture of a request is made of, float32 (layers, width).

    Raises :class:`AtelierError` (``BAD_INPUT``) for what the model does not have: classes, directions, layers, styles.
    """
    space = space_of(model)
    added = steps(request.moves, space.directions, space.layers)
    styles = _first_styles(request, model, added if space.in_latent else None, progress)
    for part in request.styles:
        _take_part(styles, part, request, model, progress)
    return styles if space.in_latent else held_in(styles, added, space)


def starting_at(request: ImagineRequest, styles: np.ndarray) -> ImagineRequest:
    """The request for the picture of these *styles* (layers, width), with no step, part or mixed class of its own.

    What the seed still gives is the noise; the truncation begins anew at 1.
    """
    return ImagineRequest(
        model=request.model,
        seed=request.seed,
        index=request.index,
        controls={**request.controls, **({TRUNCATION: 1.0} if TRUNCATION in request.controls else {})},
        start=styles_to_bytes(styles),
        noise=request.noise,
    )


def noise_of(request: ImagineRequest, model: Model) -> Arrays:
    """The noise inputs of a picture, by name; none for a model without."""
    sides = [int(side) for side in model.codec.get("noise", [])]
    if request.noise == "off":
        return {f"noise_{side}": np.zeros((1, 1, side, side), np.float32) for side in sides}
    _, _, frozen = request.noise.partition(":")
    key = (int(frozen), 0) if frozen else (request.seed, request.index)
    kept = model.memory.get(NOISE)
    if kept is None or kept[0] != key:
        kept = model.memory[NOISE] = (key, noise_fields(sides, *key))
    return kept[1]


def refill_styles(request: ImagineRequest, refill: Refill, styles: np.ndarray, model: Model) -> np.ndarray:
    """What an area is filled with: *styles*, and from the refill's first layer on those of its own seed."""
    within = layer_slice(refill.first, -1, len(styles))
    other = styles.copy()
    other[within] = _mapped(request, refill.seed, refill.index, model, None)[within]
    return other


def mask_of(refill: Refill, model: Model) -> np.ndarray:
    """Float32 (side, side) in 0..1. Raises :class:`AtelierError` (``BAD_INPUT``) for what is no mask of this model."""
    side = int(model.codec["side"])
    try:
        image = Image.open(io.BytesIO(refill.mask))
        if image.size != (side, side) or image.mode != "L":
            raise ValueError(f"a mask of {image.size}")
        return np.asarray(image).astype(np.float32) / 255
    except (OSError, SyntaxError, ValueError) as error:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("The marked area is not one of a picture of {side} pixels.", side=side)
        ) from error


def composed(picture: np.ndarray, made: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """*made* over *picture*, both uint8 (side, side, 3), by *mask*; where that is 0 nothing changes."""
    share = mask[:, :, None]
    mixed = np.rint(picture * (1 - share) + made * share).astype(np.uint8)
    return np.where(share > 0, mixed, picture)


# --- inside -----------------------------------------------------------------------------------------------------------


def _first_styles(
    request: ImagineRequest, model: Model, added: np.ndarray | None, progress: Progress | None
) -> np.ndarray:
    """The styles before anything is taken from others; *added* (layers, latent) is what moves add to the latent."""
    if request.parents and not request.start:
        return _bred(request, model, added, progress)
    mapped = _mapped(request, request.seed, request.index, model, progress, added)
    if not request.start:
        return mapped
    space = space_of(model)
    start = styles_from_bytes(request.start, space.layers, space.width)
    drawn = space.mean + np.float32(_truncation(request)) * (start - space.mean)
    if added is None or not added.any():
        return drawn
    return drawn + mapped - _mapped(request, request.seed, request.index, model, progress)


def _bred(request: ImagineRequest, model: Model, added: np.ndarray | None, progress: Progress | None) -> np.ndarray:
    """The styles of a child. Where the truncation is one of the latent, latents are crossed, else styles, linearly."""
    genes = genes_of(unchanged(request))
    in_latent = _draws_latents_in(model)
    if in_latent and not any(gene.request.start or gene.request.styles for gene in genes):
        return styles_by_latent(latent_rows(request, model, genes, added), class_row(request, model), model, progress)
    bodies = np.stack([styles_of(_whole(gene.request), model, progress) for gene in genes])
    crossed = mixed_flat(bodies, genes)
    if in_latent:
        return crossed
    mean = space_of(model).mean
    return mean + np.float32(_truncation(request)) * (crossed - mean)


def latent_rows(
    request: ImagineRequest, model: Model, genes: Sequence[Gene] = (), added: np.ndarray | None = None
) -> np.ndarray:
    """The latent of each layer, float32 (layers, latent), of a model whose truncation is one of the latent: that of the
    seed in all of them, or crossed of the *genes* by the shares of the layer's group; *added* is what steps add."""
    layers = space_of(model).layers
    if genes:
        rows = mixed_round(np.concatenate([raw_latent(gene.request, model) for gene in genes]), genes, layers)
    else:
        rows = np.repeat(raw_latent(request, model), layers, 0)
    rows = drawn_in(rows, _truncation(request))
    return (rows if added is None else rows + added).astype(np.float32)


def styles_by_latent(
    rows: np.ndarray, classes: np.ndarray, model: Model, progress: Progress | None = None
) -> np.ndarray:
    """Styles (layers, width) of a latent for each layer (layers, latent), and class weights (1, classes)."""
    feeds = {"latent": rows}
    if model.codec.get("classes"):
        feeds["classes"] = np.repeat(classes, len(rows), 0)
    return model.run("mapping", feeds, progress)["styles"][np.arange(len(rows)), np.arange(len(rows))]


def _whole(request: ImagineRequest) -> ImagineRequest:
    """A founder with all of its own: nothing is drawn to the mean before the child is."""
    return msgspec.structs.replace(request, controls={**request.controls, TRUNCATION: 1.0})


def _take_part(
    styles: np.ndarray, part: StylePart, request: ImagineRequest, model: Model, progress: Progress | None
) -> None:
    within = layer_slice(part.first, part.last, len(styles))
    if part.styles:
        source = styles_from_bytes(part.styles, *styles.shape)
    else:
        source = _mapped(request, part.seed, part.index, model, progress)
    share = np.float32(part.share)
    styles[within] = source[within] if share == 1 else styles[within] + share * (source[within] - styles[within])


def _mapped(
    request: ImagineRequest,
    seed: int,
    index: int,
    model: Model,
    progress: Progress | None,
    added: np.ndarray | None = None,
) -> np.ndarray:
    """The styles of a seed, a copy, float32 (layers, width); *added* (layers, latent) moves the latent, in each layer
    for itself. The last ones are remembered: a slider under the mouse asks for the same again and again."""
    moved = added is not None and bool(added.any())
    key = (seed, index, _truncation(request), request.controls.get("class"), request.mix)
    kept = model.memory.get(MAPPED)
    if moved or kept is None or kept[0] != key:
        found = _mapped_anew(request, seed, index, model, progress, added if moved else None)
        if moved:
            return found
        kept = model.memory[MAPPED] = (key, found)
    return kept[1].copy()


def _mapped_anew(
    request: ImagineRequest, seed: int, index: int, model: Model, progress: Progress | None, added: np.ndarray | None
) -> np.ndarray:
    latent, weights = _mapped_from(request, seed, index, model)
    rows = latent if added is None else latent + added
    feeds = {"latent": rows.astype(np.float32)}
    if weights.size:
        feeds["classes"] = repeated(weights, len(rows))
    mapped = model.run("mapping", feeds, progress)["styles"]
    styles = mapped[0].copy() if len(rows) == 1 else mapped[np.arange(len(rows)), np.arange(len(rows))]
    if _draws_latents_in(model):
        return styles
    mean = space_of(model).mean
    return mean + np.float32(_truncation(request)) * (styles - mean)


def _mapped_from(request: ImagineRequest, seed: int, index: int, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """What the mapping network reads for a seed: latent (1, latent) and class weights (1, classes), both float32. The
    last ones are remembered, as what becomes of them is."""
    kind, truncation = str(request.controls.get("class", ANY)), _truncation(request)
    key = (seed, index, truncation, kind, request.mix)
    kept = model.memory.get(READ)
    if kept is None or kept[0] != key:
        codec = LatentCodec(int(model.codec["latent"]), model.codec.get("classes", []))
        latent = codec.latent(seed, index, 1.0)
        latent = drawn_in(latent, truncation) if _draws_latents_in(model) else latent
        none = np.zeros((1, 0), np.float32)
        weights = codec.class_weights(kind, seed, index, request.mix) if codec.classes else none
        kept = model.memory[READ] = (key, (latent, weights))
    return kept[1]


def _draws_latents_in(model: Model) -> bool:
    """Whether truncation is one of the latent; else it is one of the styles."""
    return model.codec.get("truncation") == "latent"


def _truncation(request: ImagineRequest) -> float:
    return float(request.controls.get(TRUNCATION, 1.0))
