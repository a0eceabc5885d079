"""What the program is, and whom it thanks."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from app import __version__
from app.base.i18n import tr
from app.ui.dialogs import close_buttons
from app.ui.theme import GRID, TITLE

WIDTH = 440


class AboutDialog(QDialog):
    """Version, what it is, where the credits stand."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Ateliê"))
        title = QLabel(tr("Ateliê {version}", version=__version__))
        title.setStyleSheet(f"font-size: {TITLE}px;")
        text = QLabel(
            tr(
                "An offline studio in which neural networks write, compose, picture and paint with you. "
                "Nothing leaves this machine. The networks were trained for Ateliê; each model's card "
                "(Machine › Models…) names its data, their licence and their authors."
            )
        )
        text.setWordWrap(True)
        text.setFixedWidth(WIDTH - 6 * GRID)
        text.setMinimumHeight(text.heightForWidth(text.width()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        for widget in (title, text, close_buttons(self)):
            layout.addWidget(widget)
        self.setFixedSize(self.sizeHint())
