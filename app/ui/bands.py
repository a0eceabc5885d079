"""The colours of surprise: from what was expected to what was not, the same to the eyes of the colour-blind.

From blue to red by way of amber, further from the page in lightness the rarer, so that the order is seen in grey too.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.ui.theme import current_theme

GROUNDS = {
    False: ("#e8f1fb", "#b5d6f5", "#eab04a", "#dc6f4b"),
    True: ("#1c2631", "#143a63", "#6a4a0c", "#b04527"),
}
"""Behind text, or of notes, in a light and in a dark theme."""


def band_colour(band: int) -> QColor:
    """The colour of a band, 0 for the least surprising."""
    return QColor(GROUNDS[current_theme().dark][band])
