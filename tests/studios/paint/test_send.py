"""Films, sheets to paint along, plotter lines, pictures from and for other programs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtPdf import QPdfDocument
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.paint.alongsheet import along_sheet, in_steps, with_palette
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.film import film_bytes
from app.studios.paint.page import PaintPage
from app.studios.paint.plotter import plotter_svg
from app.studios.paint.svgread import read_svg

if TYPE_CHECKING:
    from tests.studios.paint.conftest import Hand

COLOURS = ("#a3262a", "#a5282c", "#2b5797", "#2b6b3f")


def bar(number: int, size: float = 24.0) -> Stroke:
    points = np.array([[50, 40 + 50 * number], [450, 40 + 50 * number]])
    return Stroke.of_points(points, size, COLOURS[number % 4], "user")


BARS = Drawing(tuple(bar(number) for number in range(6)), 500, 360)


def test_a_film_shows_the_strokes_in_their_order_and_ends_with_the_drawing() -> None:
    content = film_bytes(BARS, ".mp4", 1.0)
    with av.open(io.BytesIO(content), "r") as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == 50
    painted = [int((picture < 200).any(-1).sum()) for picture in pictures]
    assert painted[0] < painted[10] < painted[19]
    assert (pictures[9][290] > 230).all()
    assert (pictures[-1][290, 200] < 200).any()


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_films_as_pictures_that_move(suffix: str) -> None:
    image = Image.open(io.BytesIO(film_bytes(BARS, suffix, 0.5)))
    assert getattr(image, "n_frames", 1) > 5
    assert image.size == (500, 360)


def test_what_can_not_be_filmed_painted_or_plotted_says_so() -> None:
    for make in (
        lambda: film_bytes(BARS, ".avi"),
        lambda: film_bytes(Drawing(), ".gif"),
        lambda: along_sheet(Drawing()),
        lambda: along_sheet(BARS, colours=0),
        lambda: plotter_svg(Drawing()),
    ):
        with pytest.raises(AtelierError):
            make()


def test_the_palette_joins_what_is_nearly_alike() -> None:
    reduced, palette = with_palette(BARS, 3)
    assert len(palette) == 3
    assert reduced.strokes[0].colour == reduced.strokes[1].colour
    assert len({stroke.colour for stroke in reduced.strokes}) == 3
    assert with_palette(BARS, 24)[0] == BARS


def test_steps_keep_the_order_and_share_the_work() -> None:
    parts = in_steps(BARS.strokes, 3)
    assert [stroke for part in parts for stroke in part] == list(BARS.strokes)
    assert [len(part) for part in parts] == [2, 2, 2]


def test_the_sheet_to_paint_along_has_a_page_a_step(qtbot: QtBot, tmp_path: Path) -> None:
    content = along_sheet(BARS, colours=3, steps=3)
    assert along_sheet(BARS, colours=3, steps=3) == content
    (tmp_path / "x.pdf").write_bytes(content)
    document = QPdfDocument()
    document.load(str(tmp_path / "x.pdf"))
    assert document.pageCount() == 4
    assert document.pagePointSize(0).width() == pytest.approx(595, abs=2)
    first, last = (document.render(page, QSize(620, 877)) for page in (0, 3))
    places = [(x, y) for x in range(0, 620, 4) for y in range(100, 400, 4)]
    colourful = [sum(QColor(page.pixel(*place)).saturation() > 120 for place in places) for page in (first, last)]
    assert 0 < colourful[1] < colourful[0] / 2
    document.close()


def test_plotter_lines_are_in_millimetres_by_pen_and_lift_it_little() -> None:
    rng = np.random.default_rng(0)
    strokes = [
        Stroke.of_points(rng.uniform(0, 500, (2, 2)), 3, COLOURS[2 * (place % 2)], "user") for place in range(40)
    ]
    drawing = Drawing(tuple(strokes), 500, 360)
    content = plotter_svg(drawing)
    text = content.decode()
    assert 'width="190mm"' in text
    assert re.findall(r'label="(\d) #', text) == ["1", "2"]
    lines = read_svg(content)[0].strokes
    assert len(lines) == 40

    def lifted(strokes: list[Stroke]) -> float:
        return sum(float(np.hypot(*(after.places[0] - before.places[-1]))) for before, after in pairwise(strokes))

    for colour in COLOURS[::2]:
        before = [stroke for stroke in drawing.strokes if stroke.colour == colour]
        after = [stroke for stroke in lines if stroke.colour == colour]
        assert lifted(after) < 0.7 * lifted(before) * 190 / 500


def test_everything_is_written_from_the_window_in_the_background(
    page: PaintPage, hand: Hand, qtbot: QtBot, tmp_path: Path
) -> None:
    hand.drag((200, 200), (600, 300), (700, 500))
    page.send_panel.seconds.set_value(2)
    for write, name in (
        (page.send_panel.write_film, "x.webp"),
        (page.send_panel.write_sheet, "x.pdf"),
        (page.send_panel.write_lines, "x.svg"),
    ):
        with qtbot.waitSignal(page.state.saved, timeout=60_000) as caught:
            write(tmp_path / name)
        assert caught.args == [[tmp_path / name]]
        assert (tmp_path / name).stat().st_size > 300
    page.new()
    page.send_panel.write_sheet(tmp_path / "empty.pdf")
    qtbot.waitUntil(lambda: "nothing to paint along" in page.errors.text, timeout=20_000)
    assert not (tmp_path / "empty.pdf").exists()


def test_pictures_come_and_go_by_the_clipboard(page: PaintPage, hand: Hand) -> None:
    QGuiApplication.clipboard().clear()
    page.paste_picture()
    assert "no picture" in page.errors.text
    image = QImage(200, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#d9822b"))
    QGuiApplication.clipboard().setImage(image)
    page.paste_picture()
    hand.settle()
    assert len(page.state.document.layers) == 2
    assert hand.shown(100, 50) == "#d9822b"
    assert hand.shown(300, 200) == "#ffffff"
    page.copy_picture()
    hand.settle()
    copied = QGuiApplication.clipboard().image()
    assert (copied.width(), copied.height()) == (1024, 768)
    assert copied.pixelColor(100, 50).name() == "#d9822b"
    page.state.insert_picture(lambda: b"no picture", "x.png")
    hand.settle()
    assert "“x.png”: This picture is damaged" in page.errors.text
    QGuiApplication.clipboard().clear()


def test_pictures_go_to_imagine_and_come_back_as_layer_and_as_target(
    open_window: Callable[..., Window], qtbot: QtBot
) -> None:
    window = open_window("paint")
    page = window.page
    assert isinstance(page, PaintPage)
    page.new()
    face = Stroke.of_points(np.array([[512, 384], [512, 390]]), 400, "#d9a066", "user")
    page.state.add_strokes([face])
    page.send_picture()
    qtbot.waitUntil(lambda: window.page is not page, timeout=20_000)
    imagine = window.page
    imagine.state.set_controls({"steps": 3} if "steps" in imagine.state.settings.controls else {})
    qtbot.waitUntil(lambda: imagine.state.busy, timeout=20_000)
    qtbot.waitUntil(lambda: imagine.state.document.photo is not None, timeout=60_000)
    imagine.stop()
    photo = imagine.state.document.photo
    middle = photo.array[photo.height // 2, photo.width // 2].tolist()
    assert middle == pytest.approx([0xD9, 0xA0, 0x66], abs=3)
    for use, command in (("layer", "send_layer"), ("target", "send_target")):
        window.show_studio("imagine")
        getattr(imagine, command)()
        assert window.page is page
        done = (lambda: bool(page.state.target)) if use == "target" else (lambda: len(page.state.document.layers) == 2)
        qtbot.waitUntil(done, timeout=20_000)
    layer = page.state.document.layers[1]
    assert (layer.name, layer.corner) == ("From Imagine", (128, 0))  # 768 pixels in the middle of 1024
    assert page.state.document.strokes == (face,)
    assert page.state.paints
    assert page.painter_panel.name.text() == "From Imagine"


def test_the_command_line_writes_film_sheet_and_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [tmp_path / name for name in ("x.svg", "x.gif", "x.pdf", "lines.svg")]
    options = ["--out", str(files[0]), "--film", str(files[1]), "--along", str(files[2]), "--plotter", str(files[3])]
    assert run(CARDS, ["paint", "sketch-rnn", "--set", "points=20", *options, "--colours", "2"]) == 0
    assert capsys.readouterr().out.split() == [str(path) for path in files]
    assert all(path.stat().st_size > 300 for path in files)
