"""Single-colour icons from ``resources/icons``, tinted by the theme when drawn."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.base.paths import resources_dir
from app.ui.theme import current_theme

SIZE = 20
_NAME, _ROLE = "icon-name", "icon-role"


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """The icon *name* in *colour* (the theme's text colour if none), muted while disabled."""
    theme = current_theme()
    normal = (colour or theme.colour("text")).name()
    made = QIcon(_pixmap(name, normal))
    made.addPixmap(_pixmap(name, theme.colour("border").name()), QIcon.Mode.Disabled)
    return made


def set_icon(button: QAbstractButton, name: str, role: str = "text") -> None:
    """Give a button the icon *name* in the theme's colour *role*, and remember both for :func:`retint`."""
    button.setProperty(_NAME, name)
    button.setProperty(_ROLE, role)
    button.setIcon(icon(name, current_theme().colour(role)))


def retint(root: QWidget) -> None:
    """Draw the icons of all buttons under *root* again, after the theme has changed."""
    for button in root.findChildren(QAbstractButton):
        name = button.property(_NAME)
        if name:
            button.setIcon(icon(name, current_theme().colour(button.property(_ROLE))))


def application_icon() -> QIcon:
    """The program's own icon, in its own colours."""
    return QIcon(str(resources_dir() / "icons" / "atelie.svg"))


def _pixmap(name: str, colour: str, scale: int = 2) -> QPixmap:
    source = (resources_dir() / "icons" / f"{name}.svg").read_bytes().replace(b"#000", colour.encode())
    pixmap = QPixmap(QSize(SIZE, SIZE) * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source)).render(painter)
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
