"""Marking an area of the picture, and making it anew."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.imagine.marks import marks_from_png, marks_to_png
from app.studios.imagine.space import COARSE, FINE, MIDDLE, layer_range
from app.studios.imagine.steering import Steering
from app.studios.imagine.views.marking import MarkBrush
from app.studios.imagine.views.picture import PictureView
from app.ui.form import NumberField
from app.ui.theme import GRID

SMALLEST, LARGEST = 2, 60
"""Sizes of the brush, in hundredths of the picture's side."""


def _number(name: str, label: str, default: int, maximum: int, unit: str, hint: str, minimum: int = 0) -> NumberField:
    return NumberField(
        Control(
            id=name, label=label, kind="int", default=default, minimum=minimum, maximum=maximum, unit=unit, hint=hint
        )
    )


class RefillPanel(QWidget):
    """A brush for the area, how much of it may change, and the button."""

    def __init__(self, steering: Steering, view: PictureView) -> None:
        super().__init__()
        self._steering, self._view, self.brush = steering, view, MarkBrush()
        self.marking = QPushButton(tr("Mark an area"))
        self.marking.setCheckable(True)
        self.marking.setToolTip(tr("Paint on the picture what is to be made anew (Ctrl+M); right button erases"))
        self.marking.toggled.connect(lambda on: view.take_tool(self.brush if on else None))
        self.clear_button = QPushButton(tr("Clear"))
        self.clear_button.setToolTip(tr("Nothing marked (Ctrl+Shift+M)"))
        self.clear_button.clicked.connect(self.clear)
        self.width_field = _number("size", tr("Brush"), 20, LARGEST, "%", tr("Width of the brush, [ and ]"), SMALLEST)
        self.feather = _number("feather", tr("Soft edge"), 4, 20, "%", tr("How softly the new area ends in the old"))
        self.erases = QCheckBox(tr("Erase"))
        self.erases.setToolTip(tr("The brush takes marks away"))
        self.what = self._what()
        self.count = _number("count", tr("Alternatives"), 6, 16, "", tr("So many are made to choose from"), 1)
        self.button = QPushButton(tr("Refill"))
        self.button.setToolTip(tr("Make the marked area anew, and nothing else (Ctrl+R); once more gives others"))
        self.button.clicked.connect(self.refill)
        self._lay_out()
        self._connect()

    def show_document(self) -> None:
        """Show the marks of the document on the picture."""
        document = self._steering.state.document
        chosen = document.chosen
        self.setEnabled(self._steering.request is not None)
        side = chosen.width if chosen and chosen.width == chosen.height else 1
        self.brush.marks = marks_from_png(document.marks, side)
        self._view.update()

    def refill(self) -> None:
        """Alternatives for the marked area."""
        mask = self.brush.mask
        if not mask.any():
            self._steering.state.failed.emit(
                AtelierError(
                    ErrorKind.BAD_INPUT, tr("No area is marked."), tr("Paint one on the picture first (Ctrl+M).")
                )
            )
            return
        first, _ = layer_range(self.what.currentData(), self._steering.layers)
        self.marking.setChecked(False)
        self._steering.state.refill(marks_to_png(mask), first, int(self.count.value()))

    def clear(self) -> None:
        """Nothing marked."""
        self._steering.state.mark(b"")

    def release(self) -> None:
        """Put the brush away; another tool is taken."""
        self.marking.setChecked(False)

    def _keep(self) -> None:
        self._steering.state.mark(marks_to_png(self.brush.marks) if self.brush.marks.any() else b"")

    def _set_size(self, value: float) -> None:
        self.brush.radius = value / 200
        self._view.update()

    def _set_feather(self, value: float) -> None:
        self.brush.feather = value / 100
        self._view.update()

    def _resize(self, radius: float) -> None:
        self.width_field.set_value(min(LARGEST, max(SMALLEST, round(200 * radius))))
        self._set_size(self.width_field.value())

    def _connect(self) -> None:
        self.width_field.changed.connect(self._set_size)
        self.feather.changed.connect(self._set_feather)
        self.erases.toggled.connect(lambda on: setattr(self.brush, "erases", on))
        self.brush.marked.connect(self._keep)
        self.brush.resized.connect(self._resize)

    def _what(self) -> QComboBox:
        box = QComboBox()
        for title, name in (
            (tr("Everything"), COARSE),
            (tr("Features and colour"), MIDDLE),
            (tr("Colour"), FINE),
        ):
            box.addItem(title, name)
        box.setAccessibleName(tr("What may change"))
        box.setToolTip(tr("What of the area may become different; what may not keeps the picture's own layers"))
        return box

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        top, label = QHBoxLayout(), QLabel(tr("What may change"))
        label.setBuddy(self.what)
        top.addWidget(self.marking, 1)
        top.addWidget(self.clear_button)
        layout.addLayout(top)
        for widget in (self.width_field, self.feather, self.erases, label, self.what, self.count, self.button):
            layout.addWidget(widget)
