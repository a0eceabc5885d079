"""Makes pictures with a class-conditional generator, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.session import Arrays
from app.studios.imagine.codec import ANY, LatentCodec, to_pixels
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.heredity import genes_of, mixed_classes, mixed_round, unchanged
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.space import steps

DIRECTIONS = "directions.npz"
BATCH = 8
"""So many at once: more would be no faster, and Stop would wait longer."""


def make_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The pictures so far, :data:`BATCH` more at each step.

    A picture must be the same to the bit whether it is made alone or with others. A network of dense layers gives each
    row of a batch the same sums in the same order, but a single row goes another way in some processors' libraries; so
    none goes alone.
    """
    pictures: list[Picture] = []
    for start in range(0, request.count, BATCH):
        ones = [request.single(place) for place in range(start, min(start + BATCH, request.count))]
        pictures += paint([inputs_of(one, model) for one in ones], ones, model, progress)
        yield Pictures(tuple(pictures))
        progress.report(len(pictures) / request.count)


def paint(
    inputs: Sequence[Arrays], requests: Sequence[ImagineRequest], model: Model, progress: Progress
) -> list[Picture]:
    """The pictures of these inputs, with the discriminator's opinion of each."""
    rows = [*inputs, inputs[0]] if len(inputs) == 1 else inputs
    feeds = {name: np.concatenate([row[name] for row in rows]) for name in ("latent", "classes")}
    images = model.run("generator", feeds, progress)["images"]
    opinions = model.run("discriminator", {"images": images, "classes": feeds["classes"]}, progress)["score"]
    pixels = to_pixels(images)
    return [Picture.of_array(pixels[place], request, float(opinions[place])) for place, request in enumerate(requests)]


def inputs_of(request: ImagineRequest, model: Model) -> Arrays:
    """What the generator reads for one picture: ``latent`` float32 (1, latent), ``classes`` float32 (1, classes).

    Raises :class:`AtelierError` (``BAD_INPUT``) for what the model does not have.
    """
    if request.start or request.styles or request.refills:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{id}” has no styles to mix or refill by.", id=model.manifest.id),
            tr("Choose a StyleGAN or a BigGAN."),
        )
    truncation = float(request.controls.get("truncation", 1.0))
    if request.parents:
        latent = np.float32(truncation) * raw_latent(request, model)
    else:
        latent = codec_of(model).latent(request.seed, request.index, truncation)
    return {"latent": latent + moved(request, model), "classes": class_row(request, model)}


def raw_latent(request: ImagineRequest, model: Model) -> np.ndarray:
    """The latent before truncation and steps, float32 (1, latent): that of the seed, or crossed of the parents'."""
    if not request.parents:
        return codec_of(model).latent(request.seed, request.index, 1.0)
    genes = genes_of(unchanged(request))
    return mixed_round(np.concatenate([raw_latent(gene.request, model) for gene in genes]), genes)


def class_row(request: ImagineRequest, model: Model) -> np.ndarray:
    """The class weights of one picture, float32 (1, classes), none where a model has none.

    They are crossed of the parents' if no class is asked for.
    """
    codec, name = codec_of(model), str(request.controls.get("class", ANY))
    if not codec.classes:
        return np.zeros((1, 0), np.float32)
    if not request.parents or name != ANY:
        return codec.class_weights(name, request.seed, request.index, request.mix)
    genes = genes_of(unchanged(request))
    bred = mixed_classes(np.concatenate([class_row(gene.request, model) for gene in genes]), genes)
    return codec.blended(bred, request.mix)


def codec_of(model: Model) -> LatentCodec:
    """The codec of the manifest."""
    return LatentCodec(int(model.codec["latent"]), model.codec.get("classes", []))


def moved(request: ImagineRequest, model: Model) -> np.ndarray:
    """What sliders add to the latent: float32 (1, latent)."""
    directions = model.arrays(DIRECTIONS)["directions"]
    offsets = np.asarray(request.offsets, np.float32)
    if len(offsets) > len(directions):
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model has {count} directions, not {wanted}.", count=len(directions), wanted=len(offsets)),
        )
    return (offsets @ directions[: len(offsets)] + steps(request.moves, directions, 1)).astype(np.float32)
