"""The preferences: few, and each takes effect where it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QFormLayout, QSpinBox, QWidget

from app.base.i18n import tr
from app.base.settings import SettingsStore
from app.runtime.device import available_devices
from app.ui.dialogs import close_buttons
from app.ui.form import inset
from app.ui.theme import GRID, theme_names


class PreferencesDialog(QDialog):
    """Has the settings saved when it is closed; the theme changes at once."""

    def __init__(
        self, settings: SettingsStore, set_theme: Callable[[str], None], save: Callable[[], object], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._settings, self._save = settings, save
        self.setWindowTitle(tr("Preferences"))
        values = settings.values
        self.theme = _list(
            [("system", tr("As the desktop")), *((n, tr(n.title())) for n in theme_names())], values.theme
        )
        self.theme.currentIndexChanged.connect(lambda _: set_theme(self.theme.currentData()))
        devices = [("auto", tr("Fastest there is")), *((device.id, device.title) for device in available_devices())]
        self.device = _list(devices, values.device)
        self.device.setToolTip(tr("Used from the next start on"))
        self.recipe = QCheckBox(tr("Embed the recipe in what is saved"))
        self.recipe.setChecked(values.embed_recipe)
        self.recipe.setToolTip(tr("So that a file can be opened with its settings and made again"))
        self.memory = QSpinBox()
        inset(self.memory)
        self.memory.setRange(128, 65536)
        self.memory.setSingleStep(128)
        self.memory.setSuffix(tr(" MB"))
        self.memory.setValue(values.memory_megabytes)
        self.memory.setToolTip(tr("Models used least recently are put away above this; from the next start on"))
        form = QFormLayout(self)
        form.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        form.setSpacing(2 * GRID)
        form.addRow(tr("Theme"), self.theme)
        form.addRow(tr("Device"), self.device)
        form.addRow(tr("Memory for models"), self.memory)
        form.addRow(self.recipe)
        form.addRow(close_buttons(self))
        self.finished.connect(self._keep)

    def _keep(self) -> None:
        values = self._settings.values
        values.theme = self.theme.currentData()
        values.device = self.device.currentData()
        values.embed_recipe = self.recipe.isChecked()
        values.memory_megabytes = self.memory.value()
        self._save()


def _list(choices: list[tuple[str, str]], current: str) -> QComboBox:
    box = QComboBox()
    for value, title in choices:
        box.addItem(title, value)
    box.setCurrentIndex(max(0, box.findData(current)))
    return box
