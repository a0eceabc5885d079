"""Themes: one TOML file of ten named colours and the studios' accents, made into a palette and one style sheet."""

from __future__ import annotations

import functools
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
    return _read(name)


def apply_theme(application: QApplication, theme: Theme) -> None:
    """Give the application the theme's palette, type and style sheet."""
    # First: a change of the palette makes every page draw its icons again, in the current theme's colours.
    application.setProperty("atelie-theme", theme)
    application.setStyle("Fusion")
    application.setPalette(_palette(theme))
    font = QFont(application.font())
    font.setPixelSize(BODY)
    application.setFont(font)
    application.setStyleSheet(_style_sheet(theme))


def current_theme() -> Theme:
    """The theme in use (the light one before any was applied)."""
    application = QApplication.instance()
    theme = application.property("atelie-theme") if application else None
    return theme if isinstance(theme, Theme) else load_theme("light")


@functools.cache
def _read(name: str) -> Theme:
    """Read once: what paints asks for its colours again and again."""
    return msgspec.toml.decode((resources_dir() / "themes" / f"{name}.toml").read_bytes(), type=Theme)


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


def _style_sheet(theme: Theme) -> str:
    template = Template((resources_dir() / "style.qss").read_text(encoding="utf8"))
    tick = "tick-dark" if theme.dark else "tick-light"
    return template.substitute(
        msgspec.structs.asdict(theme.colours),
        small=SMALL,
        icons=(resources_dir() / "icons").as_posix(),
        tick=tick,
    )
