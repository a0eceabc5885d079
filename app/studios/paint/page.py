"""The page of the studio Paint: a canvas, pens, and a network that goes on with the drawing."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.i18n import tr
from app.jobs.services import Services
from app.studios.paint.commands import COMMANDS
from app.studios.paint.state import ERASER_REACH, PaintState
from app.studios.paint.views.canvas import ZOOM_STEP, Canvas
from app.studios.paint.views.pens import Pens
from app.ui.studio_page import StudioPage
from app.ui.theme import GRID, current_theme

THICKER = 1.5


class PaintPage(StudioPage[PaintState]):
    """Draw, press Generate, and the machine goes on where you stopped."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.canvas = Canvas()
        super().__init__(PaintState(services, card), self.canvas)
        self.pens = Pens()
        self.tint = QCheckBox(tr("Tint the machine's strokes"))
        self.tint.setToolTip(tr("Show who drew what; what is saved keeps its colours"))
        self.add_section(tr("Pen"), self.pens)
        self.add_section(tr("Machine's strokes"), self._machine_tools())
        self._connect_own()
        self._show_document()

    # --- commands ------------------------------------------------------------------------------------------------

    def refill(self) -> None:
        self.state.refill()

    def clear(self) -> None:
        self.state.clear()

    def take_pen(self) -> None:
        self.pens.pen.setChecked(True)

    def take_eraser(self) -> None:
        self.pens.eraser.setChecked(True)

    def thinner(self) -> None:
        self._set_size(self.state.size / THICKER)

    def thicker(self) -> None:
        self._set_size(self.state.size * THICKER)

    def zoom_in(self) -> None:
        self.canvas.zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.canvas.zoom(1 / ZOOM_STEP)

    def fit(self) -> None:
        self.canvas.fit()

    def toggle_tint(self) -> None:
        self.tint.toggle()

    # --- inside --------------------------------------------------------------------------------------------------

    def _connect_own(self) -> None:
        self.canvas.stroked.connect(self.state.add_stroke)
        self.canvas.erased.connect(lambda x, y: self.state.erase_at(x, y, ERASER_REACH / self.canvas.scale))
        self.pens.sizeChosen.connect(self._take_size)
        self.pens.colourChosen.connect(self._take_colour)
        self.pens.eraserChosen.connect(lambda on: setattr(self.canvas, "erasing", on))
        self.tint.toggled.connect(lambda _: self._show_tint())
        self.state.documentChanged.connect(self._show_document)

    def _machine_tools(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        refill = QPushButton(tr("Draw something else instead"))
        refill.setToolTip(tr("Replace the strokes the machine drew last (Ctrl+R); yours stay"))
        refill.clicked.connect(self.refill)
        layout.addWidget(refill)
        layout.addWidget(self.tint)
        return body

    def _set_size(self, size: float) -> None:
        size = round(min(60.0, max(1.0, size)), 1)
        self.pens.width_field.set_value(size)
        self._take_size(size)

    def _take_size(self, size: float) -> None:
        self.state.size = self.canvas.pen_size = size

    def _take_colour(self, colour: str) -> None:
        self.state.colour = self.canvas.pen_colour = colour
        self.take_pen()

    def _show_tint(self) -> None:
        self.canvas.set_tint(current_theme().accent("paint") if self.tint.isChecked() else None)

    def _show_document(self) -> None:
        self.canvas.show_drawing(self.state.document)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "tint"):
            self._show_tint()
