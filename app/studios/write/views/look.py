"""How the page looks: typeface, size, line height, width, and whether the line one writes on stays in the middle."""

from __future__ import annotations

from typing import Any

import msgspec
from PySide6.QtGui import QFont

from app.runtime.manifest import Control
from app.ui.theme import LARGE

FACES = {
    "Serif": (
        QFont.StyleHint.Serif,
        ["Charter", "Iowan Old Style", "Source Serif 4", "Georgia", "Cambria", "Noto Serif", "DejaVu Serif"],
    ),
    "Sans": (
        QFont.StyleHint.SansSerif,
        ["Inter", "Source Sans 3", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans"],
    ),
    "Mono": (
        QFont.StyleHint.Monospace,
        ["iA Writer Mono", "Cascadia Mono", "Menlo", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono"],
    ),
}
"""The typefaces to choose from: the first family there is on the machine is taken."""
SIZES = range(12, 41, 2)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """``size`` in pixels, ``line_height`` in per cent of the type's own, ``measure`` in characters of a full line."""

    typeface: str = "Serif"
    size: int = LARGE
    line_height: int = 150
    measure: int = 70
    typewriter: bool = False

    @classmethod
    def of(cls, values: Any) -> Look:
        """The look kept in the settings; the default where they can't be understood."""
        try:
            return msgspec.convert(values, cls)
        except msgspec.ValidationError:
            return cls()

    def font(self) -> QFont:
        hint, families = FACES.get(self.typeface, FACES["Serif"])
        font = QFont()
        font.setFamilies(families)
        font.setStyleHint(hint)
        font.setPixelSize(min(max(self.size, SIZES[0]), SIZES[-1]))
        return font


CONTROLS = [
    Control(
        id="typeface",
        label="Typeface",
        kind="choice",
        default="Serif",
        choices=list(FACES),
        hint="The letters on the page; what is saved stays plain text.",
    ),
    Control(
        id="size",
        label="Size",
        kind="int",
        default=LARGE,
        minimum=SIZES[0],
        maximum=SIZES[-1],
        step=SIZES.step,
        unit="px",
        hint="The size of the letters; the width of the text grows with it (Ctrl++, Ctrl+-).",
    ),
    Control(
        id="line_height",
        label="Line height",
        kind="int",
        default=150,
        minimum=100,
        maximum=240,
        step=10,
        unit="%",
        hint="The distance from line to line; more air is easier to read in long lines.",
    ),
    Control(
        id="measure",
        label="Width",
        kind="int",
        default=70,
        minimum=40,
        maximum=120,
        step=2,
        hint="Characters in a full line; about 70 are read most easily.",
    ),
    Control(
        id="typewriter",
        label="Typewriter",
        kind="bool",
        default=False,
        hint="Keeps the line you write on in the middle of the page; the text moves, not your eyes.",
    ),
]
