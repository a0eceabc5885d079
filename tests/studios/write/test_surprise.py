"""How surprising a text is to a network: read part by part, only what is not known."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.runtime.model import Model, ModelShelf
from app.studios.write.predictions import predictions
from app.studios.write.surprise import (
    LONGEST,
    PartReader,
    around,
    band_limits,
    bands,
    histograms,
    parts_of,
    read_part,
)

MODELS = ["char-rnn-shakespeare", "gpt-prose-en"]
SCENE = "ROMEO:\nBut soft, what light through yonder window breaks?\nIt is the east, and Juliet is the sun.\n\n"


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, shelf: ModelShelf) -> Model:
    return shelf.open(request.param)


def covered(parts: list[tuple[int, int]], text: str) -> bool:
    edges = [0, *(end for _, end in parts)]
    return edges[-1] == len(text) and [start for start, _ in parts] == edges[:-1]


@pytest.mark.parametrize("text", ["", "a", SCENE * 200, "x" * 1_000_000, "word " * 30_000], ids=len)
def test_parts_cover_the_text_and_none_is_long(text: str) -> None:
    parts = parts_of(text)
    assert covered(parts, text)
    assert all(0 < end - start <= LONGEST for start, end in parts)


def test_a_change_moves_few_borders() -> None:
    text = "".join(f"{number} {SCENE * (1 + number % 3)}" for number in range(300))
    before = {text[start:end] for start, end in parts_of(text)}
    changed = text[:5000] + "a few more words " + text[5000:]
    fresh = [1 for start, end in parts_of(changed) if changed[start:end] not in before]
    assert 1 <= len(fresh) <= 4 < len(before)


def test_what_is_in_view_comes_first_then_its_neighbours() -> None:
    parts = parts_of(SCENE * 500)
    seen = parts[7][0] + 5, parts[7][1] - 5
    chosen = around(parts, seen, 3 * LONGEST)
    assert chosen[0] == parts[7]
    assert set(chosen) <= set(parts[4:11])
    assert sum(end - start for start, end in chosen) <= 3 * LONGEST


def test_a_part_is_read_as_what_it_is_after_what_stands_before_it(model: Model) -> None:
    text = SCENE * 8
    whole = predictions(model, text, Progress())
    cut = text.index("\n\n", 300) + 2
    part = read_part(model, text, (cut, len(text)), Progress()).moved(cut)
    same = whole.part(len(whole) - len(part), len(whole))
    assert np.array_equal(part.tokens, same.tokens)
    assert np.array_equal(part.spans, same.spans)
    np.testing.assert_allclose(part.chances.mean(), same.chances.mean(), atol=0.15)


def test_only_what_changed_is_read_again(model: Model) -> None:
    reader, text = PartReader(), SCENE * 100
    parts = parts_of(text)
    list(reader.read(model, text, parts, Progress()))
    changed = text[:-200] + "Good night, good night! " + text[-200:]
    fresh = [part for part in parts_of(changed) if reader.known(model.digest, changed, part) is None]
    assert len(parts) > 2
    assert fresh == [parts_of(changed)[-1]]


def test_bands_and_bars(model: Model) -> None:
    found = predictions(model, SCENE, Progress())
    limits = band_limits(model)
    assert limits == ((1, 3, 10) if model.manifest.family == "char-rnn" else (10, 100, 1000))
    assert bands(np.array([1, limits[0], limits[0] + 1, limits[2] + 1]), limits).tolist() == [0, 0, 1, 3]
    bars = histograms([found], limits)
    assert bars.count == len(found)
    for shares in (bars.ranks, bars.chances, bars.entropies):
        assert shares.sum() == pytest.approx(1)
    assert bars.ranks[0] == pytest.approx((found.ranks <= limits[0]).mean())
    assert bars.chances[0] == pytest.approx((np.exp(found.chances) >= 0.5).mean())
    assert bars.entropies[-1] == pytest.approx((found.entropies / np.log(2) >= 8).mean())
    assert histograms([], limits).count == 0


def test_the_variance_is_that_of_the_log_chances(shelf: ModelShelf) -> None:
    model = shelf.open("char-rnn-shakespeare")
    golden = model.arrays("golden.npz")
    text = model.codec["vocabulary"]
    decoded = "".join(text[token] for token in golden["in:step:tokens"][0])
    found = predictions(model, decoded, Progress())
    assert (found.variances >= -1e-9).all()
    sure = found.entropies < 0.05
    assert sure.any()
    assert found.variances[sure].max() < found.variances.mean()


def test_half_a_character_is_told(model: Model) -> None:
    with pytest.raises(AtelierError, match="half a character at position 6") as caught:
        predictions(model, "Hello\ud800", Progress())
    assert caught.value.kind is ErrorKind.BAD_INPUT


def test_a_network_that_gives_no_numbers_is_told(shelf: ModelShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    model = shelf.open("char-rnn-shakespeare")
    session = type(model.session("step"))
    run = session.run

    def broken(self: object, *arguments: object) -> dict[str, np.ndarray]:
        return {name: value * np.nan for name, value in run(self, *arguments).items()}  # pyright: ignore

    monkeypatch.setattr(session, "run", broken)
    with pytest.raises(AtelierError, match="not numbers") as caught:
        predictions(model, "Hello", Progress())
    assert caught.value.kind is ErrorKind.BAD_MODEL


def test_a_megabyte_without_a_blank_is_read_part_by_part(model: Model, tmp_path: Path) -> None:
    text = "abcdefghij" * 100_000
    (span, found) = next(PartReader().read(model, text, around(parts_of(text), (500_000, 500_100), 1), Progress()))
    assert span[0] <= 500_000 < span[1] + LONGEST
    assert len(found)
    places = found.spans.tolist()
    assert all(first[0] <= second[0] for first, second in itertools.pairwise(places))
