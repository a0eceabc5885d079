"""Themes: one TOML file of ten named colours and the studios' accents, made into a palette and one style sheet."""

from __future__ import annotations

from pathlib import Path
from string import Template

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.base.paths import resources_dir

GRID = 8
"""Distances are multiples of this many pixels (or a half)."""
SMALL, BODY, LARGE, TITLE = 12, 14, 18, 24
"""Type sizes in pixels."""


class Colours(msgspec.Struct, frozen=True, kw_only=True):
    """The ten colours of a theme, as ``#rrggbb``."""

    window: str
    panel: str
    work: str
    border: str
    text: str
    muted: str
    hover: str
    error: str
    error_ground: str
    focus: str


class Theme(msgspec.Struct, frozen=True, kw_only=True):
    """A theme file."""

    name: str
    dark: bool
    colours: Colours
    accents: dict[str, str]

    def colour(self, name: str) -> QColor:
        return QColor(getattr(self.colours, name))

    def accent(self, studio: str) -> QColor:
        return QColor(self.accents.get(studio, self.colours.focus))


def theme_names() -> list[str]:
    """The themes there are, by file name."""
    return sorted(path.stem for path in (resources_dir() / "themes").glob("*.toml"))


def load_theme(name: str) -> Theme:
    """The theme of that name; ``"system"`` follows the desktop."""
    if name == "system":
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        name = "dark" if dark else "light"
    return _read(resources_dir() / "themes" / f"{name}.toml")


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the application the theme's palette, type and style sheet."""
    # First: a change of the palette makes every page draw its icons again, in the current theme's colours.
    application.setProperty("atelie-theme", theme)
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    font = QFont(application.font())
    font.setPixelSize(BODY)
    application.setFont(font)
    application.setStyleSheet(_style_sheet(theme.colours))


def current_theme() -> Theme:
    """The theme in use (the light one before any was applied)."""
    application = QApplication.instance()
    theme = application.property("atelie-theme") if application else None
    return theme if isinstance(theme, Theme) else load_theme("light")


def _read(path: Path) -> Theme:
    return msgspec.toml.decode(path.read_bytes(), type=Theme)


def _palette(theme: Theme) -> QPalette:
    roles = {
        QPalette.ColorRole.Window: "window",
        QPalette.ColorRole.WindowText: "text",
        QPalette.ColorRole.Base: "work",
        QPalette.ColorRole.AlternateBase: "panel",
        QPalette.ColorRole.Text: "text",
        QPalette.ColorRole.PlaceholderText: "muted",
        QPalette.ColorRole.Button: "panel",
        QPalette.ColorRole.ButtonText: "text",
        QPalette.ColorRole.BrightText: "error",
        QPalette.ColorRole.Highlight: "focus",
        QPalette.ColorRole.HighlightedText: "work",
        QPalette.ColorRole.Link: "focus",
        QPalette.ColorRole.ToolTipBase: "panel",
        QPalette.ColorRole.ToolTipText: "text",
        QPalette.ColorRole.Mid: "border",
        QPalette.ColorRole.Accent: "focus",
    }
    palette = QPalette()
    for role, name in roles.items():
        palette.setColor(role, theme.colour(name))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("muted"))
    return palette


def _style_sheet(colours: Colours) -> str:
    arrow = (resources_dir() / "icons" / "arrow.svg").as_posix()
    return _TEMPLATE.substitute(msgspec.structs.asdict(colours), small=SMALL, body=BODY, large=LARGE, arrow=arrow)


# Number fields lose their buttons here: with NoButtons, Qt 6.11.3 and 6.12 give a styled field no width.
_TEMPLATE = Template(
    """
QWidget#bar, QWidget#panel, QWidget#film { background: $panel; }
QWidget#bar { border-bottom: 1px solid $border; }
QWidget#panel { border-left: 1px solid $border; }
QWidget#film { border-top: 1px solid $border; }
QLabel#muted { color: $muted; font-size: ${small}px; }
QLabel#section { color: $muted; font-size: ${small}px; font-weight: 600; }
QToolTip { color: $text; background: $panel; border: 1px solid $border; padding: 4px; }
QToolButton, QPushButton { border: 1px solid transparent; border-radius: 4px; padding: 4px 8px; color: $text; }
QToolButton { background: transparent; }
QPushButton { background: $panel; border-color: $border; }
QToolButton:hover, QPushButton:hover { background: $hover; }
QToolButton:pressed, QPushButton:pressed { background: $hover; border-color: $border; }
QToolButton:checked, QPushButton:checked { background: $hover; border-color: $border; }
QToolButton:focus, QPushButton:focus { border-color: $focus; }
QToolButton:disabled, QPushButton:disabled { color: $muted; }
QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit {
    background: $work; color: $text; border: 1px solid $border; border-radius: 4px; padding: 3px 6px; min-height: 20px;
}
QSpinBox, QDoubleSpinBox { padding: 3px 0; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 6px; min-height: 0; background: transparent; }
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus { border-color: $focus; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url($arrow); width: 12px; height: 12px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    width: 0; border: none;
}
QProgressBar { background: $hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $focus; border-radius: 2px; }
QSlider::groove:horizontal { background: $hover; height: 4px; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $focus; height: 4px; border-radius: 2px; }
QSlider::handle:horizontal {
    background: $work; border: 1px solid $muted; width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
}
QSlider::handle:horizontal:hover, QSlider:focus::handle:horizontal { border-color: $text; }
QToolButton#fold {
    border: none; background: transparent; color: $muted; font-size: ${small}px; font-weight: 600; padding: 4px 0;
}
QToolButton#fold:hover { color: $text; }
QScrollArea { border: none; background: transparent; }
QStatusBar { background: $panel; border-top: 1px solid $border; color: $muted; }
QStatusBar QLabel { color: $muted; font-size: ${small}px; padding: 0 8px; }
QStatusBar::item { border: none; }
QMenuBar { background: $panel; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected, QMenu::item:selected { background: $hover; color: $text; }
QMenu { background: $panel; border: 1px solid $border; padding: 4px 0; }
QMenu::item { padding: 4px 24px; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 0; }
QListView, QListWidget { background: $panel; border: none; outline: none; }
QTabBar { background: $panel; }
QTabBar::tab {
    padding: 8px 16px; color: $muted; border: none; border-bottom: 2px solid transparent; background: transparent;
}
QTabBar::tab:selected { color: $text; border-bottom-color: $focus; }
QTabBar::tab:hover { color: $text; }
QSplitter::handle { background: $border; }
QFrame#error { background: $error_ground; border: none; border-bottom: 1px solid $error; }
QFrame#error QLabel { color: $error; }
QFrame#error QToolButton { color: $error; }
"""
)
