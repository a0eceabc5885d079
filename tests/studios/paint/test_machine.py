"""The machine as a fellow painter: ghosts, refilling, drawings between drawings, where the pen may go next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.base.progress import Cancelled, CancelToken, Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.studios.cards import CARDS
from app.studios.paint.batch import draw_batch, read_batch
from app.studios.paint.density import density, next_point
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.engine import ENGINE
from app.studios.paint.files import load_drawing
from app.studios.paint.generator import codec_of
from app.studios.paint.mixture import Freedom
from app.studios.paint.nothing import from_nothing
from app.studios.paint.page import PaintPage
from app.studios.paint.request import PaintRequest, Space
from app.studios.paint.space import placed, rows_of
from app.studios.paint.suggest import continuations

if TYPE_CHECKING:
    from tests.studios.paint.conftest import Hand

MODEL = "sketch-rnn"
ANGLES = np.linspace(0, 2 * np.pi, 40)
ROUND = np.column_stack([500 + 150 * np.cos(ANGLES), 400 + 100 * np.sin(ANGLES)])
BODY = Stroke.of_points(ROUND, 4.0, "#1d1f21", "user")
SHIFT = Qt.KeyboardModifier.ShiftModifier


def whole(shelf: ModelShelf, category: str, seed: int) -> Drawing:
    request = PaintRequest(model=MODEL, seed=seed, controls={"class": category})
    *_, last = ENGINE.generate(request, shelf.open(MODEL), Progress())
    return last


# --- without a window -------------------------------------------------------------------------------------------------


def test_nine_continuations_differ_and_repeat_with_their_seed(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    request = PaintRequest(model=MODEL, drawing=Drawing((BODY,)), seed=4)
    offers = continuations(request, model, 9)
    assert len({str(offer) for offer in offers}) == 9
    assert all(stroke.maker == "machine" for offer in offers for stroke in offer)
    assert continuations(request, model, 9) == offers
    near = [np.abs(np.median(offer[0].places, axis=0) - [500, 400]).max() for offer in offers]
    assert max(near) < 400


def test_a_batch_expects_of_each_drawing_what_it_would_expect_of_it_alone(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    kinds = np.eye(len(codec_of(model).categories), dtype=np.float32)
    latent, classes = np.zeros((3, 64), np.float32), kinds[[2, 7, 2]]
    made = draw_batch(
        model, latent, classes, np.zeros((0, 5), np.float32), np.random.default_rng(0), Freedom(0.4, 0.8), 60
    )
    points = np.stack([rows[:8] for rows in made])
    together = read_batch(model, latent, classes, points)
    for place in range(3):
        alone = read_batch(model, latent[:1], classes[[place]], points[[place]])
        for part, values in alone.items():
            np.testing.assert_allclose(together[part][place], values[0], atol=1e-4)


def test_nothing_is_what_a_network_learnt_to_take_for_it(shelf: ModelShelf) -> None:
    noise = np.random.default_rng(0).standard_normal((2, 64))
    assert not from_nothing(shelf.open(MODEL), noise).any()
    assert (from_nothing(shelf.open("sketch-rnn-kanji"), noise) == noise.astype(np.float32)).all()


def test_a_drawing_ends_at_any_freedom(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    for freedom in (0.05, 0.4, 1.0):
        controls = {"class": "eye", "temperature": freedom}
        drawn = [
            list(ENGINE.generate(PaintRequest(model=MODEL, seed=seed, controls=controls), model, Progress()))[-1]
            for seed in range(9)
        ]
        points = [sum(len(stroke.points) for stroke in each.strokes) for each in drawn]
        assert np.median(points) < 100  # of 150 allowed; people need 50


def test_batches_end_when_told(shelf: ModelShelf) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        continuations(PaintRequest(model=MODEL), shelf.open(MODEL), 9, Progress(token))


def test_drawings_are_taken_for_what_they_are(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    codec = codec_of(model)
    right = 0
    for category in codec.categories:
        _, spread, classes = placed(whole(shelf, category, 3), model, codec)
        right += codec.categories[int(classes.argmax())] == category
        assert (spread > 0).all()
    assert right >= 4


def test_the_way_between_two_drawings_begins_and_ends_at_them(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    codec = codec_of(model)
    first, last = whole(shelf, "sun", 1), whole(shelf, "crab", 2)
    places = [placed(drawing, model, codec)[0] for drawing in (first, last)]
    ways = tuple((1 - way, way) for way in (0.0, 0.5, 1.0))
    request = PaintRequest(
        model=MODEL, space=Space((first, last), ways), controls={"temperature": 0.05, "class": "sun"}
    )  # fmt: skip
    *_, sheet = ENGINE.generate(request, model, Progress())
    assert (sheet.width, sheet.height) == (768, 256)
    cells = [[s for s in sheet.strokes if cell * 256 <= s.places[0, 0] < (cell + 1) * 256] for cell in range(3)]
    assert all(cells)
    found = [placed(Drawing(tuple(cell)), model, codec)[0] for cell in cells]
    for end in (0, 1):
        here, there = (np.linalg.norm(found[2 * end] - places[which]) for which in (end, 1 - end))
        assert here < there


def test_a_mixture_of_categories_is_neither_alone(shelf: ModelShelf) -> None:
    def drawn(mix: str, share: float) -> Drawing:
        request = PaintRequest(model=MODEL, seed=3, controls={"class": "sun"}, mix=mix, share=share)
        *_, last = ENGINE.generate(request, shelf.open(MODEL), Progress())
        return last

    assert drawn("crab", 0.0).strokes == drawn("", 0.5).strokes
    assert drawn("crab", 0.5).strokes not in (drawn("crab", 0.0).strokes, drawn("crab", 1.0).strokes)


def test_the_map_of_the_next_point_is_a_density_around_the_pen(shelf: ModelShelf) -> None:
    heat = next_point(PaintRequest(model=MODEL, drawing=Drawing((BODY,))), shelf.open(MODEL))
    assert heat is not None
    assert heat.map.max() == 1
    assert sum(heat.pen) == pytest.approx(1, abs=1e-5)
    assert heat.corner[0] + heat.side / 2 == pytest.approx(650, abs=0.1)
    one = {
        "weights": np.zeros(1), "means": np.array([[1.0, 0.5]]), "deviations": np.log([[0.3, 0.3]]),
        "correlation": np.zeros(1), "pen": np.zeros(3),
    }  # fmt: skip
    row, column = np.unravel_index(density(one).argmax(), (96, 96))
    assert (column, row) == (round((1.0 + 2.6) / 5.2 * 95), round((0.5 + 2.6) / 5.2 * 95))
    assert next_point(PaintRequest(model=MODEL), shelf.open(MODEL)) is None


def test_command_line_goes_on_and_between(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed, name in ((1, "a"), (2, "b")):
        assert run(CARDS, ["paint", MODEL, "--seed", str(seed), "--out", str(tmp_path / f"{name}.svg")]) == 0
    given, _ = load_drawing(tmp_path / "a.svg")
    begun = msgspec.structs.replace(given, strokes=given.strokes[:1])
    ENGINE.export(tmp_path / "begun.svg", begun, None)
    arguments = ["paint", MODEL, "--seed", "3", "--out", str(tmp_path / "c.svg")]
    assert run(CARDS, [*arguments, "--continue", str(tmp_path / "begun.svg")]) == 0
    drawn, _ = load_drawing(tmp_path / "c.svg")
    assert drawn.strokes[:1] == begun.strokes
    assert len(drawn.strokes) > 1
    ends = ["--between", str(tmp_path / "a.svg"), str(tmp_path / "b.svg")]
    out = ["--out", str(tmp_path / "d.ora")]
    assert run(CARDS, ["paint", MODEL, *ends, "--steps", "9", *out]) == 0
    assert load_drawing(tmp_path / "d.ora")[0].width == 9 * 256
    capsys.readouterr()
    for file in ("c.svg", "d.ora"):
        assert run(CARDS, ["replay", str(tmp_path / file)]) == 0
        assert capsys.readouterr().out.startswith("bit-exact")
    assert run(CARDS, ["paint", MODEL, *ends, "--steps", "1", *out]) == 2
    assert "--steps" in capsys.readouterr().err


# --- in the window ----------------------------------------------------------------------------------------------------


def offered(page: PaintPage, qtbot: QtBot, count: int = 9) -> None:
    qtbot.waitUntil(lambda: len(page.offers.items) == count, timeout=20_000)


def test_after_each_stroke_nine_ghosts_appear_and_one_is_taken(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.key(Qt.Key.Key_G)
    offered(page, qtbot)
    hand.stroke(*ROUND.tolist())
    assert page.offers.items == []
    offered(page, qtbot)
    mine, offer = page.state.document.strokes, page.offers.items[4]
    assert page.offer_panel.buttons[4].isEnabled()
    qtbot.mouseClick(page.offer_panel.buttons[4], Qt.MouseButton.LeftButton)
    assert page.state.document.strokes == (*mine, *offer)
    offered(page, qtbot)
    assert page.offers.items[0] != offer
    one = page.offers.items[0][:1]
    before = page.state.document.strokes
    hand.key(Qt.Key.Key_1, SHIFT)
    assert page.state.document.strokes == (*before, *one)
    page.undo()
    page.undo()
    assert page.state.document.strokes == mine
    hand.key(Qt.Key.Key_G)
    assert page.offers.items == []


def test_others_are_others_and_the_pointer_shows_one(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.stroke(*ROUND.tolist())
    page.offers.go_on()
    offered(page, qtbot)
    first = page.offers.items
    where = first[2][0].points[len(first[2][0].points) // 2]
    page.offer_panel.buttons[2].marked.emit(True)
    assert QColor(hand.shown(*where[:2])).green() > QColor(hand.shown(*where[:2])).red()
    hand.key(Qt.Key.Key_G, SHIFT)
    offered(page, qtbot)
    assert page.offers.items != first


def test_a_variation_replaces_what_was_chosen(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.stroke(*ROUND.tolist())
    hand.drag((100, 100), (200, 120))
    page.state.select(frozenset({0}))
    page.vary()
    offered(page, qtbot, 10)
    kept = page.state.document.strokes[1]
    page.offers.take(7)
    assert page.state.document.strokes[0] == kept
    made = np.concatenate([stroke.places for stroke in page.state.document.strokes[1:]])
    assert (made.min(0) + made.max(0)) / 2 == pytest.approx([500, 400], abs=8)
    assert BODY not in page.state.document.strokes


def test_between_a_and_b_and_sums_of_drawings(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    page.reckon()
    assert "A, B, C" in page.errors.text
    for slot, category in zip("ABC", ("sun", "crab", "apple"), strict=True):
        page.new()
        page.state.set_control("class", category)
        hand.generate()
        page.offers.keep(slot)
    seen = []
    for share in (0.1, 0.9):
        page.space_panel.between.changed.emit(share)
        offered(page, qtbot, 1)
        seen.append(page.offers.items[0])
    assert seen[0] != seen[1]
    page.reckon()
    hand.settle()
    offered(page, qtbot, 1)
    assert page.offers.items[0] not in seen
    before = page.state.document.strokes
    hand.key(Qt.Key.Key_1)
    assert page.state.document.strokes[: len(before)] == before
    assert len(page.state.document.strokes) > len(before)


def test_refilling_a_frame_leaves_all_outside_as_it_was(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.stroke(*ROUND.tolist())
    hand.stroke((100, 600), (300, 620), (500, 600))
    hand.key(Qt.Key.Key_V)
    hand.drag((560, 250), (700, 550))
    assert page.state.selection == frozenset()  # most of the round lies outside
    page.state.select(frozenset({0}), (560.0, 250.0, 700.0, 550.0))
    before, other = page.state.document.strokes, page.state.document.strokes[1]
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        hand.key(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    strokes = page.state.document.strokes
    mine = [stroke for stroke in strokes if stroke.maker == "user"]
    assert other in mine
    left = [point for stroke in mine for point in stroke.points]
    outside = [(x, y, p) for stroke in before for x, y, p in stroke.points if not (560 <= x <= 700 and 250 <= y <= 550)]
    assert sorted(left) == sorted(outside)
    assert len(left) < sum(len(stroke.points) for stroke in before)
    assert any(stroke.maker == "machine" for stroke in strokes)
    assert "by hand" in page.state.status()


def test_refilling_chosen_strokes_keeps_the_others(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.stroke(*ROUND.tolist())
    hand.stroke((420, 300), (380, 220))
    page.state.select(frozenset({1}))
    before, body = page.state.document.strokes, page.state.document.strokes[0]
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=30_000):
        page.refill()
    assert page.state.document.strokes[0] == body
    assert {stroke.maker for stroke in page.state.document.strokes[1:]} == {"machine"}
    assert page.state.undo_title == "Refill"
    hand.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.state.document.strokes == before


def test_the_heat_map_follows_the_pen(page: PaintPage, hand: Hand, qtbot: QtBot) -> None:
    hand.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    hand.pen(QEvent.Type.TabletPress, (400, 400), 0.5)
    for step in range(1, 30):
        hand.pen(QEvent.Type.TabletMove, (400 + 5 * step, 400 - 2 * step), 0.5)
    qtbot.waitUntil(lambda: page.heat.heat is not None and abs(page.heat.heat.corner[0] - 545) < 400, timeout=20_000)
    hand.pen(QEvent.Type.TabletRelease, (545, 342), 0.0)
    hand.settle()
    heat = page.heat.heat
    assert heat is not None
    assert heat.corner[0] + heat.side / 2 == pytest.approx(545, abs=1)
    assert "%" in page.heat.words.text()
    row, column = np.unravel_index(heat.map.argmax(), heat.map.shape)
    spot = QPoint(int(heat.corner[0] + column / 96 * heat.side), int(heat.corner[1] + row / 96 * heat.side))
    assert QColor(hand.shown(spot.x(), spot.y())).saturation() > 80
    hand.key(Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert page.heat.heat is None


def test_drawings_without_lines_have_no_place(shelf: ModelShelf) -> None:
    model = shelf.open(MODEL)
    assert len(rows_of(Drawing(), codec_of(model))) == 0
    with pytest.raises(AtelierError, match="no lines"):
        placed(Drawing(), model, codec_of(model))
