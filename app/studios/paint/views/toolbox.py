"""The column of tools at the left of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.paint.views.canvas import Canvas
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

TOOLS = {
    "brush": ("brush", "Brush: paint (B). Alt picks a colour, Space moves the sheet"),
    "rubber": ("rubber", "Rubber: rub out with the brush in hand (E)"),
    "eraser": ("eraser-stroke", "Stroke eraser: take whole strokes away (Shift+E)"),
    "fill": ("fill", "Fill: colour the area of one colour under the pen (F)"),
    "pick": ("pick", "Pick: take the colour under the pen (I)"),
    "select": ("select", "Select: choose strokes, then move, scale and turn them (V)"),
    "hand": ("hand", "Hand: move the sheet (H)"),
}
"""The tools by name, with their icons and hints."""


class Toolbox(QWidget):
    """One button a tool, one of them down."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID // 2, GRID, GRID // 2, GRID)
        column.setSpacing(GRID // 2)
        for name, (icon, hint) in TOOLS.items():
            button = tool_button(icon, tr(hint), None, checkable=True)
            button.setFixedSize(QSize(5 * GRID, 5 * GRID))
            button.toggled.connect(lambda on, name=name: self.chosen.emit(name) if on else None)
            group.addButton(button)
            column.addWidget(button)
            self.buttons[name] = button
        column.addStretch(1)
        self.buttons["brush"].setChecked(True)

    def take(self, name: str) -> None:
        """Put a tool's button down."""
        self.buttons[name].setChecked(True)


class Desk(QWidget):
    """The canvas with its tools."""

    def __init__(self, toolbox: Toolbox, canvas: Canvas) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(toolbox)
        row.addWidget(canvas, 1)
        self.setFocusProxy(canvas)
