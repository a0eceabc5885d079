"""The work of the studio in three views, the candidates, their family and the gallery, with a timeline under them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.base.i18n import tr

PICTURES, FAMILY, GALLERY = range(3)


class Bench(QWidget):
    """Tabs above what is worked with; *strip* is under the candidates and the family when it is wanted."""

    shown = Signal(int)

    def __init__(self, pictures: QWidget, family: QWidget, gallery: QWidget, strip: QWidget) -> None:
        super().__init__()
        self.tabs = QTabBar()
        self.tabs.setObjectName("views")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("Views"))
        for title, hint in (
            (tr("Pictures"), tr("The chosen picture and the candidates")),
            (tr("Family"), tr("Which pictures the chosen one comes of, and its children")),
            (tr("Gallery"), tr("Everything made here, to search and to export")),
        ):
            self.tabs.setTabToolTip(self.tabs.addTab(title), hint)
        self._stack, self._strip, self._wants_strip = QStackedWidget(), strip, False
        for view in (pictures, family, gallery):
            self._stack.addWidget(view)
        self.tabs.currentChanged.connect(self._show)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        column.addWidget(strip)
        self._show(PICTURES)

    @property
    def view(self) -> int:
        return self.tabs.currentIndex()

    def show_view(self, view: int) -> None:
        """Bring a view to the front."""
        self.tabs.setCurrentIndex(view)

    def show_strip(self, on: bool) -> None:
        """Show or hide the timeline."""
        self._wants_strip = on
        if on and self.view == GALLERY:
            self.show_view(PICTURES)
        self._show(self.view)

    @property
    def strip_shown(self) -> bool:
        return self._wants_strip

    def _show(self, view: int) -> None:
        self._stack.setCurrentIndex(view)
        self._strip.setVisible(self._wants_strip and view != GALLERY)
        self.shown.emit(view)
