"""The page of the studio Imagine: a large picture, its candidates, and sliders that it follows."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.card import StudioCard
from app.base.i18n import tr
from app.jobs.services import Services
from app.runtime.manifest import Control
from app.studios.imagine.commands import COMMANDS
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.enlarge import EnlargePanel
from app.studios.imagine.views.grid import CandidateGrid
from app.studios.imagine.views.picture import PictureView, to_image
from app.ui.form import ControlForm
from app.ui.studio_page import StudioPage
from app.ui.theme import GRID
from app.ui.widgets.panel import Section

REACH = 3.0
"""How far a slider goes to each side, in standard deviations."""


class ImaginePage(StudioPage[ImagineState]):
    """Click a candidate, drag a slider, save what you like."""

    commands = COMMANDS

    def __init__(self, services: Services, card: StudioCard) -> None:
        self.picture = PictureView()
        self.grid = CandidateGrid()
        super().__init__(ImagineState(services, card), _side_by_side(self.picture, self.grid))
        self.sliders = ControlForm([])
        self.mixer = ControlForm([])
        self.enlarging = EnlargePanel(self.state)
        self._own_sections: list[Section] = []
        self._info = QLabel()
        self._info.setObjectName("muted")
        self._info.setWordWrap(True)
        self.work.setFocusProxy(self.grid)
        self.grid.chosen.connect(self.state.choose)
        self.state.documentChanged.connect(self._show_document)
        self.state.modelChanged.connect(self._show_own_controls)
        self.enlarging.saveAsked.connect(self.save_enlarged)
        self.enlarging.failed.connect(self.errors.show_error)
        self._show_own_controls()
        self.add_section(tr("Enlarge"), self.enlarging, is_open=False)
        self._show_document()

    # --- commands ------------------------------------------------------------------------------------------------

    def save_all(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.state.save_all(path, self.state.services.settings.values.embed_recipe)

    def enlarge(self) -> None:
        self.enlarging.enlarge_chosen()

    def save_enlarged(self) -> None:
        path = self._ask_path()
        if path is not None:
            self.enlarging.save_enlarged(path, self.state.services.settings.values.embed_recipe)

    def copy(self) -> None:
        chosen = self.state.document.chosen
        if chosen is not None:
            QGuiApplication.clipboard().setImage(to_image(chosen))

    def reset(self) -> None:
        self.state.steer(())

    def shuffle(self) -> None:
        """A random place near by, one decimal each, so that it can be told and typed again."""
        self.state.steer(tuple(round(random.gauss(0, 0.7), 1) for _ in self.sliders.fields))

    def choose_next(self) -> None:
        self.state.choose(self.state.document.selected + 1)

    def choose_previous(self) -> None:
        self.state.choose(self.state.document.selected - 1)

    # --- inside --------------------------------------------------------------------------------------------------

    def _show_own_controls(self) -> None:
        """Sliders and mixer of the chosen model."""
        for section in self._own_sections:
            self.panel.remove(section)
        self.sliders = ControlForm(_slider_controls(self.state.direction_count()))
        self.sliders.changed.connect(lambda *_: self._steer())
        self.mixer = ControlForm(_mixer_controls(self.state.classes()))
        self.mixer.changed.connect(lambda *_: self._blend())
        self._own_sections = [
            self.add_section(tr("Steer the picture"), self._with_buttons(self.sliders)),
            self.add_section(tr("Blend"), self.mixer, is_open=False),
            self.add_section(tr("The picture"), self._about_picture(), is_open=False),
        ]
        self._show_document()

    def _steer(self) -> None:
        self.state.steer(tuple(float(field.value()) for field in self.sliders.fields.values()))

    def _blend(self) -> None:
        share = float(self.mixer.fields["share"].value())
        self.state.blend(((str(self.mixer.fields["other"].value()), share),) if share else ())

    def _show_document(self) -> None:
        document = self.state.document
        self.picture.show_picture(document.chosen)
        self.grid.show_pictures(document)
        offsets = self.state.offsets
        self.sliders.set_values(
            {name: offsets[i] if i < len(offsets) else 0.0 for i, name in enumerate(self.sliders.fields)}
        )
        for other, share in self.state.mix[:1] or (("", 0.0),):
            self.mixer.set_values({"share": share, **({"other": other} if other else {})})
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

    def _with_buttons(self, form: ControlForm) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(form)
        row = QHBoxLayout()
        for title, hint, slot in (
            (tr("Reset"), tr("Back to where the seed put the picture"), self.reset),
            (tr("Shuffle"), tr("A random place near by"), self.shuffle),
        ):
            button = QPushButton(title)
            button.setToolTip(hint)
            button.clicked.connect(slot)
            row.addWidget(button)
        layout.addLayout(row)
        return body

    def _about_picture(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        self._info = QLabel()
        self._info.setObjectName("muted")
        self._info.setWordWrap(True)
        smooth = QCheckBox(tr("Smooth"))
        smooth.setToolTip(tr("Blend between the pixels; off shows each as a square. What is saved stays the same."))
        smooth.setChecked(self.picture.smooth)
        smooth.toggled.connect(self.picture.set_smooth)
        layout.addWidget(self._info)
        layout.addWidget(smooth)
        return body


def _side_by_side(picture: QWidget, grid: QWidget) -> QWidget:
    body = QWidget()
    layout = QHBoxLayout(body)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addWidget(picture, 3)
    layout.addWidget(grid, 2)
    body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return body


def _slider_controls(count: int) -> list[Control]:
    return [
        Control(
            id=f"direction-{number}",
            label=tr("Direction {number}", number=number),
            kind="float",
            default=0.0,
            minimum=-REACH,
            maximum=REACH,
            step=0.1,
            hint=tr("Moves the picture along one main direction of what the network can make; the first change most."),
        )
        for number in range(1, count + 1)
    ]


def _mixer_controls(classes: list[str]) -> list[Control]:
    if not classes:
        return []
    return [
        Control(
            id="other",
            label=tr("With"),
            kind="choice",
            default=classes[0],
            choices=classes,
            hint=tr("The kind that is mixed into the chosen picture."),
        ),
        Control(
            id="share",
            label=tr("How much"),
            kind="float",
            default=0.0,
            maximum=1.0,
            step=0.05,
            hint=tr("0 leaves the picture's own kind, 1 turns it into the other."),
        ),
    ]
