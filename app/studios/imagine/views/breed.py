"""The panel “Breed”: parents and their shares, how strange the children are, how alike the candidates."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget
from superqt import QDoubleSlider

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.imagine.breeding import Breeding, Shares
from app.studios.imagine.document import Picture
from app.studios.imagine.lineage import ALIKE, COLLAPSED, Variety
from app.studios.imagine.state import ImagineState
from app.studios.imagine.views.picture import to_image
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

SIDE = 6 * GRID
MOST_CANDIDATES = 64
GROUPS = 3


class BreedPanel(QWidget):
    """How many candidates, their parents, and the buttons that make more of them."""

    def __init__(self, state: ImagineState, breeding: Breeding) -> None:
        super().__init__()
        self._state, self._breeding = state, breeding
        hints = (
            tr("How many pictures Generate and Breed make; kept ones stay"),
            tr("How much of each child is new and comes of no parent"),
            tr("0: all children alike; higher: each takes after other parents"),
        )
        self.count = _field("count", tr("Candidates"), state.count, (1, MOST_CANDIDATES, 1), hints[0])
        self.strangeness = _field("strange", tr("Strangeness"), breeding.strangeness, (0.0, 1.0, 0.05), hints[1])
        self.spread = _field("spread", tr("Difference"), breeding.spread, (0.0, 3.0, 0.1), hints[2])
        self._hint = QLabel(tr("Ctrl+click candidates to make them parents, or press P on one."))
        self._hint.setObjectName("muted")
        self._hint.setWordWrap(True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID)
        crossing = tr("Cross the parents; the children replace all that is not kept (B)")
        stranger = tr("Of 64 random pictures, that least like the candidates replaces the last that is not kept")
        self.run = _button(tr("Breed"), crossing, breeding.breed)
        self.clear = _button(tr("Clear"), tr("No parents any more"), breeding.clear)
        self.cousin = _button(tr("Furthest cousin"), stranger, breeding.find_cousin)
        self.meter, self.verdict = QProgressBar(), QLabel()
        self._lay_out()
        self.count.changed.connect(lambda value: setattr(state, "count", int(value)))
        self.strangeness.changed.connect(lambda value: setattr(breeding, "strangeness", float(value)))
        self.spread.changed.connect(lambda value: setattr(breeding, "spread", float(value)))
        breeding.changed.connect(self._show_parents)
        breeding.measured.connect(self.show_variety)
        state.modelChanged.connect(self._show_parents)
        self._show_parents()
        self.show_variety(None)

    def show_variety(self, variety: Variety | None) -> None:
        """Say how alike the candidates are, and warn where they are too much so."""
        self.meter.setVisible(variety is not None)
        if variety is None:
            self.verdict.setText("")
            return
        percent = round(100 * variety.ratio)
        self.meter.setValue(min(100, percent))
        words = tr("The {count} candidates differ {percent} % as much as random pictures of their kinds.").format(
            count=variety.count, percent=percent
        )
        warning = ""
        if variety.ratio < COLLAPSED:
            warning = tr("This lineage has collapsed: bring in a cousin, or more strangeness.")
        elif variety.ratio < ALIKE:
            warning = tr("They are getting alike.")
        self.verdict.setObjectName("problem" if variety.ratio < COLLAPSED else "muted")
        self.verdict.setText(f"{words} {warning}".strip())
        self.verdict.style().polish(self.verdict)

    def _show_parents(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        entry = self._state.entry()
        layered = bool(entry and entry.manifest and int(entry.manifest.codec.get("layers", 1)) >= GROUPS)
        for picture, shares in self._breeding.parents:
            self._rows.addWidget(_ParentRow(picture, shares, layered, self._breeding))
        some = bool(self._breeding.parents)
        self._hint.setVisible(not some)
        self.run.setEnabled(some)
        self.clear.setEnabled(some)

    def _lay_out(self) -> None:
        self.meter.setRange(0, 100)
        self.meter.setTextVisible(False)
        self.meter.setAccessibleName(tr("How different the candidates are"))
        self.meter.setToolTip(tr("Full: as different as random pictures; empty: all the same"))
        self.verdict.setWordWrap(True)
        self.verdict.setObjectName("muted")
        buttons = QHBoxLayout()
        buttons.addWidget(self.run, 1)
        buttons.addWidget(self.clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addWidget(self.count)
        layout.addWidget(self._hint)
        layout.addLayout(self._rows)
        layout.addWidget(self.strangeness)
        layout.addWidget(self.spread)
        layout.addLayout(buttons)
        layout.addWidget(self.cousin)
        layout.addWidget(self.meter)
        layout.addWidget(self.verdict)


class _ParentRow(QWidget):
    """A parent's picture and its shares: one slider, or three where the model has layers."""

    def __init__(self, picture: Picture, shares: Shares, layered: bool, breeding: Breeding) -> None:
        super().__init__()
        self._key, self._breeding, self._layered = picture.key, breeding, layered
        thumbnail = QLabel()
        pixmap = QPixmap.fromImage(to_image(picture))
        size = QSize(SIDE, SIDE)
        thumbnail.setPixmap(
            pixmap.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
        thumbnail.setFixedSize(size)
        names = (tr("Coarse"), tr("Middle"), tr("Fine")) if layered else (tr("Share"),)
        self.sliders = [self._slider(name, share) for name, share in zip(names, shares, strict=False)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(0)
        grid.addWidget(thumbnail, 0, 0, len(names), 1)
        for line, (name, slider) in enumerate(zip(names, self.sliders, strict=True)):
            label = QLabel(name)
            label.setObjectName("muted")
            grid.addWidget(label, line, 1)
            grid.addWidget(slider, line, 2)
        leave = tool_button("close", tr("No longer a parent"), lambda: breeding.toggle(picture))
        grid.addWidget(leave, 0, 3, len(names), 1)

    def _slider(self, name: str, share: float) -> QDoubleSlider:
        slider = QDoubleSlider(Qt.Orientation.Horizontal)
        slider.setRange(0.0, 1.0)
        slider.setValue(share)
        slider.setAccessibleName(name)
        slider.setToolTip(tr("How much the children take after this parent, against the others"))
        slider.valueChanged.connect(lambda _: self._tell())
        return slider

    def _tell(self) -> None:
        values = [slider.value() for slider in self.sliders]
        coarse, middle, fine = values if self._layered else values * GROUPS
        self._breeding.set_shares(self._key, (coarse, middle, fine))


def _field(name: str, label: str, value: float, ends: tuple[float, float, float], hint: str) -> NumberField:
    """A number between two *ends*, by the step that is the third of them; whole if its value is."""
    least, most, step = ends
    return NumberField(
        Control(
            id=name, label=label, kind="int" if isinstance(value, int) else "float", default=value, minimum=least,
            maximum=most, step=step, hint=hint,
        )
    )  # fmt: skip


def _button(title: str, hint: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(title)
    button.setToolTip(hint)
    button.clicked.connect(lambda _=False: slot())
    return button
