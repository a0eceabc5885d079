"""Sliders of the directions a picture can be moved along."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.imagine.directions import LONGEST_NAME, Direction
from app.studios.imagine.space import ALL, COARSE, FINE, MIDDLE
from app.studios.imagine.steering import Steering
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

REACH = 3.0
"""How far a slider goes to each side, in standard deviations."""
OPEN = 8
"""Directions without a name are shown at once until there are so many in all."""
LAYERS = {
    ALL: ("All", "In all layers"),
    COARSE: ("Coarse", "In the coarse layers alone: pose and build"),
    MIDDLE: ("Middle", "In the middle layers alone: the features"),
    FINE: ("Fine", "In the fine layers alone: colour and light"),
}


def layers_box(hint: str) -> QComboBox:
    """A list of the ranges of layers."""
    box = QComboBox()
    for place, (name, (title, why)) in enumerate(LAYERS.items()):
        box.addItem(tr(title), name)
        box.setItemData(place, tr(why), Qt.ItemDataRole.ToolTipRole)
    box.setToolTip(hint)
    return box


class DirectionRow(QWidget):
    """One direction: how far, and in which layers."""

    changed = Signal(object, float, str)
    """The direction, the amount in standard deviations, the name of the range of layers."""
    forgotten = Signal(object)

    def __init__(self, direction: Direction) -> None:
        super().__init__()
        self.direction = direction
        hint = tr("Moves the picture along this main direction of what the network can make; 0 is where it was.")
        self.field = NumberField(
            Control(
                id="amount", label=direction.title, kind="float", minimum=-REACH, maximum=REACH, step=0.1,
                default=0.0, hint=hint,
            )
        )  # fmt: skip
        self.layers = layers_box(tr("Which layers of the network the direction acts in"))
        self.layers.setAccessibleName(tr("Layers of {name}", name=direction.title))
        self.layers.setFixedWidth(11 * GRID)
        self.field.changed.connect(lambda _: self._tell())
        self.layers.activated.connect(lambda _: self._tell())
        beside = QWidget()
        row = QHBoxLayout(beside)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        if direction.own:
            hint = tr("Throw this direction of yours away; pictures moved along it stay as they are")
            row.addWidget(tool_button("trash", hint, lambda: self.forgotten.emit(direction)))
        row.addWidget(self.layers)
        self.field.put_beside(beside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.field)

    def show_place(self, amount: float, layers: str) -> None:
        """Show where the picture is, without telling anyone."""
        if abs(self.field.value() - amount) > 1e-9:
            self.field.set_value(amount)
        self.layers.setCurrentIndex(self.layers.findData(layers))

    def _tell(self) -> None:
        self.changed.emit(self.direction, round(float(self.field.value()), 4), self.layers.currentData())


class DirectionRows(QWidget):
    """Several of them, one under the other."""

    def __init__(self, steering: Steering) -> None:
        super().__init__()
        self._steering = steering
        self.rows: list[DirectionRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2 * GRID)

    def offer(self, directions: Sequence[Direction]) -> None:
        """Show sliders of these; a row that stays keeps its place under the mouse."""
        kept = {row.direction: row for row in self.rows if row.direction in directions}
        for row in self.rows:
            self._layout.removeWidget(row)
            if row.direction not in kept:
                row.hide()
                row.deleteLater()
        self.rows = [kept.get(direction) or self._row(direction) for direction in directions]
        for row in self.rows:
            row.layers.setVisible(self._steering.layers > 1)
            self._layout.addWidget(row)

    def show_places(self) -> None:
        """Show where the chosen picture is."""
        for row in self.rows:
            row.show_place(self._steering.amount(row.direction), self._steering.layers_of(row.direction))

    def _row(self, direction: Direction) -> DirectionRow:
        row = DirectionRow(direction)
        row.changed.connect(self._steering.move)
        row.forgotten.connect(self._steering.forget)
        return row


class DirectionPanel(QWidget):
    """The named directions and the first of the others, and what can be done with all of them."""

    shuffled = Signal()

    def __init__(self, steering: Steering, more: DirectionRows) -> None:
        super().__init__()
        self._steering = steering
        self.first, self.more = DirectionRows(steering), more
        self.hint = QLabel(tr("Press Generate: the sliders steer the picture that is chosen."))
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.name = QLineEdit()
        self.name.setMaxLength(LONGEST_NAME)
        self.name.setPlaceholderText(tr("Name what the sliders do"))
        self.name.setAccessibleName(tr("Name of a new direction"))
        self.name.setToolTip(
            tr("Enter keeps what the sliders do together as one direction of your own, with its layers, in a file")
        )
        self.name.returnPressed.connect(self._keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self.hint)
        layout.addWidget(self.first)
        layout.addLayout(self._buttons())
        layout.addWidget(self.name)

    def offer(self) -> None:
        """Show the sliders of the chosen model."""
        directions = self._steering.directions
        plain = [direction for direction in directions if not direction.name]
        hidden = plain[max(0, OPEN - (len(directions) - len(plain))) :]
        self.first.offer([direction for direction in directions if direction not in hidden])
        self.more.offer(hidden)
        self.show_places()

    def show_places(self) -> None:
        """Show where the chosen picture is."""
        steered = self._steering.request is not None
        self.hint.setVisible(not steered)
        for widget in (self.first, self.more, self.name):
            widget.setEnabled(steered)
        self.first.show_places()
        self.more.show_places()

    def _keep(self) -> None:
        self._steering.name(self.name.text())
        self.name.clear()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for title, hint, slot in (
            (tr("Reset"), tr("Back to where the seed put the picture (Ctrl+0)"), self._steering.reset),
            (tr("Shuffle"), tr("A random place near by (Ctrl+J)"), self.shuffled.emit),
        ):
            button = QPushButton(title)
            button.setToolTip(hint)
            button.clicked.connect(slot)
            row.addWidget(button)
        return row
