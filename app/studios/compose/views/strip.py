"""The alternatives side by side above the roll, each with its small picture and what was measured of it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from app.base.i18n import tr
from app.studios.compose.alternatives import MINE, MOST
from app.studios.compose.critic import Verdict, spoken
from app.studios.compose.document import Score
from app.studios.compose.measure import measured, pitched
from app.studios.compose.views.preview import preview_png
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

ICON = QSize(96, 40)
NARROWEST = 72
"""Pixels to which a button shrinks in a narrow window."""


class AlternativesStrip(QWidget):
    """Hidden while there are none."""

    shownChosen = Signal(int)
    taken = Signal()
    dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("film")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self.buttons = [self._button(number) for number in range(MINE, MOST)]
        self._drawn: list[tuple[int, Verdict | None] | None] = [None] * len(self.buttons)
        self.take = QPushButton(tr("Take this one"))
        self.take.setToolTip(tr("Make it the piece, as one step that can be undone (T)"))
        self.take.clicked.connect(self.taken.emit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        layout.setSpacing(GRID // 2)
        for button in self.buttons:
            layout.addWidget(button)
        layout.addStretch(1)
        layout.addWidget(self.take)
        layout.addWidget(tool_button("close", tr("Keep what you have and put the others away"), self.dismissed.emit))
        self.hide()

    def show_scores(
        self, mine: Score, scores: tuple[Score, ...], shown: int, verdicts: tuple[Verdict, ...] = ()
    ) -> None:
        """Show the document and its alternatives, what was found of them, and which of them is in the roll."""
        self.setVisible(bool(scores))
        if not scores:
            self._drawn = [None] * len(self.buttons)
            return
        for place, button in enumerate(self.buttons):
            button.setVisible(place <= len(scores))
            if place <= len(scores):
                found = verdicts[place - 1] if 0 < place <= len(verdicts) else None
                self._draw(place, mine if place == 0 else scores[place - 1], found)
        self.buttons[shown - MINE].setChecked(True)
        self.take.setEnabled(shown != MINE)

    def _draw(self, place: int, score: Score, verdict: Verdict | None) -> None:
        if self._drawn[place] == (id(score), verdict):
            return
        self._drawn[place] = (id(score), verdict)
        pixmap = QPixmap()
        pixmap.loadFromData(preview_png(score))
        button = self.buttons[place]
        button.setIcon(QIcon(pixmap))
        verdict = verdict or Verdict(place, None, measured(score, pitched(score)))
        found = verdict.measures
        name = _name(place)
        if verdict.likeness is not None:
            name = tr("{name} · critic {percent} %", name=name, percent=round(100 * verdict.likeness))
        counts = tr("{density}/♩ {spread}st {percent}%", density=f"{found.density:.1f}",
                    spread=round(found.spread), percent=round(100 * found.consonance))  # fmt: skip
        button.setText(f"{name}\n{counts}")
        button.setToolTip(f"{_name(place)}: {spoken(verdict)} (N)")
        button.setAccessibleName(button.toolTip())

    def _button(self, number: int) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tr("Show and hear {name} in the roll (N)", name=_name(number - MINE)))
        button.setAccessibleName(button.toolTip())
        button.setCheckable(True)
        button.setIconSize(ICON)
        button.setMinimumWidth(NARROWEST)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.clicked.connect(lambda: self.shownChosen.emit(number))
        self._group.addButton(button)
        return button


def _name(place: int) -> str:
    return tr("Mine") if place == 0 else "ABCD"[place - 1]
