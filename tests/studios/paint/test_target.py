"""Pictures to be painted: what can't be one is told by its name and why; tiles cover any canvas."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.studios.paint.brushes import brush_names, load_brush
from app.studios.paint.closeness import perceptual_distance, squared_error
from app.studios.paint.easel import pressed
from app.studios.paint.passes import finest, tiles
from app.studios.paint.target import LONGEST, target_of, target_pixels, target_size


def _bytes(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8))
BAD = {
    "dot.png": (_bytes(Image.new("RGB", (1, 1))), ErrorKind.BAD_INPUT, "too small to be painted: 1 × 1"),
    "wide.png": (_bytes(Image.new("1", (30_000, 20))), ErrorKind.BAD_FILE, "too large"),
    "print.jpg": (_bytes(Image.new("CMYK", (64, 64)), "JPEG"), ErrorKind.BAD_INPUT, "CMYK"),
    "cut.png": (_bytes(NOISE)[:900], ErrorKind.BAD_FILE, "damaged"),
    "words.jpg": (b"no picture at all", ErrorKind.BAD_FILE, "damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_painted_is_told_by_name(name: str) -> None:
    content, kind, why = BAD[name]
    with pytest.raises(AtelierError, match=why) as caught:
        target_of(content, name)
    assert caught.value.kind is kind
    assert caught.value.message.startswith(f"“{name}”: ")


def test_a_target_is_small_upright_and_on_white() -> None:
    turned = Image.new("RGBA", (2000, 1000), (255, 0, 0, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    target, size = target_of(_bytes(turned, exif=exif))
    assert size == (1000, 2000)
    assert target_size(target) == (LONGEST // 2, LONGEST)
    assert target_pixels(target, 40, 80).shape == (80, 40, 3)
    assert target_pixels(target, 40, 80).min() > 0.97


@pytest.mark.parametrize(("width", "height"), [(64, 64), (160, 64), (64, 200)])
@pytest.mark.parametrize("between", [False, True])
def test_tiles_cover_the_canvas(width: int, height: int, between: bool) -> None:
    for level in range(3):
        covered = np.zeros((height, width), int)
        for tile in tiles(width, height, level, between):
            part = covered[tile.top : tile.top + tile.side, tile.left : tile.left + tile.side]
            assert part.shape == (tile.side, tile.side)
            part += 1
        assert covered[height // 2, width // 2] > 0
        assert between or covered.min() > 0


def test_more_strokes_go_to_finer_tiles() -> None:
    levels = [finest(count, 5, 100, 100) for count in (5, 20, 100, 500, 2000)]
    assert levels == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", brush_names())
def test_pressure_is_found_for_the_widths_wanted(name: str) -> None:
    brush = load_brush(name)
    size, pressure = pressed(brush, np.linspace(10, 20, 5))
    widths = size * np.interp(pressure, *np.array(brush.pressure.size).T)
    assert widths[-1] == pytest.approx(20)
    assert (np.diff(widths) >= 0).all()


def test_distances_know_what_is_alike() -> None:
    picture = np.asarray(NOISE.resize((128, 128), Image.Resampling.BICUBIC), np.float32) / 255
    blurred = np.asarray(NOISE.resize((12, 12)).resize((128, 128)), np.float32) / 255
    assert squared_error(picture, picture) == 0
    assert perceptual_distance(picture, picture) == pytest.approx(0, abs=1e-6)
    assert 0.05 < perceptual_distance(blurred, picture) < perceptual_distance(1 - picture, picture)
    with pytest.raises(ValueError, match="too small"):
        perceptual_distance(picture[:4], picture[:4])
