"""Threads that bring results, stop when told, and end cleanly."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.jobs.worker import DISK, End, Jobs, Listener


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


class Heard:
    def __init__(self) -> None:
        self.values: list[object] = []
        self.ends: list[tuple[End, AtelierError | None]] = []
        self.threads: set[str] = set()
        self.listener = Listener(partial=self._value, ended=lambda end, error: self.ends.append((end, error)))

    def _value(self, value: object) -> None:
        self.threads.add(threading.current_thread().name)
        self.values.append(value)


def count(progress: Progress) -> Iterator[int]:
    yield from range(100)


def endless(progress: Progress) -> Iterator[int]:
    number = 0
    while True:
        progress.report(0.5)
        number += 1
        yield number


def test_the_last_partial_result_and_the_end_arrive_in_the_windows_thread(jobs: Jobs, qtbot: QtBot) -> None:
    heard = Heard()
    jobs.submit("g", count, heard.listener)
    qtbot.waitUntil(lambda: bool(heard.ends))
    assert heard.values[-1] == 99
    assert heard.ends == [(End.DONE, None)]
    assert heard.threads == {threading.main_thread().name}


def test_stop_keeps_what_was_made(jobs: Jobs, qtbot: QtBot) -> None:
    heard = Heard()
    jobs.submit("g", endless, heard.listener)
    qtbot.waitUntil(lambda: bool(heard.values))
    jobs.stop("g")
    qtbot.waitUntil(lambda: bool(heard.ends))
    assert heard.ends[0][0] is End.STOPPED
    assert not jobs.busy()


def test_the_newest_request_of_a_group_wins(jobs: Jobs, qtbot: QtBot) -> None:
    old, new = Heard(), Heard()
    jobs.submit("g", endless, old.listener)
    jobs.submit("g", count, new.listener)
    qtbot.waitUntil(lambda: bool(new.ends))
    assert old.ends == []
    assert new.values[-1] == 99


def test_an_error_is_told_and_the_thread_lives_on(jobs: Jobs, qtbot: QtBot) -> None:
    def bad(progress: Progress) -> Iterator[int]:
        yield 1
        raise AtelierError(ErrorKind.BAD_INPUT, "No.")

    heard, after = Heard(), Heard()
    jobs.submit("a", bad, heard.listener)
    jobs.submit("b", count, after.listener)
    qtbot.waitUntil(lambda: bool(after.ends))
    assert heard.values == [1]
    assert [(end, str(error)) for end, error in heard.ends] == [(End.FAILED, "No.")]


def test_one_thread_a_lane_however_many_jobs(jobs: Jobs, qtbot: QtBot) -> None:
    ends = []
    for number in range(200):
        jobs.submit(f"g{number}", count, Listener(ended=lambda end, error: ends.append(end)))
    qtbot.waitUntil(lambda: len(ends) == 200, timeout=20_000)
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("atelie-")] == ["atelie-models"]


def test_closing_finishes_what_is_written_to_the_disk(jobs: Jobs) -> None:
    written: list[int] = []

    def write(progress: Progress) -> Iterator[None]:
        written.append(1)
        yield None

    for number in range(5):
        jobs.submit(f"d{number}", write, Listener(), lane=DISK)
    jobs.submit("m", endless, Listener())
    jobs.close()
    assert written == [1] * 5


def test_what_runs_in_the_background_gives_way_and_begins_anew(jobs: Jobs, qtbot: QtBot) -> None:
    order: list[str] = []

    def patient(progress: Progress) -> Iterator[int]:
        order.append("background")
        for number in range(1_000_000 if len(order) == 1 else 3):
            progress.check()
            yield number

    def asked(progress: Progress) -> Iterator[int]:
        order.append("asked")
        yield 1

    heard = Heard()
    jobs.submit("b", patient, heard.listener, background=True)
    qtbot.waitUntil(lambda: order == ["background"])
    first, second = Heard(), Heard()
    jobs.submit("a", asked, first.listener)
    jobs.submit("c", asked, second.listener)
    qtbot.waitUntil(lambda: bool(heard.ends))
    assert order == ["background", "asked", "asked", "background"]
    assert [end for end, _ in first.ends + second.ends + heard.ends] == [End.DONE] * 3


def test_what_is_dropped_in_the_background_does_not_begin_anew(jobs: Jobs, qtbot: QtBot) -> None:
    begun: list[int] = []

    def patient(progress: Progress) -> Iterator[int]:
        begun.append(1)
        yield from endless(progress)

    jobs.submit("b", patient, Listener(), background=True)
    qtbot.waitUntil(lambda: begun == [1])
    jobs.drop("b")
    after = Heard()
    jobs.submit("a", count, after.listener)
    qtbot.waitUntil(lambda: bool(after.ends) and not jobs.busy())
    assert begun == [1]
