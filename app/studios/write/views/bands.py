"""The colours of surprise: from what was expected to what was not, the same to the eyes of the colour-blind.

From blue to red by way of amber, further from the page in lightness the rarer, so that the order is seen in grey too.
"""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.base.i18n import tr
from app.studios.write.evidence import Says
from app.ui.theme import current_theme

GROUNDS = {
    False: ("#e8f1fb", "#b5d6f5", "#eab04a", "#dc6f4b"),
    True: ("#1c2631", "#143a63", "#6a4a0c", "#b04527"),
}
"""Behind the text, in a light and in a dark theme."""


def band_colour(band: int) -> QColor:
    """The ground of a band, 0 for the least surprising."""
    return QColor(GROUNDS[current_theme().dark][band])


def says_colour(says: Says) -> QColor:
    """The colour of what the evidence speaks for."""
    if says is Says.MACHINE:
        return band_colour(3)
    return band_colour(1) if says is Says.PERSON else current_theme().colour("border")


def says_text(says: Says) -> str:
    """It in words."""
    return {
        Says.MACHINE: tr("for a machine"),
        Says.PERSON: tr("for a person"),
        Says.UNSURE: tr("unsure"),
        Says.TOO_SHORT: tr("too short"),
    }[says]
