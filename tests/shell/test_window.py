"""The window around the studios."""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QToolButton
from pytestqt.qtbot import QtBot

from app.base.card import StudioCard
from app.cli import run
from app.jobs.studio_state import StudioState
from app.jobs.worker import Listener
from app.shell.models import ModelsDialog
from app.shell.preferences import PreferencesDialog
from app.shell.window import Window
from app.studios.cards import CARDS
from app.ui.theme import current_theme, load_theme, theme_names
from tests.heartbeat import STALL_MS, STOP_MS, longest_stall, watched_heart

Opener = Callable[..., Window]
STUDIOS = [card.id for card in CARDS]


def test_tabs_are_made_when_first_shown(open_window: Opener) -> None:
    window = open_window("write")
    assert list(window.pages) == ["write"]
    for studio in STUDIOS:
        window.show_studio(studio)
        assert window.page is window.pages[studio]
    assert list(window.pages) == STUDIOS


def test_each_studio_opens_with_a_finished_example(open_window: Opener) -> None:
    window = open_window("write")
    for studio in STUDIOS:
        state = window.show_studio(studio).state
        assert state.document != state.empty()
        assert state.recipe() is not None


def test_shortcuts_of_studios_in_the_back_sleep(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window("write")
    window.show_studio("paint")
    assert window._actions["paint.generate"].isEnabled()
    assert not window._actions["write.generate"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert window.page is window.pages["write"]


def test_every_command_has_a_method_and_a_place_in_a_menu(open_window: Opener) -> None:
    window = open_window("write")
    for studio in STUDIOS:
        window.show_studio(studio)
    shown = set()
    for studio in STUDIOS:
        page = window.show_studio(studio)
        shown |= {action.text() for menu in window._menus.values() for action in menu.actions()}
        for command in window.commands.of(studio):
            assert callable(getattr(page, command.method))
    assert {command.title for command in window.commands} <= shown


def test_the_palette_finds_and_runs_a_command_by_its_name(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window("write")
    window.show_palette()
    qtbot.keyClicks(window._palette.field, "light dark")
    before = current_theme().dark
    qtbot.keyClick(window._palette.field, Qt.Key.Key_Return)
    assert current_theme().dark is not before


def test_the_theme_is_kept_and_every_theme_has_readable_text() -> None:
    for name in theme_names():
        theme = load_theme(name)
        for ground in ("window", "panel", "work"):
            for ink in ("text", "muted"):
                assert _contrast(getattr(theme.colours, ink), getattr(theme.colours, ground)) >= 4.5, (
                    name,
                    ink,
                    ground,
                )
        assert _contrast(theme.colours.error, theme.colours.error_ground) >= 4.5
        for studio in STUDIOS:
            assert _contrast(theme.accents[studio], theme.colours.work) >= 4.5, (name, studio)


def _contrast(first: str, second: str) -> float:
    """WCAG 2.1 contrast of two colours ``#rrggbb``."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_model_shelf_shows_the_card_of_each_model(open_window: Opener) -> None:
    window = open_window("write")
    window.show_models()
    (dialog,) = [child for child in window.findChildren(QDialog) if isinstance(child, ModelsDialog)]
    for row in range(dialog.list.count()):
        dialog.list.setCurrentRow(row)
        assert "Measured" in dialog.card.toPlainText()
    dialog.reject()


def test_preferences_are_written_when_closed(open_window: Opener, home: Path) -> None:
    window = open_window("write")
    window.show_preferences()
    (dialog,) = [child for child in window.findChildren(QDialog) if isinstance(child, PreferencesDialog)]
    dialog.recipe.setChecked(False)
    dialog.reject()
    assert window.services.settings.values.embed_recipe is False
    assert '"embed_recipe": false' in (home / "config" / "settings.json").read_text()


def generate_and_watch(state: StudioState, qtbot: QtBot) -> float:
    """Generate to the end; the longest time in ms that the event loop did not beat."""
    with (
        watched_heart() as beats,
        qtbot.waitSignal(state.busyChanged, check_params_cb=lambda busy: not busy, timeout=60_000),
    ):
        state.generate()
    return longest_stall(beats)


@pytest.mark.parametrize("card", CARDS, ids=STUDIOS)
def test_the_window_never_stalls_while_a_model_works(card: StudioCard, open_window: Opener, qtbot: QtBot) -> None:
    state = open_window(card.id).page.state
    generate_and_watch(state, qtbot)  # the first run imports and opens; what counts is the median of later ones
    stalls = sorted(generate_and_watch(state, qtbot) for _ in range(3))
    assert stalls[1] < STALL_MS


@pytest.mark.parametrize("card", CARDS, ids=STUDIOS)
def test_stop_is_idle_at_once_and_keeps_what_is_there(card: StudioCard, open_window: Opener, qtbot: QtBot) -> None:
    page = open_window(card.id).page
    state = page.state
    generate_and_watch(state, qtbot)
    times = []
    for _ in range(3):
        state.generate()
        seen: list[object] = []
        connection = state.documentChanged.connect(lambda seen=seen: seen.append(True))
        qtbot.waitUntil(lambda seen=seen: bool(seen) or not state.busy, timeout=30_000)
        state.documentChanged.disconnect(connection)
        started = time.perf_counter()
        page.stop()
        kept = state.document
        qtbot.waitUntil(lambda: not state.services.jobs.busy(f"{card.id}.generate"), timeout=5000)
        state.services.jobs.submit(f"{card.id}.probe", lambda _: iter([None]), _listener(times, started))
        qtbot.waitUntil(lambda: not state.services.jobs.busy(f"{card.id}.probe"), timeout=5000)
        assert state.document == kept
    assert sorted(times)[1] < STOP_MS


def _listener(times: list[float], started: float) -> Listener:
    """Notes the time from Stop until the models' thread had nothing left to do."""
    return Listener(ended=lambda *_: times.append(1000 * (time.perf_counter() - started)))


def test_a_work_opened_by_its_name_goes_to_its_studio(open_window: Opener, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window("write")
    (tmp_path / "x.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><line x1="0" y1="0" x2="9" y2="9"/></svg>')
    window.open_path(tmp_path / "x.svg")
    qtbot.waitUntil(lambda: "paint" in window.pages and window.page is window.pages["paint"])
    page = window.page
    qtbot.waitUntil(lambda: len(page.state.document.strokes) == 1)
    assert window.windowTitle().startswith("x.svg")


def test_a_picture_goes_to_the_studio_its_recipe_names(open_window: Opener, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window("imagine")
    assert run(CARDS, ["paint", "sketch-rnn", "--class", "crab", "--seed", "7", "--out", str(tmp_path / "x.png")]) == 0
    window.open_path(tmp_path / "x.png")
    qtbot.waitUntil(lambda: "paint" in window.pages and window.page is window.pages["paint"])
    qtbot.waitUntil(lambda: window.page.state.settings.seed == 7)


def test_a_file_of_no_studio_is_told_where_one_is(open_window: Opener, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window("write")
    window.open_path(tmp_path / "x.xyz")
    qtbot.waitUntil(lambda: "no kind of file" in window.page.errors.text)


@pytest.mark.parametrize("studio", STUDIOS)
def test_the_first_generate_shows_something_else_than_the_example(
    studio: str, open_window: Opener, qtbot: QtBot
) -> None:
    state = open_window(studio).page.state
    before = state.document
    generate_and_watch(state, qtbot)
    assert state.document != before


def test_the_edit_menu_says_what_would_be_undone(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window("paint")
    undo, redo = window._actions["paint.undo"], window._actions["paint.redo"]
    assert not undo.isEnabled()
    window._actions["paint.clear"].trigger()
    assert (undo.text(), undo.isEnabled(), redo.isEnabled()) == ("Undo: Clear", True, False)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (undo.isEnabled(), redo.text()) == (False, "Redo: Clear")


def test_time_left_is_told_while_it_is_waited_for_and_not_after(open_window: Opener) -> None:
    bar = open_window("imagine").page.bar
    bar.set_busy(True)
    bar._started -= 10
    bar.show_progress(0.5, "")
    assert bar._left.text() == "10 s left"
    bar.set_busy(False)
    bar._started -= 10
    bar.show_progress(1.0, "")
    assert bar._left.text() == ""


def test_the_device_is_named_once_it_is_known(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window("paint")
    assert window._labels["device"].text() == ""
    generate_and_watch(window.page.state, qtbot)
    assert window._labels["device"].text() == "CPU"


def test_settings_that_can_not_be_kept_are_told(
    open_window: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, expected_logs: list[logging.LogRecord]
) -> None:
    window = open_window("write")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        window.show_preferences()
        (dialog,) = [child for child in window.findChildren(QDialog) if isinstance(child, PreferencesDialog)]
        dialog.reject()
        assert "The disk is full" in window.page.errors.text
        window.close()
    assert ["settings were not kept" in record.getMessage() for record in expected_logs] == [True]
    expected_logs.clear()


def test_a_file_that_could_not_be_opened_is_never_written_over(
    open_window: Opener, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window("paint")
    page = window.page
    (tmp_path / "holiday.svg").write_bytes(b"\xff\xd8\xff")
    page.open_path(tmp_path / "holiday.svg")
    qtbot.waitUntil(lambda: bool(page.errors.text))
    assert page.path is None


def test_generate_goes_on_at_the_end_of_an_opened_text(open_window: Opener, qtbot: QtBot, tmp_path: Path) -> None:
    page = open_window("write").page
    (tmp_path / "x.txt").write_text("ROMEO:\nIt is the east.\n", encoding="utf8")
    with qtbot.waitSignal(page.state.opened):
        page.open_path(tmp_path / "x.txt")
    page.state.set_control("length", 20)
    generate_and_watch(page.state, qtbot)
    assert page.state.document.text.startswith("ROMEO:\nIt is the east.\n")
    assert len(page.state.document.text) == 43


def test_tools_without_room_are_in_a_menu_and_work_from_there(open_window: Callable[..., Window], qtbot: QtBot) -> None:
    window = open_window("compose")
    bar, page = window.page.bar, window.page
    assert window.minimumSizeHint().width() <= 960
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: not bar.more.isVisible())
    tools = bar.findChildren(QToolButton)
    score = next(tool for tool in tools if "F7" in tool.toolTip())
    metronome = next(tool for tool in tools if "(M)" in tool.toolTip())
    page.state.busyChanged.emit(True)  # busy, it has a progress bar too
    window.resize(window.minimumSizeHint().width(), 700)
    qtbot.waitUntil(bar.more.isVisible)
    assert metronome.isHidden()
    menu = bar.more.menu()
    menu.aboutToShow.emit()
    wanted = next(action for action in menu.actions() if action.text() == metronome.toolTip())
    wanted.trigger()
    assert metronome.isChecked()
    menu.aboutToShow.emit()
    assert next(action for action in menu.actions() if action.text() == metronome.toolTip()).isChecked()
    page.state.busyChanged.emit(False)
    window.resize(1280, 800)
    qtbot.waitUntil(lambda: score.isVisible() and metronome.isVisible() and not bar.more.isVisible())
