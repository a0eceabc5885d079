"""Widgets made from the controls a model declares: sliders, lists, switches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from superqt import QDoubleSlider

from app.base.i18n import tr
from app.runtime.manifest import MAX_TEXT, Control, ControlValue
from app.ui.theme import GRID
from app.ui.widgets.longlist import MANY, LongList


def inset(box: QAbstractSpinBox) -> None:
    """Keep the digits off the border; a style sheet can't, its padding does not reach the field inside."""
    box.lineEdit().setTextMargins(GRID // 2, 0, GRID // 2, 0)


def put_under_label(field: QWidget, inner: QWidget, control: Control) -> None:
    """Lay *inner* out in *field* under the control's label, with its hint as the tool tip."""
    inner.setToolTip(tr(control.hint))
    inner.setAccessibleName(tr(control.label))
    label = QLabel(tr(control.label))
    label.setBuddy(inner)
    layout = QVBoxLayout(field)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(GRID // 2)
    layout.addWidget(label)
    layout.addWidget(inner)


class NumberField(QWidget):
    """A labelled slider with an exact value beside it."""

    changed = Signal(object)
    """The new value, an int or a float as the control declares, on each step of the slider."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = control.kind == "int"
        step = control.step or (1 if self._whole else (control.maximum - control.minimum) / 100)
        self._box = self._spin_box(control, step)
        self._slider = QDoubleSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(control.minimum, control.maximum)
        self._slider.setSingleStep(step)
        self._slider.setPageStep(10 * step)
        label = QLabel(tr(control.label))
        label.setBuddy(self._box)
        for widget in (self, self._box, self._slider, label):
            widget.setToolTip(tr(control.hint))
        self._box.setAccessibleName(tr(control.label))
        self._slider.setAccessibleName(tr(control.label))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(GRID // 4)
        self._grid.addWidget(label, 0, 0)
        self._grid.addWidget(self._box, 0, 1, Qt.AlignmentFlag.AlignRight)
        self._grid.addWidget(self._slider, 1, 0, 1, 2)
        self.set_value(control.default)
        self._slider.valueChanged.connect(self._from_slider)
        self._box.valueChanged.connect(self._from_box)

    def value(self) -> float | int:
        return self._box.value()

    def set_value(self, value: ControlValue) -> None:
        """Show *value* without telling anyone."""
        for widget in (self._box, self._slider):
            blocked = widget.blockSignals(True)
            widget.setValue(int(value) if self._whole else float(value))  # pyright: ignore[reportArgumentType]
            widget.blockSignals(blocked)

    def put_beside(self, widget: QWidget) -> None:
        """Give the slider a neighbour at its right."""
        self._grid.removeWidget(self._slider)
        self._grid.addWidget(self._slider, 1, 0)
        self._grid.addWidget(widget, 1, 1, Qt.AlignmentFlag.AlignRight)

    def _from_slider(self, value: float) -> None:
        self._box.setValue(round(value) if self._whole else value)  # pyright: ignore[reportArgumentType]

    def _from_box(self, value: float) -> None:
        blocked = self._slider.blockSignals(True)
        self._slider.setValue(value)
        self._slider.blockSignals(blocked)
        self.changed.emit(value)

    def _spin_box(self, control: Control, step: float) -> QSpinBox | QDoubleSpinBox:
        suffix = f" {tr(control.unit)}" if control.unit else ""
        if self._whole:
            box = QSpinBox()
            box.setRange(int(control.minimum), int(control.maximum))
            box.setSingleStep(int(step))
        else:
            box = QDoubleSpinBox()
            box.setDecimals(2)
            box.setRange(control.minimum, control.maximum)
            box.setSingleStep(step)
        inset(box)
        box.setSuffix(suffix)
        box.setKeyboardTracking(False)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setFixedWidth(9 * GRID)
        return box


class ChoiceField(QWidget):
    """A labelled list; a long one can be searched by typing."""

    changed = Signal(object)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = LongList() if len(control.choices) >= MANY else QComboBox()
        for choice in control.choices:
            self._box.addItem(tr(choice), choice)
        put_under_label(self, self._box, control)
        self.set_value(control.default)
        self._box.currentIndexChanged.connect(lambda _: self.changed.emit(self.value()))

    def value(self) -> str:
        return str(self._box.currentData())

    def set_value(self, value: ControlValue) -> None:
        """Show *value* without telling anyone."""
        blocked = self._box.blockSignals(True)
        self._box.setCurrentIndex(max(0, self._box.findData(value)))
        self._box.blockSignals(blocked)


class SwitchField(QCheckBox):
    """A switch."""

    changed = Signal(object)

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(tr(control.label), parent)
        self.setToolTip(tr(control.hint))
        self.set_value(control.default)
        self.toggled.connect(self.changed.emit)

    def value(self) -> bool:
        return self.isChecked()

    def set_value(self, value: ControlValue) -> None:
        """Show *value* without telling anyone."""
        blocked = self.blockSignals(True)
        self.setChecked(bool(value))
        self.blockSignals(blocked)


class TextField(QWidget):
    """A labelled line of text."""

    changed = Signal(object)
    """The new text, when the line is left or Enter is pressed."""

    def __init__(self, control: Control, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = QLineEdit()
        self._line.setMaxLength(MAX_TEXT)
        put_under_label(self, self._line, control)
        self.set_value(control.default)
        self._line.editingFinished.connect(lambda: self.changed.emit(self.value()))

    def value(self) -> str:
        return self._line.text()

    def set_value(self, value: ControlValue) -> None:
        """Show *value* without telling anyone."""
        self._line.setText(str(value))


Field = NumberField | ChoiceField | SwitchField | TextField
_FIELDS: dict[str, Callable[[Control], Any]] = {
    "float": NumberField,
    "int": NumberField,
    "choice": ChoiceField,
    "bool": SwitchField,
    "text": TextField,
}


class ControlForm(QWidget):
    """The declared controls of one group, one under the other."""

    changed = Signal(str, object)
    """Control id and new value."""

    def __init__(self, controls: list[Control], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        for control in controls:
            field: Field = _FIELDS[control.kind](control)
            field.changed.connect(lambda value, name=control.id: self.changed.emit(name, value))
            self.fields[control.id] = field
            layout.addWidget(field)

    def set_values(self, values: dict[str, ControlValue]) -> None:
        """Show *values*; ids this form does not have are passed over."""
        for name, field in self.fields.items():
            if name in values and field.value() != values[name]:
                field.set_value(values[name])
