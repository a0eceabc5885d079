"""What fills the page: the alternatives when there are some, and under them the roll or the score."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class Desk(QWidget):
    """Stacks a strip and the views under it, of which one is seen; the keyboard goes to the first view."""

    def __init__(self, strip: QWidget, *views: QWidget) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(strip)
        for view in views:
            layout.addWidget(view, 1)
        self.setFocusProxy(views[0])
