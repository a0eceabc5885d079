"""The main window: hosts studios, menus and the status line, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, Qt
from PySide6.QtGui import QAction, QCloseEvent, QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.commands import Command, CommandSet
from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.services import Services
from app.jobs.worker import DISK, Listener
from app.runtime.engine import card_of_file
from app.shell.about import AboutDialog
from app.shell.commands import COMMANDS, MENUS, studio_commands
from app.shell.models import ModelsDialog
from app.shell.preferences import PreferencesDialog
from app.ui.icons import icon
from app.ui.palette import CommandPalette
from app.ui.studio_page import StudioPage
from app.ui.theme import apply_theme, current_theme, load_theme

log = logging.getLogger(__name__)


class Window(QMainWindow):
    """Bodies of studios are imported and made when first shown."""

    def __init__(self, services: Services, cards: tuple[StudioCard, ...]) -> None:
        super().__init__()
        self.services = services
        self.cards = cards
        self.pages: dict[str, StudioPage[Any]] = {}
        self.commands = CommandSet([*studio_commands(cards), *COMMANDS])
        self._actions: dict[str, QAction] = {}
        self._palette = CommandPalette(self)
        self._tabs = QTabBar()
        self._stack = QStackedWidget()
        self._holders = [QWidget() for _ in cards]
        self._labels = {name: QLabel() for name in ("share", "speed", "device")}
        self._before = self.windowState()
        self._build()
        self.show_studio(services.settings.values.last_studio)

    # --- studios -------------------------------------------------------------------------------------------------

    def show_studio(self, studio: str) -> StudioPage[Any]:
        """Bring a studio to the front, made now if it was not yet."""
        index = next((i for i, card in enumerate(self.cards) if card.id == studio), 0)
        if self._tabs.currentIndex() != index:
            self._tabs.setCurrentIndex(index)
        return self._show(index)

    @property
    def page(self) -> StudioPage[Any]:
        """The studio in front."""
        return self.pages[self.cards[self._tabs.currentIndex()].id]

    def open_path(self, path: Path) -> None:
        """Open a work in the studio its recipe names; without one, in the one in front if it has such files."""
        cards = [self.cards[self._tabs.currentIndex()], *self.cards]

        def look(_: Progress) -> Iterator[StudioCard]:
            yield card_of_file(cards, path)

        listener = Listener(
            partial=lambda card: self.show_studio(card.id).open_path(path),
            ended=lambda _, error: self.page.state.failed.emit(error) if error else None,
        )
        self.services.jobs.submit(f"app.open.{path}", look, listener, lane=DISK)

    def _show(self, index: int) -> StudioPage[Any]:
        card = self.cards[index]
        if card.id not in self.pages:
            self._make_page(card, self._holders[index])
        self._stack.setCurrentIndex(index)
        self.services.settings.values.last_studio = card.id
        self._follow_accent(card)
        self._show_commands()
        page = self.pages[card.id]
        self._show_status()
        page.work.setFocus()
        return page

    def _make_page(self, card: StudioCard, holder: QWidget) -> None:
        page = card.load_page()(self.services, card)
        holder.layout().addWidget(page)  # pyright: ignore[reportOptionalMemberAccess]
        self.pages[card.id] = page
        for command in page.commands:
            self.commands.add(command)
            self._add_action(command, partial(self._call, page, command))
        page.statusChanged.connect(self._show_status)
        page.titleChanged.connect(self._show_status)
        page.immersed.connect(self._immerse)
        page.sent.connect(self._hand_over)

    # --- commands of the window ----------------------------------------------------------------------------------

    def show_palette(self) -> None:
        studio = self.cards[self._tabs.currentIndex()].id
        usable = [self._actions[command.id] for command in self.commands.of(studio, "app")]
        self._palette.open_with(usable)

    def toggle_theme(self) -> None:
        self.set_theme("light" if current_theme().dark else "dark")

    def set_theme(self, name: str) -> None:
        """Change the theme, now and for later."""
        self.services.settings.values.theme = name
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply_theme(application, load_theme(name))
        self._show_tabs()
        self._follow_accent(self.cards[self._tabs.currentIndex()])

    def toggle_full_screen(self) -> None:
        if self.isFullScreen():
            self.showNormal()
        else:
            self.showFullScreen()

    def show_models(self) -> None:
        ModelsDialog(self.services, self.cards, self._show_new_models, self).open()

    def show_preferences(self) -> None:
        PreferencesDialog(self.services.settings, self.set_theme, self._keep_settings, self).open()

    def show_about(self) -> None:
        AboutDialog(self).open()

    # --- inside --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._tabs)
        column.addWidget(self._stack, 1)
        self.setCentralWidget(body)
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setAccessibleName(tr("Studios"))
        for card, holder in zip(self.cards, self._holders, strict=True):
            self._tabs.addTab(tr(card.title))
            QVBoxLayout(holder).setContentsMargins(0, 0, 0, 0)
            self._stack.addWidget(holder)
        self._tabs.currentChanged.connect(self._show)
        for name in ("share", "speed"):
            self.statusBar().addWidget(self._labels[name])
        self.statusBar().addPermanentWidget(self._labels["device"])
        self.statusBar().setSizeGripEnabled(False)
        self._menus = {name: self.menuBar().addMenu(tr(name)) for name in MENUS}
        for menu in self._menus.values():
            menu.setToolTipsVisible(True)
        for command in self.commands:
            self._add_action(command, self._own(command))
        self._show_tabs()
        self.resize(1280, 820)
        self.restoreGeometry(QByteArray.fromBase64(self.services.settings.values.geometry.encode()))

    def _own(self, command: Command) -> Callable[[], object]:
        if command.id.startswith("app.go-"):
            return partial(self.show_studio, command.id.removeprefix("app.go-"))
        return getattr(self, command.method)

    def _hand_over(self, use: str, picture: QImage) -> None:
        """Studios do not know each other: what one sends goes to the one that the use names."""
        self.show_studio(use.partition(".")[0]).receive(use, picture)

    def _immerse(self, on: bool) -> None:
        """Nothing but the work on the whole screen, and back."""
        for widget in (self.menuBar(), self._tabs, self.statusBar()):
            widget.setVisible(not on)
        if on:
            self._before = self.windowState()
            self.setWindowState(self._before | Qt.WindowState.WindowFullScreen)
        else:
            self.setWindowState(self._before)

    def _add_action(self, command: Command, slot: Callable[[], object]) -> None:
        action = QAction(tr(command.title), self)
        action.setShortcut(QKeySequence(command.shortcut))
        action.setToolTip(tr(command.hint))
        action.setCheckable(command.checkable)
        action.triggered.connect(lambda _checked=False: slot())
        self._actions[command.id] = action
        self.addAction(action)  # a shortcut of a hidden menu bar sleeps

    def _call(self, page: StudioPage[Any], command: Command) -> None:
        getattr(page, command.method)()

    def _show_commands(self) -> None:
        """Menus and shortcuts of the studio in front and of the window; those of the others sleep."""
        studio = self.cards[self._tabs.currentIndex()].id
        for name, menu in self._menus.items():
            menu.clear()
            for owner in (studio, "app"):
                chosen = [command for command in self.commands.of(owner) if command.menu == name]
                if owner == "app" and chosen and menu.actions():
                    menu.addSeparator()
                menu.addActions([self._actions[command.id] for command in chosen])
            menu.menuAction().setVisible(bool(menu.actions()))
        for command in self.commands:
            self._actions[command.id].setEnabled(command.owner in (studio, "app"))

    def _show_tabs(self) -> None:
        for index, card in enumerate(self.cards):
            self._tabs.setTabIcon(index, icon(card.id, current_theme().accent(card.id)))

    def _follow_accent(self, card: StudioCard) -> None:
        accent = current_theme().accent(card.id).name()
        self._tabs.setStyleSheet(f"QTabBar::tab:selected {{ border-bottom-color: {accent}; }}")
        page = self.pages.get(card.id)
        if page is not None:
            ground = current_theme().colours.work
            page.setStyleSheet(
                f"QPushButton#run {{ background: {accent}; color: {ground}; font-weight: 600; }}"
                f"QPushButton#run:focus {{ border-color: {current_theme().colours.text}; }}"
                f"QProgressBar::chunk, QSlider::sub-page:horizontal:enabled {{ background: {accent}; }}"
                "QCheckBox::indicator:checked, QAbstractItemView::indicator:checked"
                f" {{ background: {accent}; border-color: {accent}; }}"
                f"QRadioButton::indicator:checked {{ border-color: {accent}; }}"
                f"QTabBar::tab:selected {{ border-bottom-color: {accent}; }}"
            )

    def _show_status(self) -> None:
        page = self.page
        state = page.state
        self._labels["share"].setText(state.status())
        self._labels["speed"].setText(_duration(state.last_seconds) if state.last_seconds else "")
        device = self.services.shelf.running_on
        self._labels["device"].setText(device.title if device else "")
        name = page.path.name if page.path else tr("Untitled")
        self.setWindowTitle(f"{name} – {tr('Ateliê')}")
        self._show_undo(page)

    def _show_undo(self, page: StudioPage[Any]) -> None:
        """The Edit menu says what would be undone, and greys out what can't."""
        titles = {"undo": page.state.undo_title, "redo": page.state.redo_title}
        for name, title in titles.items():
            command = self.commands[f"{page.state.card.id}.{name}"]
            action = self._actions[command.id]
            action.setText(f"{tr(command.title)}: {title}" if title else tr(command.title))
            action.setEnabled(bool(title))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            for page in self.pages.values():
                page.state.autosave_if_dirty()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Keep what runs, save everything, join the threads."""
        for page in self.pages.values():
            page.state.stop()
            page.state.autosave_if_dirty()
            page.close_down()
        self.services.settings.values.geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.services.close()
        error = self._keep_settings()
        super().closeEvent(event)
        if error is not None:
            log.warning("the settings were not kept: %s", error)

    def _show_new_models(self) -> None:
        for page in self.pages.values():
            page.state.modelChanged.emit()

    def _keep_settings(self) -> AtelierError | None:
        """Write the settings; an error is shown in the studio in front."""
        try:
            self.services.settings.save()
        except AtelierError as error:
            self.page.state.failed.emit(error)
            return error
        return None


def _duration(seconds: float) -> str:
    """How long the last generation took, with two digits that say something."""
    if seconds < 1:
        return tr("made in {milliseconds} ms", milliseconds=max(1, round(1000 * seconds)))
    return tr("made in {seconds} s", seconds=f"{seconds:.1f}")
