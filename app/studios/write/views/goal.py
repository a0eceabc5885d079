"""How many words there are and are meant to be."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QProgressBar, QSpinBox, QWidget

from app.base.i18n import tr
from app.ui.theme import GRID

MOST = 10_000_000


class GoalPanel(QWidget):
    """Words of the document, of this session, of what is marked; a goal for one of the first two, quietly shown."""

    goalChanged = Signal(object)
    """The goal as it is kept in the settings: ``{"words": int, "of": "document" or "session"}``."""

    def __init__(self, goal: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = self._session = 0
        self._labels = {name: QLabel("0") for name in ("document", "session", "marked")}
        self.words = QSpinBox()
        self.words.setRange(0, MOST)
        self.words.setSingleStep(100)
        self.words.setGroupSeparatorShown(True)
        self.words.setSpecialValueText(tr("none"))
        self.words.setKeyboardTracking(False)
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.words.setFixedWidth(11 * GRID)
        self.words.setToolTip(tr("So many words you want to reach; 0 is no goal"))
        self.words.setAccessibleName(tr("Goal"))
        self.of = QComboBox()
        self.of.addItem(tr("in the document"), "document")
        self.of.addItem(tr("in this session"), "session")
        self.of.setToolTip(tr("Whether the goal counts all words or those added since the work was opened"))
        self.of.setAccessibleName(tr("Words that count for the goal"))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress to the goal"))
        self._lay_out()
        self.words.setValue(_whole(goal.get("words")))
        self.of.setCurrentIndex(max(0, self.of.findData(goal.get("of"))))
        self.words.valueChanged.connect(lambda _: self._changed())
        self.of.currentIndexChanged.connect(lambda _: self._changed())
        self._show()

    def show_words(self, document: int, session: int) -> None:
        """Show the words of the document, and by how many there are more (or fewer) than at its opening."""
        self._document, self._session = document, session
        self._show()

    def show_marked(self, words: int) -> None:
        self._labels["marked"].setText(f"{words:,}")

    def text_of(self, name: str) -> str:
        """What stands beside ``"document"``, ``"session"`` or ``"marked"``."""
        return self._labels[name].text()

    def _changed(self) -> None:
        self._show()
        self.goalChanged.emit({"words": self.words.value(), "of": self.of.currentData()})

    def _show(self) -> None:
        self._labels["document"].setText(f"{self._document:,}")
        self._labels["session"].setText(f"{self._session:+,}" if self._session else "0")
        goal = self.words.value()
        reached = self._document if self.of.currentData() == "document" else self._session
        self.progress.setVisible(goal > 0)
        self.progress.setRange(0, max(goal, 1))
        self.progress.setValue(min(max(reached, 0), goal))
        self.progress.setToolTip(tr("{reached} of {goal} words", reached=f"{reached:,}", goal=f"{goal:,}"))

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(GRID // 2)
        titles = {"document": tr("Document"), "session": tr("This session"), "marked": tr("Marked")}
        for row, (name, title) in enumerate(titles.items()):
            label = QLabel(title)
            label.setObjectName("muted")
            layout.addWidget(label, row, 0)
            layout.addWidget(self._labels[name], row, 1)
        goal = QLabel(tr("Goal"))
        goal.setObjectName("muted")
        layout.addWidget(goal, 3, 0)
        layout.addWidget(self.words, 3, 1)
        layout.addWidget(self.of, 4, 0, 1, 2)
        layout.addWidget(self.progress, 5, 0, 1, 2)


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and 0 <= value <= MOST else 0
