"""The model shelf: what there is, what was measured, why something can't be used, and a place to add to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.base.card import StudioCard
from app.base.errors import AtelierError
from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.services import Services
from app.jobs.worker import End, Listener
from app.runtime.adopt import add_model, kinds_of
from app.runtime.catalog import Entry
from app.ui.dialogs import close_buttons
from app.ui.notices import ErrorStrip
from app.ui.theme import GRID

CARD = "CARD.md"
ADDING = "app.add-model"


class ModelsDialog(QDialog):
    """A list of the models; beside it the card of the chosen one; buttons that add models of the user's.

    *added* is called when there is a new model. Closing the dialog ends what is being added and leaves nothing of it.
    """

    def __init__(
        self, services: Services, cards: tuple[StudioCard, ...], added: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._services, self._added = services, added
        self._cards, self._kinds = cards, kinds_of(cards)
        self.setWindowTitle(tr("Models"))
        self.errors = ErrorStrip()
        self._make_list()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.addWidget(self.errors)
        middle = QHBoxLayout()
        middle.addWidget(self.list)
        middle.addWidget(self.card, 1)
        layout.addLayout(middle, 1)
        layout.addLayout(self._buttons())
        self.resize(900, 600)
        self._fill()
        self.finished.connect(lambda _: services.jobs.drop(ADDING))

    def add_path(self, source: Path) -> None:
        """Take in a model of another program, a folder or a file, in a thread of its own: it may be large."""
        catalog, models = self._services.shelf.catalog, self._services.paths.user_models

        def work(progress: Progress) -> Iterator[str]:
            yield add_model(self._cards, source, catalog, models, progress)

        self.errors.show_error(None)
        self._allow(False)
        listener = Listener(partial=self._show_added, progress=self._tell, ended=self._ended)
        self._services.jobs.submit(ADDING, work, listener, lane="shelf")

    # --- inside --------------------------------------------------------------------------------------------------

    def _make_list(self) -> None:
        self.list = QListWidget()
        self.list.setObjectName("rows")
        self.list.setFixedWidth(220)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(tr("Models"))
        self.list.currentItemChanged.connect(self._show)
        self.card = QTextBrowser()
        self.card.setAccessibleName(tr("Model card"))
        self.card.setOpenLinks(False)

    def _buttons(self) -> QHBoxLayout:
        self.add = _button(tr("Add a model folder…"), self._known(folders=True), self._ask_folder)
        self.add_file = _button(tr("Add a model file…"), self._known(folders=False), self._ask_file)
        self.note = QLabel()
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.add_file)
        row.addWidget(self.note, 1)
        row.addWidget(close_buttons(self))
        return row

    def _fill(self, chosen: str = "") -> None:
        self.list.clear()
        for entry in self._services.shelf.catalog.entries():
            item = QListWidgetItem(entry.manifest.name if entry.manifest else entry.id)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setToolTip(entry.id)
            item.setSizeHint(QSize(0, 4 * GRID))
            self.list.addItem(item)
            if entry.id == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None:
            self.list.setCurrentRow(0)

    def _show(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.card.setMarkdown(_text(item.data(Qt.ItemDataRole.UserRole)))

    def _known(self, folders: bool) -> str:
        """What can be added, for a tool tip."""
        kinds = [tr(kind.what) for kind in self._kinds if folders == (not kind.suffixes)]
        return tr("Take in {kinds}. What you choose stays as it is.", kinds="; ".join(kinds))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Add a model folder"), str(Path.home()))
        if name:
            self.add_path(Path(name))

    def _ask_file(self) -> None:
        suffixes = " ".join(f"*{suffix}" for kind in self._kinds for suffix in kind.suffixes)
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Add a model file"), str(Path.home()), tr("Models ({suffixes})", suffixes=suffixes)
        )
        if name:
            self.add_path(Path(name))

    def _allow(self, able: bool) -> None:
        self.add.setEnabled(able)
        self.add_file.setEnabled(able)

    def _tell(self, _: float, note: str) -> None:
        self.note.setText(f"{note}…" if note else "")

    def _show_added(self, model_id: str) -> None:
        self._services.shelf.catalog.refresh()
        self._fill(model_id)
        self._added()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self.note.clear()
        self._allow(True)
        self.errors.show_error(error)


def _button(text: str, tip: str, pressed: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    button.clicked.connect(pressed)
    return button


def _text(entry: Entry) -> str:
    problem = tr("**It can't be used.** {why}", why=entry.problem) + "\n\n" if entry.problem else ""
    path = entry.folder / CARD
    if path.exists():
        return problem + read_bytes(path, 1_000_000).decode("utf8", "replace")
    return problem + (entry.manifest.summary if entry.manifest else "")
