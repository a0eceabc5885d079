"""Paint this picture, or one from imagination: the picture to paint, and what to do with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QPixmap
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.paint.state import PaintState
from app.studios.paint.views.growthview import GrowthView
from app.studios.paint.views.images import png_of
from app.studios.paint.views.offerpanel import push_button
from app.ui.theme import GRID

PICTURES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff"
WIDTH, HEIGHT = 248, 160


class PainterPanel(QWidget):
    """Seen while a painting network is chosen."""

    def __init__(self, state: PaintState) -> None:
        super().__init__()
        self._state = state
        self.preview = _Preview()
        self.preview.dropped.connect(state.load_target)
        self.name = QLabel()
        self.name.setObjectName("muted")
        self.name.setWordWrap(True)
        self.growth = GrowthView(state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.preview, self.name):
            layout.addWidget(widget)
        layout.addLayout(self._buttons())
        layout.addWidget(self.growth)
        state.targetChanged.connect(self._show)
        self._show()

    def open_target(self) -> None:
        """Ask for the picture to paint."""
        name, _ = QFileDialog.getOpenFileName(self, tr("Picture to paint"), str(Path.home()), PICTURES)
        if name:
            self._state.load_target(Path(name))

    def paste_target(self) -> None:
        """Take the picture in the clipboard, of Imagine or of another program, as the one to paint."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self._state.refuse(tr("There is no picture in the clipboard."), tr("Copy one, in Imagine for instance."))
            return
        self._state.take_target(lambda: png_of(image), tr("Pasted"))

    def _buttons(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GRID // 2)
        self.open = push_button(tr("Picture…"), tr("Choose the picture to paint"), self.open_target)
        hint = tr("Paint the picture in the clipboard, from Imagine for instance")
        self.paste = push_button(tr("Paste"), hint, self.paste_target)
        self.paint = push_button(
            tr("Paint this picture"),
            tr("In as many strokes as the slider says, from broad to fine; again, and it goes on from what is there"),
            self._state.paint_target,
        )
        hint = tr("A picture of the network's own in twenty strokes, from the seed alone")
        self.imagine = push_button(tr("Paint from imagination"), hint, self._state.imagine)
        grid.addWidget(self.open, 0, 0)
        grid.addWidget(self.paste, 0, 1)
        grid.addWidget(self.paint, 1, 0, 1, 2)
        grid.addWidget(self.imagine, 2, 0, 1, 2)
        return grid

    def _show(self) -> None:
        state = self._state
        self.paint.setEnabled(bool(state.target))
        self.preview.show_target(state.target)
        self.name.setText(state.target_name)
        self.name.setVisible(bool(state.target_name))


class _Preview(QLabel):
    """The picture to paint; a file can be dropped on it."""

    dropped = Signal(Path)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWordWrap(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setToolTip(tr("The picture to paint: drop a file here"))

    def show_target(self, target: bytes) -> None:
        pixmap = QPixmap()
        if target and pixmap.loadFromData(target):
            fit = Qt.AspectRatioMode.KeepAspectRatio
            self.setPixmap(pixmap.scaled(WIDTH, HEIGHT, fit, Qt.TransformationMode.SmoothTransformation))
        else:
            self.setText(tr("Drop a picture here to have it painted, or let the network paint from imagination."))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if len(event.mimeData().urls()) == 1 and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.dropped.emit(Path(event.mimeData().urls()[0].toLocalFile()))
