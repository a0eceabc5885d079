"""A photograph or a painting, looked for in the model."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QCheckBox, QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.imagine.document import Picture
from app.studios.imagine.steering import Steering
from app.studios.imagine.views.crop import CropView
from app.studios.imagine.views.marking import Divider
from app.studios.imagine.views.picture import PictureView, of_image
from app.ui.theme import GRID

PICTURES = "*.png *.jpg *.jpeg *.webp *.tif *.tiff *.bmp *.gif"


class PhotoPanel(QWidget):
    """Drop a picture here: what the model can make that comes nearest to it joins the candidates."""

    comparing = Signal(bool)

    def __init__(self, steering: Steering, view: PictureView) -> None:
        super().__init__()
        self._steering, self._view = steering, view
        self.setAcceptDrops(True)
        hint = QLabel(
            tr("Drop a photo or painting here. The model looks for the nearest it can make; then all sliders work.")
        )
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        self.choose = QPushButton(tr("Choose a photo…"))
        self.choose.setToolTip(tr("Choose a picture file and a square of it to look for in the model (Ctrl+I)"))
        self.choose.clicked.connect(self.ask)
        self.shown = QPushButton(tr("Find the picture shown"))
        self.shown.setToolTip(tr("The chosen picture, wherever it is from, is looked for in this model (Ctrl+Shift+I)"))
        self.shown.clicked.connect(self.find_shown)
        self.crop = CropView()
        self.look = QPushButton(tr("Look for the square"))
        self.look.setToolTip(tr("Find what the model can make that comes nearest to it; Stop keeps the best so far"))
        self.look.clicked.connect(self.find_square)
        for widget in (self.crop, self.look):
            widget.hide()
        steering.state.photoOpened.connect(self._show_photo)
        self.compare = QCheckBox(tr("Before and after"))
        self.compare.setToolTip(tr("Left of a line that you can drag the photo shows, right what was found (Ctrl+B)"))
        self.compare.toggled.connect(self._compare)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (hint, self.choose, self.crop, self.look, self.shown, self.compare):
            layout.addWidget(widget)

    def show_document(self) -> None:
        """Know whether there is a photo to compare with."""
        document = self._steering.state.document
        self.shown.setEnabled(document.chosen is not None)
        self.compare.setEnabled(document.photo is not None)
        if document.photo is None:
            self.compare.setChecked(False)

    def ask(self) -> None:
        """Choose a picture file and look for it."""
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose a photo…"), str(Path.home()), PICTURES)
        if name:
            self.find_file(Path(name))

    def find_file(self, path: Path) -> None:
        """Show a picture file, to choose what of it is looked for."""
        if self._able():
            self._steering.state.open_photo(path)

    def find_square(self) -> None:
        """Look for the square of the photo."""
        if self.crop.photo is not None and self._able():
            self._steering.state.find(self.crop.photo, self.crop.crop)

    def find_image(self, image: QImage) -> None:
        """Look for a picture of another studio; a model that can is chosen if need be."""
        self._steering.choose_styled()
        if self._able():
            self._steering.state.find_made(lambda: of_image(image))

    def find_shown(self) -> None:
        """Look for the chosen picture."""
        chosen = self._steering.state.document.chosen
        if chosen is not None and self._able():
            self._steering.state.find(chosen)

    def release(self) -> None:
        """Put the line away; another tool is taken."""
        self.compare.setChecked(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.find_file(Path(event.mimeData().urls()[0].toLocalFile()))

    def _show_photo(self, photo: Picture) -> None:
        self.crop.show_photo(photo)
        for widget in (self.crop, self.look):
            widget.show()
        self.crop.setFocus()

    def _able(self) -> bool:
        if self._steering.is_styled:
            return True
        self._steering.state.failed.emit(
            AtelierError(
                ErrorKind.BAD_INPUT,
                tr("This model can't look for pictures."),
                tr("Choose a StyleGAN or a BigGAN above."),
            )
        )
        return False

    def _compare(self, on: bool) -> None:
        photo = self._steering.state.document.photo
        self._view.take_tool(Divider(photo) if on and photo is not None else None)
        self.comparing.emit(on)
