"""Bars that mix the classes a model knows."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSlider, QWidget

from app.base.i18n import tr
from app.studios.imagine.steering import Steering
from app.ui.theme import GRID

WHOLE = 100


class ClassPanel(QWidget):
    """One bar a class; what counts is how long they are beside each other."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering = steering
        self.bars: list[QSlider] = []
        self._shares: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(GRID // 2)
        self._grid.setColumnStretch(1, 1)
        self.own = QPushButton(tr("The seed's own"))
        self.own.setToolTip(tr("Give the picture back the class its seed or the control above chose"))
        self.own.clicked.connect(lambda: steering.mix_classes([0.0] * len(self.bars)))

    def offer(self) -> None:
        """A bar for each class of the chosen model."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None and widget is not self.own:
                widget.hide()
                widget.deleteLater()
        self.bars, self._shares = [], []
        for row, name in enumerate(self._steering.state.classes()):
            self._add(row, name)
        self._grid.addWidget(self.own, len(self.bars), 0, 1, 3)
        self.show_places()

    def show_places(self) -> None:
        """Show the chosen picture's shares; bars that already say the same stay as long as they are."""
        shares = self._steering.class_shares()
        self.setEnabled(bool(shares))
        if not shares:
            return
        same = all(math.isclose(a, b, abs_tol=0.006) for a, b in zip(self._proportions(), shares, strict=True))
        for bar, label, share in zip(self.bars, self._shares, shares, strict=True):
            label.setText(f"{round(100 * share)} %")
            if not same:
                blocked = bar.blockSignals(True)
                bar.setValue(round(WHOLE * share))
                bar.blockSignals(blocked)

    def _add(self, row: int, name: str) -> None:
        bar, label, share = QSlider(Qt.Orientation.Horizontal), QLabel(tr(name)), QLabel()
        bar.setRange(0, WHOLE)
        bar.setPageStep(10)
        bar.setAccessibleName(tr("Share of {name}", name=name))
        bar.setToolTip(tr("How much of “{name}” is in the picture, beside the other bars", name=name))
        bar.valueChanged.connect(lambda _: self._steering.mix_classes([float(b.value()) for b in self.bars]))
        bar.setMinimumWidth(10 * GRID)
        label.setBuddy(bar)
        label.setObjectName("muted")
        label.setWordWrap(True)
        share.setObjectName("muted")
        share.setFixedWidth(5 * GRID)
        share.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, widget in enumerate((label, bar, share)):
            self._grid.addWidget(widget, row, column)
        self.bars.append(bar)
        self._shares.append(share)

    def _proportions(self) -> list[float]:
        values = [float(bar.value()) for bar in self.bars]
        return [value / sum(values) for value in values] if sum(values) else values
