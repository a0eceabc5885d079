"""The studio as an artist uses it: the real window, the real network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.imagine.page import ImaginePage
from app.studios.imagine.state import CANDIDATES
from app.studios.imagine.views.directions import DirectionRow


@pytest.fixture
def page(open_window: Callable[..., Window], qtbot: QtBot) -> ImaginePage:
    found = open_window("imagine").page
    assert isinstance(found, ImaginePage)
    found.state.set_model("gan-2014")
    generate(found, qtbot, seed=3)
    return found


def generate(page: ImaginePage, qtbot: QtBot, seed: int) -> None:
    page.state.set_seed(seed)
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=20_000):
        qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def save(page: ImaginePage, qtbot: QtBot, path: Path) -> bytes:
    with qtbot.waitSignal(page.state.saved):
        page.state.save(path)
    return path.read_bytes()


def first_row(page: ImaginePage) -> DirectionRow:
    return page.instrument.directions.first.rows[0]


def settle(page: ImaginePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.state.services.jobs.busy())


def test_the_saved_picture_is_that_of_the_command_line(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    saved = save(page, qtbot, tmp_path / "window.png")
    assert run(CARDS, ["imagine", "gan-2014", "--seed", "3", "--out", str(tmp_path / "cli.png")]) == 0
    assert (tmp_path / "cli.png").read_bytes() == saved


def test_the_sheet_is_that_of_the_command_line_and_replays(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with qtbot.waitSignal(page.state.saved):
        page.state.save_all(tmp_path / "window.png")
    arguments = ["imagine", "gan-2014", "--seed", "3", "--count", str(CANDIDATES), "--out", str(tmp_path / "cli.png")]
    assert run(CARDS, arguments) == 0
    assert (tmp_path / "cli.png").read_bytes() == (tmp_path / "window.png").read_bytes()
    capsys.readouterr()
    assert run(CARDS, ["replay", str(tmp_path / "window.png")]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


def test_a_slider_moves_the_chosen_picture_only_and_undo_brings_it_back(page: ImaginePage, qtbot: QtBot) -> None:
    before, field = page.state.document, first_row(page).field
    field.changed.emit(0.0)  # a slider that says nothing new changes nothing
    settle(page, qtbot)
    assert page.state.document.chosen == before.chosen
    field.set_value(2.0)
    field.changed.emit(2.0)
    settle(page, qtbot)
    after = page.state.document
    assert after.pictures[0].pixels != before.pictures[0].pixels
    assert after.pictures[1:] == before.pictures[1:]
    assert field.value() == 2.0
    page.undo()
    assert page.state.document == before
    assert field.value() == 0.0


def test_the_newest_slider_position_wins_and_makes_one_undo_step(page: ImaginePage, qtbot: QtBot) -> None:
    before, row = page.state.document, first_row(page)
    for step in range(40):
        page.instrument.steering.move(row.direction, step / 20, "all")
    settle(page, qtbot)
    assert page.instrument.steering.amount(row.direction) == 39 / 20
    page.undo()
    assert page.state.document == before


def test_a_hand_that_does_not_pause_sees_the_picture_move(page: ImaginePage, qtbot: QtBot) -> None:
    row, seen = first_row(page), []
    page.state.documentChanged.connect(lambda: seen.append(page.state.document.chosen))
    for step in range(100):
        page.instrument.steering.move(row.direction, step / 50, "all")
        qtbot.wait(1)
    assert len({picture.pixels for picture in seen if picture}) > 3
    settle(page, qtbot)


def test_a_steered_picture_opens_again_with_its_sliders(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    steering = page.instrument.steering
    first, second = steering.directions[:2]
    steering.place([(first, 1.5), (second, -0.5)])
    settle(page, qtbot)
    saved = page.state.document.chosen
    save(page, qtbot, tmp_path / "steered.png")
    page.new()
    page.open_path(tmp_path / "steered.png")
    settle(page, qtbot)
    assert page.state.document.chosen is not None
    assert saved is not None
    assert page.state.document.chosen.pixels == saved.pixels
    assert (steering.amount(first), steering.amount(second)) == (1.5, -0.5)
    assert run(CARDS, ["replay", str(tmp_path / "steered.png")]) == 0


def test_a_picture_steered_by_an_older_version_shows_its_sliders(page: ImaginePage, qtbot: QtBot) -> None:
    page.state.change(offsets=(1.0, 0.0, -2.0))
    settle(page, qtbot)
    steering = page.instrument.steering
    before = page.state.document.chosen
    assert [steering.amount(direction) for direction in steering.directions[:3]] == [1.0, 0.0, -2.0]
    steering.move(steering.directions[1], 0.5, "all")
    steering.move(steering.directions[1], 0.0, "all")
    settle(page, qtbot)
    assert page.state.document.chosen is not None
    assert before is not None
    assert page.state.document.chosen.pixels == before.pixels


def test_candidates_get_the_room_the_picture_does_not_need(page: ImaginePage, qtbot: QtBot, tmp_path: Path) -> None:
    assert page.grid.width() > page.grid.minimumWidth()
    assert page.picture.width() >= min(page.picture.height(), page.grid.width())
    save(page, qtbot, tmp_path / "one.png")
    page.state.open(tmp_path / "one.png")
    qtbot.waitUntil(lambda: page.grid.count == 1 and page.grid.width() == page.grid.minimumWidth())
    assert page.picture.geometry().right() + 1 == page.grid.geometry().left()


def test_click_and_arrow_keys_choose(page: ImaginePage, qtbot: QtBot) -> None:
    where = QPointF(page.grid.cell(5).center())
    press = QMouseEvent(
        QEvent.Type.MouseButtonPress, where, page.grid.mapToGlobal(where), Qt.MouseButton.LeftButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(page.grid, press)
    assert page.state.document.selected == 5
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    assert page.state.document.selected == 6
    qtbot.keyClick(page.grid, Qt.Key.Key_Left)
    assert page.state.document.selected == 5


def test_the_history_brings_back_pictures_and_settings(page: ImaginePage, qtbot: QtBot) -> None:
    first = page.state.document
    page.state.set_control("truncation", 0.3)
    settle(page, qtbot)
    generate(page, qtbot, seed=4)
    settle(page, qtbot)
    assert page.film.count() == 2
    oldest = page.state.history()[0]
    page.state.go_to(oldest.id)
    qtbot.waitUntil(lambda: page.state.document == first)
    assert page.state.settings.seed == 3
    assert page.state.settings.controls["truncation"] == 0.9
    page.generate()
    assert page.state.settings.seed == 4


def test_asking_the_same_again_moves_the_seed_on_unless_it_is_locked(page: ImaginePage, qtbot: QtBot) -> None:
    generate(page, qtbot, seed=3)
    assert page.state.settings.seed == 4
    page.bar.lock.setChecked(True)
    generate(page, qtbot, seed=3)
    generate(page, qtbot, seed=3)
    assert page.state.settings.seed == 3


def test_a_file_that_is_no_picture_is_told_in_place_and_nothing_is_lost(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path
) -> None:
    before = page.state.document
    (tmp_path / "bad.png").write_bytes(b"")
    page.open_path(tmp_path / "bad.png")
    qtbot.waitUntil(lambda: bool(page.errors.text))
    assert "not a picture" in page.errors.text
    assert page.state.document == before


def test_copy_puts_the_picture_on_the_clipboard(page: ImaginePage) -> None:
    page.copy()
    assert QGuiApplication.clipboard().image().width() == 28


def test_bars_mix_any_kinds(page: ImaginePage, qtbot: QtBot) -> None:
    before, classes = page.state.document.chosen, page.instrument.classes
    own = [bar.value() for bar in classes.bars]
    assert sum(own) == 100
    bag, trouser = (page.state.classes().index(name) for name in ("bag", "trouser"))
    classes.own.click()
    for bar in classes.bars:
        bar.setValue(0)
    classes.bars[bag].setValue(60)
    classes.bars[trouser].setValue(20)
    settle(page, qtbot)
    chosen = page.state.document.chosen
    assert chosen != before
    assert chosen is not None
    assert chosen.request is not None
    assert chosen.request.mix == (("bag", 0.75), ("trouser", 0.25))
    assert (classes.bars[bag].value(), classes.bars[trouser].value()) == (60, 20)  # they do not jump under the hand
    classes.own.click()
    settle(page, qtbot)
    assert [bar.value() for bar in classes.bars] == own


def test_an_opened_photograph_is_shown_and_sliders_leave_it_alone(
    page: ImaginePage, qtbot: QtBot, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48), "blue").save(tmp_path / "photo.png")
    page.open_path(tmp_path / "photo.png")
    settle(page, qtbot)
    opened = page.state.document
    page.state.change(moves=())
    settle(page, qtbot)
    assert page.state.document == opened
    assert not first_row(page).isEnabled()
    assert len(opened.pictures) == 1
