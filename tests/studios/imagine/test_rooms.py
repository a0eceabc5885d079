"""What is around the chosen picture, as an artist uses it: keeping, breeding, the family, the gallery, the walk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.views.bench import FAMILY, PICTURES
from tests.studios.imagine.test_walk import write_midi

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(open_window: Callable[..., Window], qtbot: QtBot) -> ImaginePage:
    found = open_window("imagine").page
    assert isinstance(found, ImaginePage)
    found.state.set_model("gan-2014")
    found.rooms.breed.count.changed.emit(9)
    generate(found, qtbot)
    return found


def settle(page: ImaginePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy(), timeout=30_000)


def generate(page: ImaginePage, qtbot: QtBot) -> None:
    qtbot.keyClick(page, Qt.Key.Key_Return, CTRL)
    settle(page, qtbot)


def drop(page: ImaginePage, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(page, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, buttons, keys))


def click(page: ImaginePage, place: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    where = QPointF(page.grid.cell(place).center())
    for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
        event = QMouseEvent(
            kind, where, page.grid.mapToGlobal(where), Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, modifier
        )
        QApplication.sendEvent(page.grid, event)


def test_kept_candidates_stay_and_the_sheet_of_a_mixed_grid_replays(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = page.state.document
    assert len(before.pictures) == 9
    for place in (2, 5):
        click(page, place)
        qtbot.keyClick(page, Qt.Key.Key_K)
    generate(page, qtbot)
    after = page.state.document
    assert [a == b for a, b in zip(before.pictures, after.pictures, strict=True)] == [p in (2, 5) for p in range(9)]
    with qtbot.waitSignal(page.state.saved):
        page.state.save_all(tmp_path / "sheet.webp")
    assert run(CARDS, ["replay", str(tmp_path / "sheet.webp")]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")
    drop(page, tmp_path / "sheet.webp")
    settle(page, qtbot)
    assert [picture.request for picture in page.state.document.pictures] == [p.request for p in after.pictures]
    page.undo()
    page.undo()
    assert page.state.document.pictures == before.pictures


def test_breeding_shows_a_family_and_warns_of_sameness(page: ImaginePage, qtbot: QtBot) -> None:
    breed, rooms = page.rooms.breed, page.rooms
    assert "differ" in breed.verdict.text()
    parents = [page.state.document.pictures[place] for place in (1, 4, 7)]
    for place in (1, 4, 7):
        click(page, place, CTRL)
    assert [picture for picture, _ in rooms.breeding.parents] == parents
    qtbot.waitUntil(breed.run.isVisible)
    breed.strangeness.changed.emit(0.0)
    breed.spread.changed.emit(0.2)
    qtbot.keyClick(page, Qt.Key.Key_B)
    settle(page, qtbot)
    children = page.state.document.pictures
    assert len({picture.pixels for picture in children}) > 3
    assert breed.verdict.objectName() == "problem"
    assert "collapsed" in breed.verdict.text()
    click(page, 3)
    page.show_family()
    qtbot.waitUntil(lambda: len(rooms.family.keys) == 4)
    assert set(rooms.family.keys) == {children[3].key, *(picture.key for picture in parents)}
    cell = rooms.family.cells()[parents[1].key].center()
    qtbot.mouseClick(rooms.family, Qt.MouseButton.LeftButton, pos=cell)
    qtbot.waitUntil(lambda: page.state.document.chosen == parents[1])
    qtbot.waitUntil(lambda: len(rooms.family.keys) == 1 + 9)
    assert rooms.bench.view == FAMILY
    page.undo()
    assert page.state.document.pictures == children
    page.find_cousin()
    settle(page, qtbot)
    assert page.state.document.chosen not in children
    assert page.state.document.pictures[:8] == children[:8]
    breed.clear.click()
    page.breed()
    assert "no parents yet" in page.errors.text


def test_the_gallery_finds_compares_exports_and_goes_on(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    first, gallery = page.state.document, page.rooms.gallery
    click(page, 6)
    qtbot.keyClick(page, Qt.Key.Key_S)
    page.state.set_control("class", "bag")
    generate(page, qtbot)
    page.show_gallery()
    qtbot.waitUntil(lambda: len(gallery.model.items) >= 18)
    qtbot.keyClicks(gallery.words, "bag gan")
    qtbot.waitUntil(lambda: 9 <= len(gallery.model.items) < 18)
    gallery.words.setText("4711")
    qtbot.waitUntil(lambda: not gallery.model.items)
    gallery.words.clear()
    gallery.only_starred.click()
    qtbot.waitUntil(lambda: [item.key for item in gallery.model.items] == [first.pictures[6].key])
    gallery.only_starred.click()
    qtbot.waitUntil(lambda: len(gallery.model.items) >= 18)
    for row in (0, 1):
        gallery.thumbs.selectionModel().select(
            gallery.model.index(row), gallery.thumbs.selectionModel().SelectionFlag.Select
        )
    qtbot.keyClick(page, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: len(page.rooms.breeding.parents) == 2)
    gallery.compare.click()
    qtbot.waitUntil(gallery.split.isVisible)
    middle = gallery.split.picture_rect().center()
    qtbot.mouseClick(gallery.split, Qt.MouseButton.LeftButton, pos=middle.__class__(middle.x() // 2, middle.y()))
    assert gallery.split.share < 0.4
    qtbot.keyClick(gallery.split, Qt.Key.Key_Escape)
    assert gallery.thumbs.isVisible()
    gallery.form.pattern.setText("{kind} {seed}")
    gallery.form.choose_format(".tif")
    with qtbot.waitSignal(gallery.written) as written:
        gallery.export_to(tmp_path / "out")
    (paths,) = written.args or ([],)
    seed = page.state.settings.seed
    assert [path.name for path in paths] == [f"bag {seed}.tif", f"bag {seed} (2).tif"]
    assert run(CARDS, ["replay", str(paths[1])]) == 0
    with qtbot.waitSignal(gallery.written):
        gallery.sheet_to(tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 300
    assert run(CARDS, ["replay", str(tmp_path / "sheet.png")]) == 0
    gallery.form.recipe.setChecked(False)
    with qtbot.waitSignal(gallery.written):
        gallery.sheet_to(tmp_path / "bare.png")
    assert run(CARDS, ["replay", str(tmp_path / "bare.png")]) == 2
    oldest = gallery.model.items[-1]
    gallery.thumbs.opened.emit(oldest)
    qtbot.waitUntil(lambda: page.rooms.bench.view == PICTURES)
    qtbot.waitUntil(lambda: page.state.document.chosen is not None and page.state.document.chosen.key == oldest.key)
    assert page.state.settings.controls["class"] == "any"


def test_an_export_that_can_not_be_written_says_why(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    gallery = page.rooms.gallery
    page.show_gallery()
    qtbot.waitUntil(lambda: bool(gallery.model.items))
    gallery.thumbs.selectAll()
    (tmp_path / "file").write_text("in the way")
    gallery.export_to(tmp_path / "file" / "out")
    qtbot.waitUntil(lambda: "can't be written" in page.errors.text)
    gallery.form.pattern.setText("{nobody}")
    gallery.export_to(tmp_path / "out")
    qtbot.waitUntil(lambda: "pattern" in page.errors.text)
    assert not (tmp_path / "out").exists()
    settle(page, qtbot)


def test_a_walk_plays_falls_on_bars_and_becomes_a_film(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    strip, walker = page.rooms.strip, page.rooms.walker
    for place in (0, 3, 8):
        click(page, place)
        qtbot.keyClick(page, Qt.Key.Key_W)
    assert strip.isVisible()
    assert [key.request.index for key in walker.walk.keys] == [0, 3, 8]
    strip.timeline.select(0)
    strip.seconds.setValue(0.4)
    strip.easing.setCurrentIndex(1)
    strip.rate.setValue(10)
    strip.lock_to(write_midi(tmp_path / "x.mid", 4, 50_000))
    qtbot.waitUntil(lambda: len(walker.walk.bars) == 4)
    assert walker.walk.keys[0].easing == "linear"
    shown: list[float] = []
    walker.frameShown.connect(lambda _, second: shown.append(second))
    strip.play.click()
    qtbot.waitUntil(lambda: len(shown) >= 4, timeout=20_000)
    qtbot.waitUntil(lambda: not walker.is_playing, timeout=20_000)
    assert shown == sorted(shown)
    strip.timeline.nodeDropped.emit(page.state.node)
    qtbot.waitUntil(lambda: len(walker.walk.keys) == 4)
    page.undo()
    strip.times.setValue(3)
    with qtbot.waitSignal(page.state.saved, timeout=30_000) as saved:
        strip.write(tmp_path / "walk.gif")
    assert saved.args == [[tmp_path / "walk.gif"]]
    with Image.open(tmp_path / "walk.gif") as film:
        assert film.size == (84, 84)
        assert getattr(film, "n_frames", 1) >= 3
    strip.write(tmp_path / "nowhere" / "walk.mp4")
    qtbot.waitUntil(lambda: "does not exist" in page.errors.text, timeout=20_000)
    qtbot.keyClick(strip.timeline, Qt.Key.Key_Delete)
    assert len(walker.walk.keys) == 2
    page.undo()
    assert len(walker.walk.keys) == 3
    (tmp_path / "bad.mid").write_bytes(b"MThd")
    strip.lock_to(tmp_path / "bad.mid")
    qtbot.waitUntil(lambda: "MIDI" in page.errors.text)
    settle(page, qtbot)


@pytest.mark.parametrize("width", [900, 1000, 1280, 1600])
def test_the_walk_has_room_for_its_words_in_narrow_windows_too(page: ImaginePage, qtbot: QtBot, width: int) -> None:
    page.window().resize(width, 760)
    page.toggle_walk()
    strip = page.rooms.strip
    named = [widget for kind in (QCheckBox, QPushButton, QComboBox) for widget in strip.findChildren(kind)]
    assert len(named) > 4
    qtbot.waitUntil(lambda: all(widget.width() >= widget.sizeHint().width() for widget in named))
    qtbot.waitUntil(lambda: strip.height() >= strip.minimumSizeHint().height())
    within = strip.mapTo(strip.window(), strip.rect().bottomRight())
    assert strip.save.mapTo(strip.window(), strip.save.rect().bottomRight()).x() <= within.x()
