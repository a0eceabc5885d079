"""The painting network: pictures in so many strokes, on the command line and in the window."""

from __future__ import annotations

import io
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel

from app.base.errors import AtelierError, Cancelled
from app.base.progress import CancelToken, Progress
from app.cli import run
from app.runtime.manifest import ControlValue
from app.runtime.model import ModelShelf
from app.runtime.recipe import Match
from app.studios.cards import CARDS
from app.studios.paint import closeness
from app.studios.paint.closeness import squared_error
from app.studios.paint.document import Drawing
from app.studios.paint.engine import ENGINE
from app.studios.paint.files import load_drawing
from app.studios.paint.page import PaintPage
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest
from app.studios.paint.target import target_of, target_pixels
from tests.studios.paint.conftest import Hand

MODEL = "spiral-painter"
SIZE = (96, 64)


def picture() -> bytes:
    """A red disc before green and blue."""
    image = Image.new("RGB", SIZE, "#2050a0")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 40, 96, 64), fill="#308030")
    draw.ellipse((30, 10, 66, 46), fill="#d03020")
    buffer = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.jpg"
    path.write_bytes(picture())
    return path


def request(drawing: Drawing | None = None, seed: int = 0, **controls: ControlValue) -> PaintRequest:
    target, (width, height) = target_of(picture())
    sheet = drawing or Drawing(width=width, height=height)
    return PaintRequest(model=MODEL, seed=seed, controls={"strokes": 40, **controls}, drawing=sheet, target=target)


def made(shelf: ModelShelf, asked: PaintRequest) -> Drawing:
    *_, last = ENGINE.generate(asked, shelf.open(MODEL), Progress())
    return last


def error(drawing: Drawing) -> float:
    wanted = target_pixels(target_of(picture())[0], drawing.width, drawing.height)
    return squared_error(np.asarray(render(drawing), np.float32) / 255, wanted)


def test_more_strokes_come_nearer_and_are_ordinary_strokes_in_layers_by_size(shelf: ModelShelf) -> None:
    few, many = made(shelf, request(strokes=5)), made(shelf, request(strokes=60))
    assert len(few.strokes) <= 5 < len(many.strokes) <= 60
    assert error(Drawing(width=96, height=64)) > 4 * error(few) > 4 * error(many)
    assert {(stroke.maker, stroke.brush, stroke.mode) for stroke in many.strokes} == {("machine", "round", "draw")}
    assert [layer.name for layer in many.layers[1:]] == ["Broad strokes", "Middle strokes", "Fine strokes"]
    broad, middle = (many.on_layer(layer.number) for layer in many.layers[1:3])
    assert np.median([stroke.size for stroke in broad]) > np.median([stroke.size for stroke in middle])


def test_the_seed_and_the_sliders_count(shelf: ModelShelf) -> None:
    first = made(shelf, request())
    assert made(shelf, request()) == first
    assert made(shelf, request(seed=1)) != first
    thick = made(shelf, request(thinnest=15.0, widest=30.0))
    assert {15 * 0.64 - 0.1 <= stroke.size <= 30 * 0.64 + 0.1 for stroke in thick.strokes} == {True}
    assert {stroke.brush for stroke in made(shelf, request(brush="chalk", strokes=10)).strokes} == {"chalk"}
    with pytest.raises(AtelierError, match="There is no brush"):
        made(shelf, request(brush="broom"))


def test_stop_keeps_what_is_there_and_it_goes_on_from_the_canvas(shelf: ModelShelf) -> None:
    token = CancelToken()
    painting = ENGINE.generate(request(strokes=2000), shelf.open(MODEL), Progress(token))
    kept = next(painting)
    token.cancel()
    with pytest.raises(Cancelled):
        next(painting)
    further = made(shelf, request(kept, strokes=20))
    assert further.strokes[: len(kept.strokes)] == kept.strokes
    assert [layer.number for layer in further.layers] == [layer.number for layer in kept.layers]
    assert error(further) < error(kept)


def test_a_gap_is_filled_and_nothing_leaves_it(shelf: ModelShelf) -> None:
    whole = made(shelf, request())
    box = (30.0, 10.0, 66.0, 46.0)
    filled = made(shelf, msgspec.structs.replace(request(whole, strokes=10), gap=box))
    assert filled.strokes[: len(whole.strokes)] == whole.strokes
    before, after = (np.asarray(render(drawing)).astype(int) for drawing in (whole, filled))
    changed = np.argwhere((before != after).any(2))
    assert len(changed)
    assert (changed.min(0) >= (9, 29)).all()
    assert (changed.max(0) <= (46, 66)).all()


def test_the_command_line_paints_a_photo(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studios.paint.film.RATE", 2)
    files = [str(tmp_path / name) for name in ("x.ora", "x.gif", "y.svg", "z.png")]
    words = ["paint", MODEL, "--target", str(photo), "--strokes", "30"]
    assert run(CARDS, [*words, "--out", files[0], "--film", files[1]]) == 0
    assert run(CARDS, [*words, "--out", files[2]]) == 0
    drawings = [load_drawing(Path(name)) for name in (files[0], files[2])]
    assert drawings[0][0].strokes == drawings[1][0].strokes
    assert (drawings[0][0].width, drawings[0][0].height) == SIZE
    with Image.open(files[1]) as film:
        assert film.size == SIZE
    assert run(CARDS, ["replay", files[0]]) == 0
    assert Match.EXACT.value in capsys.readouterr().out
    assert run(CARDS, ["paint", MODEL, "--seed", "5", "--strokes", "20", "--out", files[3]]) == 0
    assert len(load_drawing(Path(files[3]))[0].strokes) == 20


def test_the_command_line_says_what_it_can_not_paint(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "x.svg")]
    photo.write_bytes(picture()[:300])
    cases = (
        (["paint", MODEL, "--target", str(photo), *out], "photo.jpg"),
        (["paint", MODEL, "--strokes", "3", *out], "Possible: 5 – 2000"),
        (["paint", MODEL, "--class", "crab", *out], "--class"),
        (["paint", "sketch-rnn", "--target", str(photo), *out], "--target"),
    )
    for words, why in cases:
        assert run(CARDS, words) == 2
        assert why in capsys.readouterr().err
    assert not (tmp_path / "x.svg").exists()


def test_score_measures_folders(
    photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(closeness, "COUNTS", (5, 20))
    monkeypatch.setattr(closeness, "SIDE", 64)
    assert run(CARDS, ["score", MODEL, str(photo.parent)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pictures"] == 1
    few, more = (found["strokes"][count] for count in ("5", "20"))
    assert more["l2"] < few["l2"] < 0.1
    assert 0 < more["perceptual"] < 1


def test_a_picture_dropped_in_the_window_is_painted_chosen_recoloured_and_refilled(
    page: PaintPage, hand: Hand, photo: Path
) -> None:
    state, panel = page.state, page.painter_panel
    assert not panel.isVisible()
    state.set_model(MODEL)
    assert panel.isVisible()
    assert not page.offer_panel.isVisible()
    _drop(panel.preview, photo)
    hand.qtbot.waitUntil(lambda: bool(state.target), timeout=20_000)
    assert panel.name.text() == "photo.jpg"
    state.set_control("strokes", 30)
    with hand.qtbot.waitSignal(state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        hand.qtbot.mouseClick(panel.paint, Qt.MouseButton.LeftButton)
    document = state.document
    assert document.width / document.height == pytest.approx(1.5, abs=0.01)
    assert 5 < len(document.strokes) <= 30
    assert error(document) < 0.03
    last = len(document.strokes) - 1
    state.select(frozenset({last}))
    state.set_head(colour="#123456")
    page.recolour()
    assert state.document.strokes[last].colour == "#123456"
    state.select(frozenset({last}))
    with hand.qtbot.waitSignal(state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        page.refill()
    assert state.document.strokes[:last] == document.strokes[:last]
    assert state.document.strokes[last:]
    assert "#123456" not in {stroke.colour for stroke in state.document.strokes}


def test_it_paints_from_imagination_and_the_critic_follows(page: PaintPage, hand: Hand) -> None:
    page.imagine()  # chooses the network that can
    hand.qtbot.waitUntil(lambda: not page.state.busy, timeout=60_000)
    strokes = page.state.document.strokes
    assert len(strokes) == 20
    assert page.state.document.width == page.state.document.height == 768
    assert {stroke.maker for stroke in strokes} == {"machine"}
    curve = page.painter_panel.growth.curve
    page.painter_panel.growth.switch.click()
    hand.qtbot.waitUntil(lambda: bool(curve.growth), timeout=60_000)
    assert [count for count, _ in curve.growth] == list(range(21))
    assert np.ptp([score for _, score in curve.growth]) > 0.1


def _drop(target: QLabel, path: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(QPoint(20, 20)), Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    target.dropEvent(event)
