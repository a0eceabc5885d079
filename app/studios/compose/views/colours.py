"""The colours of the tracks, from the theme."""

from __future__ import annotations

import bisect

from PySide6.QtGui import QColor

from app.ui.bands import band_colour
from app.ui.theme import Theme

VOICES = ("compose", "paint", "write", "imagine")
"""The first four tracks have the four accents."""
TURN = 38
"""Degrees by which each further four turn their hue away from them."""
BANDS = (1, 3, 8)
"""The last places of the first three bands of the surprise map."""


def voice_colour(theme: Theme, track: int) -> QColor:
    """The colour of a track; distinct for some thirty, then they come again."""
    accent = theme.accent(VOICES[track % len(VOICES)])
    turn = TURN * (track // len(VOICES))
    if not turn:
        return accent
    return QColor.fromHsl((accent.hslHue() + turn) % 360, accent.hslSaturation(), accent.lightness())


def heat_of(place: int) -> int:
    """The band of a note of the surprise map, 1 (what was most expected) to 4."""
    return 1 + bisect.bisect_left(BANDS, place)


def heat_colour(heat: int) -> QColor:
    return band_colour(heat - 1)


def mixed(one: QColor, two: QColor, share: float) -> QColor:
    """*share* of the first colour over the second."""
    return QColor.fromRgbF(
        one.redF() * share + two.redF() * (1 - share),
        one.greenF() * share + two.greenF() * (1 - share),
        one.blueF() * share + two.blueF() * (1 - share),
    )
