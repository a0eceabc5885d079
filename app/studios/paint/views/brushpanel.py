"""Which brush, how wide, how opaque, how steady, in how many mirrors."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.paint.brushes import brush_names, load_brush
from app.studios.paint.document import Stroke
from app.studios.paint.symmetry import SYMMETRIES
from app.studios.paint.views.swatch import HEIGHT, WIDTH, icon_of
from app.ui.form import NumberField
from app.ui.theme import GRID

LARGEST = 300.0
ROWS = 3
"""Of brushes that are seen at a time."""


class BrushPanel(QWidget):
    """Shows what is in the hand and says what was chosen."""

    brushChosen = Signal(str)
    sizeChosen = Signal(float)
    opacityChosen = Signal(float)
    steadyChosen = Signal(float)
    symmetryChosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.list = _make_list()
        self.list.itemClicked.connect(lambda item: self.brushChosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.list.itemActivated.connect(lambda item: self.brushChosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.size_field = _field("size", tr("Size"), 4.0, 1.0, LARGEST, 1.0, tr("The width at full pressure ([ and ])"))
        self.opacity = _field("opacity", tr("Opacity"), 1.0, 0.05, 1.0, 0.05, tr("How much one stroke covers"))
        hint = tr("The brush hangs on a string behind the pen: longer lines get calmer, small shakes vanish")
        self.steady = _field("steady", tr("Stabiliser"), 0.0, 0.0, 1.0, 0.05, hint)
        self.symmetry = _make_symmetry()
        self.symmetry.currentIndexChanged.connect(lambda _: self.symmetryChosen.emit(self.symmetry.currentData()))
        self.size_field.changed.connect(lambda value: self.sizeChosen.emit(float(value)))
        self.opacity.changed.connect(lambda value: self.opacityChosen.emit(float(value)))
        self.steady.changed.connect(lambda value: self.steadyChosen.emit(float(value)))
        label = QLabel(tr("Symmetry"))
        label.setBuddy(self.symmetry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.list, self.size_field, self.opacity, self.steady, label, self.symmetry):
            layout.addWidget(widget)
        self.fill()

    def fill(self) -> None:
        """List the brushes there are; one whose file is damaged is greyed and says why."""
        self.list.clear()
        for name in brush_names():
            item = QListWidgetItem(icon_of(np.zeros((2 * HEIGHT, 2 * WIDTH, 4), np.uint8)), name)
            item.setData(Qt.ItemDataRole.UserRole, name)
            try:
                brush = load_brush(name)
                item.setText(tr(brush.name))
                item.setToolTip(tr(brush.summary))
            except AtelierError as error:
                item.setToolTip(str(error))
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(item)

    def show_head(self, head: Stroke) -> None:
        """Show what is in the hand."""
        self.size_field.set_value(head.size)
        self.opacity.set_value(head.opacity)
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == head.brush:
                self.list.setCurrentRow(row)
                self.list.scrollToItem(self.list.item(row))

    def show_sample(self, name: str, pixels: np.ndarray) -> None:
        """Show what a brush looks like."""
        for row in range(self.list.count()):
            if self.list.item(row).data(Qt.ItemDataRole.UserRole) == name:
                self.list.item(row).setIcon(icon_of(pixels))


def _make_list() -> QListWidget:
    brushes = QListWidget()
    brushes.setObjectName("nodes")
    brushes.setViewMode(QListWidget.ViewMode.IconMode)
    brushes.setMovement(QListWidget.Movement.Static)
    brushes.setResizeMode(QListWidget.ResizeMode.Adjust)
    brushes.setIconSize(QSize(WIDTH, HEIGHT))
    brushes.setGridSize(QSize(WIDTH + GRID // 2, HEIGHT + 3 * GRID))
    brushes.setUniformItemSizes(True)
    brushes.setFixedHeight(ROWS * (HEIGHT + 3 * GRID))
    brushes.setAccessibleName(tr("Brushes"))
    return brushes


def _make_symmetry() -> QComboBox:
    box = QComboBox()
    for name, title in SYMMETRIES.items():
        box.addItem(tr(title), name)
    box.setAccessibleName(tr("Symmetry"))
    box.setToolTip(tr("What you draw is drawn again in mirrors about the middle of the sheet (M)"))
    return box


def _field(name: str, label: str, default: float, least: float, most: float, step: float, hint: str) -> NumberField:
    return NumberField(
        Control(id=name, label=label, kind="float", default=default, minimum=least, maximum=most, step=step, hint=hint)
    )
