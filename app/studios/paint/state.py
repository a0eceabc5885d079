"""The state of the studio Paint."""

from __future__ import annotations

import io

import numpy as np

from app.base.i18n import tr
from app.jobs.studio_state import StudioState
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.render import render
from app.studios.paint.request import PaintRequest

PREVIEW_WIDTH = 160
ERASER_REACH = 6.0


class PaintState(StudioState[Drawing, PaintRequest]):
    """A sheet, and the pen in hand."""

    document_type = Drawing

    def __init__(self, *arguments: object) -> None:
        self.size, self.colour = 4.0, "#1d1f21"
        super().__init__(*arguments)  # pyright: ignore[reportArgumentType]

    def make_request(self) -> PaintRequest:
        """Go on with what is on the sheet."""
        settings = self.settings
        return PaintRequest(
            model=settings.model, seed=settings.seed, controls=settings.controls, drawing=self.document,
            size=self.size, colour=self.colour,
        )  # fmt: skip

    def add_stroke(self, points: np.ndarray) -> None:
        """A stroke by hand: x, y, pressure, (n, 3), in pixels of the sheet."""
        self.edit(tr("Draw"), self.document.adding(Stroke.of_points(points, self.size, self.colour, "user")))

    def erase_at(self, x: float, y: float, reach: float = ERASER_REACH) -> bool:
        """Take away the topmost stroke within *reach* pixels; whether there was one. One sweep is one undo step."""
        for place in reversed(range(len(self.document.strokes))):
            stroke = self.document.strokes[place]
            if stroke.distance(x, y) <= reach + stroke.size / 2:
                self.edit(tr("Erase"), self.document.without(place), merge="erase")
                return True
        return False

    def clear(self) -> None:
        """An empty sheet; one undo step."""
        self.edit(tr("Clear"), Drawing(width=self.document.width, height=self.document.height))

    def refill(self) -> None:
        """Replace the strokes the machine drew last by others; the hand's strokes stay."""
        kept = self.document.without_last_machine()
        if kept != self.document:
            self.edit(tr("Refill"), kept)
            self.set_seed(self.settings.seed + 1)
        self.generate()

    def node_title(self, document: Drawing, request: PaintRequest) -> str:
        """What was asked for, and the seed."""
        return f"{request.controls.get('class', '')} · {request.seed}"

    def node_preview(self, document: Drawing) -> bytes:
        """The sheet, small."""
        buffer = io.BytesIO()
        render(document, PREVIEW_WIDTH / document.width).save(buffer, "PNG")
        return buffer.getvalue()

    def status(self) -> str:
        """The share of strokes drawn by hand."""
        count = len(self.document.strokes)
        share = round(100 * self.document.hand_share)
        return tr("{count} strokes, {share} % by hand", count=count, share=share) if count else ""
