"""The masks Coconet learns from."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from training.coconet.data import asked, training_known


def test_what_lies_far_behind_all_that_is_known_is_not_asked() -> None:
    known = np.zeros((2, 12, 4), bool)
    known[0, :3] = True
    found = asked(known, quarter=4)
    assert found[0].all(axis=1).tolist() == [3 <= step <= 6 for step in range(12)]
    assert found[1].all()  # with nothing known, everything is


def test_each_mask_hides_something_and_some_hide_all_that_follows() -> None:
    known = training_known(400, 32, np.random.default_rng(0))
    assert not known.all(axis=(1, 2)).any()
    assert asked(known, 4).any(axis=(1, 2)).all()
    steps = np.asarray(known.all(axis=2))
    ahead = [row[: row.sum()].all() and 0 < row.sum() < 31 and not known[n, row.sum() + 1 :].any()
             for n, row in enumerate(steps)]  # fmt: skip
    assert 0.1 < np.mean(ahead) < 0.35
