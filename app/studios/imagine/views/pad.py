"""A field on which one point steers two directions."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.imagine.directions import Direction
from app.studios.imagine.steering import Steering
from app.studios.imagine.views.directions import REACH
from app.ui.theme import GRID, current_theme

STEP = 0.1
KNOB = 7.0


class Pad(QWidget):
    """Drag the point, or move it with the arrow keys; values are -REACH..REACH to the right and upwards."""

    moved = Signal(float, float)

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = 0.0
        self.setFixedHeight(22 * GRID)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Two directions at once"))
        self.setToolTip(tr("Drag: right and left move along the first direction, up and down along the second"))

    def show_point(self, x: float, y: float) -> None:
        """Show the point there, without telling anyone."""
        if (x, y) != (self._x, self._y):
            self._x, self._y = x, y
            self.update()

    def to_place(self, x: float, y: float) -> QPointF:
        """Where a pair of values lies in the widget."""
        field = self._field()
        across, up = (max(-REACH, min(REACH, value)) / REACH for value in (x, y))
        return field.center() + QPointF(across * field.width() / 2, -up * field.height() / 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, field = current_theme(), self._field()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.accent("imagine") if self.hasFocus() else theme.colour("border"), 1))
        painter.setBrush(theme.colour("work"))
        painter.drawRoundedRect(field, 4, 4)
        painter.setPen(QPen(theme.colour("border"), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(field.left(), field.center().y()), QPointF(field.right(), field.center().y()))
        painter.drawLine(QPointF(field.center().x(), field.top()), QPointF(field.center().x(), field.bottom()))
        painter.setPen(QPen(theme.colour("work"), 2))
        painter.setBrush(theme.accent("imagine") if self.isEnabled() else theme.colour("border"))
        painter.drawEllipse(self.to_place(self._x, self._y), KNOB, KNOB)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-STEP, 0), Qt.Key.Key_Right: (STEP, 0), Qt.Key.Key_Up: (0, STEP),
            Qt.Key.Key_Down: (0, -STEP),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._go(self._x + step[0], self._y + step[1])

    def _drag(self, event: QMouseEvent) -> None:
        field = self._field()
        away = event.position() - field.center()
        self._go(2 * REACH * away.x() / field.width(), -2 * REACH * away.y() / field.height())

    def _go(self, x: float, y: float) -> None:
        self._x, self._y = (round(max(-REACH, min(REACH, value)), 2) for value in (x, y))
        self.update()
        self.moved.emit(self._x, self._y)

    def _field(self) -> QRectF:
        return QRectF(self.rect()).adjusted(KNOB, KNOB, -KNOB, -KNOB)


class PadPanel(QWidget):
    """The pad, and which directions it steers."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering = steering
        self.pad = Pad()
        self.across = self._box(tr("Right and left"), tr("The direction that right and left move along"))
        self.up = self._box(tr("Up and down"), tr("The direction that up and down move along"))
        grid = QGridLayout()
        grid.setSpacing(GRID // 2)
        for row, (title, box) in enumerate(((tr("Right and left"), self.across), (tr("Up and down"), self.up))):
            label = QLabel(title)
            label.setBuddy(box)
            grid.addWidget(label, row, 0)
            grid.addWidget(box, row, 1)
        grid.setColumnStretch(1, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(grid)
        layout.addWidget(self.pad)
        self.pad.moved.connect(self._move)

    def offer(self) -> None:
        """List the directions of the chosen model; those chosen before stay if it has them."""
        directions = self._steering.directions
        for box, first in ((self.across, 0), (self.up, 1)):
            before = box.currentText()
            box.clear()
            for direction in directions:
                box.addItem(direction.title, direction)
            found = box.findText(before)
            box.setCurrentIndex(found if found >= 0 else min(first, len(directions) - 1))
        self.show_places()

    def show_places(self) -> None:
        """Show where the chosen picture is."""
        self.setEnabled(self._steering.request is not None and len(self._steering.directions) > 1)
        x, y = (self._steering.amount(found) if found else 0.0 for found in self._chosen())
        self.pad.show_point(x, y)

    def _chosen(self) -> tuple[Direction | None, Direction | None]:
        return self.across.currentData(), self.up.currentData()

    def _move(self, x: float, y: float) -> None:
        across, up = self._chosen()
        if across is not None and up is not None:
            self._steering.place([(across, x), (up, y)] if across != up else [(up, y)])

    def _box(self, name: str, hint: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(hint)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda _: self.show_places())
        return box
