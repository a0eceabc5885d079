"""The layers, the topmost first, and what can be done to the one in hand."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.layers import BLENDS, Layer, parted_name, whole_name
from app.ui.form import NumberField
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

NAMES = {
    "normal": "Normal", "multiply": "Multiply", "screen": "Screen", "overlay": "Overlay", "darken": "Darken",
    "lighten": "Lighten", "hard-light": "Hard light", "difference": "Difference", "add": "Add",
}  # fmt: skip
ROWS = 5


class LayerPanel(QWidget):
    """Shows the layers and says what was asked."""

    layerChosen = Signal(int)
    changed = Signal(dict)
    """Fields of the layer in hand."""
    maskPainted = Signal(bool)
    asked = Signal(str)
    """``add``, ``remove``, ``up`` or ``down``."""

    def __init__(self) -> None:
        super().__init__()
        self._showing = False
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Layers"))
        self.list.setFixedHeight(ROWS * 4 * GRID)
        self.list.setEditTriggers(QListWidget.EditTrigger.DoubleClicked | QListWidget.EditTrigger.EditKeyPressed)
        self.list.setToolTip(
            tr("The topmost first. The tick shows a layer; a double click renames it; “Trees / Leaves” is in a group")
        )
        self.list.currentItemChanged.connect(lambda item, _: self._choose(item))
        self.list.itemChanged.connect(self._item_changed)
        self.blend = self._make_blend()
        self.opacity = NumberField(
            Control(
                id="opacity", label=tr("Opacity"), kind="float", default=1.0, minimum=0.0, maximum=1.0, step=0.05,
                hint=tr("How much the layer in hand shows"),
            )
        )  # fmt: skip
        self.opacity.changed.connect(lambda value: self._ask(opacity=float(value)))
        self.lock = tool_button("lock", tr("Lock: nothing on this layer can be changed"), None, checkable=True)
        self.lock.toggled.connect(lambda on: self._ask(locked=on))
        self.mask_button = tool_button(
            "mask", tr("Mask: painting on it hides the layer, rubbing shows it again"), None, True
        )
        self.mask_button.toggled.connect(lambda on: self._ask(masked=on))
        self.on_mask_button = tool_button("eye", tr("Paint on the mask instead of on the layer"), None, checkable=True)
        self.on_mask_button.toggled.connect(lambda on: None if self._showing else self.maskPainted.emit(on))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(self._buttons())
        layout.addWidget(self.list)
        layout.addWidget(self.opacity)
        layout.addWidget(self.blend)

    def show_layers(self, drawing: Drawing, head: Stroke) -> None:
        """List the layers; the one of *head* is in hand."""
        self._showing = True
        if self.list.count() != len(drawing.layers):
            self.list.clear()
            for _ in drawing.layers:
                self.list.addItem(_item())
        for row, layer in enumerate(reversed(drawing.layers)):
            self._show_row(self.list.item(row), layer)
            if layer.number == head.layer:
                self.list.setCurrentRow(row)
                self._show_layer(layer, head.on_mask)
        self._showing = False

    def _show_row(self, item: QListWidgetItem, layer: Layer) -> None:
        marks = [tr("locked")] * layer.locked + [tr("masked")] * layer.masked
        item.setText(whole_name(layer))
        item.setData(Qt.ItemDataRole.UserRole, layer)
        item.setToolTip(" · ".join([whole_name(layer), tr(NAMES[layer.blend]), *marks]))
        item.setCheckState(Qt.CheckState.Checked if layer.visible else Qt.CheckState.Unchecked)

    def _show_layer(self, layer: Layer, on_mask: bool) -> None:
        self.opacity.set_value(layer.opacity)
        self.blend.setCurrentIndex(self.blend.findData(layer.blend))
        self.lock.setChecked(layer.locked)
        self.mask_button.setChecked(layer.masked)
        self.on_mask_button.setEnabled(layer.masked)
        self.on_mask_button.setChecked(on_mask and layer.masked)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._showing:
            self.layerChosen.emit(item.data(Qt.ItemDataRole.UserRole).number)

    def _item_changed(self, item: QListWidgetItem) -> None:
        """The tick or the name of a layer was changed; that takes it in hand."""
        if self._showing:
            return
        layer: Layer = item.data(Qt.ItemDataRole.UserRole)
        self.layerChosen.emit(layer.number)
        visible = item.checkState() is Qt.CheckState.Checked
        if visible != layer.visible:
            self.changed.emit({"visible": visible})
        elif item.text() != whole_name(layer):
            group, name = parted_name(item.text())
            self.changed.emit({"group": group, "name": name})

    def _ask(self, **changes: object) -> None:
        if not self._showing:
            self.changed.emit(changes)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(1)
        asks = (
            ("add", tr("New layer above (Ctrl+Shift+N)")),
            ("remove", tr("Remove the layer in hand with its strokes")),
            ("up", tr("Raise the layer")),
            ("down", tr("Lower the layer")),
        )
        asking = [tool_button(name, hint, lambda _=False, name=name: self.asked.emit(name)) for name, hint in asks]
        for button in (*asking, self.lock, self.mask_button, self.on_mask_button):
            button.setFixedWidth(4 * GRID)
            row.addWidget(button)
        row.insertStretch(len(asking), 1)
        return row

    def _make_blend(self) -> QComboBox:
        box = QComboBox()
        for name in BLENDS:
            box.addItem(tr(NAMES[name]), name)
        box.setAccessibleName(tr("Blend mode"))
        box.setToolTip(tr("How the layer in hand mixes with what is under it"))
        box.currentIndexChanged.connect(lambda _: self._ask(blend=box.currentData()))
        return box


def _item() -> QListWidgetItem:
    item = QListWidgetItem()
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable)
    return item
