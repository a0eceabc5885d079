"""Offers to choose from, and drawings kept to reckon with."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.paint.offers import SLOTS, VARIATIONS, Offers
from app.studios.paint.state import PaintState
from app.studios.paint.views.canvas import Canvas
from app.studios.paint.views.thumbnails import GHOST, StrokeButton, paint_lines
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.longlist import LongList

A_ROW, SIDE = 3, 9 * GRID
FAINT, CLEAR = 60, 230


class OfferPanel(QWidget):
    """Nine (or ten) offers as small pictures; hovering shows one on the sheet, a click takes it."""

    def __init__(self, state: PaintState, offers: Offers, canvas: Canvas) -> None:
        super().__init__()
        self._state, self._offers, self._canvas = state, offers, canvas
        self.live = QCheckBox(tr("Offer ways to go on"))
        self.live.setToolTip(tr("After each stroke nine ghosts show how the drawing could go on (G)"))
        self.live.toggled.connect(offers.set_live)
        self.buttons = [self._button(place) for place in range(VARIATIONS)]
        grid = QGridLayout()
        grid.setSpacing(GRID // 2)
        for place, button in enumerate(self.buttons):
            grid.addWidget(button, place // A_ROW, place % A_ROW)
        self.more = push_button(tr("Others"), tr("Other offers of the same kind (Shift+G)"), offers.more)
        self.vary = push_button(tr("Ten variations"), tr("Of what is chosen, or of the whole drawing"), offers.vary)
        row = QHBoxLayout()
        row.addWidget(self.more)
        row.addWidget(self.vary)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.live)
        layout.addLayout(row)
        layout.addLayout(grid)
        offers.changed.connect(self._show)
        canvas.overlays.append(self._paint_ghosts)
        canvas.digitPressed.connect(offers.take)
        self._show()

    def _button(self, place: int) -> StrokeButton:
        hint = tr("Take this one ({key}); with Shift its first stroke", key=(place + 1) % 10)
        button = StrokeButton(QSize(SIDE, SIDE), hint)
        button.taken.connect(lambda first, place=place: self._offers.take(place, first))
        button.marked.connect(lambda on, place=place: self._offers.mark(place if on else None))
        return button

    def _show(self) -> None:
        items = self._offers.items
        given = self._state.document.strokes if items and items[0] and self._offers.continues else ()
        for place, button in enumerate(self.buttons):
            button.show_strokes(given, items[place] if place < len(items) else ())
            button.setVisible(place < max(9, len(items)))
        self._canvas.update()

    def _paint_ghosts(self, painter: QPainter) -> None:
        marked = self._offers.marked
        for place, offer in enumerate(self._offers.items):
            if marked is None or place == marked:
                shade = QColor(GHOST)
                shade.setAlpha(FAINT if marked is None and len(self._offers.items) > 1 else CLEAR)
                paint_lines(painter, offer, shade)


class SpacePanel(QWidget):
    """Drawings A, B and C, a slider between two of them, and sums."""

    def __init__(self, state: PaintState, offers: Offers) -> None:
        super().__init__()
        self._state, self._offers = state, offers
        self.mix = LongList()
        self.mix.setAccessibleName(tr("Mixed with"))
        self.mix.setToolTip(tr("A second category the machine draws a little of, in all it does; type to find one"))
        self.share = NumberField(
            Control(
                id="share", label=tr("Of which"), kind="float", default=0.5, minimum=0.0, maximum=1.0, step=0.05,
                hint=tr("0: nothing of the second category; 1: nothing but it"),
            )
        )  # fmt: skip
        self.slots = {name: self._slot(name) for name in SLOTS}
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        for button in self.slots.values():
            row.addWidget(button)
        self.between = NumberField(
            Control(
                id="between", label=tr("From A to B"), kind="float", default=0.5, minimum=0.0, maximum=1.0, step=0.05,
                hint=tr("What lies between the drawings A and B in the network's space; click its picture to take it"),
            )
        )  # fmt: skip
        self.between.changed.connect(lambda share: offers.between(float(share)))
        self.sum = push_button("A − B + C", tr("What makes A differ from B, put to C"), offers.reckon)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addWidget(self.between)
        layout.addWidget(self.sum)
        label = QLabel(tr("Mix what the machine draws with"))
        label.setBuddy(self.mix)
        for widget in (label, self.mix, self.share):
            layout.addWidget(widget)
        self._show_categories()
        state.modelChanged.connect(self._show_categories)
        self.mix.currentIndexChanged.connect(lambda _: self._take_mix())
        self.share.changed.connect(lambda _: self._take_mix())
        offers.slotsChanged.connect(self._show)

    def _show_categories(self) -> None:
        blocked = self.mix.blockSignals(True)
        self.mix.clear()
        self.mix.addItem(tr("nothing"), "")
        entry = self._state.entry()
        for name in entry.manifest.codec.get("categories", []) if entry and entry.manifest else []:
            self.mix.addItem(tr(name), name)
        self.mix.blockSignals(blocked)
        self._take_mix()

    def _take_mix(self) -> None:
        self._state.mix, self._state.share = self.mix.currentData() or "", float(self.share.value())
        self.share.setEnabled(bool(self._state.mix))

    def _slot(self, name: str) -> QWidget:
        body = QWidget()
        picture = StrokeButton(QSize(SIDE, SIDE), tr("The drawing kept as {name}", name=name))
        picture.setObjectName(f"slot-{name}")
        picture.setEnabled(False)
        hint = tr("Keep what is chosen, or the whole drawing, as {name}", name=name)
        keep = push_button(tr("Keep {name}", name=name), hint, lambda _=False: self._offers.keep(name))
        keep.setFixedWidth(SIDE)
        keep.setStyleSheet("padding: 4px 0")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(picture)
        layout.addWidget(keep)
        return body

    def _show(self) -> None:
        for name, drawing in self._offers.slots.items():
            picture = self.slots[name].findChild(StrokeButton)
            if isinstance(picture, StrokeButton):
                picture.show_strokes((), drawing.strokes)


def push_button(title: str, hint: str, slot: object) -> QPushButton:
    """A push button with a tool tip."""
    button = QPushButton(title)
    button.setToolTip(hint)
    button.clicked.connect(slot)  # pyright: ignore[reportArgumentType]
    return button
