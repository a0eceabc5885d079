"""Progress maps parts onto the whole, and cancelling reaches whoever watches."""

import pytest

from app.base.errors import Cancelled
from app.base.progress import CancelToken, Progress


def test_a_part_reports_its_share_of_the_whole() -> None:
    seen: list[float] = []
    progress = Progress(sink=lambda fraction, _: seen.append(fraction))
    progress.part(0.5, 1.0).part(0.0, 0.5).report(1.0)
    assert seen == [0.75]


def test_a_cancelled_token_ends_the_work_at_the_next_report() -> None:
    token = CancelToken()
    called: list[bool] = []
    with token.watch(lambda: called.append(True)):
        token.cancel()
    assert called == [True]
    with pytest.raises(Cancelled):
        Progress(token).report(0.1)


def test_watching_a_token_that_was_cancelled_before_calls_at_once() -> None:
    token = CancelToken()
    token.cancel()
    called: list[bool] = []
    with token.watch(lambda: called.append(True)):
        assert called == [True]
