"""Drawings in files: exact ours, understood others', refused what is none."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
import zlib
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
        (b"", "damaged"),
        (b"\xff\xd8\xff\xe0JFIF", "damaged"),
        (b"<svg", "damaged or not an SVG"),
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
    assert str(caught.value).startswith("“x.svg”: ")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".webp"])
def test_a_photograph_becomes_a_layer(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"photo{suffix}"
    Image.new("RGB", (60, 40), "#c03020").save(path, quality=100)
    drawing, _ = load_drawing(path)
    assert (drawing.width, drawing.height, len(drawing.layers)) == (60, 40, 2)
    assert drawing.layers[0].name == "photo"
    assert np.abs(np.array(render(drawing).getpixel((30, 20))) - [0xC0, 0x30, 0x20]).max() < 8


def png_head(width: int, height: int) -> bytes:
    """A PNG that says it is so large, and is nothing more."""
    head = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    start = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big")
    return start + head + zlib.crc32(head).to_bytes(4, "big") + bytes(4) + b"IDAT"


def test_a_picture_of_one_pixel_opens_one_of_30000_a_side_says_why_not(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    assert load_drawing(tmp_path / "dot.png")[0].width == 1
    (tmp_path / "huge.png").write_bytes(png_head(30_000, 30_000))
    Image.new("L", (30_000, 2)).save(tmp_path / "long.png")
    for name in ("huge.png", "long.png"):
        with pytest.raises(AtelierError, match="too large"):
            load_drawing(tmp_path / name)


# --- OpenRaster -------------------------------------------------------------------------------------------------------


def ora(path: Path, stack: str, **files: bytes) -> Path:
    """An OpenRaster file as another program writes it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "image/openraster")
        if stack:
            archive.writestr("stack.xml", f'<image w="40" h="30"><stack>{stack}</stack></image>')
        for name, content in files.items():
            archive.writestr(f"data/{name}.png", content)
    return path


def square(colour: str, size: int = 10) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", (size, size), colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_openraster_comes_back_exactly_and_is_what_others_expect(tmp_path: Path) -> None:
    path = tmp_path / "x.ora"
    save_drawing(path, LAYERED, RECIPE)
    assert load_drawing(path) == (LAYERED, RECIPE)
    first = path.read_bytes()
    save_drawing(path, LAYERED, RECIPE)
    assert path.read_bytes() == first
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert first[38:54] == b"image/openraster"
        image = ET.fromstring(archive.read("stack.xml"))
        names = [layer.get("name") for layer in image.iter("layer")]
        assert names == ["Layer 1", "Sky & sea", "Paper"]
        assert (image.get("w"), image.get("h")) == ("1024", "768")
        assert Image.open(io.BytesIO(archive.read("mergedimage.png"))).size == (1024, 768)
        assert max(Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size) == 256


def test_the_layers_of_an_openraster_file_look_in_other_programs_as_here(tmp_path: Path) -> None:
    drawing = Drawing(
        (DRAWING.strokes[0], msgspec.structs.replace(DRAWING.strokes[1], layer=1, brush="airbrush", size=60.0)),
        layers=(Layer(0), Layer(1, opacity=0.6, blend="multiply")),
    )
    save_drawing(tmp_path / "x.ora", drawing, None)
    stripped = tmp_path / "stripped.ora"
    with zipfile.ZipFile(tmp_path / "x.ora") as source, zipfile.ZipFile(stripped, "w") as target:
        for info in source.infolist():
            if not info.filename.startswith("atelie/"):
                target.writestr(info, source.read(info))
    seen, _ = load_drawing(stripped)
    assert [layer.blend for layer in seen.layers] == ["normal", "normal", "multiply"]
    difference = np.asarray(render(seen)).astype(int) - np.asarray(render(drawing)).astype(int)
    assert np.abs(difference).max() <= 2


def test_layers_of_other_programs_their_places_groups_and_changes(tmp_path: Path) -> None:
    stack = (
        '<stack opacity="0.5" name="Sky"><stack name="A &amp; B"/><stack name="Birds">'
        '<layer name="top" src="data/red.png" x="5" y="-4" composite-op="svg:screen"/></stack></stack>'
        '<layer name="hidden" src="data/blue.png" visibility="hidden"/><layer name="low" src="data/blue.png" x="20"/>'
    )
    drawing, _ = load_drawing(ora(tmp_path / "x.ora", stack, red=square("#ff0000"), blue=square("#0000ff")))
    low, hidden, top = drawing.layers
    assert (low.corner, top.corner, top.opacity, top.blend) == ((20, 0), (5, -4), 0.5, "screen")
    assert not hidden.visible
    assert [layer.group for layer in drawing.layers] == ["", "", "Sky / Birds"]
    for name in ("again.ora", "again.svg"):
        save_drawing(tmp_path / name, drawing, None)
        assert load_drawing(tmp_path / name)[0].layers[2].group == "Sky / Birds"
    with zipfile.ZipFile(tmp_path / "again.ora") as archive:
        groups = ET.fromstring(archive.read("stack.xml")).find("stack/stack[@name='Sky']/stack[@name='Birds']")
    assert [layer.get("name") for layer in groups or ()] == ["top"]
    picture = render(drawing)
    assert picture.getpixel((25, 5)) == (0, 0, 255)
    assert picture.getpixel((2, 2)) == picture.getpixel((10, 8)) == (255, 255, 255)
    save_drawing(tmp_path / "ours.ora", LAYERED, RECIPE)
    with zipfile.ZipFile(tmp_path / "ours.ora") as source, zipfile.ZipFile(tmp_path / "edited.ora", "w") as target:
        for info in source.infolist():
            edited = info.filename == "data/layer-4.png"
            target.writestr(info.filename, square("#00ff00") if edited else source.read(info))
    edited, _ = load_drawing(tmp_path / "edited.ora")
    assert edited.strokes == ()
    assert len(edited.layers) == 3


def test_openraster_files_that_are_broken_or_a_trap_are_told(tmp_path: Path) -> None:
    red = square("#ff0000")
    layer = '<layer name="sky" src="data/sky.png"/>'
    bad: dict[str, tuple[Path, str]] = {
        "a layer is missing": (ora(tmp_path / "a.ora", layer), "“sky” is missing"),
        "no stack": (ora(tmp_path / "b.ora", "", sky=red), "no stack.xml"),
        "no layers": (ora(tmp_path / "c.ora", "<text/>"), "no layers"),
        "a way out of the archive": (ora(tmp_path / "d.ora", '<layer src="../../etc/passwd"/>'), "is missing"),
        "no size": (tmp_path / "e.ora", "stack.xml can't be understood"),
        "half a file": (tmp_path / "f.ora", "damaged"),
        "a bomb": (tmp_path / "g.ora", "larger than any drawing"),
        "a thousandfold sheet": (tmp_path / "h.ora", "too large"),
    }
    for name, stack in (("e", '<image w="x"/>'), ("h", '<image w="900000" h="9"/>')):
        with zipfile.ZipFile(tmp_path / f"{name}.ora", "w") as archive:
            archive.writestr("stack.xml", stack)
    whole = ora(tmp_path / "whole.ora", layer, sky=red).read_bytes()
    (tmp_path / "f.ora").write_bytes(whole[: len(whole) // 2])
    with (
        zipfile.ZipFile(tmp_path / "g.ora", "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("stack.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(310):
            entry.write(bytes(1_000_000))
    for path, why in bad.values():
        with pytest.raises(AtelierError, match=why) as caught:
            load_drawing(path)
        assert caught.value.kind is ErrorKind.BAD_FILE


def test_a_layer_whose_picture_is_damaged_is_told_when_it_is_shown(tmp_path: Path) -> None:
    drawing, _ = load_drawing(ora(tmp_path / "x.ora", '<layer src="data/sky.png"/>', sky=square("#ff0000")[:60]))
    with pytest.raises(AtelierError, match="damaged"):
        render(drawing)


def test_other_suffixes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AtelierError, match=r"\.svg \.png \.ora"):
        save_drawing(tmp_path / "x.bmp", DRAWING, None)
