"""Pictures of other programs, as layers."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Iterator

from PIL import Image, UnidentifiedImageError

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.paint.document import Drawing
from app.studios.paint.layers import Layer

MOST_SIDE, MOST_PIXELS = 20_000, 80_000_000


@contextlib.contextmanager
def naming(name: str) -> Iterator[None]:
    """What goes wrong inside is told with the name of the file."""
    try:
        yield
    except AtelierError as error:
        raise AtelierError(error.kind, f"“{name}”: {error.message}", error.hint) from error


def open_picture(content: bytes) -> Image.Image:
    """A picture of which only the head was read. Raises :class:`AtelierError` (``BAD_FILE``)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("This picture is damaged.")) from error
    checked_size(*image.size)
    return image


def decoded(content: bytes) -> Image.Image:
    """A picture as RGBA. Raises :class:`AtelierError` (``BAD_FILE``)."""
    image = open_picture(content)
    try:
        return image.convert("RGBA")
    except (OSError, SyntaxError, ValueError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("This picture is damaged.")) from error


def picture_layer(content: bytes, name: str = "") -> Layer:
    """A layer with a picture on it. Raises :class:`AtelierError` (``BAD_FILE``)."""
    image = decoded(content)
    if image.format != "PNG":
        buffer = io.BytesIO()
        image.save(buffer, "PNG", compress_level=1)
        content = buffer.getvalue()
    return Layer(0, name=name, picture=content)


def fitted_layer(content: bytes, name: str, width: int, height: int) -> Layer:
    """A layer with a picture as large as a sheet of *width* × *height* takes it, in its middle. Raises as above."""
    image = decoded(content)
    scale = min(width / image.width, height / image.height)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    buffer = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).save(buffer, "PNG", compress_level=1)
    corner = ((width - size[0]) // 2, (height - size[1]) // 2)
    return Layer(0, name=name, picture=buffer.getvalue(), corner=corner)


def picture_drawing(content: bytes, name: str = "") -> Drawing:
    """A sheet of a picture's size: it on the lower layer, an empty one to paint on above."""
    width, height = open_picture(content).size
    return Drawing((), width, height, (picture_layer(content, name), Layer(1)))


def checked_size(width: int, height: int) -> tuple[int, int]:
    """A sheet's size, if it is one. Raises :class:`AtelierError` (``BAD_FILE``) for what is too large, ValueError for
    what is none."""
    if width < 1 or height < 1:
        raise ValueError(f"a sheet of {width} × {height}")
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise _too_large()
    return width, height


def _too_large() -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_FILE,
        tr("This picture is too large: a sheet has at most {side:,} pixels a side and {all} million.").format(
            side=MOST_SIDE, all=MOST_PIXELS // 1_000_000
        ),
        tr("Make it smaller in another program first."),
    )
