"""The evidence of machine writing: on the command line, without a window."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.write.document import Text
from app.studios.write.engine import ENGINE
from app.studios.write.evidence import DETECTOR, Judgement, Says, failures, judge, reader_of, reliability, weigh
from app.studios.write.request import WriteRequest
from app.studios.write.traits import PASSAGE, TRAITS, cut, traits
from app.ui.bands import GROUNDS

PEOPLE = (
    "It was a clear, cold morning in the last week of October, and the smoke of the cottages went straight up into a "
    "sky without a cloud. Mrs. Hale had been at her window since six. She had counted the carts upon the London road, "
    "as she did every market-day, and had found them fewer by three than the week before; a circumstance which she "
    "laid, with some asperity, to the new turnpike and the pride of the farmers, who would sooner lose a day's trade "
    "than a penny of toll. Her nephew, who was not an early riser, and who had no opinion of turnpikes, said that he "
    "supposed the poor beasts were glad of it. "
)


@pytest.fixture(scope="module")
def detector(shelf: ModelShelf) -> Model:
    return shelf.open(DETECTOR)


@pytest.fixture(scope="module")
def written(shelf: ModelShelf, detector: Model) -> str:
    """What the detector's own reader writes when it is careful."""
    reader = reader_of(detector, shelf)
    prompt = Text.by("user", "The door was open, and")
    length = 1300 if reader.manifest.family == "char-rnn" else 320
    controls = {**reader.manifest.defaults(), "length": length, "temperature": 0.7, "top_p": 0.9}
    request = WriteRequest(
        model=reader.manifest.id, seed=3, controls=controls, document=prompt, start=len(prompt), end=len(prompt)
    )
    *_, last = ENGINE.generate(request, reader, Progress())
    return last.text[len(prompt) :]


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> dict:
    assert run(CARDS, ["check", str(path)]) == 0
    return json.loads(capsys.readouterr().out)


def test_check_tells_a_persons_text_from_a_machines(
    written: str, shelf: ModelShelf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person, machine = tmp_path / "person.txt", tmp_path / "machine.md"
    person.write_text(PEOPLE * 2, encoding="utf8")
    machine.write_text(written, encoding="utf8")
    one, other = told(person, capsys), told(machine, capsys)
    assert one["chance"] < 0.5 < other["chance"]
    assert one["says"] != "machine"
    assert other["says"] != "person"
    for found, text in ((one, PEOPLE * 2), (other, written)):
        assert found["characters"] == len(text)
        assert len(found["passages"]) == max(1, round(found["judged_characters"] / PASSAGE))
        low, high = found["range"]
        assert 0 <= low <= found["chance"] <= high <= 1
        value, (least, most) = found["auc"]["value"], found["auc"]["interval"]
        assert 0.5 < least < value < most <= 1
        reader = shelf.open(found["reader"]["id"])
        assert found["reader"]["sha256"] == reader.digest
        assert found["detector"]["sha256"] == shelf.open(DETECTOR).digest
        assert any("boldness" in name for name in found["fails"])


def test_what_is_short_is_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "short.txt"
    path.write_text(PEOPLE[:150], encoding="utf8")
    found = told(path, capsys)
    assert found["says"] == "too short"
    assert "chance" not in found
    assert all("chance" not in passage for passage in found["passages"])
    assert found["not_judged_below_characters"] == 200


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("empty.txt", b"", "is empty"),
        ("binary.txt", bytes(range(256)) * 40, "can't be opened"),
        ("picture.bmp", b"BM", "Nothing is known of who makes files like"),
        ("blank.txt", b"\xef\xbb\xbf", "nothing to be judged"),
    ],
)
def test_what_is_no_text_is_told_in_a_line(
    name: str, content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert run(CARDS, ["check", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("atelie: ")
    assert why in line


def test_half_a_character_is_told(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="half a character"):
        weigh(shelf, PEOPLE + "\udc00", Progress())


def test_of_a_megabyte_without_a_blank_a_part_is_judged(
    shelf: ModelShelf, detector: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.studios.write.evidence.MOST_PARTS", 2)
    found = weigh(shelf, "abcdefghij" * 100_000, Progress())
    assert 4000 <= found.judged <= 12_000
    assert found.whole.end > 400_000
    assert all(passage.end - passage.start < 2 * PASSAGE for passage in found.passages)


def test_another_version_of_the_reader_is_refused(shelf: ModelShelf, detector: Model) -> None:
    codec = detector.manifest.codec
    before = codec["reader_sha256"]
    codec["reader_sha256"] = "0" * 64
    try:
        with pytest.raises(AtelierError, match="another version of") as caught:
            weigh(shelf, PEOPLE, Progress())
        assert caught.value.kind is ErrorKind.BAD_MODEL
        assert "python -m training text-detector" in str(caught.value)
    finally:
        codec["reader_sha256"] = before


@pytest.mark.parametrize(
    ("chance", "low", "high", "length", "says"),
    [
        (0.95, 0.9, 0.99, 500, Says.MACHINE),
        (0.95, 0.4, 0.99, 500, Says.UNSURE),
        (0.8, 0.7, 0.9, 500, Says.UNSURE),
        (0.05, 0.01, 0.2, 500, Says.PERSON),
        (0.05, 0.01, 0.6, 500, Says.UNSURE),
        (0.99, 0.9, 1.0, 199, Says.TOO_SHORT),
    ],
)
def test_it_is_unsure_where_its_networks_disagree(
    chance: float, low: float, high: float, length: int, says: Says
) -> None:
    assert Judgement(0, length, chance, low, high).says is says


def test_the_detector_says_how_well_it_does(detector: Model) -> None:
    measured = reliability(detector)
    assert measured.auc >= 0.9
    assert measured.low < measured.auc < measured.high
    names = [metric.name for metric in failures(detector)]
    for part in ("200 characters", "boldness 1.2", "synonyms", "never learnt from", "taken for a machine's"):
        assert any(part in name for name in names), part


def test_traits_are_numbers_whatever_the_passage(shelf: ModelShelf, detector: Model, is_read: Callable) -> None:
    for text in (PEOPLE, "a", "aaaa" * 200, "\n" * 300 + "x", "日本語の文章。" * 50):
        for passage in cut(is_read(text)):
            row = traits(passage)
            assert row.shape == (len(TRAITS),)
            assert np.isfinite(row).all()
            assert np.isfinite(judge(detector, [row])).all()


@pytest.fixture
def is_read(shelf: ModelShelf, detector: Model) -> Callable:
    from app.studios.write.predictions import predictions

    reader = reader_of(detector, shelf)
    return lambda text: predictions(reader, text, Progress())


def _luminance(colour: str) -> float:
    values = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize(("dark", "text"), [(False, "#1d1f21"), (True, "#e6e6e3")])
def test_text_can_be_read_on_every_band(dark: bool, text: str) -> None:
    for ground in GROUNDS[dark]:
        light, dim = sorted((_luminance(ground), _luminance(text)), reverse=True)
        assert (light + 0.05) / (dim + 0.05) >= 4.5


SEEN = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "no colours": [[0.2126, 0.7152, 0.0722]] * 3,
}
"""How linear RGB looks to others (Machado, Oliveira, Fernandes 2009)."""


def _lab(colour: str, seen: list[list[float]]) -> np.ndarray:
    """CIE L*a*b*, under D65, of a colour as it is seen."""
    values = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.array(to_xyz) @ np.clip(np.array(seen) @ linear, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("sight", SEEN)
def test_bands_are_told_apart_by_all_eyes(dark: bool, sight: str) -> None:
    seen = [_lab(ground, SEEN[sight]) for ground in GROUNDS[dark]]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(one - other) > 7
    lightness = [float(colour[0]) for colour in seen]
    if sight == "no colours":
        assert lightness == sorted(lightness, reverse=not dark)
