"""The picture that is to be painted, made ready once: small, upright, RGB, in few bytes that a recipe can carry."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.paint.pictures import open_picture

LONGEST = 640
"""Pixels of the longer side: no more are looked at, however large the sheet."""
LEAST_SIDE = 16
QUALITY = 92


def target_of(content: bytes, name: str = "") -> tuple[bytes, tuple[int, int]]:
    """A picture file's bytes as a target (WebP), and its width and height before it was made small.

    What is clear becomes white. Raises :class:`AtelierError` (``BAD_FILE`` for what is damaged or too large,
    ``BAD_INPUT`` for what is too small or in the inks of print); the message names the file.
    """
    try:
        image = open_picture(content)
        _check(image)
        image.draft("RGB", (2 * LONGEST, 2 * LONGEST))
        size = ImageOps.exif_transpose(image).size if image.getexif() else image.size
        shown = _on_white(ImageOps.exif_transpose(image))
    except AtelierError as error:
        raise AtelierError(error.kind, _named(name, error.message), error.hint) from error
    except (OSError, SyntaxError, ValueError) as error:
        message = _named(name, tr("This picture is damaged."))
        raise AtelierError(ErrorKind.BAD_FILE, message, tr("Open it in another program and save it anew.")) from error
    shown.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    shown.save(buffer, "WEBP", quality=QUALITY, method=4)
    return buffer.getvalue(), size


def target_pixels(target: bytes, width: int, height: int) -> np.ndarray:
    """A target brought to *width* × *height* pixels, cut where its proportions are others: float32 (h, w, 3), 0..1.

    Raises :class:`AtelierError` (``BAD_FILE``).
    """
    image = open_picture(target)
    try:
        fitted = ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.BOX)
    except (OSError, SyntaxError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("This picture is damaged.")) from error
    return np.asarray(fitted, np.float32) / 255


def target_size(target: bytes) -> tuple[int, int]:
    """A target's width and height in pixels. Raises :class:`AtelierError` (``BAD_FILE``)."""
    return open_picture(target).size


def _check(image: Image.Image) -> None:
    if min(image.size) < LEAST_SIDE:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("This picture is too small to be painted: {width} × {height}.", width=image.width, height=image.height),
            tr("It needs at least {side} pixels a side.", side=LEAST_SIDE),
        )
    if image.mode == "CMYK":
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("This picture is in CMYK, the inks of print; its colours on a screen are not known."),
            tr("Save it as RGB in another program first."),
        )


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L"):
        return image.convert("RGB")
    clear = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")


def _named(name: str, message: str) -> str:
    return f"“{name}”: {message}" if name else message
