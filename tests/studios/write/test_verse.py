"""Verse by rules: what comes out is checked with the dictionary, through engine, command line and window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError, Unfinished
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import ModelShelf
from app.shell.window import Window
from app.studios.cards import CARDS
from app.studios.write.constraints import has_word
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.page import WritePage
from app.studios.write.request import Verse, WriteRequest
from app.studios.write.rhyme import rhyme, syllables

MODEL = "gpt-prose-en"
PROMPT = "The sea is calm to-night."


def _words(line: str) -> list[str]:
    return [word.strip(",;.!?") for word in line.split()]


def _check(lines: list[str], verse: Verse) -> None:
    plan = verse.plan()
    assert len(lines) == len(plan)
    for line, (_, initial, _) in zip(lines, plan, strict=True):
        assert line.startswith(initial)
        assert sum(syllables(word)[0] for word in _words(line)) == verse.syllables
        assert all(len(syllables(word)) == 1 for word in _words(line))
    for one, (letter, _, _) in enumerate(plan):
        for other, (same, _, _) in enumerate(plan[:one]):
            if "-" not in (letter, same):
                assert rhyme(_words(lines[one])[-1], _words(lines[other])[-1]) == (letter == same)


def _made(shelf: ModelShelf, verse: Verse, seed: int = 1, banned: str = "") -> str:
    controls = {"temperature": 0.8, "top_p": 0.95, "banned": banned}
    end = len(PROMPT)
    request = WriteRequest(
        model=MODEL, seed=seed, controls=controls, document=Text.by("user", PROMPT), start=end, end=end, verse=verse
    )
    *_, text = ENGINE.generate(request, shelf.open(MODEL), Progress())
    return text.text


def test_sounds_of_words() -> None:
    assert syllables("house") == (1,)
    assert syllables("fire") == (1, 2)
    assert rhyme("night", "light")
    assert not rhyme("night", "night")
    assert not rhyme("night", "house")
    assert syllables("zorvable") == (3,)
    assert rhyme("florp", "dorp")


@pytest.mark.parametrize(
    "verse",
    [
        Verse(scheme="ABAB", syllables=8, acrostic="LOVE"),
        Verse(scheme="AABB", syllables=6),
        Verse(scheme="free", syllables=10, acrostic="SEA"),
        Verse(scheme="AA", syllables=7, acrostic="HOME"),
    ],
)
def test_the_rules_are_kept(shelf: ModelShelf, verse: Verse) -> None:
    text = _made(shelf, verse, banned="the, and")
    assert text.startswith(PROMPT + "\n")
    lines = [line for line in text.removeprefix(PROMPT).splitlines() if line]
    _check(lines, verse)
    assert not any(has_word("\n".join(lines), word) for word in ("the", "and"))


def test_the_same_request_gives_the_same_bytes_whatever_was_read_before(shelf: ModelShelf) -> None:
    verse = Verse(scheme="AA", syllables=5)
    text = _made(shelf, verse)
    assert text != _made(shelf, verse, seed=2)
    shelf.open(MODEL).memory.clear()
    assert text == _made(shelf, verse)


def test_what_can_not_be_done_is_said_with_line_and_reason(shelf: ModelShelf) -> None:
    with pytest.raises(Unfinished, match="Line 1 can't be made: no word has enough rhymes"):
        _made(shelf, Verse(scheme="A" * 60, syllables=8))
    with pytest.raises(Unfinished, match="Line 1 can't be made: no word that may be written begins with “X”"):
        _made(shelf, Verse(scheme="free", acrostic="XO"))
    for bad in (Verse(scheme="A1"), Verse(syllables=99), Verse(acrostic="Ü")):
        with pytest.raises(AtelierError, match="No such verse"):
            bad.check()


def test_a_model_without_words_says_so(shelf: ModelShelf) -> None:
    request = WriteRequest(model="char-rnn-shakespeare", verse=Verse())
    with pytest.raises(AtelierError, match="can't write by the rules"):
        list(ENGINE.generate(request, shelf.open("char-rnn-shakespeare"), Progress()))


def test_the_command_line_writes_keeps_what_was_made_and_replays(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "v.txt"
    command = ["write", MODEL, "--verse", "ABAB", "--acrostic", "LOVE", "--prompt", PROMPT, "--seed", "4"]
    assert run(CARDS, [*command, "--out", str(out)]) == 0
    _check(out.read_text().removeprefix(PROMPT).split("\n")[1:5], Verse(acrostic="LOVE"))
    assert run(CARDS, ["replay", str(out)]) == 0
    assert "exact" in capsys.readouterr().out
    assert run(CARDS, ["write", MODEL, "--verse", "free", "--acrostic", "OX", "--prompt", PROMPT]) == 0
    captured = capsys.readouterr()
    assert "Line 2 can't be made" in captured.err
    assert captured.out.removeprefix(PROMPT).strip().startswith("O")


def test_the_panel_writes_verse_as_one_step(open_window: Callable[..., Window], qtbot: QtBot) -> None:
    page = open_window("write").page
    assert isinstance(page, WritePage)
    page.state.set_model(MODEL)
    page.editor.setPlainText(PROMPT)
    page.editor.mark(len(PROMPT), len(PROMPT))
    page.verse.acrostic.setText("SEA")
    page.verse.scheme.setCurrentText("AAA")
    qtbot.mouseClick(page.verse.write, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.state.busy, timeout=30_000)
    _check(page.state.document.text.removeprefix(PROMPT).strip().splitlines(), Verse(scheme="AAA", acrostic="SEA"))
    page.undo()
    assert page.state.document.text == PROMPT
