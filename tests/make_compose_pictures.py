"""Makes the pictures of docs/compose.md: ``python -m tests.make_compose_pictures [FOLDER] [NAME…]``."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from PySide6.QtWidgets import QScrollArea, QWidget

from app.shell.window import Window
from app.studios.compose.asks import with_instruments
from app.studios.compose.document import TICKS, Note, Score, Track, blank
from app.studios.compose.edits import everything
from app.studios.compose.midi.ports import Ports
from app.studios.compose.midi.writing import write_midi
from app.studios.compose.page import ComposePage
from app.studios.compose.piece import set_key
from app.ui.widgets.panel import Section
from tests.pictures import opened, pixels, save, settle
from tests.studios.compose.test_player import Tape

SIZE, SMALL = (1200, 760), (900, 560)
QUALITY = 80
PASSES = (0, 3, 15, 63)
"""Those of the sampler's passes that are shown."""


def main(folder: Path, names: list[str]) -> None:
    """Write ``compose-NAME.webp`` for each picture of the page, or for those named; some build on those before."""
    with opened(SIZE) as window:
        page = window.show_studio("compose")
        assert isinstance(page, ComposePage)
        for name, theme, prepare in SCENES:
            if not names or name in names:
                window.set_theme(theme)
                prepare(page)
                settle()
                save(window.grab().toImage(), folder / f"compose-{name}.webp", QUALITY)
    if not names or "passes" in names:
        with opened(SMALL, "dark") as window:
            _save_passes(window, folder / "compose-passes.webp")


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
    """The mixer: the alto is muted, the tenor soft and at one side, a bar is played in a loop."""
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


def _no_ports(page: ComposePage) -> None:
    """Asked for the ports of a machine that has none."""
    page.tools.surprise.setChecked(False)
    _only(page, page.midi)
    page.look_for_ports()
    settle()
    _scroll_to(page, page.midi.record)


def _ports(page: ComposePage) -> None:
    """A port to play through, and one that is recorded from."""
    page.band.ports = Ports("tests.studios.compose.loopback")
    _only(page, page.midi)
    page.errors.show_error(None)
    page.look_for_ports()
    page.midi.output.setCurrentIndex(1)
    page.midi.align.setChecked(True)
    page.player.open_sink = Tape  # where there is no screen there may be no sound either
    page.record()
    settle()
    _scroll_to(page, page.midi.record)


def _many(page: ComposePage) -> None:
    """A piece of 20,000 notes, seen whole."""
    page.record()
    settle(lambda: not page.state.services.jobs.busy())
    page.rewind()
    _only(page, page.tracks)
    page.state.edit("Draw", orchestra(20_000))
    page.roll.fit()


def orchestra(notes: int) -> Score:
    """Ten tracks of as many notes each, motives in C major that wander up and down."""
    rng, tracks = np.random.default_rng(5), []
    for number, (name, program) in enumerate(ORCHESTRA):
        count = notes // len(ORCHESTRA)
        motif = np.tile(np.cumsum(rng.integers(-2, 3, 16)), count // 16 + 1)[:count]
        starts = np.cumsum(rng.choice([2, 4, 2, 4, 4], count))
        degrees = motif + np.round(6 * np.sin(starts / (500 + 90 * number))).astype(int)
        pitches = 84 - 5 * number + 12 * (degrees // 7) + np.array([0, 2, 4, 5, 7, 9, 11])[degrees % 7]
        rows = zip(starts.tolist(), np.clip(pitches, 24, 105).tolist(), strict=True)
        played = [Note(start * TICKS // 4, pitch, TICKS // 2) for start, pitch in rows]
        tracks.append(Track(name=name, program=program).with_notes(played))
    score = Score(tracks=tuple(tracks), length=4 * TICKS)
    return set_key(msgspec.structs.replace(score, length=score.end), 0)


ORCHESTRA = (
    ("Piccolo", 72), ("Flute", 73), ("Oboe", 68), ("Clarinet", 71), ("Horn", 60),
    ("Violin", 40), ("Viola", 41), ("Trombone", 57), ("Cello", 42), ("Double bass", 43),
)  # fmt: skip


def _save_passes(window: Window, path: Path) -> None:
    """A melody, and four voices after some of the passes, side by side in two rows."""
    page = window.show_studio("compose")
    assert isinstance(page, ComposePage)
    page.new()
    line = [67, 67, 69, 71, 72, 71, 69, 67, 66, 67, 69, 71, 69, 67, 67, 67]
    page.state.edit("Draw", blank(4).with_track(0, [Note(i * TICKS, p, TICKS) for i, p in enumerate(line)]))
    seen: list[np.ndarray] = []
    page.state.documentChanged.connect(lambda: seen.append(pixels(page.roll.grab().toImage())))
    page.harmonise()
    settle(lambda: not page.state.busy)
    shown = [seen[min(number, len(seen) - 1)] for number in PASSES]
    rows = [np.concatenate(shown[at : at + 2], 1) for at in (0, 2)]
    Image.fromarray(np.concatenate(rows)).save(path, quality=QUALITY, method=6)


def _told(page: ComposePage) -> None:
    """A file that is cut off: said in place, and the piece stays."""
    path = Path(tempfile.gettempdir()) / "cut-off.mid"
    path.write_bytes(write_midi(page.state.document)[:200])
    page.open_path(path)
    settle(lambda: bool(page.errors.text))
    path.unlink()


def _only(page: ComposePage, body: QWidget) -> None:
    """Unfold the section of *body* and none of the others."""
    for section in page.panel.findChildren(Section):
        section.set_open(section.isAncestorOf(body))


def _scroll_to(page: ComposePage, widget: QWidget) -> None:
    area = next(area for area in page.findChildren(QScrollArea) if area.isAncestorOf(widget))
    area.ensureWidgetVisible(widget)


def _answers(page: ComposePage) -> None:
    page.tools.others.setCurrentIndex(0)
    page.tools.scale.setChecked(False)
    page.asking.form.fields["answers"].set_value(3)
    page.harmonise()
    settle(lambda: not page.alternatives.busy)


def _score(page: ComposePage) -> None:
    page.alternatives.clear()
    page.score_button.setChecked(True)
    settle(lambda: bool(page.score_view.pages))


def _musenet(page: ComposePage) -> None:
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
    settle(lambda: not page.alternatives.busy and not page.state.busy)


def _surprise(page: ComposePage) -> None:
    page.take_alternative()
    page.tools.surprise.setChecked(True)
    settle(lambda: bool(page.roll.expected))


SCENES: tuple[tuple[str, str, Callable[[ComposePage], None]], ...] = (
    ("page", "light", _page),
    ("refill", "light", _refill),
    ("edit", "light", _edit),
    ("answers", "light", _answers),
    ("score", "light", _score),
    ("sound", "dark", _sound),
    ("told", "dark", _told),
    ("musenet", "light", _musenet),
    ("surprise", "light", _surprise),
    ("no-ports", "light", _no_ports),
    ("ports", "dark", _ports),
    ("many", "dark", _many),
)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/images"), sys.argv[2:])
