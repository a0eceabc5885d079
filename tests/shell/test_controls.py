"""Every control of every studio can be reached by keyboard, has a name, and says what it does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.studio_page import StudioPage

Opener = Callable[..., Window]
STUDIOS = [card.id for card in CARDS]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def controls(page: QWidget) -> list[QWidget]:
    """What a person operates, folded away or not; scroll bars and what Qt puts into its own widgets aside."""
    kinds = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
    found = [widget for kind in kinds for widget in page.findChildren(kind)]
    owners = QAbstractSpinBox | QComboBox | QLineEdit | QTabBar
    inner = {widget for widget in found if isinstance(widget.parent(), owners)}
    inner |= {widget for widget in found if widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)}
    return [widget for widget in found if widget not in inner]


@pytest.mark.parametrize("studio", STUDIOS)
def test_every_control_says_what_it_does_and_has_a_name(studio: str, open_window: Opener) -> None:
    page = open_window(studio).page
    found = controls(page)
    assert len(found) > 8
    for widget in found:
        text = getattr(widget, "text", str)()
        assert widget.toolTip(), f"no tool tip: {widget} {text}"
        assert widget.accessibleName() or text, f"no name: {widget}"


@pytest.mark.parametrize("studio", STUDIOS)
def test_tab_goes_through_the_bar_from_left_to_right(studio: str, open_window: Opener, qtbot: QtBot) -> None:
    page = open_window(studio).page
    page.bar.models.setFocus()
    places = []
    while (widget := QApplication.focusWidget()) is not None and page.bar.isAncestorOf(widget):
        places.append(widget.mapTo(page.bar, QPoint()).x())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
        assert len(places) < 30
    assert len(places) >= 6
    assert places == sorted(places)


@pytest.mark.parametrize("studio", STUDIOS)
def test_tab_reaches_the_panel_and_the_history(studio: str, open_window: Opener, qtbot: QtBot) -> None:
    page = open_window(studio).page
    page.generate()
    qtbot.waitUntil(lambda: page.film.count() == 1, timeout=60_000)
    reached, widget = set(), page.bar.models.nextInFocusChain()
    while widget is not None and widget is not page.bar.models:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and page.isAncestorOf(widget):
            reached |= {part for part in ("panel", "film", "work") if getattr(page, part).isAncestorOf(widget)}
            reached |= {"work"} if widget is page.work else set()
        widget = widget.nextInFocusChain()
    assert reached == {"panel", "film", "work"}


def press(page: StudioPage, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier = CONTROL) -> None:
    with qtbot.waitActive(page.window()):
        page.window().activateWindow()
    qtbot.keyClick(QApplication.focusWidget() or page, key, modifier)


def name_a_file(page: StudioPage, qtbot: QtBot, key: Qt.Key, path: Path) -> None:
    """Press Ctrl and *key*; in the file dialog that comes up, type the name and press Return."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(field, QLineEdit)
        field.clear()
        qtbot.keyClicks(field, str(path))
        qtbot.keyClick(field, Qt.Key.Key_Return)
        if dialog.isVisible():  # Return went to the list of completions
            dialog.reject()

    QTimer.singleShot(300, answer)
    press(page, qtbot, key)


@pytest.mark.parametrize("studio", STUDIOS)
def test_a_work_is_made_undone_saved_and_opened_by_keys_alone(
    studio: str, open_window: Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("write" if studio != "write" else "paint")
    press(window.page, qtbot, getattr(Qt.Key, f"Key_{STUDIOS.index(studio) + 1}"))
    page = window.page
    assert page.state.card.id == studio
    press(page, qtbot, Qt.Key.Key_N)
    empty = page.state.document
    with qtbot.waitSignal(page.state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000):
        press(page, qtbot, Qt.Key.Key_Return)
    made = page.state.document
    assert made != empty
    press(page, qtbot, Qt.Key.Key_Z)
    assert page.state.document == empty
    press(page, qtbot, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert page.state.document == made
    path = tmp_path / f"work{page.state.card.extensions[0]}"
    with qtbot.waitSignal(page.state.saved, timeout=30_000):
        name_a_file(page, qtbot, Qt.Key.Key_S, path)
    press(page, qtbot, Qt.Key.Key_N)
    with qtbot.waitSignal(page.state.opened, timeout=30_000):
        name_a_file(page, qtbot, Qt.Key.Key_O, path)
    assert page.state.document != empty
    assert page.state.recipe() is not None
    assert page.path == path
