"""Notation: what is written reads back, what is engraved can be seen, what can't be read is told."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPdf import QPdfDocument
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError
from app.cli import run
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.compose.document import (
    PEDAL,
    TICKS,
    Control,
    KeySignature,
    Meter,
    Note,
    Score,
    Tempo,
    Track,
    blank,
)  # fmt: skip
from app.studios.compose.notation.engraving import load_musicxml, pages
from app.studios.compose.notation.spelling import GRID, measures, spelt, value_of
from app.studios.compose.notation.writing import musicxml, save_musicxml
from app.studios.compose.page import ComposePage

EIGHTH = TICKS // 2


def song() -> Score:
    """A violin and a bass, a change of metre and key, tempos, a pedal, a chord, a tie over a bar, triplets."""
    violin = [
        Note(0, 66, EIGHTH),
        Note(EIGHTH, 67, 3 * EIGHTH),
        Note(2 * TICKS, 69, TICKS * 3),
        Note(6 * TICKS, 60, TICKS),
        Note(6 * TICKS, 64, TICKS),
        *(Note(7 * TICKS + i * TICKS // 3, 70 + i, TICKS // 3) for i in range(3)),
    ]
    bass = [Note(i * TICKS, 40 + i, TICKS) for i in range(10)]
    changes = ((0, 127), (6, 20), (8, 127), (27, 0))  # in sixteenths
    pedals = tuple(Control(place * TICKS // 4, PEDAL, value) for place, value in changes)
    return Score(
        tracks=(
            Track(name="Violin", program=40).with_notes(violin),
            Track(name="Cello äöü", program=42, controls=pedals).with_notes(bass),
        ),
        length=10 * TICKS,
        tempos=(Tempo(0, 500_000), Tempo(5 * TICKS // 4, 666_667), Tempo(4 * TICKS, 851_064)),
        meters=(Meter(0, 4, 4), Meter(4 * TICKS, 3, 4)),
        keys=(KeySignature(0, 1), KeySignature(4 * TICKS, -3, True)),
    )


def quarters(score: Score, track: int) -> list[tuple[float, int, float]]:
    q = score.ticks_per_quarter
    return [(round(n.start / q, 2), n.pitch, round(n.duration / q, 2)) for n in score.tracks[track].notes]


def test_what_is_written_as_musicxml_reads_back(tmp_path: Path) -> None:
    save_musicxml(tmp_path / "a.musicxml", song())
    read = load_musicxml(tmp_path / "a.musicxml")
    for track in (0, 1):
        assert quarters(read, track) == quarters(song(), track)
    assert [(track.name, track.program) for track in read.tracks] == [("Violin", 40), ("Cello äöü", 42)]

    def place(tick: int) -> float:
        return round(tick / read.ticks_per_quarter, 2)

    assert [(place(m.tick), m.numerator) for m in read.meters] == [(0, 4), (4, 3)]
    assert [(place(key.tick), key.fifths, key.minor) for key in read.keys] == [(0, 1, False), (4, -3, True)]
    # Also inside a bar, and within a note.
    assert [(place(t.tick), round(t.bpm, 2)) for t in read.tempos] == [(0, 120), (1.25, 90), (4, 70.5)]
    pedals = [(place(c.tick), c.number, c.value) for c in read.tracks[1].controls]
    assert pedals == [(0, PEDAL, 127), (1.5, PEDAL, 0), (2, PEDAL, 127), (6.75, PEDAL, 0)]
    assert musicxml(song()) == musicxml(song())


def test_compressed_musicxml_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.mxl", "w") as file:
        file.writestr(
            "META-INF/container.xml",
            '<container><rootfiles><rootfile full-path="a.musicxml"/></rootfiles></container>',
        )
        file.writestr("a.musicxml", musicxml(song()))
    assert quarters(load_musicxml(tmp_path / "a.mxl"), 0) == quarters(song(), 0)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(30, 90), st.integers(1, 200)), max_size=20),
    st.sampled_from([(4, 4), (3, 4), (6, 8), (5, 8), (2, 2)]),
)
def test_every_bar_is_filled_exactly_with_values_that_can_be_written(
    found: list[tuple[int, int, int]], meter: tuple[int, int]
) -> None:
    notes = [Note(start * 10, pitch, length * 10) for start, pitch, length in found]
    score = blank(4).with_track(0, notes)
    bars = 3 * TICKS * 4 * meter[0] // meter[1]
    score = Score(tracks=score.tracks, length=max(bars, score.end), meters=(Meter(0, *meter),))
    for bar, chords in measures(score, 0):
        assert all(value_of(chord.length) is not None for chord in chords)
        exact = (bar.end - bar.start) * GRID / TICKS
        # The last bar ends with the piece, which is up to half of the largest step from what can be written.
        assert sum(chord.length for chord in chords) == pytest.approx(exact, abs=1.5)


def test_pitches_are_spelt_as_the_key_has_them() -> None:
    assert spelt(66, KeySignature(0, 1)) == ("F", 1, 4)
    assert spelt(66, KeySignature(0, -5)) == ("G", -1, 4)
    assert spelt(59, None) == ("B", 0, 3)


@pytest.mark.parametrize("content", [b"", b"<html/>", b"<score-partwise>", b"PK\x03\x04broken", b"\xff\xfe<\0"])
def test_what_is_no_musicxml_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.musicxml").write_bytes(content)
    with pytest.raises(AtelierError):
        load_musicxml(tmp_path / "x.musicxml")


def test_without_verovio_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "verovio", None)
    with pytest.raises(AtelierError, match="extra “notation”"):
        pages(song())


# --- in the window ----------------------------------------------------------------------------------------------------


@pytest.fixture
def page(open_window: Callable[..., Window]) -> ComposePage:
    found = open_window("compose").page
    assert isinstance(found, ComposePage)
    found.state.edit("Draw", song())
    return found


def ink(page: ComposePage) -> int:
    """How many dark pixels the first page has."""
    image = page.score_view.pages[0].grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    values = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return int((values[:, : image.width()] < 100).sum())


def test_the_score_can_be_seen_and_follows_edits(page: ComposePage, qtbot: QtBot) -> None:
    qtbot.keyClick(page.roll, Qt.Key.Key_F7)
    assert page.roll.isHidden()
    qtbot.waitUntil(lambda: bool(page.score_view.pages) or bool(page.errors.text), timeout=9_000)
    assert page.errors.text == ""
    before = ink(page)
    assert before > 1000
    page.state.edit("Less", page.state.document.with_track(0, []))
    qtbot.waitUntil(lambda: ink(page) < before, timeout=20_000)
    qtbot.keyClick(page.score_view, Qt.Key.Key_F7)
    assert not page.roll.isHidden()


def test_pdf_svg_and_musicxml_are_written_and_opened(page: ComposePage, qtbot: QtBot, tmp_path: Path) -> None:
    for name in ("a.pdf", "a.svg", "a.musicxml"):
        with qtbot.waitSignal(page.state.saved, timeout=20_000):
            page.state.save(tmp_path / name)
    document = QPdfDocument()
    document.load(str(tmp_path / "a.pdf"))
    assert document.pageCount() == 1
    assert document.pagePointSize(0).width() == pytest.approx(595, abs=1)
    svg = (tmp_path / "a.svg").read_text("utf8")
    assert svg.count("<svg") == 1
    assert "Cello" in svg
    page.new()
    page.open_path(tmp_path / "a.musicxml")
    qtbot.waitUntil(lambda: page.state.document.tracks[0].name == "Violin", timeout=20_000)
    assert quarters(page.state.document, 0) == quarters(song(), 0)


def test_the_command_line_harmonises_musicxml_into_musicxml(tmp_path: Path) -> None:
    melody = blank(1).with_track(0, [Note(i * TICKS, 67 + i, TICKS) for i in range(4)])
    save_musicxml(tmp_path / "in.musicxml", Score(tracks=melody.tracks[:1], length=melody.length))
    arguments = ["--melody", str(tmp_path / "in.musicxml"), "--out", str(tmp_path / "out.musicxml")]
    assert run(CARDS, ["compose", "coconet-bach", "--set", "passes=8", *arguments]) == 0
    read = load_musicxml(tmp_path / "out.musicxml")
    assert [pitch for _, pitch, _ in quarters(read, 0)] == [67, 68, 69, 70]
    assert len(read.tracks) == 4
