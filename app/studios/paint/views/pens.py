"""Pen, eraser, width and colours."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

COLOURS = ("#1d1f21", "#6b7075", "#a3262a", "#d9822b", "#2b6b3f", "#2b5797", "#6b3fa0", "#8a5a3c")
SWATCH = 20


class Pens(QWidget):
    """Says what was chosen."""

    sizeChosen = Signal(float)
    colourChosen = Signal(str)
    eraserChosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.pen = tool_button("pen", tr("Pen: draw (B)"), None, checkable=True)
        self.eraser = tool_button("eraser", tr("Eraser: take whole strokes away (E)"), None, checkable=True)
        tools = QButtonGroup(self)
        for button in (self.pen, self.eraser):
            tools.addButton(button)
        self.pen.setChecked(True)
        self.eraser.toggled.connect(self.eraserChosen.emit)
        self.width_field = NumberField(
            Control(
                id="size", label=tr("Width"), kind="float", default=4.0, minimum=1.0, maximum=60.0, step=1.0,
                hint=tr("The width of the pen at full pressure, in pixels"),
            )
        )  # fmt: skip
        self.width_field.changed.connect(lambda value: self.sizeChosen.emit(float(value)))
        row = QHBoxLayout()
        row.addWidget(self.pen)
        row.addWidget(self.eraser)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addWidget(self.width_field)
        layout.addLayout(self._palette())

    def _palette(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(GRID // 2)
        self._swatches = QButtonGroup(self)
        for place, colour in enumerate(COLOURS):
            button = QToolButton()
            button.setCheckable(True)
            button.setIcon(_swatch(colour))
            button.setIconSize(QSize(SWATCH, SWATCH))
            button.setToolTip(tr("Draw in this colour: {colour}", colour=colour))
            button.setAccessibleName(tr("Colour {colour}", colour=colour))
            button.clicked.connect(lambda _checked=False, name=colour: self.colourChosen.emit(name))
            self._swatches.addButton(button)
            grid.addWidget(button, place // 4, place % 4)
        self._swatches.buttons()[0].setChecked(True)
        return grid


def _swatch(colour: str) -> QIcon:
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor("#85898e"))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(1, 1, SWATCH - 3, SWATCH - 3)
    painter.end()
    return QIcon(pixmap)
