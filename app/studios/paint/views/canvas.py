"""The canvas: a sheet under a pen or a mouse, that can be zoomed, turned and moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QEventPoint,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import shown_name
from app.studios.paint.raster.blend import Ground, Sheet
from app.studios.paint.raster.live import LiveGround
from app.studios.paint.raster.tiles import Rect, Tiles
from app.studios.paint.views.brushtool import BrushTool
from app.studios.paint.views.pen import PenPoint
from app.studios.paint.views.selecttool import SelectTool
from app.studios.paint.views.surface import Surface
from app.studios.paint.views.tool import FillTool, HandTool, PickTool, Tool, WholeEraser
from app.studios.paint.views.viewport import ZOOM_STEP, Viewport
from app.ui.theme import current_theme

MOUSE_PRESSURE = 1.0
PAN = 40
LINUX_DIGITS = 10
"""The scan code of the key 1 under X and Wayland; with Shift the layout gives signs instead of digits."""
Overlay = Callable[[QPainter], None]


class Canvas(QWidget):
    """Shows a drawing and says what the pen did. Only what changed is composed and painted."""

    strokesDrawn = Signal(object, object)
    """The strokes just drawn (one, and its mirror images), and their layer's tiles with them; None where unsure."""
    eraseAsked = Signal(float, float)
    fillAsked = Signal(int, int)
    picked = Signal(str)
    moved = Signal(object)
    """A matrix (2, 3) for what is chosen."""
    selectionMade = Signal(object, object)
    """The places of strokes, and the frame that chose them (left, top, right, bottom) or None."""
    refused = Signal(object)
    """An AtelierError: why nothing can be drawn here."""
    digitPressed = Signal(int, bool)
    """A digit 1 to 9 or 0 as 0..9, and whether Shift is held."""
    running = Signal(object)
    """What runs under the pen, a :class:`~app.studios.paint.views.brushtool.Running`, at each of its points."""
    hovered = Signal(float, float)
    zoomed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Drawing()
        self.surface = Surface(self.drawing.width, self.drawing.height)
        self.head = Stroke((), size=4.0)
        """What the next stroke is like; it has no points."""
        self.symmetry = "none"
        self.stabiliser = 0.0
        self.selection: frozenset[int] = frozenset()
        self.overlays: list[Overlay] = []
        self.hint = ""
        """What an empty sheet says."""
        self.complete = True
        """Whether all of the drawing's strokes are painted, or some still are in the background."""
        self._sheets: Sequence[Sheet] = ()
        self.view = Viewport()
        self.tools: dict[str, Tool] = {
            "brush": BrushTool(self),
            "rubber": BrushTool(self, erases=True),
            "eraser": WholeEraser(self),
            "fill": FillTool(self),
            "pick": PickTool(self),
            "select": SelectTool(self),
            "hand": HandTool(self),
        }
        self._tool = self.tools["brush"]
        self._borrowed: Tool | None = None
        self._pen: str = ""
        self._mouse_at: QPointF | None = None
        self._grip: QPointF | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(self._tool.cursor)
        self.setAccessibleName(tr("Canvas"))
        self.setMinimumSize(320, 240)

    # --- what is shown -------------------------------------------------------------------------------------------

    def show_drawing(self, drawing: Drawing, sheets: Sequence[Sheet], complete: bool = True) -> None:
        """Show *drawing*, painted as *sheets*; *complete* is false while strokes are missing there."""
        if (drawing.width, drawing.height) != (self.surface.width, self.surface.height):
            self.surface = Surface(drawing.width, drawing.height)
            self.drawing = drawing
            self.fit()
        hint_goes = bool(drawing.strokes) != bool(self.drawing.strokes)
        self.drawing, self._sheets, self.complete = drawing, sheets, complete
        for rect in self.surface.show(sheets):
            self.update(self.view.shown(rect))
        if hint_goes or self.selection:
            self.update()

    def show_unpainted(self, drawing: Drawing) -> None:
        """Show *drawing*, which is being painted in the background, as what there is until then."""
        same = (drawing.width, drawing.height) == (self.surface.width, self.surface.height)
        self.show_drawing(drawing, self._sheets if same else (), complete=False)

    def show_live(self, ground: LiveGround, rects: Sequence[Rect]) -> None:
        """Show what runs under the pen on its layer; *rects* are what changed."""
        self.surface.show_live([self._with_live(sheet, ground) for sheet in self._sheets], rects)
        for rect in rects:
            self.update(self.view.shown(rect))
        if not self.drawing.strokes:
            self.update()

    def end_live(self, strokes: list[Stroke], tiles: Tiles | None) -> None:
        """Hand over what was drawn, and its layer's tiles if they are sure."""
        self.strokesDrawn.emit(strokes, tiles if self.complete else None)

    def ground_of(self, head: Stroke) -> Tiles:
        """The tiles a stroke is to be painted on: its layer's, or its layer's mask."""
        for sheet in self._sheets:
            found = sheet.mask if head.on_mask else sheet.ground
            if sheet.number == head.layer and isinstance(found, Tiles):
                return found
        return Tiles(self.drawing.width, self.drawing.height)

    def may_draw(self) -> bool:
        """Whether the layer in hand can be drawn on; says why not."""
        layer = next((layer for layer in self.drawing.layers if layer.number == self.head.layer), None)
        if layer is not None and layer.visible and not layer.locked:
            return True
        name = shown_name(layer) if layer else ""
        why = tr("The layer “{name}” is locked.") if layer and layer.locked else tr("The layer “{name}” is hidden.")
        hint = tr("Unlock it in the list of layers, or choose another.")
        self.refused.emit(AtelierError(ErrorKind.BAD_INPUT, why.format(name=name), hint))
        return False

    def next_seed(self) -> int:
        """The seed of the next stroke: another one each time, the same in the same drawing."""
        return len(self.drawing.strokes) + 1

    def select(self, places: frozenset[int]) -> None:
        """Show which strokes are chosen."""
        if places != self.selection:
            self.selection = places
            self.update()

    # --- tools ---------------------------------------------------------------------------------------------------

    @property
    def tool(self) -> Tool:
        """The tool in hand."""
        return self._borrowed or self._tool

    def take_tool(self, name: str) -> None:
        """Take another tool in hand; what runs is ended first."""
        self._finish()
        self._tool = self.tools[name]
        self.setCursor(self._tool.cursor)
        self.update()

    # --- the view ------------------------------------------------------------------------------------------------

    @property
    def scale(self) -> float:
        """Pixels of the screen for each of the sheet."""
        return self.view.scale

    def to_sheet(self, point: QPointF) -> QPointF:
        return self.view.to_sheet(point)

    def from_sheet(self, point: QPointF) -> QPointF:
        return self.view.from_sheet(point)

    def fit(self) -> None:
        """The whole sheet, upright, in the middle."""
        self.view.fit(QSize(self.drawing.width, self.drawing.height), self.size())
        self._view_changed()

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Zoom about a point of the widget (its middle if none)."""
        self.view.zoom(factor, about or QPointF(self.rect().center()))
        self._view_changed()

    def turn(self, degrees: float) -> None:
        """Turn the view clockwise about the widget's middle."""
        self.view.turn(degrees, QPointF(self.rect().center()))
        self._view_changed()

    def move_view(self, x: float, y: float) -> None:
        """Move the sheet under the window."""
        self.view.move(x, y)
        self.update()

    # --- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.colour("window"))
        seen = self.view.seen(event.rect(), self.surface.width, self.surface.height)
        done = seen is None or self.surface.refresh(seen)
        painter.setTransform(self.view.transform)
        if seen is not None:
            self.surface.paint(painter, self.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_over(painter)
        if not done:
            self.update(event.rect())

    def _paint_over(self, painter: QPainter) -> None:
        for overlay in self.overlays:
            painter.save()
            overlay(painter)
            painter.restore()
        self.tool.paint(painter)
        if self.tool.round_cursor and self._mouse_at is not None:
            self._paint_cursor(painter, self._mouse_at)
        if not self.drawing.strokes and not self._pen and all(not layer.picture for layer in self.drawing.layers):
            painter.setPen(QColor("#5c6166"))
            painter.resetTransform()
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.hint)

    def _paint_cursor(self, painter: QPainter, at: QPointF) -> None:
        """A ring of the brush's size, dark on light and light on dark."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = max(self.head.size / 2, 1.5 / self.scale)
        for colour, grown in ((QColor(255, 255, 255, 160), 1.0), (QColor(0, 0, 0, 180), 0.0)):
            pen = QPen(colour, 1)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawEllipse(self.to_sheet(at), radius + grown / self.scale, radius + grown / self.scale)

    def _cursor_rect(self, at: QPointF) -> QRect:
        radius = int(self.head.size * self.scale / 2) + 4
        return QRect(int(at.x()) - radius, int(at.y()) - radius, 2 * radius, 2 * radius)

    # --- pen and mouse -------------------------------------------------------------------------------------------

    def tabletEvent(self, event: QTabletEvent) -> None:
        """Accepted, so that Qt sends no mouse event for the same touch; every point of the tablet is kept."""
        kind, eraser = event.type(), event.pointerType() is QPointingDevice.PointerType.Eraser
        pen = self._point(event.position(), event.pressure(), (event.xTilt(), event.yTilt()), event.timestamp())
        if kind == QTabletEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self._begin("tablet", pen, event.modifiers(), eraser)
        elif kind == QTabletEvent.Type.TabletMove and self._pen == "tablet":
            self.tool.move([pen])
        elif kind == QTabletEvent.Type.TabletRelease and self._pen == "tablet":
            self._finish()
        self._hover(event.position(), pen)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = event.position()
        elif event.button() == Qt.MouseButton.LeftButton and not self._pen:
            self._begin("mouse", self._point(event.position(), time=event.timestamp()), event.modifiers(), False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grip is not None:
            moved = event.position() - self._grip
            self._grip = event.position()
            self.move_view(moved.x(), moved.y())
        elif self._pen == "mouse":
            self.tool.move([self._of_mouse(point, event) for point in event.points()])
        if self._pen != "tablet":
            self._hover(event.position(), self._point(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._grip = None
        elif event.button() == Qt.MouseButton.LeftButton and self._pen == "mouse":
            self._finish()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl zooms about the pointer, Shift turns; otherwise the sheet moves."""
        steps = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP**steps, event.position())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.turn(5 * (steps or event.angleDelta().x() / 120))
        else:
            self.move_view(event.angleDelta().x() / 2, event.angleDelta().y() / 2)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys move what is chosen, else the sheet; while Space is held, the pen moves the sheet."""
        steps = {
            Qt.Key.Key_Left: (PAN, 0), Qt.Key.Key_Right: (-PAN, 0), Qt.Key.Key_Up: (0, PAN), Qt.Key.Key_Down: (0, -PAN)
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space and not self._pen:
            self._borrowed = self.tools["hand"]
            self.setCursor(self._borrowed.cursor)
        elif self.tool.key(event) or self._digit(event):
            return
        elif step is None:
            super().keyPressEvent(event)
        else:
            self.move_view(*step)

    def _digit(self, event: QKeyEvent) -> bool:
        """The digits by their key, whatever Shift makes of them."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        digit = event.key() - Qt.Key.Key_0 if Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9 else -1
        if digit < 0 and shift and LINUX_DIGITS <= event.nativeScanCode() < LINUX_DIGITS + 10:
            digit = (event.nativeScanCode() - LINUX_DIGITS + 1) % 10
        if digit < 0:
            return False
        self.digitPressed.emit((digit - 1) % 10, shift)
        return True

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._finish()
            self._borrowed = None
            self.setCursor(self._tool.cursor)
        else:
            super().keyReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._mouse_at = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.view.fitted:
            self.fit()

    # --- inside --------------------------------------------------------------------------------------------------

    def _begin(self, device: str, pen: PenPoint, modifiers: Qt.KeyboardModifier, eraser: bool) -> None:
        self._pen = device
        self.tool.press(pen, modifiers, eraser)

    def _finish(self) -> None:
        if self._pen:
            self._pen = ""
            self.tool.release()

    def _of_mouse(self, point: QEventPoint, event: QMouseEvent) -> PenPoint:
        return self._point(point.position(), time=event.timestamp())

    def _point(
        self, at: QPointF, pressure: float = MOUSE_PRESSURE, tilt: tuple[float, float] = (0, 0), time: float = 0
    ) -> PenPoint:
        place = self.to_sheet(at)
        pressure = pressure if pressure == pressure else 0.0  # a broken driver may say it is no number
        return PenPoint(place.x(), place.y(), min(1.0, max(0.0, pressure)), (float(tilt[0]), float(tilt[1])), time)

    def _hover(self, at: QPointF, pen: PenPoint) -> None:
        if self.tool.round_cursor:
            for place in (self._mouse_at, at):
                if place is not None:
                    self.update(self._cursor_rect(place))
        self._mouse_at = at
        self.tool.hover(pen)
        self.hovered.emit(pen.x, pen.y)

    def _with_live(self, sheet: Sheet, ground: LiveGround) -> Sheet:
        if sheet.number != self.head.layer:
            return sheet
        live: dict[str, Ground] = {"mask" if self.head.on_mask else "ground": ground}
        return replace(sheet, **live)

    def _view_changed(self) -> None:
        self.zoomed.emit(self.scale)
        self.update()
