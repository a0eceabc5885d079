"""The frame around a studio's work, the same in all four: bar, error strip, work, panel, filmstrip."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.base.commands import Command
from app.base.i18n import tr
from app.base.paths import resources_dir
from app.jobs.studio_state import StudioState
from app.runtime.manifest import Control
from app.runtime.presets import bundled_presets
from app.ui.form import ControlForm
from app.ui.icons import retint
from app.ui.notices import ErrorStrip
from app.ui.presets import PresetRow
from app.ui.widgets.bar import MAX_SEED, StudioBar
from app.ui.widgets.filmstrip import Filmstrip
from app.ui.widgets.panel import Panel, Section

State = TypeVar("State", bound=StudioState[Any, Any])


def common_commands(studio: str) -> list[Command]:
    """The commands every studio has, for its ``COMMANDS``."""
    return [
        Command(f"{studio}.new", "New", "new", "File", "Ctrl+N", "Start an empty work; the old one can be undone"),
        Command(f"{studio}.open", "Open…", "open_file", "File", "Ctrl+O", "Open a work and the settings that made it"),
        Command(f"{studio}.save", "Save", "save_file", "File", "Ctrl+S", "Write the work to its file"),
        Command(f"{studio}.save-as", "Save as…", "save_file_as", "File", "Ctrl+Shift+S", "Choose a file to write to"),
        Command(f"{studio}.save-bare", "Save without recipe…", "save_bare", "File", "", "Leave out what made the work"),
        Command(f"{studio}.undo", "Undo", "undo", "Edit", "Ctrl+Z", "Take the last step back, settings included"),
        Command(f"{studio}.redo", "Redo", "redo", "Edit", "Ctrl+Shift+Z", "Do again what was undone"),
        Command(f"{studio}.generate", "Generate", "generate", "Machine", "Ctrl+Return", "Let the model work"),
        Command(f"{studio}.stop", "Stop", "stop", "Machine", "Esc", "Stop at once and keep what is there"),
        Command(f"{studio}.seed", "Another seed", "new_seed", "Machine", "Ctrl+Shift+R", "Ask for something else"),
        Command(f"{studio}.star", "Star this result", "toggle_star", "Edit", "F4", "Find it again in the history"),
        Command(f"{studio}.panel", "Show or hide the controls", "toggle_panel", "View", "F9"),
        Command(f"{studio}.history", "Show or hide the history", "toggle_history", "View", "F8"),
    ]


class StudioPage(QWidget, Generic[State]):
    """A studio gives its state and the widget of its work; adds sections, tools and commands of its own."""

    statusChanged = Signal()
    titleChanged = Signal()
    sent = Signal(str, QImage)
    """A picture for another studio, after what it is for there: ``paint.layer``, ``paint.target``, ``imagine.find``."""
    immersed = Signal(bool)
    """Whether nothing but the work is to be seen, in the page and in the window around it."""
    commands: ClassVar[list[Command]]
    """The studio's commands; their methods are the page's."""

    def __init__(self, state: State, work: QWidget) -> None:
        super().__init__()
        self.state = state
        self.work = work
        self.path: Path | None = None
        self._immersed: list[QWidget] | None = None
        self._forms: list[ControlForm] = []
        self._declared: list[Section] = []
        self._presets: PresetRow | None = None
        self._above = 0
        self.bar = StudioBar()
        self.errors = ErrorStrip()
        self.panel = Panel()
        self.film = Filmstrip()
        self._lay_out()
        self._connect()
        self._show_model()
        self._show_settings()
        self._show_history()
        self.setAcceptDrops(True)
        if state.first_run:
            self._open_example()

    # --- for the studios -----------------------------------------------------------------------------------------

    def add_section(self, title: str, body: QWidget, is_open: bool = True, above: bool = False) -> Section:
        """Add a folding section under the model's controls, or above them under those added so before."""
        section = Section(title, body, is_open)
        self.panel.add(section, self._above if above else None)
        self._above += above
        return section

    @property
    def is_immersed(self) -> bool:
        return self._immersed is not None

    def immerse(self, on: bool) -> None:
        """Hide all but the work, or bring back what was there. Errors are shown even so."""
        if on == self.is_immersed:
            return
        around = (self.bar, self.panel, self.film)
        if on:
            self._immersed = [widget for widget in around if not widget.isHidden()]
        for widget in self._immersed or []:
            widget.setVisible(not on)
        if not on:
            self._immersed = None
        self.immersed.emit(on)
        self.work.setFocus()

    def receive(self, use: str, picture: QImage) -> None:
        """Take a picture that another studio sent for a use of this one's."""

    def close_down(self) -> None:
        """Called before the window closes: end timers and players of the page's own."""

    # --- commands ------------------------------------------------------------------------------------------------

    def generate(self) -> None:
        self.state.generate()

    def stop(self) -> None:
        self.state.stop()

    def undo(self) -> None:
        self.state.undo()

    def redo(self) -> None:
        self.state.redo()

    def new(self) -> None:
        self.path = None
        self.state.new()
        self.titleChanged.emit()

    def new_seed(self) -> None:
        self.state.set_seed(random.randint(0, MAX_SEED))

    def toggle_star(self) -> None:
        self.film.toggle_star()

    def toggle_panel(self) -> None:
        self.bar.panel.toggle()

    def toggle_history(self) -> None:
        self.film.setVisible(self.film.isHidden())

    def open_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open"), self._folder(), self._filter(self.state.card.extensions)
        )
        if name:
            self.open_path(Path(name))

    def open_path(self, path: Path) -> None:
        """Open a work; once it is open, Save writes to its file."""
        self.state.open(path)

    def save_file(self) -> None:
        """Write to the file the work came from or was last saved to; ask for one the first time."""
        if self.path is None:
            self.save_file_as()
        else:
            self.state.save(self.path, self.state.services.settings.values.embed_recipe)

    def save_file_as(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.path = path
            self.save_file()
            self.titleChanged.emit()

    def save_bare(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.state.save(path, with_recipe=False)

    # --- inside --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.work.setMinimumWidth(320)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.work, 1)
        middle.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.errors)
        column.addLayout(middle, 1)
        column.addWidget(self.film)

    def _connect(self) -> None:
        state, bar = self.state, self.bar
        bar.modelChosen.connect(state.set_model)
        bar.seedChosen.connect(state.set_seed)
        bar.newSeed.connect(self.new_seed)
        bar.seedLocked.connect(lambda on: setattr(state, "lock_seed", on))
        bar.generateClicked.connect(self.generate)
        bar.stopClicked.connect(self.stop)
        bar.panelToggled.connect(self.panel.setVisible)
        state.modelChanged.connect(self._show_model)
        state.settingsChanged.connect(self._show_settings)
        state.busyChanged.connect(bar.set_busy)
        state.busyChanged.connect(lambda _: self.statusChanged.emit())
        state.progressed.connect(bar.show_progress)
        state.failed.connect(self.errors.show_error)
        state.historyChanged.connect(self._show_history)
        state.documentChanged.connect(self.statusChanged.emit)
        state.opened.connect(self._show_path)
        self.film.chosen.connect(state.go_to)
        self.film.starred.connect(state.set_star)

    def _show_path(self, path: Path) -> None:
        self.path = path
        self.titleChanged.emit()

    def _show_model(self) -> None:
        """List the models and make the form of the chosen one's controls."""
        state = self.state
        self.bar.show_models(state.models(), state.settings.model)
        for section in self._declared:
            self.panel.remove(section)
        self._forms, self._declared, self._presets = [], [], None
        entry = state.entry()
        controls = entry.manifest.controls if entry and entry.manifest else []
        groups = ((tr("Controls"), "main", True), (tr("More"), "more", False))
        for title, group, is_open in groups:
            chosen = [control for control in controls if control.group == group]
            if chosen:
                form = ControlForm(chosen)
                form.changed.connect(state.set_control)
                self._forms.append(form)
                self._declare(Section(title, form, is_open))
        if controls:
            self._presets = self._make_presets(controls)
            self._declare(Section(tr("Presets"), self._presets), first=True)
        self._show_settings()

    def _declare(self, section: Section, first: bool = False) -> None:
        """Add a section of the chosen model's, which goes when another model is chosen."""
        self.panel.add(section, self._above + (0 if first else len(self._declared)))
        self._declared.append(section)

    def _make_presets(self, controls: list[Control]) -> PresetRow:
        studio = self.state.card.id
        bundled = bundled_presets(resources_dir() / "presets.toml", studio)
        row = PresetRow(bundled, self.state.services.settings.section(studio), controls, studio)
        row.chosen.connect(self.state.set_controls)
        return row

    def _show_settings(self) -> None:
        self.bar.show_seed(self.state.settings.seed)
        for form in self._forms:
            form.set_values(self.state.settings.controls)
        if self._presets is not None:
            self._presets.show_values(self.state.settings.controls)

    def _show_history(self) -> None:
        self.film.show_nodes(self.state.history(), self.state.node)

    def _open_example(self) -> None:
        for suffix in self.state.card.extensions:
            example = resources_dir() / "examples" / f"{self.state.card.id}{suffix}"
            if example.exists():
                self.state.show_example(example)
                return

    def _ask_path(self) -> Path | None:
        proposed = self.path or Path(self._folder()) / (tr("Untitled") + self._saves()[0])
        name, _ = QFileDialog.getSaveFileName(self, tr("Save"), str(proposed), self._filter(self._saves()))
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(self._saves()[0])

    def _folder(self) -> str:
        return str(self.path.parent if self.path else Path.home())

    def _saves(self) -> tuple[str, ...]:
        return self.state.card.saves or self.state.card.extensions

    def _filter(self, suffixes: tuple[str, ...]) -> str:
        patterns = " ".join(f"*{suffix}" for suffix in suffixes)
        return f"{tr(self.state.card.title)} ({patterns})"

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_path(Path(event.mimeData().urls()[0].toLocalFile()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            retint(self)
