"""The page of the studio Paint: a canvas with tools, brushes, colours and layers, and a network that paints along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QGridLayout, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.errors import AtelierError
from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.jobs.services import Services
from app.jobs.worker import Listener
from app.studios.paint.brushes import brush_names
from app.studios.paint.commands import COMMANDS
from app.studios.paint.offers import Offers
from app.studios.paint.painterline import PAINTER
from app.studios.paint.state import ERASER_REACH, RASTER, PaintState
from app.studios.paint.views.brushpanel import LARGEST, BrushPanel
from app.studios.paint.views.canvas import Canvas
from app.studios.paint.views.colours import ColourField
from app.studios.paint.views.heat import HeatView
from app.studios.paint.views.images import image_of, png_of, small_image_of
from app.studios.paint.views.layerpanel import LayerPanel
from app.studios.paint.views.offerpanel import OfferPanel, SpacePanel, push_button
from app.studios.paint.views.painterpanel import PainterPanel
from app.studios.paint.views.painting import Painting
from app.studios.paint.views.sendpanel import SendPanel
from app.studios.paint.views.swatch import brush_sample
from app.studios.paint.views.toolbox import Desk, Toolbox
from app.studios.paint.views.viewport import ZOOM_STEP
from app.ui.studio_page import StudioPage
from app.ui.theme import GRID, current_theme

FIND, AS_LAYER, TO_PAINT = "imagine.find", "paint.layer", "paint.target"
"""What pictures are sent for, from here and to here."""
SENT = 1024
"""Pixels of the longer side of a picture that is sent: the networks that look at it see fewer."""
THICKER = 1.5
TURN = 15.0
PICTURES, MOST_BYTES = "*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff", 400_000_000
SHEETS = ((1024, 768), (768, 1024), (1600, 1200), (2048, 2048), (2480, 3508), (4000, 4000))


class PaintPage(StudioPage[PaintState]):
    """Draw, press Generate, and the machine goes on where you stopped."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.canvas, self.toolbox = Canvas(), Toolbox()
        super().__init__(PaintState(services, card), Desk(self.toolbox, self.canvas))
        self.painting, self.offers = Painting(self.state, self.canvas), Offers(self.state)
        self.heat = HeatView(self.state, self.canvas)
        self.brushes, self.colours, self.layers = BrushPanel(), ColourField(), LayerPanel()
        self.tint = QCheckBox(tr("Tint the machine's strokes"))
        self.tint.setToolTip(tr("Show who drew what; what is saved keeps its colours"))
        self.add_section(tr("Colour"), self.colours, above=True)
        self.add_section(tr("Brush"), self.brushes, above=True)
        self.add_section(tr("Layers"), self.layers, above=True)
        self.add_section(tr("Chosen strokes"), self._stroke_tools(), is_open=False, above=True)
        self.offer_panel = OfferPanel(self.state, self.offers, self.canvas)
        self.space_panel = SpacePanel(self.state, self.offers)
        self.painter_panel = PainterPanel(self.state)
        self._of_painters = [self.add_section(tr("Paint a picture"), self.painter_panel)]
        self._of_pens = [
            self.add_section(tr("Go on with my drawing"), self.offer_panel),
            self.add_section(tr("Between drawings"), self.space_panel, is_open=False),
        ]
        self.add_section(tr("Machine's strokes"), self._machine_tools())
        self.add_section(tr("Sheet"), self._sheet_tools(), is_open=False)
        self.send_panel = SendPanel(self.state, self.send_picture)
        self.add_section(tr("Take it elsewhere"), self.send_panel, is_open=False)
        self._connect_canvas()
        self._connect_panels()
        self._show_family()
        self._show_head()
        self._show_document()
        self._show_samples()

    # --- commands: tools and brush -------------------------------------------------------------------------------

    def take_brush(self) -> None:
        self.toolbox.take("brush")

    def take_rubber(self) -> None:
        self.toolbox.take("rubber")

    def take_eraser(self) -> None:
        self.toolbox.take("eraser")

    def take_fill(self) -> None:
        self.toolbox.take("fill")

    def take_pick(self) -> None:
        self.toolbox.take("pick")

    def take_select(self) -> None:
        self.toolbox.take("select")

    def take_hand(self) -> None:
        self.toolbox.take("hand")

    def thinner(self) -> None:
        self._set_size(self.state.head.size / THICKER)

    def thicker(self) -> None:
        self._set_size(self.state.head.size * THICKER)

    def swap_colour(self) -> None:
        self.colours.swap()

    def toggle_symmetry(self) -> None:
        box = self.brushes.symmetry
        box.setCurrentIndex(box.findData("left-right" if box.currentData() == "none" else "none"))

    # --- commands: strokes, layers, machine ----------------------------------------------------------------------

    def refill(self) -> None:
        self.state.refill()

    def clear(self) -> None:
        self.state.clear()

    def time_lapse(self) -> None:
        self.send_panel.film()

    def paint_along(self) -> None:
        self.send_panel.sheet()

    def plot(self) -> None:
        self.send_panel.plot()

    def insert_picture(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, tr("Picture as layer"), self._folder(), PICTURES)
        if name:
            self.state.insert_picture(lambda: read_bytes(Path(name), MOST_BYTES), Path(name).name)

    def copy_picture(self) -> None:
        self.state.with_picture(image_of, QGuiApplication.clipboard().setImage)

    def send_picture(self) -> None:
        """What is seen to Imagine, which looks for it in its model."""
        self.state.with_picture(lambda seen: small_image_of(seen, SENT), lambda image: self.sent.emit(FIND, image))

    def paste_picture(self) -> None:
        """A picture from the clipboard, of Imagine or of another program, as a layer."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self.state.refuse(tr("There is no picture in the clipboard."), tr("Copy one in another program first."))
            return
        self.state.insert_picture(lambda: png_of(image), tr("Pasted"))

    def receive(self, use: str, picture: QImage) -> None:
        """A picture of another studio: a layer, or what is to be painted."""
        if use == AS_LAYER:
            self.state.insert_picture(lambda: png_of(picture), tr("From Imagine"), fit=True)
        elif use == TO_PAINT and self._painting_model():
            self.state.take_target(lambda: png_of(picture), tr("From Imagine"))

    def open_target(self) -> None:
        if self._painting_model():
            self.painter_panel.open_target()

    def paint_target(self) -> None:
        if self._painting_model():
            self.state.paint_target()

    def imagine(self) -> None:
        if self._painting_model():
            self.state.imagine()

    def toggle_live(self) -> None:
        self.offer_panel.live.toggle()

    def more_offers(self) -> None:
        self.offers.more()

    def vary(self) -> None:
        self.offers.vary()

    def reckon(self) -> None:
        self.offers.reckon()

    def select_all(self) -> None:
        self.take_select()
        self.state.select_all()

    def select_none(self) -> None:
        self.state.select(frozenset())

    def delete_selection(self) -> None:
        self.state.delete_selection()

    def duplicate_selection(self) -> None:
        self.state.duplicate_selection()

    def recolour(self) -> None:
        self.state.restyle_selection(tr("Recolour"), colour=self.state.head.colour)

    def rebrush(self) -> None:
        head = self.state.head
        self.state.restyle_selection(tr("Re-brush"), brush=head.brush, size=head.size, opacity=head.opacity)

    def to_layer(self) -> None:
        self.state.restyle_selection(tr("To layer"), layer=self.state.head.layer)

    def raise_selection(self) -> None:
        self.state.restack_selection(up=True)

    def lower_selection(self) -> None:
        self.state.restack_selection(up=False)

    def add_layer(self) -> None:
        self.state.add_layer()

    def remove_layer(self) -> None:
        self.state.remove_layer()

    def raise_layer(self) -> None:
        self.state.shift_layer(1)

    def lower_layer(self) -> None:
        self.state.shift_layer(-1)

    def layer_above(self) -> None:
        self.state.step_layer(1)

    def layer_below(self) -> None:
        self.state.step_layer(-1)

    # --- commands: the view --------------------------------------------------------------------------------------

    def zoom_in(self) -> None:
        self.canvas.zoom(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.canvas.zoom(1 / ZOOM_STEP)

    def fit(self) -> None:
        self.canvas.fit()

    def turn_left(self) -> None:
        self.canvas.turn(-TURN)

    def turn_right(self) -> None:
        self.canvas.turn(TURN)

    def toggle_heat(self) -> None:
        self.heat.switch.toggle()

    def toggle_tint(self) -> None:
        self.tint.toggle()

    # --- inside --------------------------------------------------------------------------------------------------

    def _connect_canvas(self) -> None:
        canvas, state = self.canvas, self.state
        canvas.strokesDrawn.connect(state.add_strokes)
        canvas.eraseAsked.connect(lambda x, y: state.erase_at(x, y, ERASER_REACH / canvas.scale))
        canvas.fillAsked.connect(state.fill)
        canvas.picked.connect(self._take_colour)
        canvas.moved.connect(state.transform_selection)
        canvas.selectionMade.connect(state.select)
        canvas.refused.connect(state.failed.emit)
        state.documentChanged.connect(self._show_document)
        state.selectionChanged.connect(self._show_selection)
        state.headChanged.connect(self._show_head)
        state.modelChanged.connect(self._show_family)
        self.toolbox.chosen.connect(canvas.take_tool)

    def _connect_panels(self) -> None:
        state, brushes, layers = self.state, self.brushes, self.layers
        brushes.brushChosen.connect(state.take_brush)
        brushes.sizeChosen.connect(lambda size: state.set_head(size=size))
        brushes.opacityChosen.connect(lambda opacity: state.set_head(opacity=opacity))
        brushes.steadyChosen.connect(lambda steady: setattr(self.canvas, "stabiliser", steady))
        brushes.symmetryChosen.connect(self._take_symmetry)
        self.colours.chosen.connect(self._take_colour)
        layers.layerChosen.connect(lambda number: state.set_head(layer=number, on_mask=False))
        layers.changed.connect(lambda changes: state.change_layer(**changes))
        layers.maskPainted.connect(lambda on: state.set_head(on_mask=on))
        asks = {
            "add": self.add_layer, "remove": self.remove_layer, "up": self.raise_layer, "down": self.lower_layer
        }  # fmt: skip
        layers.asked.connect(lambda what: asks[what]())
        self.tint.toggled.connect(lambda _: self._show_tint())
        self.offer_panel.live.toggled.connect(self._show_offers)

    def _stroke_tools(self) -> QWidget:
        """What can be done with the chosen strokes, as buttons."""
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GRID // 2)
        actions = (
            (tr("Recolour"), tr("Give the chosen strokes the colour in hand (Ctrl+U)"), self.recolour),
            (tr("Re-brush"), tr("Paint the chosen strokes with the brush in hand (Ctrl+B)"), self.rebrush),
            (tr("Raise"), tr("One stroke nearer to the eye (Ctrl+])"), self.raise_selection),
            (tr("Lower"), tr("One stroke farther from the eye (Ctrl+[)"), self.lower_selection),
            (tr("Duplicate"), tr("Copies, a little beside (Ctrl+J)"), self.duplicate_selection),
            (tr("Delete"), tr("Take the chosen strokes away (Del)"), self.delete_selection),
        )
        for place, (title, hint, slot) in enumerate(actions):
            grid.addWidget(push_button(title, hint, slot), place // 2, place % 2)
        return body

    def _machine_tools(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        hint = tr("Complete what is taken away: what a frame chose, the chosen strokes, or the machine's last (Ctrl+R)")
        layout.addWidget(push_button(tr("Refill"), hint, self.refill))
        layout.addWidget(self.tint)
        layout.addWidget(self.heat.switch)
        layout.addWidget(self.heat.words)
        return body

    def _sheet_tools(self) -> QWidget:
        """A new sheet of another size."""
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        self.sheets = QComboBox()
        self.sheets.setAccessibleName(tr("Size of a new sheet"))
        self.sheets.setToolTip(tr("The size of a new sheet, in pixels"))
        for width, height in SHEETS:
            self.sheets.addItem(f"{width:,} × {height:,}", (width, height))
        layout.addWidget(self.sheets)
        hint = tr("An empty sheet of this size; the drawing there is can be undone")
        layout.addWidget(push_button(tr("New sheet"), hint, lambda: self.state.new_sheet(*self.sheets.currentData())))
        return body

    def _set_size(self, size: float) -> None:
        self.state.set_head(size=round(min(LARGEST, max(1.0, size)), 1))

    def _take_colour(self, colour: str) -> None:
        self.state.set_head(colour=colour)

    def _take_symmetry(self, name: str) -> None:
        self.canvas.symmetry = name
        self.canvas.update()

    def _painting_model(self) -> bool:
        """Whether a network that paints is chosen, after choosing one if there is."""
        if not self.state.paints:
            models = [entry for entry in self.state.models() if entry.manifest and entry.manifest.family == PAINTER]
            if not models:
                self.state.refuse(tr("There is no network that paints."), tr("Look in Machine ▸ Models…"))
                return False
            self.state.set_model(models[0].id)
        return True

    def _show_family(self) -> None:
        """Show what the chosen network can do: paint pictures, or go on with lines."""
        paints = self.state.paints
        if paints:
            self.offer_panel.live.setChecked(False)
            self.heat.switch.setChecked(False)
        self.heat.switch.setVisible(not paints)
        self.canvas.hint = (
            tr("Paint something, or press Generate: the machine paints your picture, or one from imagination.")
            if paints
            else tr("Draw something, or press Generate to have it drawn.")
        )
        for section in self._of_painters:
            section.setVisible(paints)
        for section in self._of_pens:
            section.setVisible(not paints)

    def _show_offers(self, on: bool) -> None:
        """Bring the offers into sight, once their section is laid out."""
        if on:
            self._of_pens[0].set_open(True)
            QTimer.singleShot(0, self, lambda: self.panel.ensureWidgetVisible(self.offer_panel.buttons[8]))

    def _show_head(self) -> None:
        head = self.state.head
        self.canvas.head = head
        self.brushes.show_head(head)
        self.colours.show_colour(head.colour)
        self.layers.show_layers(self.state.document, head)
        self.canvas.update()

    def _show_document(self) -> None:
        self.painting.show()
        self._show_selection()
        self.layers.show_layers(self.state.document, self.state.head)

    def _show_selection(self) -> None:
        self.canvas.select(self.state.selection)

    def _show_tint(self) -> None:
        self.painting.set_tint(current_theme().accent("paint").name() if self.tint.isChecked() else None)

    def _show_samples(self) -> None:
        """Paint the brushes' samples, in the colour of text, in the background."""
        colour = current_theme().colours.text

        def work(progress: Progress) -> Iterator[list[tuple[str, np.ndarray]]]:
            samples = []
            for name in brush_names():
                progress.check()
                try:
                    samples.append((name, brush_sample(name, colour)))
                except AtelierError:
                    continue  # the list says what is wrong with it
            yield samples

        def show(samples: list[tuple[str, np.ndarray]]) -> None:
            for name, pixels in samples:
                self.brushes.show_sample(name, pixels)

        self.state.services.jobs.submit("paint.samples", work, Listener(partial=show), lane=RASTER)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "tint"):
            self._show_tint()
            self._show_samples()
