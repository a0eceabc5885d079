"""The row above a model's controls: choose a preset, save one's own, throw one's own away."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from app.base.i18n import tr
from app.runtime.manifest import Control, ControlValue
from app.runtime.presets import Preset, kept_presets, values_for
from app.ui.theme import GRID
from app.ui.widgets.bar import tool_button

LONGEST_NAME = 40


class PresetRow(QWidget):
    """Shows the bundled presets that fit the *controls*, and those in ``kept["presets"]``, which it also changes.

    It is shown again, and tells nobody, when the values are those of a preset by chance or by hand.
    """

    chosen = Signal(object)
    """The values of the preset that was chosen, by the id of their control."""

    def __init__(
        self,
        bundled: list[Preset],
        kept: dict[str, Any],
        controls: list[Control],
        studio: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._bundled, self._kept, self._controls, self._studio = bundled, kept, controls, studio
        self._values: dict[str, ControlValue] = {}
        self.box = QComboBox()
        self.box.setPlaceholderText(tr("Presets"))
        self.box.setAccessibleName(tr("Preset"))
        self.box.setToolTip(tr("Sets several controls at once; what you changed since can be undone by choosing again"))
        self.box.activated.connect(self._choose)
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("Name of the new preset"))
        self.name.setAccessibleName(tr("Name of the new preset"))
        self.name.setToolTip(tr("Enter saves the controls as they are under this name"))
        self.name.setMaxLength(LONGEST_NAME)
        self.name.returnPressed.connect(self._save)
        self.add = tool_button("save", tr("Save the controls as they are as a preset"), self._ask_name)
        self.remove = tool_button(
            "close", tr("Throw away the preset that is shown; only your own can be"), self._remove
        )
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addWidget(self.box, 0, 0)
        layout.addWidget(self.add, 0, 1)
        layout.addWidget(self.remove, 0, 2)
        layout.addWidget(self.name, 1, 0, 1, 3)
        layout.setColumnStretch(0, 1)
        self.name.hide()
        self._fill()

    def show_values(self, values: dict[str, ControlValue]) -> None:
        """Show the preset whose values these are, or none."""
        self._values = dict(values)
        matching = (
            row
            for row in range(self.box.count())
            if all(values.get(name) == value for name, value in self.box.itemData(row).items())
        )
        self.box.setCurrentIndex(next(matching, -1))
        self._show_remove()

    # --- inside --------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        self.box.clear()
        own = {preset.name: preset for preset in self._own()}
        bundled = [preset for preset in self._bundled if preset.name not in own]
        for preset in [*bundled, *own.values()]:
            values = values_for(preset, self._controls)
            if values:
                self.box.addItem(preset.name if preset.name in own else tr(preset.name), values)
                self.box.setItemData(self.box.count() - 1, tr(preset.hint), Qt.ItemDataRole.ToolTipRole)
        self.show_values(self._values)

    def _own(self) -> list[Preset]:
        return kept_presets(self._kept.get("presets", {}), self._studio)

    def _choose(self, row: int) -> None:
        self.chosen.emit(self.box.itemData(row))

    def _ask_name(self) -> None:
        self.name.setVisible(self.name.isHidden())
        self.name.setFocus()

    def _save(self) -> None:
        """Under the name of one of one's own it takes that one's place."""
        name = self.name.text().strip()
        if not name:
            return
        declared = {control.id for control in self._controls}
        own = {preset.name: preset.values for preset in self._own()}
        own[name] = {control: value for control, value in self._values.items() if control in declared}
        self._keep(own)
        self.name.clear()
        self.name.hide()
        self.box.setCurrentIndex(self.box.findText(name))
        self._show_remove()

    def _remove(self) -> None:
        own = {preset.name: preset.values for preset in self._own() if preset.name != self.box.currentText()}
        self._keep(own)

    def _keep(self, own: dict[str, dict[str, ControlValue]]) -> None:
        self._kept["presets"] = own
        self._fill()

    def _show_remove(self) -> None:
        self.remove.setEnabled(self.box.currentText() in {preset.name for preset in self._own()})
