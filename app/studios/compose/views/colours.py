"""The colours of the voices, from the theme."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.ui.theme import Theme

VOICES = ("compose", "paint", "write", "imagine")
"""Soprano, alto, tenor and bass have the four accents; further tracks begin again."""


def voice_colour(theme: Theme, track: int) -> QColor:
    return theme.accent(VOICES[track % len(VOICES)])


def mixed(one: QColor, two: QColor, share: float) -> QColor:
    """*share* of the first colour over the second."""
    return QColor.fromRgbF(
        one.redF() * share + two.redF() * (1 - share),
        one.greenF() * share + two.greenF() * (1 - share),
        one.blueF() * share + two.blueF() * (1 - share),
    )
