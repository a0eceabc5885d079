"""Reads the checkpoints that Magenta publishes of sketch-rnn (Ha & Eck 2017): ``cat.gen.json``, ``cat.vae.json``.

A file is a JSON array of three: what the network is called, the shape of each of its arrays, and the arrays
themselves, 16-bit whole numbers, little-endian, in base64, of which 32767 stands for 10. A *gen* has the decoder
alone and goes on with drawings; a *vae* has the encoder and the latent space too. The names here follow the paper;
the order in the file is that in which Magenta's training makes its variables.
"""

from __future__ import annotations

import binascii
import math
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from app.base.errors import AtelierError
from app.base.files import read_bytes
from app.base.i18n import tr
from app.runtime.adopt import refused

DECODER = ("out_w", "out_b", "dec_x", "dec_h", "dec_b")
ENCODER = ("fw_x", "fw_h", "fw_b", "bw_x", "bw_h", "bw_b", "mean_w", "mean_b", "spread_w", "spread_b")
BEGIN = ("begin_w", "begin_b")
HEAVIEST = 10.0
"""The largest weight, which 32767 stands for."""
MOST_BYTES, MOST_SIDE = 400_000_000, 1 << 15
ROW = 5


class Info(msgspec.Struct, frozen=True):
    """The first part of the file, as far as it is needed."""

    name: str = ""
    version: float = 6
    max_seq_len: int = 250


@dataclass(frozen=True)
class Checkpoint:
    """What is in a file: float32 *arrays* by the names above, all of shapes that fit together."""

    name: str
    version: float
    longest: int
    """Points of the longest drawing it learnt from."""
    arrays: dict[str, np.ndarray]

    @property
    def width(self) -> int:
        """Units of the decoder."""
        return len(self.arrays["dec_h"])

    @property
    def latent(self) -> int:
        """Numbers of the latent; 0 for a decoder alone."""
        return len(self.arrays["begin_w"]) if "begin_w" in self.arrays else 0

    @property
    def mixtures(self) -> int:
        return (len(self.arrays["out_b"]) - 3) // 6


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file. Raises :class:`AtelierError` (``BAD_MODEL``, ``BAD_FILE``) that says what is wrong."""
    content = read_bytes(path, MOST_BYTES)
    try:
        info, shapes, packed = msgspec.json.decode(content, type=tuple[Info, list[list[int]], list[str]])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _no(path, tr("it is no checkpoint of sketch-rnn ({why})", why=error)) from error
    names = {len(DECODER): DECODER, len(ENCODER + BEGIN + DECODER): ENCODER + BEGIN + DECODER}.get(len(packed))
    if names is None or len(shapes) != len(packed):
        raise _no(path, tr("it has {count} arrays, where a gen has 5 and a vae 17", count=len(packed)))
    arrays = {name: _array(path, name, shape, text) for name, shape, text in zip(names, shapes, packed, strict=True)}
    _check(path, arrays)
    name = info.name or path.name.split(".")[0]
    return Checkpoint(name.replace("_", " "), info.version, max(1, info.max_seq_len), arrays)


def _array(path: Path, name: str, shape: list[int], packed: str) -> np.ndarray:
    try:
        content = binascii.a2b_base64(packed, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise _no(path, tr("its array “{name}” is no base64: it is cut short or damaged", name=name)) from error
    if not 1 <= len(shape) <= 2 or not all(0 < side <= MOST_SIDE for side in shape):
        raise _no(path, tr("its array “{name}” has the impossible shape {shape}", name=name, shape=_said(shape)))
    if len(content) != 2 * math.prod(shape):
        why = tr(
            "its array “{name}” has {count} numbers, and {shape} by its shape: it is cut short or damaged",
            name=name, count=f"{len(content) / 2:,g}", shape=_said(shape),
        )  # fmt: skip
        raise _no(path, why)
    return np.frombuffer(content, "<i2").astype(np.float32).reshape(shape) * np.float32(HEAVIEST / 32767)


def _check(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """That the arrays fit to each other."""
    for name, shape in _wanted(arrays).items():
        if arrays[name].shape != shape:
            theirs, ours = _said(arrays[name].shape), _said(shape)
            raise _no(
                path, tr("its array “{name}” is {theirs}, where {ours} fits", name=name, theirs=theirs, ours=ours)
            )
    if (len(arrays["out_b"]) - 3) % 6 or len(arrays["out_b"]) < 9:
        raise _no(path, tr("what its decoder gives is no mixture of Gaussians with a pen"))


def _wanted(arrays: dict[str, np.ndarray]) -> dict[str, tuple[int, ...]]:
    width, latent = len(arrays["dec_h"]), len(arrays["begin_w"]) if "begin_w" in arrays else 0
    outputs = len(arrays["out_b"])
    wanted: dict[str, tuple[int, ...]] = {
        "out_w": (width, outputs), "out_b": (outputs,),
        "dec_x": (ROW + latent, 4 * width), "dec_h": (width, 4 * width), "dec_b": (4 * width,),
    }  # fmt: skip
    if not latent:
        return wanted
    read = len(arrays["fw_h"])
    for way in ("fw", "bw"):
        wanted |= {f"{way}_x": (ROW, 4 * read), f"{way}_h": (read, 4 * read), f"{way}_b": (4 * read,)}
    for part in ("mean", "spread"):
        wanted |= {f"{part}_w": (2 * read, latent), f"{part}_b": (latent,)}
    return wanted | {"begin_w": (latent, 2 * width), "begin_b": (2 * width,)}


def _said(shape: tuple[int, ...] | list[int]) -> str:
    return " × ".join(f"{side:,}" for side in shape) or "–"


def _no(path: Path, why: str) -> AtelierError:
    return refused(path, why, tr("Magenta's files are called like cat.gen.json or cat.vae.json."))
