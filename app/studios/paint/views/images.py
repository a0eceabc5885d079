"""Pictures of Qt and of files, back and forth. All of it may run in a worker thread."""

from __future__ import annotations

from PIL import Image
from PySide6.QtCore import QBuffer
from PySide6.QtGui import QImage


def png_of(image: QImage) -> bytes:
    """A picture of the clipboard or of another studio as a PNG."""
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # pyright: ignore[reportCallIssue, reportArgumentType]
    return bytes(buffer.data().data())


def image_of(picture: Image.Image) -> QImage:
    """A picture for the clipboard or for another studio."""
    pixels = picture.convert("RGBA").tobytes()
    size = (picture.width, picture.height, 4 * picture.width)
    return QImage(pixels, *size, QImage.Format.Format_RGBA8888).copy()


def small_image_of(picture: Image.Image, longest: int) -> QImage:
    """The same, its longer side at most so many pixels."""
    small = picture.copy()
    small.thumbnail((longest, longest))
    return image_of(small)
