"""Makes the pictures of docs/compose.md: ``python -m tests.make_compose_pictures [FOLDER]``."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from app.base.paths import Paths
from app.shell.application import make_application, make_services
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.compose.asks import with_instruments
from app.studios.compose.document import TICKS, blank
from app.studios.compose.edits import everything
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.page import ComposePage
from app.studios.compose.piece import set_key
from app.ui.theme import apply_theme, load_theme

SIZE = (1200, 760)
QUALITY = 80


def main(folder: Path) -> None:
    """Write ``compose-NAME.webp`` for each picture of the page."""
    folder.mkdir(parents=True, exist_ok=True)
    application = make_application(["atelie"])
    apply_theme(application, load_theme("light"))
    with tempfile.TemporaryDirectory() as home:
        root = Path(home)
        window = Window(make_services(Paths(root / "data", root / "config", root / "cache")), CARDS)
        window.resize(*SIZE)
        window.show()
        page = window.show_studio("compose")
        assert isinstance(page, ComposePage)
        for name, prepare in (
            ("page", _page),
            ("refill", _refill),
            ("edit", _edit),
            ("answers", _answers),
            ("score", _score),
            ("sound", _sound),
            ("told", _told),
            ("musenet", _musenet),
            ("surprise", _surprise),
        ):
            prepare(page)
            _settle(lambda: True)
            _save(window, folder / f"compose-{name}.webp")
        window.close()


def _page(page: ComposePage) -> None:
    page.state.edit("Key", set_key(page.state.document, 1))


def _refill(page: ComposePage) -> None:
    page.roll.set_marked((8 * TICKS, 16 * TICKS))
    page.tracks.model.keep(0, True)


def _edit(page: ComposePage) -> None:
    page.roll.set_marked(None)
    page.tools.scale.setChecked(True)
    page.tools.others.setCurrentIndex(1)
    notes = everything(page.state.document)
    page.roll.select(frozenset(key for key in notes if key.track == 0 and key.start < 8 * TICKS))


def _sound(page: ComposePage) -> None:
    """The mixer in the dark theme: the alto is muted, the tenor soft and at one side, a bar is played in a loop."""
    _theme("dark")
    page.score_button.setChecked(False)
    page.roll.set_voice(1)
    page.mute()
    page.roll.set_voice(2)
    for name, value in (("volume", 70), ("pan", 20)):
        page.track.faders.fields[name].changed.emit(value)
    page.roll.set_marked((4 * TICKS, 8 * TICKS))
    page.loop_button.setChecked(True)
    page.click_button.setChecked(True)
    _scroll_to(page, page.track)


def _told(page: ComposePage) -> None:
    """A file that is cut off: said in place, and the piece stays."""
    path = Path(tempfile.gettempdir()) / "cut-off.mid"
    path.write_bytes(write_midi(page.state.document)[:200])
    page.open_path(path)
    _settle(lambda: bool(page.errors.text))
    path.unlink()


def _theme(name: str) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, load_theme(name))


def _scroll_to(page: ComposePage, widget: QWidget) -> None:
    area = next(area for area in page.findChildren(QScrollArea) if area.isAncestorOf(widget))
    area.ensureWidgetVisible(widget)


def _answers(page: ComposePage) -> None:
    page.tools.others.setCurrentIndex(0)
    page.tools.scale.setChecked(False)
    page.asking.form.fields["answers"].set_value(3)
    page.harmonise()
    _settle(lambda: not page.alternatives.busy)


def _score(page: ComposePage) -> None:
    page.alternatives.clear()
    page.score_button.setChecked(True)
    _settle(lambda: bool(page.score_view.pages))


def _musenet(page: ComposePage) -> None:
    _theme("light")
    page.loop_button.setChecked(False)
    page.click_button.setChecked(False)
    page.roll.set_marked(None)
    page.state.set_model("musenet-mini")
    page.new()
    score, _ = with_instruments(blank(1), "piano, cello")
    page.state.edit("Draw", score)
    page.state.set_control("composer", "Schubert")
    _goes_on(page, answers=1)
    page.seek(page.state.document.end)
    page.asking.going_on.fields["bars"].set_value(4)
    _goes_on(page, answers=4)
    page.roll.fit()


def _goes_on(page: ComposePage, answers: int) -> None:
    page.asking.form.fields["answers"].set_value(answers)
    page.go_on()
    _settle(lambda: not page.alternatives.busy and not page.state.busy)


def _surprise(page: ComposePage) -> None:
    page.take_alternative()
    page.tools.surprise.setChecked(True)
    _settle(lambda: bool(page.roll.expected))


def _save(widget: QWidget, path: Path) -> None:
    image = widget.grab().toImage()
    temporary = path.with_suffix(".png")
    image.save(str(temporary))
    Image.open(temporary).convert("RGB").save(path, quality=QUALITY, method=6)
    temporary.unlink()


def _settle(done: Callable[[], bool]) -> None:
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start(400)
    loop.exec()
    timer.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images"))
