"""Pictures and films keep their recipe in each format, and say what they can't be."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError
from app.runtime import film
from app.runtime.pictures import FORMATS, picture_bytes, recipe_text, xmp_packet
from app.runtime.recipe import LOSSY

RECIPE = '{"format":"atelie-recipe/1","words":"<a & \\"b\\">"}'
PIXELS = np.random.default_rng(0).integers(0, 256, (24, 33, 3)).astype(np.uint8)


def pictures(count: int) -> Iterator[Image.Image]:
    for number in range(count):
        yield Image.fromarray(np.roll(PIXELS, number, axis=1))


@pytest.mark.parametrize("suffix", list(FORMATS))
@pytest.mark.parametrize("grey", [False, True])
def test_each_format_keeps_the_recipe_and_all_but_jpeg_every_pixel(suffix: str, grey: bool) -> None:
    pixels = PIXELS[:, :, 0] if grey else PIXELS
    content = picture_bytes(Image.fromarray(pixels), suffix, RECIPE)
    assert content == picture_bytes(Image.fromarray(pixels), suffix, RECIPE)
    with Image.open(io.BytesIO(content)) as image:
        assert recipe_text(image) == RECIPE
        read = np.asarray(image.convert("L" if grey else "RGB"))
    assert suffix in LOSSY or (read == pixels).all()
    with Image.open(io.BytesIO(picture_bytes(Image.fromarray(pixels), suffix))) as bare:
        assert recipe_text(bare) == ""
        assert b"atelie" not in picture_bytes(Image.fromarray(pixels), suffix)


def test_a_recipe_too_long_for_a_jpeg_is_refused_and_fits_the_others() -> None:
    long, picture = "x" * 200_000, Image.fromarray(PIXELS)
    with pytest.raises(AtelierError, match="too long for a JPEG"):
        picture_bytes(picture, ".jpg", long)
    for suffix in (".png", ".webp", ".tiff"):
        with Image.open(io.BytesIO(picture_bytes(picture, suffix, long))) as image:
            assert recipe_text(image) == long


@pytest.mark.parametrize("packet", [b"", b"<x", xmp_packet(RECIPE)[:200], b"<a/>"])
def test_a_damaged_packet_of_another_program_is_passed_over(packet: bytes) -> None:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "WEBP", xmp=packet)
    with Image.open(io.BytesIO(buffer.getvalue())) as image:
        assert recipe_text(image) == ""


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
def test_a_video_has_the_frames_the_rate_and_the_recipe(suffix: str) -> None:
    content = film.film_bytes(pictures(12), suffix, 24, RECIPE)
    with av.open(io.BytesIO(content), "r") as container:
        stream = container.streams.video[0]
        assert sum(1 for _ in container.decode(stream)) == 12
        assert stream.average_rate == 24
        assert (stream.width, stream.height) == (32, 24)
        assert {key.lower(): value for key, value in container.metadata.items()}["comment"] == RECIPE


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_moving_picture_has_the_frames_and_the_recipe(suffix: str) -> None:
    with Image.open(io.BytesIO(film.film_bytes(pictures(12), suffix, 20, RECIPE))) as image:
        assert getattr(image, "n_frames", 1) == 12
        assert image.info["loop"] == 0
        kept = image.info["comment"].decode() if suffix == ".gif" else recipe_text(image)
    assert kept == RECIPE


def test_what_can_not_become_a_film_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AtelierError, match="nothing to film"):
        film.film_bytes(iter(()), ".mp4", 24)
    with pytest.raises(AtelierError, match=r"can't be written as “\.avi”"):
        film.film_bytes(pictures(2), ".avi", 24)
    monkeypatch.setattr(film, "MOST_MOVING_PIXELS", 33 * 24 * 3)
    with pytest.raises(AtelierError, match="at most 3 frames"):
        film.film_bytes(pictures(4), ".gif", 24)
