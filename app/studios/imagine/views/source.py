"""The picture that a network of the user's works on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import DISK, End, Listener
from app.studios.imagine.files import decode_picture
from app.studios.imagine.own import photo_of
from app.studios.imagine.steering import Source, Steering
from app.studios.imagine.views.photo import PICTURES
from app.studios.imagine.views.slots import PictureSlot
from app.ui.theme import GRID


class SourcePanel(QWidget):
    """A slot to drop it on, and a button to choose a file."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering, self._shown = steering, b""
        hint = QLabel(tr("This model works on a picture: what it makes of it follows."))
        hint.setObjectName("muted")
        hint.setWordWrap(True)
        self.slot = PictureSlot(
            tr("Picture"),
            tr("What the network is given; the middle of it, at its size"),
            lambda: steering.state.document,
        )
        self.slot.filled.connect(self.take)
        self.slot.emptied.connect(lambda: self._given(b""))
        self.choose = QPushButton(tr("Choose a picture…"))
        self.choose.setToolTip(tr("A picture file for the network to work on"))
        self.choose.clicked.connect(self._ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(hint)
        layout.addWidget(self.slot, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.choose)

    def take(self, source: Source) -> None:
        """Let the network work on a candidate, a frame of the history or a file."""
        given = self._steering.state.works_on
        if given is None:
            return

        def read(_: Progress) -> Iterator[bytes]:
            picture = self._steering.picture_of(source)
            yield photo_of(picture, given) if picture else b""

        self._steering.state.failed.emit(None)
        listener = Listener(partial=self._given, ended=self._ended)
        self._steering.state.services.jobs.submit("imagine.source", read, listener, lane=DISK)

    def show_document(self) -> None:
        """Show what the chosen picture was made of, else what the next will be."""
        request = self._steering.request
        photo = request.photo if request and request.photo else self._steering.state.photo
        if photo != self._shown and self._steering.state.works_on is not None:
            self._shown = photo
            self.slot.show_image(bool(photo), decode_picture(photo).array if photo else None)

    def _given(self, photo: bytes) -> None:
        self._steering.state.work_on(photo)
        self.show_document()

    def _ask(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Choose a picture…"), str(Path.home()), PICTURES)
        if name:
            self.take(Path(name))

    def _ended(self, end: End, error: AtelierError | None) -> None:
        if end is End.FAILED:
            self._steering.state.failed.emit(error)
