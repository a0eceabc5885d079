"""What a picture generator of the user's wants, told from the types and shapes of its ONNX inputs.

A *vector* is what a seed gives and sliders move; a *class* is a whole number, or a weight for each kind; an *image* is
a picture to work on; *noise* is fine grain; a *number* is a slider. A name that says so decides (``vector``,
``latent``, ``z``, ``class``, ``label``, ``image``, ``noise``, …), else the shape does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, TypeGuard

import msgspec
import numpy as np

from app.base.i18n import tr
from app.runtime.manifest import Manifest

DTYPES = {
    "tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64",
    "tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(uint8)": "uint8",
}  # fmt: skip
Shape = Sequence[int | str | None]
Kind = Literal["vector", "class", "image", "noise", "number"]
CLASS = re.compile(r"class|label|categor|^[cy]$", re.IGNORECASE)
IMAGE = re.compile(r"image|picture|photo|^img|pixel", re.IGNORECASE)
NOISE = re.compile(r"noise|grain", re.IGNORECASE)
VECTOR = re.compile(r"vector|latent|style|^[zw]s?$", re.IGNORECASE)
TAKEN = ("class", "truncation")
"""Controls that such a model has anyway."""
FREE_SIDE = 256
"""Pixels of a side where a network takes pictures of any size."""
MOST_NUMBERS = 1 << 20
"""Of a vector."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One input: its *kind*, its *dtype* as NumPy calls it, the *shape* it is fed in, batch of one included.

    For an image, *layout* says where the channels are; for a class, ``index`` that it is a whole number. *control* is
    the id of a number's slider.
    """

    name: str
    kind: Kind
    dtype: str
    shape: list[int] = []
    layout: Literal["nchw", "nhwc", ""] = ""
    index: bool = False
    control: str = ""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape, dtype=np.int64))


def kinds_of(manifest: Manifest | None) -> dict[str, Given]:
    """What a model of the user's wants, the first input of each kind; nothing for other models."""
    told = manifest.codec.get("inputs", []) if manifest else []
    try:
        found = msgspec.convert(told, list[Given])
    except msgspec.ValidationError:
        return {}
    return {given.kind: given for given in reversed(found)}


class Unknown(Exception):
    """What an input is can't be told; the text says why."""


def recognised(name: str, kind: str, shape: Shape) -> Given:
    """What an input is, by its name, ONNX Runtime's name of its type, and its shape. Raises :class:`Unknown`."""
    dtype = DTYPES.get(kind)
    told = tr("“{name}”, {kind} of {shape}", name=name, kind=dtype or kind, shape=shown(shape))
    if dtype is None:
        raise Unknown(told)
    if layout := layout_of(shape, name):
        return _image(name, dtype, shape, layout)
    free = [place for place, size in enumerate(shape) if not _is_size(size) and place > 0]
    if free:
        raise Unknown(tr("{told}, with a size that is left open", told=told))
    fixed = [size if _is_size(size) else 1 for size in shape]
    if fixed and len(fixed) > 1 and fixed[0] != 1:
        raise Unknown(tr("{told}: it takes {count} pictures at once only", told=told, count=fixed[0]))
    sort = _kind(name, dtype, fixed)
    control = (f"{name}-input" if name in TAKEN else name) if sort == "number" else ""
    given = Given(name=name, kind=sort, dtype=dtype, shape=fixed, index=dtype.startswith("int"), control=control)
    if given.size > MOST_NUMBERS or (given.index and given.size != 1) or dtype == "uint8":
        raise Unknown(told)
    return given


def layout_of(shape: Shape, name: str = "image") -> Literal["nchw", "nhwc", ""]:
    """Where a tensor of pictures has its channels; empty where it holds no pictures of one or three."""
    if len(shape) != 4 or NOISE.search(name) or (shape[0] not in (1, None) and _is_size(shape[0])):
        return ""
    wide = [not _is_size(size) or size > 1 for size in shape]
    if shape[3] in (1, 3) and wide[1] and wide[2]:
        return "nhwc"
    return "nchw" if shape[1] in (1, 3) and wide[2] and wide[3] else ""


def shown(shape: Shape) -> str:
    """As people write it: ``1 × 512``, with ? for what varies."""
    return " × ".join(str(size) if _is_size(size) else "?" for size in shape) or tr("one number")


def _kind(name: str, dtype: str, shape: list[int]) -> Kind:
    if dtype.startswith("int") or (CLASS.search(name) and not VECTOR.search(name)):
        return "class"
    if NOISE.search(name):
        return "noise"
    return "number" if int(np.prod(shape)) == 1 else "vector"


def _image(name: str, dtype: str, shape: Shape, layout: Literal["nchw", "nhwc"]) -> Given:
    fixed = [1, *(size if _is_size(size) else FREE_SIDE for size in shape[1:])]
    return Given(name=name, kind="image", dtype=dtype, shape=fixed, layout=layout)


def _is_size(size: int | str | None) -> TypeGuard[int]:
    return isinstance(size, int) and size > 0
