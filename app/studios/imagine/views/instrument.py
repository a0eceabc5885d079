"""The instrument: all sections of the panel that steer the chosen picture."""

from __future__ import annotations

import random

from PySide6.QtCore import QObject

from app.base.i18n import tr
from app.studios.imagine.document import Pictures
from app.studios.imagine.request import ImagineRequest
from app.studios.imagine.state import ImagineState
from app.studios.imagine.steering import Steering
from app.studios.imagine.views.classes import ClassPanel
from app.studios.imagine.views.directions import DirectionPanel, DirectionRows
from app.studios.imagine.views.mixing import MixPanel, NoisePanel
from app.studios.imagine.views.pad import PadPanel
from app.studios.imagine.views.photo import PhotoPanel
from app.studios.imagine.views.picture import PictureView
from app.studios.imagine.views.refill import RefillPanel
from app.studios.imagine.views.source import SourcePanel
from app.ui.widgets.panel import Panel, Section

NEAR = 0.7
"""Standard deviations of a shuffle."""


class Instrument(QObject):
    """Makes the sections, shows in them where the chosen picture stands, and hides what the model does not have."""

    def __init__(self, state: ImagineState, view: PictureView, panel: Panel) -> None:
        super().__init__(state)
        self.steering = Steering(state)
        self._shown: tuple[Pictures, ImagineRequest | None] | None = None
        self.more = DirectionRows(self.steering)
        self.directions = DirectionPanel(self.steering, self.more)
        self.pad, self.classes = PadPanel(self.steering), ClassPanel(self.steering)
        self.mix, self.noise = MixPanel(self.steering), NoisePanel(self.steering)
        self.refill, self.photo = RefillPanel(self.steering, view), PhotoPanel(self.steering, view)
        self.source = SourcePanel(self.steering)
        self.sections = {
            "source": Section(tr("Picture to work on"), self.source),
            "directions": Section(tr("Steer the picture"), self.directions),
            "more": Section(tr("More directions"), self.more, is_open=False),
            "pad": Section(tr("Two directions at once"), self.pad, is_open=False),
            "classes": Section(tr("Mix kinds"), self.classes, is_open=False),
            "mix": Section(tr("Mix styles"), self.mix, is_open=False),
            "noise": Section(tr("Fine grain"), self.noise, is_open=False),
            "refill": Section(tr("Refill an area"), self.refill, is_open=False),
            "photo": Section(tr("From a photo"), self.photo, is_open=False),
        }
        for section in self.sections.values():
            panel.add(section)
        state.documentChanged.connect(self.show_document)
        state.modelChanged.connect(self._show_model)
        self.steering.spaceChanged.connect(self._show_space)
        self.directions.shuffled.connect(self.shuffle)
        self.refill.marking.toggled.connect(lambda on: self.photo.release() if on else None)
        self.photo.comparing.connect(lambda on: self.refill.release() if on else None)
        self._show_model()

    def shuffle(self) -> None:
        """A random place near by, one decimal each, so that it can be told and typed again."""
        rows = self.directions.first.rows
        self.steering.place([(row.direction, round(random.gauss(0, NEAR), 1)) for row in rows])

    def show_document(self) -> None:
        """Show where the chosen picture stands; told of the same again, as at the end of each step, do nothing."""
        shown = self.steering.state.document, self.steering.request
        if self._shown is not None and shown[0] is self._shown[0] and shown[1] == self._shown[1]:
            return
        self._shown = shown
        for panel in (self.directions, self.pad, self.classes, self.mix, self.noise):
            panel.show_places()
        self.refill.show_document()
        self.photo.show_document()
        self.source.show_document()

    def _show_model(self) -> None:
        styled, self._shown = self.steering.is_styled, None
        shown = {
            "source": self.steering.state.works_on is not None, "pad": True,
            "classes": bool(self.steering.state.classes()), "mix": styled,
            "noise": self.steering.has_noise, "refill": styled, "photo": styled,
        }  # fmt: skip
        for name, on in shown.items():
            self.sections[name].setVisible(on)
        self.refill.release()
        self.classes.offer()
        self.steering.load()
        self.show_document()

    def _show_space(self) -> None:
        self._shown = None
        self.directions.offer()
        self.sections["more"].setVisible(bool(self.more.rows))
        self.pad.offer()
        self.show_document()
