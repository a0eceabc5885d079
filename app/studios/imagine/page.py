"""The page of the studio Imagine: a large picture, its candidates, and sliders that it follows."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.i18n import tr
from app.jobs.services import Services
from app.studios.imagine.commands import COMMANDS
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.bench import FAMILY, GALLERY
from app.studios.imagine.views.beside import Beside
from app.studios.imagine.views.enlarge import EnlargePanel
from app.studios.imagine.views.evidence import EvidencePanel
from app.studios.imagine.views.grid import CandidateGrid
from app.studios.imagine.views.insight import InsightPanel
from app.studios.imagine.views.instrument import Instrument
from app.studios.imagine.views.picture import PictureView, to_image
from app.studios.imagine.views.rooms import Rooms
from app.ui.studio_page import StudioPage
from app.ui.theme import GRID


class ImaginePage(StudioPage[ImagineState]):
    """Click a candidate, drag a slider, save what you like."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.picture = PictureView()
        self.grid = CandidateGrid()
        state = ImagineState(services, card)
        self.rooms = Rooms(state, self.picture, self.grid, Beside(self.picture, self.grid))
        super().__init__(state, self.rooms.bench)
        self.enlarging = EnlargePanel(self.state)
        self.evidence = EvidencePanel(self.state)
        self._info = QLabel()
        self.instrument = Instrument(self.state, self.picture, self.panel)
        self._breed = self.add_section(tr("Breed"), self.rooms.breed, is_open=False)
        self.rooms.breeding.changed.connect(self._show_breeding)
        self.add_section(tr("The picture"), self._about_picture(), is_open=False)
        self.work.setFocusProxy(self.grid)
        self.grid.chosen.connect(self.state.choose)
        self.state.documentChanged.connect(self._show_document)
        self.enlarging.saveAsked.connect(self.save_enlarged)
        self.enlarging.failed.connect(self.errors.show_error)
        self.evidence.failed.connect(self.errors.show_error)
        self.insight = InsightPanel(self.state, self.grid)
        self.insight.failed.connect(self.errors.show_error)
        self.add_section(tr("Enlarge"), self.enlarging, is_open=False)
        self.made_by = self.add_section(tr("Made by a generator?"), self.evidence, is_open=False)
        self.add_section(tr("How it works"), self.insight, is_open=False)
        self._show_document()

    # --- commands ------------------------------------------------------------------------------------------------

    def save_all(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.state.save_all(path, self.state.services.settings.values.embed_recipe)

    def enlarge(self) -> None:
        self.enlarging.enlarge_chosen()

    def weigh_evidence(self) -> None:
        self.made_by.set_open(True)
        self.evidence.weigh_chosen()

    def save_enlarged(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.enlarging.save_enlarged(path, self.state.services.settings.values.embed_recipe)

    def copy(self) -> None:
        chosen = self.state.document.chosen
        if chosen is not None:
            QGuiApplication.clipboard().setImage(to_image(chosen))

    def send_layer(self) -> None:
        self._send("paint.layer")

    def send_target(self) -> None:
        self._send("paint.target")

    def receive(self, use: str, picture: QImage) -> None:
        """A picture of another studio, to be looked for in the model; a model that can is chosen if need be."""
        if use == "imagine.find":
            self.instrument.photo.find_image(picture)

    def reset(self) -> None:
        self.instrument.steering.reset()

    def shuffle(self) -> None:
        self.instrument.shuffle()

    def another_noise(self) -> None:
        self.instrument.noise.another()

    def mark(self) -> None:
        self.instrument.sections["refill"].set_open(True)
        self.instrument.refill.marking.toggle()

    def clear_marks(self) -> None:
        self.instrument.refill.clear()

    def refill(self) -> None:
        self.instrument.refill.refill()

    def find_photo(self) -> None:
        self.instrument.photo.ask()

    def find_shown(self) -> None:
        self.instrument.photo.find_shown()

    def compare(self) -> None:
        self.instrument.photo.compare.toggle()

    def stop(self) -> None:
        super().stop()
        self.rooms.stop()

    def keep(self) -> None:
        self.rooms.keep()

    def star_picture(self) -> None:
        self.rooms.star()

    def parent(self) -> None:
        self.rooms.parent()

    def breed(self) -> None:
        self.rooms.breeding.breed()

    def find_cousin(self) -> None:
        self.rooms.breeding.find_cousin()

    def add_key(self) -> None:
        self.rooms.add_key()

    def play(self) -> None:
        self.rooms.play()

    def toggle_walk(self) -> None:
        self.rooms.toggle_walk()

    def show_gallery(self) -> None:
        self.rooms.show_view(GALLERY)

    def show_family(self) -> None:
        self.rooms.show_view(FAMILY)

    def close_down(self) -> None:
        self.rooms.close_down()

    def choose_next(self) -> None:
        self.state.choose(self.state.document.selected + 1)

    def choose_previous(self) -> None:
        self.state.choose(self.state.document.selected - 1)

    # --- inside --------------------------------------------------------------------------------------------------

    def _send(self, use: str) -> None:
        """The chosen picture to another studio."""
        chosen = self.state.document.chosen
        if chosen is not None:
            self.sent.emit(use, to_image(chosen))

    def _show_breeding(self) -> None:
        """The first parent opens its panel and brings it into sight, once that is laid out."""
        if len(self.rooms.breeding.parents) == 1:
            self._breed.set_open(True)
            QTimer.singleShot(0, self, lambda: self.panel.ensureWidgetVisible(self.rooms.breed.verdict))

    def _show_document(self) -> None:
        document = self.state.document
        self.picture.show_picture(document.chosen)
        self.grid.show_pictures(document)
        self._info.setText(self._describe())

    def _describe(self) -> str:
        chosen = self.state.document.chosen
        if chosen is None:
            return tr("No picture yet.")
        size = tr("{width} × {height} pixels", width=chosen.width, height=chosen.height)
        if chosen.request is None:
            return tr("{size}, opened from a file", size=size)
        opinion = "–" if chosen.opinion is None else f"{chosen.opinion:+.1f}"
        return tr(
            "{size}, seed {seed}, number {number}\nThe discriminator: {opinion} (higher looks more real to it)",
            size=size,
            seed=chosen.request.seed,
            number=chosen.request.index + 1,
            opinion=opinion,
        )

    def _about_picture(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        self._info.setObjectName("muted")
        self._info.setWordWrap(True)
        smooth = QCheckBox(tr("Smooth"))
        smooth.setToolTip(tr("Blend between the pixels; off shows each as a square. What is saved stays the same."))
        smooth.setChecked(self.picture.smooth)
        smooth.toggled.connect(self.picture.set_smooth)
        layout.addWidget(self._info)
        layout.addWidget(smooth)
        for title, hint, slot in (
            (tr("To Paint as a layer"), tr("As large as the sheet there; paint over it or under it"), self.send_layer),
            (tr("To Paint to be painted"), tr("The painting network paints it in strokes"), self.send_target),
        ):
            button = QPushButton(title)
            button.setToolTip(hint)
            button.clicked.connect(slot)
            layout.addWidget(button)
        return body
