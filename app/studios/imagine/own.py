"""Makes pictures with an ONNX generator of the user's: the seed, the sliders and a picture become its inputs.

What it wants was found out when it was added (:mod:`own_import`) and stands in the manifest's codec.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.runtime.session import Arrays
from app.studios.imagine.codec import NOISE_STREAM, to_pixels
from app.studios.imagine.document import Picture, Pictures
from app.studios.imagine.files import decode_picture
from app.studios.imagine.generator import inputs_of
from app.studios.imagine.own_inputs import Given
from app.studios.imagine.request import ImagineRequest

FAMILY = "own"


class OwnCodec(msgspec.Struct, frozen=True, kw_only=True):
    """*graph* is the file's stem; *latent* the numbers of all vectors together, one after the other. The picture is the
    output *image*, *layout* says where its channels are, and its values go from *low* to *high*."""

    graph: str
    latent: int
    inputs: list[Given]
    image: str
    layout: Literal["nchw", "nhwc"]
    low: float
    high: float
    classes: list[str] = []


def make_pictures(request: ImagineRequest, model: Model, progress: Progress) -> Iterator[Pictures]:
    """The pictures so far, one more at each step: alone, each is the same to the bit as in a series."""
    pictures: list[Picture] = []
    for place in range(request.count):
        one = request.single(place)
        pictures += paint([inputs_of(one, model)], [one], model, progress)
        yield Pictures(tuple(pictures))
        progress.report(len(pictures) / request.count)


def paint(
    inputs: Sequence[Arrays], requests: Sequence[ImagineRequest], model: Model, progress: Progress
) -> list[Picture]:
    """The pictures of these latents (1, latent) and class weights (1, classes)."""
    codec = codec_of(model)
    return [
        Picture.of_array(raw_picture(codec, feeds_of(codec, row, request), model, progress), request)
        for row, request in zip(inputs, requests, strict=True)
    ]


def codec_of(model: Model) -> OwnCodec:
    """The manifest's codec. Raises :class:`AtelierError` (``BAD_MODEL``) for one that is none."""
    kept = model.memory.get(FAMILY)
    if kept is None:
        try:
            kept = model.memory[FAMILY] = msgspec.convert(model.codec, OwnCodec)
        except msgspec.ValidationError as error:
            raise AtelierError(
                ErrorKind.BAD_MODEL,
                tr("The manifest of “{id}” does not say what its network wants.", id=model.manifest.id),
                tr("Add the ONNX file again."),
            ) from error
    return kept


def feeds_of(codec: OwnCodec, row: Arrays, request: ImagineRequest) -> Arrays:
    """What the graph reads, by name. Raises :class:`AtelierError` (``BAD_INPUT``) without a picture it needs."""
    feeds, at = {}, 0
    for place, given in enumerate(codec.inputs):
        if given.kind == "vector":
            feeds[given.name] = row["latent"][0, at : at + given.size]
            at += given.size
        elif given.kind == "class":
            feeds[given.name] = row["classes"].argmax() if given.index else row["classes"]
        elif given.kind == "image":
            feeds[given.name] = _image(given, codec, request)
        elif given.kind == "noise":
            feeds[given.name] = _noise(given, place, request)
        else:
            feeds[given.name] = np.asarray(request.controls[given.control])
    return {
        given.name: np.asarray(feeds[given.name]).reshape(given.shape).astype(given.dtype) for given in codec.inputs
    }


def raw_picture(codec: OwnCodec, feeds: Arrays, model: Model, progress: Progress | None) -> np.ndarray:
    """What the graph makes of *feeds*, uint8 (height, width) or (height, width, 3)."""
    made = model.run(codec.graph, feeds, progress)[codec.image][0].astype(np.float32)
    if codec.layout == "nchw":
        made = made.transpose(1, 2, 0)
    pixels = to_pixels((made - codec.low) / (codec.high - codec.low))
    return pixels[..., 0] if pixels.shape[2] == 1 else pixels


def source_of(codec: OwnCodec) -> Given | None:
    """The input that is a picture to work on, if there is one."""
    return next((given for given in codec.inputs if given.kind == "image"), None)


def picture_size(given: Given) -> tuple[int, int, int]:
    """Height, width and channels of the pictures an input takes."""
    _, *rest = given.shape
    height, width, channels = rest if given.layout == "nhwc" else (*rest[1:], rest[0])
    return height, width, channels


def _image(given: Given, codec: OwnCodec, request: ImagineRequest) -> np.ndarray:
    if not request.photo:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("“{id}” works on a picture, and there is none.", id=request.model),
            tr("Choose one under “Picture to work on”, or name one with --input."),
        )
    height, width, channels = picture_size(given)
    image = Image.fromarray(decode_picture(request.photo).array).convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(_covering(image, width, height)).reshape(height, width, channels).astype(np.float32)
    values = pixels if given.dtype == "uint8" else codec.low + pixels / 255 * (codec.high - codec.low)
    return values if given.layout == "nhwc" else values.transpose(2, 0, 1)


def _covering(image: Image.Image, width: int, height: int) -> Image.Image:
    """The middle of the picture that has the wanted shape, at the wanted size."""
    scale = max(width / image.width, height / image.height)
    least = (width / scale, height / scale)
    left, top = (image.width - least[0]) / 2, (image.height - least[1]) / 2
    box = (left, top, left + least[0], top + least[1])
    return image.resize((width, height), Image.Resampling.LANCZOS, box)


def _noise(given: Given, place: int, request: ImagineRequest) -> np.ndarray:
    _, _, frozen = request.noise.partition(":")
    if request.noise == "off":
        return np.zeros(given.shape)
    seed, index = (int(frozen), 0) if frozen else (request.seed, request.index)
    return rng(seed, index, NOISE_STREAM, place).standard_normal(given.shape)


def photo_of(picture: Picture, given: Given) -> bytes:
    """A picture as a request carries it for an input: what the network sees of it."""
    height, width, _ = picture_size(given)
    buffer = io.BytesIO()
    _covering(Image.fromarray(picture.array), width, height).save(buffer, "PNG")
    return buffer.getvalue()
