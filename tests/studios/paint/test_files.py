"""Drawings in files: exact ours, understood others', refused what is none."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.base.errors import AtelierError, ErrorKind
from app.runtime.recipe import Recipe
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.files import load_drawing, png_bytes, save_drawing
from app.studios.paint.layers import Layer
from app.studios.paint.render import render
from app.studios.paint.svg import svg_bytes
from app.studios.paint.svgread import read_svg

RECIPE = Recipe(studio="paint", model="m", model_sha256="0", request={"seed": 1, "text": "<&é>"}, result_sha256="1")
DRAWING = Drawing(
    (
        Stroke.of_points(np.array([[10, 10, 0.2], [200.25, 80.5, 1.0], [300, 10, 0.55]]), 12.0, "#a3262a", "user"),
        Stroke.of_points(np.array([[50, 300], [400, 300]]), 3.0, "#1d1f21", "machine"),
        Stroke.of_points(np.array([[600, 600]]), 8.0, "#2b5797", "user"),
    )
)

points = st.lists(st.tuples(*[st.floats(-100, 2000), st.floats(-100, 2000), st.floats(0, 1)]), min_size=1, max_size=20)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_a_drawing_and_its_recipe_come_back_exactly(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    save_drawing(path, DRAWING, RECIPE)
    assert load_drawing(path) == (DRAWING, RECIPE)
    save_drawing(path, DRAWING, None)
    assert load_drawing(path) == (DRAWING, None)


@given(points)
def test_any_stroke_survives_the_svg(rows: list[tuple[float, float, float]]) -> None:
    drawing = Drawing((Stroke.of_points(np.array(rows), 4.0, "#2b6b3f", "machine"),))
    assert read_svg(svg_bytes(drawing, None))[0] == drawing


LAYERED = Drawing(
    (
        msgspec.structs.replace(DRAWING.strokes[0], layer=4, brush="oil", opacity=0.25, tilts=((1.5, -20.0),) * 3),
        msgspec.structs.replace(DRAWING.strokes[1], mode="erase", seed=9, times=(0.0, 12.25)),
        msgspec.structs.replace(DRAWING.strokes[0], layer=4, on_mask=True),
        msgspec.structs.replace(DRAWING.strokes[0], mode="fill"),
    ),
    layers=(
        Layer(4, "Sky & sea", 0.7, "add", masked=True),
        Layer(0, blend="multiply", visible=False, locked=True, picture=png_bytes(DRAWING, None)),
    ),
)


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_layers_brushes_tilts_and_masks_come_back_exactly(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    save_drawing(path, LAYERED, RECIPE)
    assert load_drawing(path) == (LAYERED, RECIPE)


def test_transforms_groups_styles_and_shapes_of_other_programs_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "foreign.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="10 10 200 100"><script>alert(1)</script>'
        '<defs><path d="M0 0L9 9"/></defs><use href="#x"/><image href="http://example.org/x.png"/>'
        '<g transform="translate(20,30) scale(2)" style="stroke:red;fill:none"><path d="M0 0L10 0" stroke-width="3"/>'
        '<path d="M0 0L9 9" display="none"/></g><rect x="10" y="10" width="30" height="20" fill="rgb(0,128,0)"/>'
        '<path d="M10 10A20 20 0 0 1 50 10" stroke="#00f" transform="rotate(90 10 10)"/></svg>'
    )
    drawing, _ = load_drawing(path)
    line, rect, arc = drawing.strokes
    assert [point[:2] for point in line.points] == [(10, 20), (30, 20)]
    assert (line.size, line.colour, line.mode) == (6, "#ff0000", "draw")
    assert (rect.mode, rect.colour) == ("fill", "#008000")
    assert arc.points[-1][:2] == (0, 40)
    assert np.hypot(*(arc.places - [0, 20]).T) == pytest.approx(20, abs=0.02)


def test_entities_that_swell_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.svg"
    entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "x" * 10}">' for i in range(9))
    path.write_text(f'<!DOCTYPE svg [{entities}]><svg xmlns="http://www.w3.org/2000/svg"><text>&a8;</text></svg>')
    with pytest.raises(AtelierError, match="can't be read"):
        load_drawing(path)


def test_equal_drawings_give_equal_bytes() -> None:
    assert svg_bytes(DRAWING, RECIPE) == svg_bytes(DRAWING, RECIPE)
    assert png_bytes(DRAWING, RECIPE) == png_bytes(DRAWING, RECIPE)


def test_the_picture_shows_strokes_where_they_are_and_pressure_as_width() -> None:
    picture = render(DRAWING)
    assert picture.size == (1024, 768)
    assert picture.getpixel((225, 300)) == (0x1D, 0x1F, 0x21)
    assert picture.getpixel((900, 700)) == (255, 255, 255)
    assert dark_pixels(1.0) > 3 * dark_pixels(0.1)


def dark_pixels(pressure: float) -> int:
    line = Stroke.of_points(np.array([[100, 100, pressure], [900, 100, pressure]]), 40, "#000000", "user")
    return int((np.asarray(render(Drawing((line,)))) < 128).sum())


def test_lines_of_other_programs_are_read(tmp_path: Path) -> None:
    path = tmp_path / "foreign.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><path d="m10,10 h20 v-5 l-3 4z M0 0C0 10 10 10 '
        '10 0S20-10 20 0Q25 5 30 0T40 0" stroke="#FF0000"/><polyline points="1,2 3,4 5,6"/>'
        '<polygon points="0 0 1 0 1 1"/>'
        '<line x1="1" y1="1" x2="9" y2="9"/><text>passed over</text></svg>'
    )
    drawing, recipe = load_drawing(path)
    assert recipe is None
    assert (drawing.width, drawing.height) == (100, 50)
    square, curve, polyline, polygon, line = drawing.strokes
    assert [point[:2] for point in square.points] == [(10, 10), (30, 10), (30, 5), (27, 9), (10, 10)]
    assert square.colour == "#ff0000"
    assert curve.points[12][:2] == (10, 0)
    assert curve.points[-1][:2] == (40, 0)
    assert len(polyline.points) == 3
    assert polygon.points[0] == polygon.points[-1]
    assert line.points[-1][:2] == (9, 9)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged or not an SVG"),
        (b"\xff\xd8\xff\xe0JFIF", "damaged or not an SVG"),
        (b"<html/>", "not an SVG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><text/></svg>', "no lines"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M1 2 L3"/></svg>', "can't be understood"),
        (svg_bytes(DRAWING, None)[:300], "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
    ],
)
def test_what_is_no_drawing_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.svg"
    path.write_bytes(content)
    with pytest.raises(AtelierError, match=why) as caught:
        load_drawing(path)
    assert caught.value.kind is ErrorKind.BAD_FILE


def test_a_photograph_is_no_drawing(tmp_path: Path) -> None:
    Image.new("RGB", (10, 10)).save(tmp_path / "photo.png")
    with pytest.raises(AtelierError, match="holds no strokes"):
        load_drawing(tmp_path / "photo.png")


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match=r"\.svg \.png"):
        save_drawing(tmp_path / "x.jpg", DRAWING, None)
