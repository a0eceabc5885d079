"""The window that shows where a Transformer looked: the text, shaded, beside a picture of each head."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.worker import End, Listener
from app.studios.write.attention import Attention, read_attention
from app.studios.write.state import WriteState
from app.studios.write.views.heads import HeadGrid
from app.studios.write.views.pieces import PieceText
from app.ui.dialogs import close_buttons
from app.ui.notices import ErrorStrip
from app.ui.theme import GRID

_GROUP = "write.attention"


class AttentionDialog(QDialog):
    """Not modal: one writes on, and has it read again."""

    def __init__(self, state: WriteState, parent: QWidget) -> None:
        super().__init__(parent)
        self._state = state
        self.setWindowTitle(tr("Where the network looks"))
        self.errors = ErrorStrip()
        self.text, self.heads = PieceText(), HeadGrid()
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.average = QCheckBox(tr("All heads together"))
        self.average.setToolTip(tr("Shade the text by the mean of all heads instead of by the chosen one"))
        self.average.setChecked(True)
        self.again = QPushButton(tr("Read the text up to the caret"))
        self.again.setToolTip(tr("Read the last two hundred pieces of words before the caret again, as they are now"))
        self.again.setAutoDefault(False)
        self.again.clicked.connect(self.read)
        self._lay_out()
        self.text.chosen.connect(lambda _: self._show())
        self.heads.chosen.connect(lambda _: self.average.setChecked(False))
        self.heads.chosen.connect(lambda _: self._show())
        self.average.toggled.connect(lambda _: self._show())
        self.finished.connect(lambda _: state.services.jobs.drop(_GROUP))
        self.resize(960, 560)

    def read(self) -> None:
        """Read what stands before the caret, in the thread of the models."""
        text, model_id = self._state.document.text[: self._state.place[1]], self._state.settings.model

        def work(progress: Progress) -> Iterator[Attention]:
            yield read_attention(self._state.services.shelf.open(model_id), text, progress)

        self.errors.show_error(None)
        self.again.setEnabled(False)
        self._state.services.jobs.submit(_GROUP, work, Listener(partial=self._take, ended=self._ended))

    # --- inside --------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        words = QLabel(
            tr(
                "Click a piece of a word: the stronger the shade of an earlier piece, the more it took from that. "
                "Attention is where it looked, not why it went on as it did."
            )
        )
        words.setWordWrap(True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.text)
        right = QVBoxLayout()
        right.setSpacing(GRID)
        right.addWidget(self.average)
        right.addWidget(self.heads)
        right.addWidget(self.told)
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.setSpacing(2 * GRID)
        middle.addWidget(scroll, 1)
        middle.addLayout(right)
        below = QHBoxLayout()
        below.addWidget(self.again)
        below.addStretch(1)
        below.addWidget(close_buttons(self))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        for part in (words, self.errors):
            column.addWidget(part)
        column.addLayout(middle, 1)
        column.addLayout(below)

    def _take(self, found: Attention) -> None:
        self.heads.show_attention(found)
        self.text.show_pieces(found.pieces)
        self._show()
        self.text.setFocus()

    def _ended(self, _: End, error: AtelierError | None) -> None:
        self.again.setEnabled(True)
        self.errors.show_error(error)

    def _show(self) -> None:
        found = self.heads.attention
        if found is None:
            return
        head = None if self.average.isChecked() else self.heads.head
        self.heads.mark(head is not None)
        looked = found.looked(self.text.at, head)
        self.text.shade(looked)
        layer, number = self.heads.head
        where = tr("All heads") if head is None else tr("Layer {layer}, head {head}", layer=layer + 1, head=number + 1)
        best = int(looked.argmax())
        piece = self.text.pieces[best].strip() or (tr("the beginning") if best == 0 else tr("a blank"))
        most = tr("most from “{piece}”: {percent}\u00a0%", piece=piece, percent=round(100 * float(looked[best])))
        self.told.setText(f"{where}: {most}")
