"""The instrument in the real window: directions, pad, styles, noise, areas made anew, photographs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QSlider, QWidget
from pytestqt.qtbot import QtBot
from superqt import QDoubleSlider

from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.inversion import Crop
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.state import CANDIDATES
from app.studios.imagine.views.marking import Divider
from app.studios.imagine.views.slots import candidate_mime
from tests.make_tiny_stylegan import BIGGAN, SIDES, STYLEGAN

SIDE = SIDES[-1]
Pixels = np.ndarray


class Artist:
    """Works at the page as a person does."""

    def __init__(self, page: ImaginePage, qtbot: QtBot) -> None:
        self.page, self.qtbot = page, qtbot

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.page.state.services.jobs.busy(), timeout=30_000)

    def choose_model(self, model: str) -> None:
        self.page.state.set_model(model)
        self.settle()
        self.page.generate()
        self.settle()

    def unfold(self, name: str) -> QWidget:
        section = self.page.instrument.sections[name]
        section.set_open(True)
        self.page.panel.ensureWidgetVisible(section)
        return section

    def pixels(self) -> Pixels:
        chosen = self.page.state.document.chosen
        assert chosen is not None
        return chosen.array

    def drop(self, widget: QWidget, data: QMimeData) -> None:
        place, copy, left = widget.rect().center(), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        for event in (
            QDragEnterEvent(place, copy, data, left, none),
            QDropEvent(QPointF(place), copy, data, left, none),
        ):
            QApplication.sendEvent(widget, event)
            assert event.isAccepted()
        self.settle()

    def drag(self, widget: QWidget, *places: QPoint, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> None:
        self.qtbot.mousePress(widget, button, pos=places[0])
        for place in places[1:]:
            self.qtbot.mouseMove(widget, place)
        self.qtbot.mouseRelease(widget, button, pos=places[-1])

    def on_picture(self, x: float, y: float) -> QPoint:
        return self.page.picture.from_picture(QPointF(x, y)).toPoint()


@pytest.fixture
def page(tiny_models: tuple[str, str], open_window: Callable[..., Window]) -> ImaginePage:
    found = open_window("imagine").page
    assert isinstance(found, ImaginePage)
    return found


@pytest.fixture
def artist(page: ImaginePage, qtbot: QtBot) -> Artist:
    made = Artist(page, qtbot)
    made.choose_model(STYLEGAN)
    return made


def test_a_slider_under_the_mouse_moves_the_picture_in_its_layers(artist: Artist) -> None:
    page, before = artist.page, artist.pixels()
    row = page.instrument.directions.first.rows[0]
    assert row.field.toolTip()
    assert [r.direction.title for r in page.instrument.directions.first.rows][:2] == ["Tone", "Direction 2"]
    slider = row.field.findChild(QDoubleSlider)
    assert slider is not None
    middle, right = slider.rect().center(), QPoint(slider.width() - 20, slider.rect().center().y())
    artist.drag(slider, middle, right)
    artist.settle()
    everywhere, amount = artist.pixels(), row.field.value()
    assert amount > 1
    assert everywhere.tobytes() != before.tobytes()
    row.layers.setCurrentIndex(row.layers.findData("fine"))
    row.layers.activated.emit(3)
    artist.settle()
    assert artist.pixels().tobytes() not in (everywhere.tobytes(), before.tobytes())
    request = page.state.wish
    assert request is not None
    assert [(move.amount, move.first) for move in request.moves] == [(amount, 5)]
    page.reset()
    artist.settle()
    assert artist.pixels().tobytes() == before.tobytes()


def test_a_direction_is_named_kept_as_a_file_and_forgotten(artist: Artist) -> None:
    page, steering = artist.page, artist.page.instrument.steering
    steering.move(steering.directions[1], 1.5, "coarse")
    steering.move(steering.directions[2], -1.0, "all")
    artist.settle()
    before = artist.pixels()
    name = page.instrument.directions.name
    artist.qtbot.keyClicks(name, "Evening")
    artist.qtbot.keyClick(name, Qt.Key.Key_Return)
    artist.settle()
    assert np.abs(artist.pixels().astype(int) - before).max() <= 1
    row = page.instrument.directions.first.rows[0]
    assert (row.direction.title, row.field.value()) == ("Evening", 1.0)
    folder = page.state.services.paths.data / "directions"
    assert [path.name for path in folder.iterdir()] == [f"{STYLEGAN}.evening.toml"]
    row.forgotten.emit(row.direction)
    assert not list(folder.iterdir())
    assert page.instrument.directions.first.rows[0].direction.title == "Tone"
    artist.qtbot.keyClick(name, Qt.Key.Key_Return)
    assert "needs a name" in page.errors.text


def test_the_pad_steers_two_directions_by_mouse_and_keys(artist: Artist) -> None:
    artist.unfold("pad")
    panel, steering = artist.page.instrument.pad, artist.page.instrument.steering
    panel.up.setCurrentIndex(2)
    pad = panel.pad
    artist.drag(pad, pad.rect().center(), pad.to_place(1.5, -3.0).toPoint())
    artist.settle()
    across, up = steering.directions[0], steering.directions[2]
    assert steering.amount(across) == pytest.approx(1.5, abs=0.05)
    assert steering.amount(up) == pytest.approx(-3.0, abs=0.05)
    moved = artist.pixels()
    artist.qtbot.keyClick(pad, Qt.Key.Key_Up)
    artist.settle()
    assert steering.amount(up) == pytest.approx(-2.9, abs=0.05)
    assert artist.pixels().tobytes() != moved.tobytes()


def test_styles_are_dropped_from_candidates_history_and_files(artist: Artist, tmp_path: Path) -> None:
    page, panel = artist.page, artist.page.instrument.mix
    artist.unfold("mix")
    candidates = page.state.document.pictures
    own = artist.pixels()
    artist.drop(panel.slots["coarse"], candidate_mime(3))
    mixed = artist.pixels()
    assert mixed.tobytes() != own.tobytes()
    assert page.state.document.pictures[1:] == candidates[1:]
    node = page.film._strip.mimeData([page.film._strip.item(0)])
    artist.drop(panel.slots["fine"], node)
    with artist.qtbot.waitSignal(page.state.saved):
        page.state.save(tmp_path / "mixed.png")
    file = QMimeData()
    file.setUrls([QUrl.fromLocalFile(str(tmp_path / "mixed.png"))])
    artist.drop(panel.slots["middle"], file)
    request = page.state.wish
    assert request is not None
    assert [(part.first, part.last) for part in request.styles] == [(0, 2), (5, 7), (3, 4)]
    assert run(CARDS, ["replay", str(tmp_path / "mixed.png")]) == 0
    for slot in panel.slots.values():
        slot.setFocus()
        artist.qtbot.keyClick(slot, Qt.Key.Key_Delete)
    artist.settle()
    assert artist.pixels().tobytes() == own.tobytes()


def test_a_slot_is_filled_by_keyboard_and_blends_towards_another_picture(artist: Artist) -> None:
    panel, steering = artist.page.instrument.mix, artist.page.instrument.steering
    artist.unfold("mix")
    slot, other = panel.slots["all"], artist.page.state.document.pictures[2].array
    steering.set_noise("off")
    artist.settle()
    own = artist.pixels()
    slot.setFocus()
    artist.qtbot.keyClick(slot, Qt.Key.Key_Return)
    menu = slot.findChild(QMenu)
    assert menu is not None
    menu.actions()[2].trigger()
    menu.close()
    artist.settle()
    assert panel.share.value() == 0.5
    half = artist.pixels()
    panel.share.changed.emit(0.0)
    artist.settle()
    assert artist.pixels().tobytes() == own.tobytes()
    panel.share.changed.emit(1.0)
    artist.settle()
    there = np.abs(artist.pixels().astype(int) - other).mean()
    assert there < np.abs(half.astype(int) - other).mean()
    image = slot.grab().toImage()
    assert image.pixelColor(slot.width() // 2, 36) != image.pixelColor(1, 1)  # what is in the slot is seen


def test_grain_is_frozen_for_new_candidates_too(artist: Artist) -> None:
    page, panel = artist.page, artist.page.instrument.noise
    artist.unfold("noise")
    before = artist.pixels()
    panel.dice.click()
    artist.settle()
    assert panel.box.currentData() == "frozen"
    assert artist.pixels().tobytes() != before.tobytes()
    noise = page.instrument.steering.noise
    page.generate()
    artist.settle()
    assert {picture.request.noise for picture in page.state.document.pictures if picture.request} == {noise}
    panel.box.setCurrentIndex(panel.box.findData("off"))
    panel.box.activated.emit(2)
    artist.settle()
    assert page.instrument.steering.noise == "off"


def test_only_the_painted_area_is_made_anew(artist: Artist) -> None:
    page, panel = artist.page, artist.page.instrument.refill
    before = artist.pixels()
    page.mark()
    assert page.picture.tool is panel.brush
    artist.drag(page.picture, artist.on_picture(10, 10), artist.on_picture(20, 12))
    artist.qtbot.keyClick(page.picture, Qt.Key.Key_BracketRight)
    artist.qtbot.keyClick(page.picture, Qt.Key.Key_Space)
    artist.drag(page.picture, artist.on_picture(20, 12), artist.on_picture(20, 13), button=Qt.MouseButton.RightButton)
    mask = panel.brush.mask
    assert 0 < (mask > 0).sum() < SIDE * SIDE / 2
    artist.qtbot.keyClick(page.picture, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    artist.settle()
    document = page.state.document
    made = document.pictures[1:7]
    assert (len(document.pictures), document.selected) == (CANDIDATES + 6, 1)
    assert document.pictures[0].array.tobytes() == before.tobytes()
    assert len({picture.pixels for picture in made}) == 6
    for picture in made:
        assert np.array_equal(picture.array[mask == 0], before[mask == 0])
        assert not np.array_equal(picture.array[mask > 200], before[mask > 200])
    page.refill()  # once more: others of the same picture, not of what was just made
    artist.settle()
    again = page.state.document.chosen
    assert again is not None
    assert again.request is not None
    assert [refill.index for refill in again.request.refills] == [1006]
    page.undo()
    page.undo()
    assert page.state.document.pictures[1:] != made
    assert page.state.document.marks
    page.clear_marks()
    page.refill()
    assert "No area" in page.errors.text


def test_marks_are_undone_stroke_by_stroke(artist: Artist) -> None:
    page, brush = artist.page, artist.page.instrument.refill.brush
    page.mark()
    artist.drag(page.picture, artist.on_picture(5, 5), artist.on_picture(8, 5))
    one = brush.marks
    artist.drag(page.picture, artist.on_picture(25, 25), artist.on_picture(28, 25))
    assert brush.marks.sum() > one.sum()
    page.undo()
    assert np.array_equal(brush.marks, one)
    page.undo()
    assert not brush.marks.any()


def test_a_photo_is_found_and_all_sliders_work_on_it(artist: Artist, tmp_path: Path) -> None:
    page = artist.page
    target = page.state.document.pictures[5].array
    Image.fromarray(target).resize((100, 80)).save(tmp_path / "photo.jpg")
    dropped = QMimeData()
    dropped.setUrls([QUrl.fromLocalFile(str(tmp_path / "photo.jpg"))])
    panel = page.instrument.photo
    artist.unfold("photo")
    artist.drop(panel, dropped)
    artist.qtbot.waitUntil(panel.crop.isVisible)
    before = page.state.document
    artist.qtbot.mouseClick(panel.look, Qt.MouseButton.LeftButton)
    artist.qtbot.waitUntil(lambda: page.state.document is not before and not page.state.busy, timeout=30_000)
    document = page.state.document
    assert document.photo is not None
    assert (len(document.pictures), document.selected) == (CANDIDATES + 1, 1)
    found = artist.pixels()
    wanted = document.photo.array.astype(int)
    others = [np.abs(wanted - picture.array).mean() for picture in document.pictures if picture is not document.chosen]
    assert np.abs(wanted - found).mean() < min(others)
    page.compare()
    assert isinstance(page.picture.tool, Divider)
    left, right = artist.on_picture(2, 16), artist.on_picture(30, 16)
    artist.drag(page.picture, artist.on_picture(16, 16), artist.on_picture(24, 16))
    assert page.picture.tool.place == pytest.approx(0.75, abs=0.05)
    shown = page.picture.grab().toImage()
    page.compare()
    bare = page.picture.grab().toImage()
    assert differ(shown, bare, left)
    assert not differ(shown, bare, right)
    page.instrument.steering.move(page.instrument.steering.directions[0], 2.0, "all")
    artist.settle()
    assert artist.pixels().tobytes() != found.tobytes()
    with artist.qtbot.waitSignal(page.state.saved):
        page.state.save(tmp_path / "found.png")
    assert run(CARDS, ["replay", str(tmp_path / "found.png")]) == 0


def test_a_square_of_the_photo_is_chosen(artist: Artist, tmp_path: Path) -> None:
    """Drag and wheel, or the keys; it never leaves the photo, and is what is looked for."""
    page, panel = artist.page, artist.page.instrument.photo
    artist.unfold("photo")
    photo = np.zeros((90, 180, 3), np.uint8)
    photo[:, 120:] = (200, 30, 30)
    Image.fromarray(photo).save(tmp_path / "photo.png")
    panel.find_file(tmp_path / "photo.png")
    artist.qtbot.waitUntil(panel.crop.isVisible)
    view = panel.crop
    assert view.crop == Crop()
    middle = view.square_rect().center().toPoint()
    artist.drag(view, middle, middle + QPoint(view.width(), 0))
    assert view.crop.across == pytest.approx(0.75)
    artist.qtbot.keyClick(view, Qt.Key.Key_Plus)
    artist.qtbot.keyClick(view, Qt.Key.Key_Right)
    artist.qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.crop.zoom == pytest.approx(1.1)
    assert view.crop.down < 0.5
    assert view.square_rect().right() <= view.photo_rect().right() + 0.01
    for _ in range(20):
        view.set_crop(Crop(9.0, -9.0, view.crop.zoom * 1.2))
    assert view.crop.zoom == 8.0
    view.set_crop(Crop(0.9, 0.5, 3.0))
    page.state.find(panel.crop.photo, view.crop)  # pyright: ignore[reportArgumentType]
    artist.qtbot.waitUntil(lambda: page.state.document.photo is not None, timeout=20_000)
    page.stop()
    found = page.state.document.photo
    assert found is not None
    assert (np.abs(found.array.astype(int) - (200, 30, 30)) < 3).all()
    artist.settle()


def differ(a: QImage, b: QImage, place: QPoint) -> bool:
    return a.pixelColor(place) != b.pixelColor(place)


def test_stop_keeps_the_best_found_so_far(artist: Artist, monkeypatch: pytest.MonkeyPatch) -> None:
    page = artist.page
    monkeypatch.setattr("app.studios.imagine.inversion.STAGES", (("layers", 20, 500),) * 50)
    monkeypatch.setattr("app.studios.imagine.inversion.ENOUGH", -1.0)
    page.state.find(page.state.document.pictures[4])
    artist.qtbot.waitUntil(lambda: page.state.document.photo is not None, timeout=20_000)
    page.stop()
    assert not page.state.busy
    chosen = page.state.document.chosen
    assert chosen is not None
    assert chosen.request is not None
    assert chosen.request.start
    artist.settle()


@pytest.mark.parametrize("kind", ["small", "cut", "text"])
def test_what_can_not_be_looked_for_is_said_and_nothing_is_lost(artist: Artist, tmp_path: Path, kind: str) -> None:
    page, path = artist.page, tmp_path / "photo.png"
    Image.new("RGB", (1, 1) if kind == "small" else (90, 90), "red").save(path)
    content = b"hello" if kind == "text" else path.read_bytes()
    path.write_bytes(content[:-30] if kind == "cut" else content)
    before = page.state.document
    page.instrument.photo.find_file(path)
    artist.settle()
    assert ("too small" if kind == "small" else "not a picture") in page.errors.text
    assert page.state.document == before


def test_styles_of_another_model_are_refused(artist: Artist) -> None:
    page = artist.page
    stranger = page.state.document.pictures[0]
    artist.choose_model(BIGGAN)
    before = page.state.document
    page.instrument.steering.take("coarse", stranger)
    artist.settle()
    assert "was made by" in page.errors.text
    assert page.state.document == before


def test_a_picture_of_another_model_opens_with_what_that_one_has(artist: Artist, tmp_path: Path) -> None:
    """Forth and back through the undo stack too: bars for its kinds, sliders for its directions."""
    page, classes = artist.page, artist.page.instrument.classes
    artist.choose_model(BIGGAN)
    page.state.save(tmp_path / "comet.png")
    artist.settle()
    artist.choose_model(STYLEGAN)
    assert len(classes.bars) == 0
    page.open_path(tmp_path / "comet.png")
    artist.settle()
    assert page.state.settings.model == BIGGAN
    assert sum(bar.value() for bar in classes.bars) == 100
    page.state.undo()
    artist.settle()
    assert len(classes.bars) == 0
    assert all(row.isEnabled() for row in page.instrument.directions.first.rows)
    page.state.redo()
    artist.settle()
    assert sum(bar.value() for bar in classes.bars) == 100


def test_the_instrument_shows_what_the_model_has(artist: Artist) -> None:
    page = artist.page

    def shown() -> set[str]:
        return {name for name, section in page.instrument.sections.items() if not section.isHidden()}

    assert shown() == {"directions", "pad", "mix", "noise", "refill", "photo"}
    artist.choose_model(BIGGAN)
    assert shown() == {"directions", "pad", "classes", "mix", "refill", "photo"}
    artist.choose_model("gan-2014")
    assert shown() == {"directions", "more", "pad", "classes"}


def test_every_control_says_what_it_does_and_is_reached_by_the_keyboard(artist: Artist) -> None:
    for name in artist.page.instrument.sections:
        section = artist.unfold(name)
        for kind in (QSlider, QComboBox):
            for widget in section.findChildren(kind):
                assert widget.toolTip(), f"{name}: {widget}"
                assert widget.accessibleName(), f"{name}: {widget}"
                assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
