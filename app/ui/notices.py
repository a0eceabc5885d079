"""Errors shown in place: a strip above the work, with what to do next and a button to copy it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.ui.icons import set_icon
from app.ui.theme import GRID


class ErrorStrip(QFrame):
    """Hidden while all is well; takes no focus and covers nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("error")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID // 2, GRID, GRID // 2)
        layout.addWidget(self._label, 1)
        layout.addWidget(self._button("copy", tr("Copy the message"), self._copy))
        layout.addWidget(self._button("close", tr("Dismiss"), self.hide))
        self.hide()

    def show_error(self, error: AtelierError | None) -> None:
        """Show *error*, or hide the strip for None."""
        if error is None:
            self.hide()
            return
        self._label.setText(str(error))
        self.setAccessibleName(str(error))
        self.show()

    @property
    def text(self) -> str:
        """The message shown; empty while hidden."""
        return self._label.text() if not self.isHidden() else ""

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._label.text())

    def _button(self, name: str, hint: str, slot: object) -> QToolButton:
        button = QToolButton()
        set_icon(button, name, "error")
        button.setToolTip(hint)
        button.setAccessibleName(hint)
        button.clicked.connect(slot)  # pyright: ignore[reportArgumentType]
        return button
