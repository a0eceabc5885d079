"""The bar of a studio: model, seed, Generate or Stop, progress with the time left."""

from __future__ import annotations

import time

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QWidget,
)

from app.base.i18n import tr
from app.runtime.catalog import Entry
from app.ui.form import inset
from app.ui.icons import SIZE, set_icon
from app.ui.theme import GRID

MAX_SEED = 2**31 - 1


class StudioBar(QWidget):
    """Shows what it is told and says what was asked; knows no studio. Tools that have no room are in a menu."""

    modelChosen = Signal(str)
    seedChosen = Signal(int)
    newSeed = Signal()
    seedLocked = Signal(bool)
    generateClicked = Signal()
    stopClicked = Signal()
    panelToggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._started = 0.0
        self.models = self._make_models()
        self.seed = self._make_seed()
        self.dice = tool_button("dice", tr("Another seed: the same request, a different result"), self.newSeed.emit)
        self.lock = tool_button("lock", tr("Keep this seed when the same is asked again"), None, checkable=True)
        self.lock.toggled.connect(self.seedLocked.emit)
        self.run = self._make_run()
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setMinimumWidth(6 * GRID)
        self._progress.setMaximumWidth(20 * GRID)
        self._progress.setAccessibleName(tr("Progress"))
        self._left = QLabel()
        self._left.setObjectName("muted")
        self._left.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._tools: list[QToolButton] = []
        self.more = self._make_more()
        self.panel = tool_button("panel", tr("Show or hide the controls"), None, checkable=True)
        self.panel.setChecked(True)
        self.panel.toggled.connect(self.panelToggled.emit)
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        self._layout.setSpacing(GRID // 2)
        seed_label = QLabel(tr("Seed"))
        seed_label.setObjectName("muted")
        for widget in (self.models, seed_label, self.seed, self.dice, self.lock, self.run, self._progress, self._left):
            self._layout.addWidget(widget)
        self._layout.insertSpacing(1, GRID)
        self._layout.insertSpacing(3, GRID // 2)
        self._layout.insertSpacing(7, GRID)
        self._layout.insertSpacing(9, GRID)
        self._layout.setStretchFactor(self._progress, 1)
        self._layout.setStretchFactor(self._left, 2)
        self._layout.addWidget(self.more)
        self._layout.addWidget(self.panel)
        self.set_busy(False)

    def add_tool(self, tool: QToolButton) -> None:
        """Put a studio's own tool at the right end of the bar."""
        self._tools.append(tool)
        self._layout.insertWidget(self._layout.count() - 2, tool)
        self._arrange()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._bare_width(), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def show_models(self, entries: list[Entry], current: str) -> None:
        """List the models; those that can't be used are greyed and say why."""
        blocked = self.models.blockSignals(True)
        self.models.clear()
        for entry in entries:
            self.models.addItem(entry.manifest.name if entry.manifest else entry.id, entry.id)
            hint = str(entry.problem) if entry.problem else entry.manifest.summary if entry.manifest else ""
            row = self.models.count() - 1
            self.models.setItemData(row, hint, Qt.ItemDataRole.ToolTipRole)
            model = self.models.model()
            if isinstance(model, QStandardItemModel) and not entry.usable:
                model.item(row).setEnabled(False)
        self.models.setCurrentIndex(self.models.findData(current))
        self.models.setPlaceholderText(tr("No model") if not entries else tr("Choose a model"))
        self.models.blockSignals(blocked)

    def show_seed(self, seed: int) -> None:
        blocked = self.seed.blockSignals(True)
        self.seed.setValue(seed)
        self.seed.blockSignals(blocked)

    def set_busy(self, busy: bool) -> None:
        """Generate becomes Stop while something runs."""
        self._busy = busy
        self._started = time.monotonic()
        self._progress.setValue(0)
        self._progress.setVisible(busy)
        self._arrange()
        self._left.setText("")
        set_icon(self.run, "stop" if busy else "generate", "work")
        self.run.setText(tr("Stop") if busy else tr("Generate"))
        self.run.setToolTip(
            tr("Stop at once and keep what is there (Esc)") if busy else tr("Let the model work (Ctrl+Return)")
        )

    def show_progress(self, fraction: float, note: str) -> None:
        """Move the bar, and say how long it will take, once that can be known. Passing previews move nothing."""
        if not self._busy:
            return
        self._progress.setValue(round(1000 * fraction))
        elapsed = time.monotonic() - self._started
        left = (
            tr("{seconds} s left", seconds=round(elapsed / fraction - elapsed)) if elapsed > 1 and fraction > 0 else ""
        )
        self._left.setText(" · ".join(part for part in (note, left) if part))

    def _arrange(self) -> None:
        """Show as many tools as there is room for; the others are in the menu."""
        room = self.width() - self._bare_width() + self._width_of(self.more)
        shown = len(self._tools)
        if sum(map(self._width_of, self._tools)) > room:
            room -= self._width_of(self.more)
            while shown and sum(map(self._width_of, self._tools[:shown])) > room:
                shown -= 1
        for place, tool in enumerate(self._tools):
            tool.setVisible(place < shown)
        self.more.setVisible(shown < len(self._tools))

    def _bare_width(self) -> int:
        """The least width with all tools in the menu."""
        seen = [tool for tool in (*self._tools, self.more) if not tool.isHidden()]
        return self._layout.minimumSize().width() - sum(map(self._width_of, seen)) + self._width_of(self.more)

    def _width_of(self, tool: QToolButton) -> int:
        return tool.sizeHint().width() + self._layout.spacing()

    def _make_more(self) -> QToolButton:
        button = tool_button("more", tr("Tools that have no room here"), None)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.hide()
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill(menu))
        button.setMenu(menu)
        return button

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        for tool in self._tools:
            if tool.isHidden():
                action = menu.addAction(tool.icon(), tool.accessibleName())
                action.setCheckable(tool.isCheckable())
                action.setChecked(tool.isChecked())
                action.setEnabled(tool.isEnabled())
                action.triggered.connect(tool.click)

    def _make_models(self) -> QComboBox:
        box = QComboBox()
        box.setMinimumWidth(24 * GRID)
        box.setAccessibleName(tr("Model"))
        box.setToolTip(tr("The network that works with you"))
        box.currentIndexChanged.connect(lambda row: self.modelChosen.emit(box.itemData(row) or ""))
        return box

    def _make_seed(self) -> QSpinBox:
        box = QSpinBox()
        box.setRange(0, MAX_SEED)
        box.setFixedWidth(12 * GRID)
        inset(box)
        box.setAccessibleName(tr("Seed"))
        box.setToolTip(tr("The same seed and the same request always give the same result"))
        box.valueChanged.connect(self.seedChosen.emit)
        return box

    def _make_run(self) -> QPushButton:
        button = QPushButton()
        button.setObjectName("run")
        button.setMinimumWidth(14 * GRID)
        button.setIconSize(QSize(SIZE, SIZE))
        button.clicked.connect(lambda: self.stopClicked.emit() if self._busy else self.generateClicked.emit())
        return button


def tool_button(name: str, hint: str, slot: object, checkable: bool = False) -> QToolButton:
    """A flat button with an icon; *hint* is its tool tip and its name for assistive technology."""
    button = QToolButton()
    button.setIconSize(QSize(SIZE, SIZE))
    set_icon(button, name)
    button.setToolTip(hint)
    button.setAccessibleName(hint)
    button.setCheckable(checkable)
    if slot is not None:
        button.clicked.connect(slot)  # pyright: ignore[reportArgumentType]
    return button
