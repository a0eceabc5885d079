"""What the few dialogs have in common."""

from __future__ import annotations

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox

from app.base.i18n import tr


def close_buttons(dialog: QDialog) -> QDialogButtonBox:
    """A row with one button that closes *dialog*; without the desktop's icon, which no theme tints."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    button = box.button(QDialogButtonBox.StandardButton.Close)
    button.setIcon(QIcon())
    button.setText(tr("Close"))
    box.rejected.connect(dialog.reject)
    return box
