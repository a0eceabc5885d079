"""Makes pictures with a class-conditional generator, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.imagine.codec import ANY, LatentCodec, to_pixels
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.space import steps

DIRECTIONS = "directions.npz"


def make_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The pictures so far, one more at each step.

    Each is a call of its own: a batch would be a little faster, but its sums could be added in another order, and a
    picture must be the same to the bit whether it is made alone or with others.
    """
    pictures: list[Picture] = []
    for place in range(request.count):
        pictures.append(_one(request.single(place), model, progress))
        yield Pictures(tuple(pictures))
        progress.report((place + 1) / request.count)


def codec_of(model: Model) -> LatentCodec:
    """The codec of the manifest."""
    return LatentCodec(int(model.codec["latent"]), model.codec["classes"])


def _one(request: ImagineRequest, model: Model, progress: Progress) -> Picture:
    if request.start or request.styles or request.refills:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{id}” has no styles to mix or refill by.", id=model.manifest.id),
            tr("Choose a StyleGAN or a BigGAN."),
        )
    codec = codec_of(model)
    truncation = float(request.controls.get("truncation", 1.0))
    latent = codec.latent(request.seed, request.index, truncation) + moved(request, model)
    name = str(request.controls.get("class", ANY))
    classes = codec.class_weights(name, request.seed, request.index, request.mix)
    images = model.run("generator", {"latent": latent, "classes": classes}, progress)["images"]
    opinion = model.run("discriminator", {"images": images, "classes": classes}, progress)["score"]
    return Picture.of_array(to_pixels(images[0]), request, float(opinion[0]))


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
