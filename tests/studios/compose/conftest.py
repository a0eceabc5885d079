"""The room with an empty piece, and a melody to harmonise."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.shell.window import Window
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.page import ComposePage


@pytest.fixture
def melody() -> Score:
    """Four bars in the soprano, in quarters, with a breath."""
    pitches = [67, 67, 69, 71, 72, 71, 69, 67, 66, 67, 69, 71, 69, 67, 67]
    places = [place for place in range(16) if place != 8]
    notes = [Note(place * TICKS, pitch, TICKS, 80) for place, pitch in zip(places, pitches, strict=True)]
    return blank(4).with_track(0, notes)


@pytest.fixture
def page(open_window: Callable[..., Window]) -> ComposePage:
    found = open_window("compose").page
    assert isinstance(found, ComposePage)
    found.new()
    found.state.set_control("passes", 16)
    found.roll.setFocus()
    found.roll.fit()
    return found
