"""What other programs see in our files: OpenRaster read by its specification alone, SVG painted by Qt."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.files import load_drawing, save_drawing
from app.studios.paint.layers import Layer
from app.studios.paint.render import render

WIDTH, HEIGHT = 320, 240
BLENDS = {
    "svg:src-over": lambda below, above: above,
    "svg:multiply": lambda below, above: below * above,
    "svg:screen": lambda below, above: below + above - below * above,
}


def line(
    number: int, colour: str, layer: int, brush: str = "ink", on_mask: bool = False, pressure: float = 1.0
) -> Stroke:
    x = np.linspace(20, 300, 40)
    rows = np.column_stack([x, 60 + 30 * number + 20 * np.sin(x / 30 + number), np.full(40, pressure)])
    return Stroke.of_points(rows, 22, colour, "user", brush=brush, layer=layer, on_mask=on_mask)


def test_openraster_by_its_specification_looks_as_here(tmp_path: Path) -> None:
    strokes = (
        line(0, "#c03020", 0), line(1, "#3060c0", 1, "airbrush"), line(2, "#209040", 2, "pencil", pressure=0.6),
        line(1, "#000000", 1, on_mask=True), line(3, "#e0c040", 3, "oil"),
    )  # fmt: skip
    layers = (
        Layer(0, "Ground"),
        Layer(1, "Haze", opacity=0.7, blend="multiply", masked=True, group="Air"),
        Layer(2, "Birds & <bees>", blend="screen", group="Air / Life"),
        Layer(3, "Unseen", visible=False),
    )
    drawing = Drawing(strokes, WIDTH, HEIGHT, layers)
    path = tmp_path / "x.ora"
    save_drawing(path, drawing, None)
    seen, merged = _by_specification(path)
    ours = np.asarray(render(drawing)).astype(float)
    assert np.abs(seen - ours).max() <= 2.5
    assert np.abs(merged - ours).max() == 0
    assert load_drawing(path)[0] == drawing


def _by_specification(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """What a reader of OpenRaster 0.0.5 composes, and the merged image, float (h, w, 3)."""
    with zipfile.ZipFile(path) as archive:
        first = archive.infolist()[0]
        assert (first.filename, archive.read(first), first.compress_type) == ("mimetype", b"image/openraster", 0)
        image = ET.fromstring(archive.read("stack.xml"))
        canvas = np.zeros((int(image.get("h", "")), int(image.get("w", "")), 4))
        stack = image.find("stack")
        assert stack is not None
        for layer in _upwards(stack):
            if layer.get("visibility") != "hidden":
                canvas = _composed(canvas, layer, archive.read(layer.get("src", "")))
        assert canvas[..., 3].min() == 1
        merged = np.asarray(Image.open(io.BytesIO(archive.read("mergedimage.png"))).convert("RGB")).astype(float)
        assert Image.open(io.BytesIO(archive.read("Thumbnails/thumbnail.png"))).size <= (256, 256)
    return canvas[..., :3] * 255, merged


def _upwards(stack: ET.Element) -> Iterator[ET.Element]:
    """The layers from the lowest; groups here have nothing of their own, so their layers mix as if they had none."""
    for element in reversed(stack):
        if element.tag == "stack":
            assert set(element.keys()) <= {"name"}
            yield from _upwards(element)
        else:
            yield element


def _composed(canvas: np.ndarray, layer: ET.Element, content: bytes) -> np.ndarray:
    """W3C Compositing and Blending, sections 5.8 and 10."""
    picture = Image.new("RGBA", canvas.shape[1::-1])
    picture.paste(Image.open(io.BytesIO(content)).convert("RGBA"), (int(layer.get("x", "0")), int(layer.get("y", "0"))))
    pixels = np.asarray(picture).astype(float) / 255
    above, alpha = pixels[..., :3], pixels[..., 3:] * float(layer.get("opacity", "1"))
    below, under = canvas[..., :3], canvas[..., 3:]
    mixed = (1 - under) * above + under * BLENDS[layer.get("composite-op", "svg:src-over")](below, above)
    whole = alpha + under * (1 - alpha)
    colour = (alpha * mixed + (1 - alpha) * under * below) / np.maximum(whole, 1e-9)
    return np.concatenate([colour, whole], axis=2)


def test_svg_painted_by_another_program_looks_as_here(qtbot: QtBot, tmp_path: Path) -> None:
    strokes = tuple(line(number, colour, number % 3) for number, colour in enumerate(("#c03020", "#3060c0", "#209040")))
    corners = Stroke.of_points(np.array([[40, 150], [150, 150], [95, 220]]), 4, "#e0c040", "user", mode="fill")
    layers = (Layer(0), Layer(1, "Half & half", opacity=0.5), Layer(2, visible=False))
    drawing = Drawing((*strokes, corners), WIDTH, HEIGHT, layers)
    path = tmp_path / "x.svg"
    save_drawing(path, drawing, None)
    renderer = QSvgRenderer(str(path))
    assert renderer.isValid()
    image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB888)
    image.fill("black")  # the paper is in the file
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(HEIGHT, image.bytesPerLine())[:, : 3 * WIDTH]
    difference = np.abs(rows.reshape(HEIGHT, WIDTH, 3).astype(int) - np.asarray(render(drawing)).astype(int)).max(-1)
    assert (difference > 32).mean() < 0.01  # edges alone
    assert difference.mean() < 1.5
    assert load_drawing(path)[0] == drawing
