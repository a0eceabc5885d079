"""The history at the bottom of a studio: previews, branches, stars; by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QMenu
from pytestqt.qtbot import QtBot

from app.jobs.history import Node
from app.shell.window import Window
from app.studios.paint.page import PaintPage
from app.ui.theme import current_theme
from app.ui.widgets.frames import ROLE, Frame, frames


def node(number: int, parent: int | None, star: bool = False) -> Node:
    return Node(id=number, studio="paint", parent=parent, title=f"node {number}", preview=b"", star=star)


def test_the_path_to_the_work_in_front_and_where_branches_begin() -> None:
    #  1 ─ 2 ─ 3     and 6, begun anew
    #    └ 4 ─ 5
    tree = [node(1, None), node(2, 1), node(3, 2), node(4, 1), node(5, 4), node(6, None)]
    found = {frame.node.id: frame for frame in frames(tree, 5)}
    assert {number for number, frame in found.items() if frame.on_path} == {1, 4, 5}
    assert {number for number, frame in found.items() if frame.branches} == {4}
    assert [number for number, frame in found.items() if frame.current] == [5]


def test_a_work_older_than_what_is_shown_has_no_path() -> None:
    assert not any(frame.on_path or frame.current for frame in frames([node(8, 7), node(9, 8)], 3))


@pytest.fixture
def page(open_window: Callable[..., Window], qtbot: QtBot) -> PaintPage:
    found = open_window("paint").page
    assert isinstance(found, PaintPage)
    return found


def generate(page: PaintPage, qtbot: QtBot) -> None:
    before = page.film.count()
    page.generate()
    qtbot.waitUntil(lambda: page.film.count() == before + 1, timeout=30_000)


def strip(page: PaintPage) -> QListWidget:
    (found,) = page.film.findChildren(QListWidget)
    return found


def frame(page: PaintPage, row: int) -> Frame:
    return strip(page).item(row).data(ROLE)


def test_going_back_and_generating_again_begins_a_branch_and_keeps_both(page: PaintPage, qtbot: QtBot) -> None:
    generate(page, qtbot)
    first = page.state.document
    generate(page, qtbot)
    second = page.state.document
    qtbot.mouseClick(
        strip(page).viewport(), Qt.MouseButton.LeftButton, pos=strip(page).visualItemRect(strip(page).item(0)).center()
    )
    qtbot.waitUntil(lambda: page.state.document == first)
    generate(page, qtbot)
    assert page.state.document not in (first, second)
    assert [frame(page, row).branches for row in range(3)] == [False, False, True]
    assert [frame(page, row).on_path for row in range(3)] == [True, False, True]
    page.undo()
    assert page.state.document == first
    page.undo()
    assert page.state.document == second


def test_the_preview_and_the_star_are_seen(page: PaintPage, qtbot: QtBot) -> None:
    generate(page, qtbot)
    area = strip(page).visualItemRect(strip(page).item(0))
    plain = strip(page).viewport().grab(area).toImage()
    middle = plain.pixelColor(plain.width() // 2, plain.height() // 4)
    assert middle.lightness() > 200, "the sheet of the preview is white"
    page.toggle_star()
    qtbot.waitUntil(lambda: frame(page, 0).node.star)
    starred = strip(page).viewport().grab(area).toImage()
    accent = current_theme().accent("paint")
    corner = [starred.pixelColor(starred.width() - x, y) for x in range(5, 21) for y in range(4, 20)]
    assert accent in corner


def test_only_the_keyboard(page: PaintPage, qtbot: QtBot) -> None:
    generate(page, qtbot)
    first = page.state.document
    generate(page, qtbot)
    qtbot.keyClick(page, Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: frame(page, 1).node.star)
    strip(page).setFocus()
    qtbot.keyClick(strip(page), Qt.Key.Key_Left)
    qtbot.keyClick(strip(page), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.state.document == first)
    page.film._only_starred.click()
    assert strip(page).count() == 1
    assert frame(page, 0).node.star


def test_the_menu_of_a_frame_stars_it(page: PaintPage, qtbot: QtBot) -> None:
    generate(page, qtbot)
    page.film._menu(frame(page, 0), page.mapToGlobal(page.rect().center()))
    (menu,) = page.film.findChildren(QMenu)
    (star,) = [action for action in menu.actions() if action.text() == "Star"]
    star.trigger()
    menu.close()
    qtbot.waitUntil(lambda: frame(page, 0).node.star)
    assert page.state.services.history.get(frame(page, 0).node.id).star
