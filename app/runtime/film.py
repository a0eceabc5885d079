"""Pictures that move: MP4, WebM, GIF and WebP, one way for all studios."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.pictures import xmp_packet

SUFFIXES = (".mp4", ".webm", ".gif", ".webp")
MOST_MOVING_PIXELS = 1_500_000_000
"""Of all frames of a GIF or WebP together: their encoders hold the whole film in memory."""
_CODECS: dict[str, tuple[str, str, dict[str, str]]] = {
    ".mp4": ("mp4", "libx264", {"crf": "20", "preset": "fast", "threads": "1"}),
    ".webm": ("webm", "libvpx-vp9", {"crf": "24", "b:v": "0", "deadline": "good", "cpu-used": "4", "threads": "1"}),
}
"""The container, the codec and its options. One thread, so that the same frames give the same bytes; that holds for
nearly every call, but x264 was once seen to choose otherwise, so nothing relies on it."""


def check_suffix(suffix: str) -> str:
    """A film's suffix. Raises :class:`AtelierError` (``BAD_INPUT``) for one that is none of :data:`SUFFIXES`."""
    if suffix not in SUFFIXES:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("A film can't be written as “{suffix}”.", suffix=suffix),
            tr("Possible: {all}.", all=" ".join(SUFFIXES)),
        )
    return suffix


def film_bytes(pictures: Iterable[Image.Image], suffix: str, rate: float, recipe: str = "", loop: bool = True) -> bytes:
    """A film of RGB *pictures* of one size, *rate* a second.

    *recipe* goes where the format keeps words: the comment of MP4, WebM and GIF, the XMP of WebP. *loop*: GIF and WebP
    begin again at their end. Raises :class:`AtelierError` (``BAD_INPUT``) for a suffix that is none of
    :data:`SUFFIXES`, for no pictures at all, and for a GIF or WebP that would not fit into the memory.
    """
    check_suffix(suffix)
    frames = iter(pictures)
    first = next(frames, None)
    if first is None:
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is nothing to film."))
    if suffix in _CODECS:
        return _video(first, frames, suffix, rate, recipe)
    return _moving(first, list(_bounded(first, frames)), suffix, rate, recipe, loop)


def first_frame(content: bytes, suffix: str, name: str) -> tuple[Image.Image, str]:
    """The first frame of a film, RGB, and the recipe it carries, if it does; *name* is for the message.

    Raises :class:`AtelierError` (``BAD_FILE``) for what is no such film.
    """
    import av
    from av.error import FFmpegError

    try:
        if suffix in _CODECS:
            with av.open(io.BytesIO(content), "r") as container:
                words = {key.lower(): value for key, value in container.metadata.items()}
                return next(container.decode(container.streams.video[0])).to_image(), words.get("comment", "")
        image = Image.open(io.BytesIO(content))
        comment = image.info.get("comment", b"")
        return image.convert("RGB"), comment.decode("utf8", "replace") if isinstance(comment, bytes) else str(comment)
    except (
        FFmpegError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        LookupError,
        StopIteration,
    ) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is not a film that can be read.", name=name),
            tr("It may be damaged or of another kind."),
        ) from error


def _bounded(first: Image.Image, frames: Iterator[Image.Image]) -> Iterator[Image.Image]:
    room = MOST_MOVING_PIXELS // (first.width * first.height)
    for number, frame in enumerate(frames, 2):
        if number > room:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("A GIF or WebP of this size can have at most {count} frames.", count=room),
                tr("Make it shorter or smaller, or write an MP4 or WebM."),
            )
        yield frame


def _moving(first: Image.Image, rest: list[Image.Image], suffix: str, rate: float, recipe: str, loop: bool) -> bytes:
    buffer = io.BytesIO()
    options = {"save_all": True, "append_images": rest, "duration": round(1000 / rate)}
    if suffix == ".gif":
        extra = {"loop": 0} if loop else {}
        first.save(buffer, "GIF", optimize=True, comment=recipe.encode(), **options, **extra)
    else:
        extra = {"xmp": xmp_packet(recipe)} if recipe else {}
        first.save(buffer, "WEBP", quality=80, method=2, loop=0 if loop else 1, **options, **extra)
    return buffer.getvalue()


def _video(first: Image.Image, frames: Iterator[Image.Image], suffix: str, rate: float, recipe: str) -> bytes:
    """H.264 or VP9; players want even sides."""
    import av  # only films need it

    container_name, codec, options = _CODECS[suffix]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_name, options={"fflags": "+bitexact"}) as container:
        if recipe:
            container.metadata["comment"] = recipe
        stream: Any = container.add_stream(codec, rate=Fraction(rate).limit_denominator(1001), options=options)
        stream.pix_fmt = "yuv420p"
        stream.width, stream.height = _even(first).size
        for picture in itertools.chain((first,), frames):
            container.mux(stream.encode(av.VideoFrame.from_image(_even(picture))))
        container.mux(stream.encode())
    return buffer.getvalue()


def _even(picture: Image.Image) -> Image.Image:
    return picture.crop((0, 0, picture.width // 2 * 2 or 2, picture.height // 2 * 2 or 2))
