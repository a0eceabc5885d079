"""Styles taken from other pictures, what the picture is blended towards, and its fine grain."""

from __future__ import annotations

import random
from collections import OrderedDict

import numpy as np
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.imagine.request import StylePart
from app.studios.imagine.space import ALL, COARSE, FINE, MIDDLE
from app.studios.imagine.steering import Steering
from app.studios.imagine.views.slots import PictureSlot
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.bar import MAX_SEED, tool_button

KEPT = 32
SLOTS = {
    COARSE: ("Coarse", "Pose, build and outline come from the picture in here"),
    MIDDLE: ("Middle", "The features come from the picture in here"),
    FINE: ("Fine", "Colour and light come from the picture in here"),
    ALL: ("Towards", "The slider blends the whole picture towards the one in here"),
}


class Thumbnails:
    """Pictures of the styles that parts are taken from, by what the part says; the oldest go first."""

    def __init__(self, steering: Steering) -> None:
        self._steering = steering
        self._made: OrderedDict[tuple[object, ...], np.ndarray | None] = OrderedDict()

    def of(self, part: StylePart) -> np.ndarray | None:
        """The picture, or None and it is asked for."""
        key = _key(part)
        if key not in self._made:
            self._made[key] = None
            self._steering.ask_thumbnail(part)
        return self._made[key]

    def keep(self, part: StylePart, pixels: np.ndarray) -> None:
        self._made[_key(part)] = pixels
        while len(self._made) > KEPT:
            self._made.popitem(last=False)


def _key(part: StylePart) -> tuple[object, ...]:
    return part.styles or (part.seed, part.index), part.first, part.last


class MixPanel(QWidget):
    """Three slots that styles come from, and one the picture is blended towards."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering, self._thumbnails = steering, Thumbnails(steering)
        self.slots: dict[str, PictureSlot] = {}
        row = QHBoxLayout()
        row.setSpacing(0)
        for layers in (COARSE, MIDDLE, FINE):
            row.addWidget(self._slot(layers))
        row.addStretch(1)
        self.share = NumberField(
            Control(
                id="share", label=tr("How far"), kind="float", default=0.0, maximum=1.0, step=0.01,
                hint=tr("0 is the picture as it is, 1 the one in the slot; between them every layer is blended."),
            )
        )  # fmt: skip
        self.share.changed.connect(lambda value: steering.set_share(float(value)))
        towards = QHBoxLayout()
        towards.addWidget(self._slot(ALL))
        towards.addWidget(self.share, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(row)
        layout.addLayout(towards)
        steering.thumbnailMade.connect(self._show_thumbnail)

    def show_places(self) -> None:
        """Show what the chosen picture takes from others."""
        self.setEnabled(self._steering.request is not None)
        for layers, slot in self.slots.items():
            part = self._steering.part(layers)
            slot.show_image(part is not None, self._thumbnails.of(part) if part else None)
        towards = self._steering.part(ALL)
        self.share.setEnabled(towards is not None)
        self.share.set_value(towards.share if towards else 0.0)

    def _slot(self, layers: str) -> PictureSlot:
        title, hint = SLOTS[layers]
        slot = PictureSlot(tr(title), tr(hint), lambda: self._steering.state.document)
        slot.filled.connect(lambda source: self._steering.take(layers, source))
        slot.emptied.connect(lambda: self._steering.clear_part(layers))
        self.slots[layers] = slot
        return slot

    def _show_thumbnail(self, part: StylePart, pixels: np.ndarray) -> None:
        self._thumbnails.keep(part, pixels)
        self.show_places()


class NoisePanel(QWidget):
    """Where the fine grain (pores, hair, brush strokes) comes from."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering = steering
        self.box = QComboBox()
        for name, title in (("seed", tr("Of the seed")), ("frozen", tr("Frozen")), ("off", tr("Off"))):
            self.box.addItem(title, name)
        self.box.setAccessibleName(tr("Fine grain"))
        self.box.setToolTip(
            tr("Hair, pores and strokes: of the seed, each picture has its own; frozen, all have the same; off, none")
        )
        self.box.activated.connect(lambda _: self._set(self.box.currentData()))
        self.dice = tool_button("dice", tr("Another grain on the same picture; it is frozen then"), self.another)
        label = QLabel(tr("Noise"))
        label.setBuddy(self.box)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addWidget(self.box, 1)
        layout.addWidget(self.dice)

    def show_places(self) -> None:
        """Show what the chosen picture has."""
        self.setEnabled(self._steering.request is not None)
        self.box.setCurrentIndex(self.box.findData(self._steering.noise.partition(":")[0]))

    def another(self) -> None:
        """The same picture with another grain."""
        self._steering.set_noise(f"frozen:{random.randint(0, MAX_SEED)}")

    def _set(self, name: str) -> None:
        request = self._steering.request
        self._steering.set_noise(f"frozen:{request.seed if request else 0}" if name == "frozen" else name)
