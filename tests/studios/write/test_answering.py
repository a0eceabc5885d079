"""While the machine thinks of words to offer, the page answers the hand; and when they are waved off, it is idle."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from pytestqt.qtbot import QtBot

from app.jobs.worker import Listener
from app.studios.write.page import WritePage
from tests.heartbeat import STALL_MS, STOP_MS, longest_stall, watched_heart

TEXT = "It was a long evening, and the rain that had begun at noon went on falling upon the garden. " * 40
TIMES = 3


@dataclass(frozen=True)
class Aid:
    """One of the ways to be helped: what asks for it, what waves it off, the name of its job."""

    ask: Callable[[WritePage], None]
    wave_off: Callable[[WritePage], None]
    job: str


AIDS = {
    "suggestion": Aid(WritePage.go_on, lambda page: page.aids.suggestions.drop(), "write.ghost"),
    "alternatives": Aid(WritePage.offer, lambda page: page.aids.choices.drop(), "write.choices"),
    "chances": Aid(
        lambda page: page.aids.chances.look(len(TEXT) // 2),
        lambda page: page.aids.chances.close_list(),
        "write.chances",
    ),
}


@pytest.fixture
def novel(page: WritePage) -> WritePage:
    """A page full of text, with the caret in its middle."""
    page.state.set_model("gpt-prose-en")
    page.editor.insertPlainText(TEXT)
    page.editor.mark(len(TEXT) // 2, len(TEXT) // 2)
    return page


@pytest.mark.parametrize("name", AIDS)
def test_the_page_answers_while_words_are_thought_of(name: str, novel: WritePage, qtbot: QtBot) -> None:
    aid, stalls = AIDS[name], []
    for turn in range(1 + TIMES):
        with watched_heart() as beats:
            aid.ask(novel)
            qtbot.waitUntil(lambda: not novel.state.services.jobs.busy(aid.job), timeout=60_000)
        if turn:  # the first imports and opens
            stalls.append(longest_stall(beats))
        aid.wave_off(novel)
    assert sorted(stalls)[TIMES // 2] < STALL_MS


@pytest.mark.parametrize("name", AIDS)
def test_waving_off_leaves_the_models_idle_at_once(name: str, novel: WritePage, qtbot: QtBot) -> None:
    aid, jobs, times = AIDS[name], novel.state.services.jobs, list[float]()
    for _ in range(TIMES):
        aid.ask(novel)
        assert jobs.busy(aid.job)
        qtbot.wait(20)
        started = time.perf_counter()
        aid.wave_off(novel)
        idle = Listener(ended=lambda *_, started=started: times.append(1000 * (time.perf_counter() - started)))
        jobs.submit("write.probe", lambda _: iter([None]), idle)
        qtbot.waitUntil(lambda: not jobs.busy("write.probe"), timeout=10_000)
    assert sorted(times)[TIMES // 2] < STOP_MS
    assert novel.state.document.text == TEXT
