"""The gallery: everything made here, to search, compare, open again and write to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.base.files import atomic_write
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import ModelShelf
from app.runtime.pictures import FORMATS
from app.studios.imagine.archive import Archive
from app.studios.imagine.batch import sheet_bytes, write_batch
from app.studios.imagine.document import Picture
from app.studios.imagine.gallery import Item
from app.studios.imagine.views.exporting import ExportForm
from app.studios.imagine.views.picture import to_image
from app.studios.imagine.views.split import SplitView
from app.studios.imagine.views.thumbs import ThumbModel, ThumbView
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button


class GalleryView(QWidget):
    """Words narrow what is shown; two selected pictures can be compared, any number exported."""

    opened = Signal(object)
    """An Item to go on with."""
    written = Signal(object)
    """The paths of files just written."""

    def __init__(self, archive: Archive, shelf: ModelShelf) -> None:
        super().__init__()
        self._archive, self._shelf = archive, shelf
        self._filled = False
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = ThumbModel(archive)
        self.thumbs = ThumbView(self.model)
        self.split = SplitView()
        self.words = QLineEdit()
        self.words.setAccessibleName(tr("Search"))
        self.words.setPlaceholderText(tr("Model, kind, seed or date"))
        self.words.setToolTip(tr("Show only pictures of this model, kind, seed or date, such as “bag 2026-11”"))
        self.words.setClearButtonEnabled(True)
        self.only_starred = tool_button("star", tr("Show only what has a star"), None, checkable=True)
        self.count = QLabel()
        self.count.setObjectName("muted")
        self.compare = _button(tr("Compare"), tr("Two selected pictures in one place, with a line to drag"))
        self.compare.setCheckable(True)
        self.export = _button(tr("Export…"), tr("The selected pictures to files: folder, names, format, recipe"))
        self.export.setCheckable(True)
        self.form = ExportForm()
        self._stack = QStackedWidget()
        self._hint = QLabel(tr("Nothing found here yet: everything you generate is kept and shown."))
        self._hint.setObjectName("muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()
        self._connect()

    def refresh(self) -> None:
        """Search again with the words there are."""
        self._archive.find(self.words.text(), self.only_starred.isChecked(), self._show)

    def export_to(self, folder: Path) -> None:
        """Write the selected pictures to files in *folder*, as the form says."""
        pattern, suffix = self.form.pattern.text(), self.form.suffix
        shelf, items = (self._shelf if self.form.recipe.isChecked() else None), self.thumbs.chosen()
        self._write(lambda p: write_batch(folder, self._pictures(items, p), pattern, suffix, shelf, p.part(0.5, 1.0)))

    def sheet_to(self, path: Path) -> None:
        """Write the selected pictures as one contact sheet with captions."""
        items, shelf = self.thumbs.chosen(), self._shelf if self.form.recipe.isChecked() else None

        def work(progress: Progress) -> list[Path]:
            atomic_write(path, sheet_bytes(self._pictures(items, progress), path.suffix, shelf))
            return [path]

        self._write(work)

    def star(self, item: Item) -> None:
        """Give a picture a star or take it away."""
        self._archive.star_key(item.key, not item.star)

    def close_down(self) -> None:
        self.model.stop()

    # --- inside --------------------------------------------------------------------------------------------------

    def _pictures(self, items: list[Item], progress: Progress) -> list[Picture]:
        found = []
        for number, item in enumerate(items):
            progress.report(0.5 * number / len(items))
            found.append(self._archive.picture(item))
        return found

    def _write(self, work: Callable[[Progress], list[Path]]) -> None:
        if self.thumbs.chosen():
            self._archive.write_files(work, self.written.emit)

    def _show(self, items: list[Item]) -> None:
        self.model.show_items(items)
        self.count.setText(tr("{count} pictures", count=f"{len(items):,}"))
        self._stack.setCurrentWidget(self.thumbs if items else self._hint)
        self.compare.setChecked(False)
        self._follow_selection()

    def _follow_selection(self) -> None:
        chosen = self.thumbs.chosen()
        self.compare.setEnabled(len(chosen) == 2)
        self.export.setEnabled(bool(chosen))
        self.form.show_count(len(chosen))

    def _compare(self, on: bool) -> None:
        if not on:
            self._stack.setCurrentWidget(self.thumbs if self.model.items else self._hint)
            return
        items = self.thumbs.chosen()
        self._archive.read("compare", lambda: [to_image(self._archive.picture(item)) for item in items], self._split)

    def _split(self, images: list[QImage]) -> None:
        self.split.show_images(*images)
        self._stack.setCurrentWidget(self.split)
        self.split.setFocus()

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Export to"), str(Path.home()))
        if name:
            self.export_to(Path(name))

    def _ask_sheet(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in FORMATS)
        name, _ = QFileDialog.getSaveFileName(
            self, tr("Contact sheet"), str(Path.home() / "sheet.png"), f"{tr('Pictures')} ({kinds})"
        )
        if name:
            self.sheet_to(Path(name))

    def _connect(self) -> None:
        self.words.textChanged.connect(lambda _: self.refresh())
        self.only_starred.toggled.connect(lambda _: self.refresh())
        self.thumbs.opened.connect(self.opened.emit)
        self.thumbs.selectionModel().selectionChanged.connect(lambda *_: self._follow_selection())
        self.compare.toggled.connect(self._compare)
        self.split.left.connect(lambda: self.compare.setChecked(False))
        self.export.toggled.connect(self.form.setVisible)
        self.form.folderAsked.connect(self._ask_folder)
        self.form.sheetAsked.connect(self._ask_sheet)
        self._archive.changed.connect(lambda: self.refresh() if self.isVisible() else None)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.words, 1)
        for widget in (self.only_starred, self.count, self.compare, self.export):
            row.addWidget(widget)
        self.form.hide()
        for widget in (self.thumbs, self.split, self._hint):
            self._stack.addWidget(widget)
        self._stack.setCurrentWidget(self._hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.form)
        column.addWidget(self._stack, 1)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._filled:
            self._filled = True
            self._archive.fill()
        self.refresh()


def _button(title: str, hint: str) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(hint)
    return button
