"""Taking a drawing elsewhere: a film of it, a sheet to paint along, lines for a plotter; to Imagine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from app.base.i18n import tr
from app.runtime.film import SUFFIXES
from app.runtime.manifest import Control
from app.studios.paint.alongsheet import MOST_COLOURS, MOST_STEPS, along_sheet
from app.studios.paint.film import film_bytes
from app.studios.paint.plotter import plotter_svg
from app.studios.paint.state import PaintState
from app.studios.paint.views.offerpanel import push_button
from app.ui.form import NumberField
from app.ui.theme import GRID


class SendPanel(QWidget):
    """The buttons with dots ask for a file; it is made in the background. *look* sends the picture to Imagine."""

    def __init__(self, state: PaintState, look: Callable[[], None]) -> None:
        super().__init__()
        self._state = state
        self.seconds = _field("seconds", tr("Film lasts"), 8, 2, 60, tr("How long the drawing takes in the film"), "s")
        self.colours = _field(
            "colours", tr("Colours to mix"), 8, 1, MOST_COLOURS, tr("The palette is reduced to so many")
        )
        self.steps = _field("steps", tr("Steps"), 6, 1, MOST_STEPS, tr("Pages of the sheet, from the first strokes on"))
        film = push_button(tr("Time-lapse…"), tr("The drawing as it came about: MP4, WebM, GIF or WebP"), self.film)
        sheet = push_button(tr("Paint-along sheet…"), tr("A PDF to paint it with real paint, step by step"), self.sheet)
        lines = push_button(tr("For a pen plotter…"), tr("SVG of single lines in millimetres"), self.plot)
        hint = tr("Imagine looks for what is seen here in its model, and its sliders change it")
        find = push_button(tr("Look for it in Imagine"), hint, look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        for widget in (self.seconds, film, self.colours, self.steps, sheet, lines, find):
            layout.addWidget(widget)

    def film(self) -> None:
        """Ask for a file and write the film."""
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        self._ask(f"{tr('Film')} ({patterns})", SUFFIXES[0], self.write_film)

    def sheet(self) -> None:
        """Ask for a file and write the sheet to paint along."""
        self._ask("PDF (*.pdf)", ".pdf", self.write_sheet)

    def plot(self) -> None:
        """Ask for a file and write the plotter's lines."""
        self._ask("SVG (*.svg)", ".svg", self.write_lines)

    def write_film(self, path: Path) -> None:
        seconds = float(self.seconds.value())
        self._state.send(
            path, lambda drawing, progress: film_bytes(drawing, path.suffix.lower(), seconds, progress)
        )  # fmt: skip

    def write_sheet(self, path: Path) -> None:
        colours, steps = int(self.colours.value()), int(self.steps.value())
        self._state.send(path, lambda drawing, _: along_sheet(drawing, colours, steps))

    def write_lines(self, path: Path) -> None:
        self._state.send(path, lambda drawing, _: plotter_svg(drawing))

    def _ask(self, kinds: str, suffix: str, write: Callable[[Path], None]) -> None:
        name, _ = QFileDialog.getSaveFileName(self, tr("Save"), str(Path.home()), kinds)
        if name:
            path = Path(name)
            write(path if path.suffix else path.with_suffix(suffix))


def _field(name: str, label: str, default: int, least: int, most: int, hint: str, unit: str = "") -> NumberField:
    return NumberField(
        Control(
            id=name, label=label, kind="int", default=default, minimum=least, maximum=most, step=1, hint=hint, unit=unit
        )
    )
