"""The family tree of the chosen picture: ancestors above it, children under it, lines between them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from app.base.i18n import tr
from app.studios.imagine.archive import Archive
from app.studios.imagine.document import Picture
from app.studios.imagine.kinship import Family, family_of
from app.studios.imagine.request import Parent
from app.studios.imagine.views.picture import to_image
from app.ui.theme import GRID, SMALL, current_theme

LARGEST, GAP = 14 * GRID, 4 * GRID
LABEL = 16 * GRID


class FamilyView(QWidget):
    """A click, or arrow keys and Return, goes back to a relative; resting on a parent tells its share."""

    chosen = Signal(str)
    """The key of a relative to go to."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive
        self._picture: Picture | None = None
        self._family = Family((), ())
        self._images: dict[str, QImage] = {}
        self._focus = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Family tree"))

    @property
    def keys(self) -> list[str]:
        """The relatives shown, the oldest first."""
        return [relative.key for relative in self._family.relatives]

    def show_picture(self, picture: Picture | None) -> None:
        """Look for the family of *picture* and show it."""
        self._picture = picture
        if picture is None:
            self._show(Family((), ()), {})
            return
        key = picture.key
        parents = tuple(parent.key for parent in self._parents())

        def ask() -> tuple[Family, dict[str, QImage]]:
            family = family_of(key, parents, self._archive.gallery)
            images = {one.key: QImage.fromData(one.thumbnail) for one in family.relatives if one.thumbnail}
            return family, images

        self._archive.read("family", ask, lambda found: self._show(*found))

    def cells(self) -> dict[str, QRect]:
        """Where each relative is painted."""
        rows: dict[int, list[str]] = {}
        for relative in self._family.relatives:
            rows.setdefault(relative.older, []).append(relative.key)
        widest = max((len(row) for row in rows.values()), default=1)
        room = self.rect().adjusted(LABEL, 2 * GRID, -2 * GRID, -2 * GRID)
        side = min(
            LARGEST,
            (room.height() - GAP * (len(rows) - 1)) // max(1, len(rows)),
            (room.width() + GRID) // widest - GRID,
        )
        side = max(2 * GRID, side)
        places = {}
        for line, older in enumerate(sorted(rows, reverse=True)):
            row = rows[older]
            left = room.center().x() - (len(row) * (side + GRID) - GRID) // 2
            for column, key in enumerate(row):
                places[key] = QRect(left + column * (side + GRID), room.top() + line * (side + GAP), side, side)
        return places

    # --- inside --------------------------------------------------------------------------------------------------

    def _parents(self) -> tuple[Parent, ...]:
        return self._picture.request.parents if self._picture and self._picture.request else ()

    def _show(self, family: Family, images: dict[str, QImage]) -> None:
        self._family, self._images, self._focus = family, images, 0
        if self._picture is not None:
            self._images[self._picture.key] = to_image(self._picture)
            self._focus = max(0, self.keys.index(self._picture.key)) if self._picture.key in self.keys else 0
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.fillRect(self.rect(), theme.colour("work"))
        if len(self._family.relatives) < 2:
            painter.setPen(theme.colour("muted"))
            words = tr("This picture has no family yet: press P on two or more candidates, then Breed.")
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
            return
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        places = self.cells()
        self._paint_lines(painter, places)
        self._paint_labels(painter, places)
        own = self._picture.key if self._picture else ""
        for place, (key, rect) in enumerate(places.items()):
            painter.fillRect(rect, theme.colour("hover"))
            if key in self._images:
                painter.drawImage(rect, self._images[key])
            painter.setPen(QPen(theme.colour("border"), 1))
            if key == own:
                painter.setPen(QPen(theme.accent("imagine"), 3))
            elif self.hasFocus() and place == self._focus:
                painter.setPen(QPen(theme.colour("text"), 2))
            painter.drawRect(rect)

    def _paint_lines(self, painter: QPainter, places: dict[str, QRect]) -> None:
        own = self._picture.key if self._picture else ""
        for child, parent in self._family.kin:
            if child not in places or parent not in places:
                continue
            below, above = places[child], places[parent]
            start, end = QPointF(above.center().x(), above.bottom() + 1), QPointF(below.center().x(), below.top())
            bend = (end.y() - start.y()) / 2
            path = QPainterPath(start)
            path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
            near = own in (child, parent)
            painter.setPen(QPen(current_theme().accent("imagine") if near else current_theme().colour("border"), 2))
            painter.drawPath(path)

    def _paint_labels(self, painter: QPainter, places: dict[str, QRect]) -> None:
        names = {-1: tr("Children"), 0: tr("This picture"), 1: tr("Parents"), 2: tr("Grandparents")}
        font = painter.font()
        font.setPixelSize(SMALL)
        painter.setFont(font)
        painter.setPen(current_theme().colour("muted"))
        rows = {relative.older: places[relative.key] for relative in self._family.relatives}
        for older, rect in rows.items():
            label = names.get(older, tr("{count} generations before", count=older))
            room = QRect(2 * GRID, rect.top(), LABEL - 3 * GRID, rect.height())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, label)

    def _at(self, point: QPoint) -> str:
        return next((key for key, rect in self.cells().items() if rect.contains(point)), "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self._at(event.position().toPoint())
        if key:
            self.chosen.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}
        if event.key() in steps and self.keys:
            self._focus = (self._focus + steps[Qt.Key(event.key())]) % len(self.keys)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.keys:
            self.chosen.emit(self.keys[self._focus])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._told(self._at(event.pos())), self)
            return True
        return super().event(event)

    def _told(self, key: str) -> str:
        for parent in self._parents():
            if parent.key == key:
                total = [sum(other.shares[group] for other in self._parents()) for group in range(3)]
                shares = [round(100 * parent.shares[group] / total[group]) for group in range(3)]
                return tr(
                    "Wished for: {coarse} % of the coarse, {middle} % of the middle, {fine} % of the fine"
                ).format(coarse=shares[0], middle=shares[1], fine=shares[2])
        return tr("Go back to this picture") if key else ""
