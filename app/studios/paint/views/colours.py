"""Choosing a colour: a field of saturation and brightness, a bar of hues, and colours at hand."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.studios.paint.views.swatch import swatch
from app.ui.theme import GRID

COLOURS = (
    "#1d1f21", "#6b7075", "#b9bcc0", "#ffffff", "#a3262a", "#d9822b", "#e6c229", "#2b6b3f",
    "#3aa69b", "#2b5797", "#6b3fa0", "#c45b8f", "#8a5a3c", "#e3b98f", "#f3e6d0", "#304254",
)  # fmt: skip
SWATCH, A_ROW = 20, 8
FIELD, BAR = 12 * GRID, 2 * GRID


class _Field(QWidget):
    """A place in a field, changed by the mouse and by the arrow keys; shares 0..1 across and down."""

    moved = Signal(float, float)

    def __init__(self, height: int, hint: str, upright: bool) -> None:
        super().__init__()
        self.across, self.down, self.hue = 0.0, 0.0, 0.0
        self._upright = upright
        self.setFixedHeight(height)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip(hint)
        self.setAccessibleName(hint)

    def show_place(self, x: float, y: float, hue: float) -> None:
        self.across, self.down, self.hue = x, y, hue
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._take(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = 0.1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0.02
        keys = {
            Qt.Key.Key_Left: (-step, 0.0), Qt.Key.Key_Right: (step, 0.0),
            Qt.Key.Key_Up: (0.0, -step), Qt.Key.Key_Down: (0.0, step),
        }  # fmt: skip
        move = keys.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
        else:
            self.moved.emit(_share(self.across + move[0]), _share(self.down + move[1] * self._upright))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_ground(painter, QRectF(self.rect()))
        at = QPointF(
            self.across * (self.width() - 1), self.down * (self.height() - 1) if self._upright else self.height() / 2
        )
        for colour, radius in ((Qt.GlobalColor.black, 6.0), (Qt.GlobalColor.white, 5.0)):
            painter.setPen(QPen(colour, 1.5))
            painter.drawEllipse(at, radius, radius)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def paint_ground(self, painter: QPainter, room: QRectF) -> None:
        """Paint the colours to choose from."""

    def _take(self, at: QPointF) -> None:
        self.moved.emit(_share(at.x() / self.width()), _share(at.y() / self.height()))


class _Shades(_Field):
    """Saturation to the right, brightness upwards."""

    def paint_ground(self, painter: QPainter, room: QRectF) -> None:
        across = QLinearGradient(room.topLeft(), room.topRight())
        across.setColorAt(0, Qt.GlobalColor.white)
        across.setColorAt(1, QColor.fromHsvF(self.hue, 1, 1))
        painter.fillRect(room, across)
        down = QLinearGradient(room.topLeft(), room.bottomLeft())
        down.setColorAt(0, QColor(0, 0, 0, 0))
        down.setColorAt(1, Qt.GlobalColor.black)
        painter.fillRect(room, down)


class _Hues(_Field):
    """All hues from left to right."""

    def paint_ground(self, painter: QPainter, room: QRectF) -> None:
        across = QLinearGradient(room.topLeft(), room.topRight())
        for step in range(7):
            across.setColorAt(step / 6, QColor.fromHsvF(step / 6 % 1, 0.9, 0.95))
        painter.fillRect(room, across)


class ColourField(QWidget):
    """Shows the colour in hand and says which was chosen."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._hsv = (0.0, 0.0, 0.0)
        self.shades = _Shades(FIELD, tr("Saturation to the right, brightness upwards"), upright=True)
        self.hues = _Hues(BAR, tr("Hue"), upright=False)
        self.shades.moved.connect(lambda x, y: self._take(self._hsv[0], x, 1 - y))
        self.hues.moved.connect(lambda x, _: self._take(min(x, 0.999), *self._hsv[1:]))
        self._now = QToolButton()
        self._now.setIconSize(QSize(SWATCH, SWATCH))
        self._now.setToolTip(tr("The colour in hand (X takes the one before)"))
        self._now.clicked.connect(self.swap)
        self.code = QLineEdit()
        self.code.setMaxLength(7)
        self.code.setFixedWidth(11 * GRID)
        self.code.setAccessibleName(tr("Colour as #rrggbb"))
        self.code.setToolTip(tr("The colour in hand as red, green, blue; type another"))
        self.code.editingFinished.connect(self._typed)
        self._colour, self._before = "", "#ffffff"
        row = QHBoxLayout()
        row.addWidget(self._now)
        row.addWidget(self.code)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.shades, self.hues):
            layout.addWidget(widget)
        layout.addLayout(row)
        layout.addLayout(self._palette())

    def show_colour(self, colour: str) -> None:
        """Show the colour in hand, ``#rrggbb``."""
        if colour == self._colour:
            return
        if self._colour:
            self._before = self._colour
        self._colour = colour
        shown = QColor(colour)
        hue, saturation, value = shown.hsvHueF(), shown.hsvSaturationF(), shown.valueF()
        # Grey has no hue: keep the one that was.
        self._hsv = (self._hsv[0] if hue < 0 else hue, saturation, value)
        self.shades.show_place(saturation, 1 - value, self._hsv[0])
        self.hues.show_place(self._hsv[0], 0.5, self._hsv[0])
        self._now.setIcon(swatch(colour, SWATCH))
        self._now.setAccessibleName(tr("Colour {colour}", colour=colour))
        self.code.setText(colour)

    def swap(self) -> None:
        """Take the colour that was in hand before."""
        self.chosen.emit(self._before)

    def _take(self, hue: float, saturation: float, value: float) -> None:
        self._hsv = (hue, saturation, value)
        self.shades.show_place(saturation, 1 - value, hue)
        self.hues.show_place(hue, 0.5, hue)
        self.chosen.emit(QColor.fromHsvF(hue, saturation, value).name())

    def _typed(self) -> None:
        colour = QColor(self.code.text())
        if colour.isValid():
            self.chosen.emit(colour.name())
        else:
            self.code.setText(self._colour)

    def _palette(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(1)
        for place, colour in enumerate(COLOURS):
            button = QToolButton()
            button.setIcon(swatch(colour, SWATCH))
            button.setIconSize(QSize(SWATCH, SWATCH))
            button.setFixedSize(SWATCH + GRID, SWATCH + GRID)
            button.setStyleSheet("padding: 0")
            button.setToolTip(tr("Paint in this colour: {colour}", colour=colour))
            button.setAccessibleName(tr("Colour {colour}", colour=colour))
            button.clicked.connect(lambda _checked=False, name=colour: self.chosen.emit(name))
            grid.addWidget(button, place // A_ROW, place % A_ROW)
        grid.setColumnStretch(A_ROW, 1)
        return grid


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
