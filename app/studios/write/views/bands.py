"""The colours and words of what the evidence speaks for."""

from __future__ import annotations

from PySide6.QtGui import QColor

from app.base.i18n import tr
from app.studios.write.evidence import Says
from app.ui.bands import band_colour
from app.ui.theme import current_theme


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
