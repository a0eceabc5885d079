"""Walks as films: on the command line, on the bars of a piece, and what is no walk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import mido
import msgspec
import numpy as np
import pytest
from PIL import Image

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.imagine.bars import bars_of
from app.studios.imagine.engine import ENGINE
from app.studios.imagine.request import ImagineRequest, KeyFrame, Walk
from app.studios.imagine.walk import EASINGS, frame_count, frames, key_times, slerp
from tests.make_tiny_stylegan import BIGGAN, STYLEGAN


def keys(model: str, count: int, seconds: float = 0.5, easing: str = "linear") -> tuple[KeyFrame, ...]:
    return tuple(KeyFrame(ImagineRequest(model=model, seed=seed), seconds, easing) for seed in range(count))


def write_midi(path: Path, bars: int, tempo: int = 500_000) -> Path:
    """4/4 for one bar, 3/4 from then on; twice as fast from the third bar on."""
    file = mido.MidiFile(ticks_per_beat=96)
    conductor = mido.MidiTrack()
    conductor.append(mido.MetaMessage("set_tempo", tempo=tempo, time=0))
    conductor.append(mido.MetaMessage("time_signature", numerator=4, denominator=4, time=0))
    conductor.append(mido.MetaMessage("time_signature", numerator=3, denominator=4, time=4 * 96))
    conductor.append(mido.MetaMessage("set_tempo", tempo=tempo // 2, time=3 * 96))
    notes = mido.MidiTrack()
    notes.append(mido.Message("note_on", note=60, time=0))
    notes.append(mido.Message("note_off", note=60, time=(4 + 3 * (bars - 1)) * 96 - 1))
    file.tracks += [conductor, notes]
    file.save(path)
    return path


@pytest.mark.parametrize("name", ["gan-2014", STYLEGAN, BIGGAN])
def test_a_walk_goes_through_its_keys_smoothly_and_a_loop_ends_where_it_began(
    name: str, shelf: ModelShelf, tiny_shelf: ModelShelf
) -> None:
    model: Model = (shelf if name == "gan-2014" else tiny_shelf).open(name)
    walk = Walk(keys=keys(name, 3), rate=12, loop=True)
    film = np.stack([frame.astype(float) for frame in frames(walk, model, Progress())])
    assert len(film) == frame_count(walk) == 18
    steps = np.abs(np.diff(film, axis=0)).reshape(17, -1).mean(1)
    straight = np.abs(film[6] - film[0]).mean()
    assert 0 < steps.max() < 0.8 * straight
    assert np.abs(film[17] - film[0]).mean() < straight
    still = list(frames(Walk(keys=keys(name, 1) * 2, rate=12), model, Progress()))
    assert all((frame == still[0]).all() for frame in still)


def test_easing_begins_and_ends_each_way_as_it_says() -> None:
    for name, easing in EASINGS.items():
        assert easing(0.0) == 0
        assert easing(1.0) == (0.0 if name == "jump" else 1.0)
    assert EASINGS["slow start"](0.5) < EASINGS["linear"](0.5) < EASINGS["slow end"](0.5)


def test_the_spherical_way_keeps_its_length() -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 3, 512))
    for t in (0.0, 0.3, 0.5, 1.0):
        assert np.linalg.norm(slerp(a, b, t), axis=1) == pytest.approx(
            (1 - t) * np.linalg.norm(a, axis=1) + t * np.linalg.norm(b, axis=1), rel=1e-5
        )
    assert np.allclose(slerp(a, a, 0.5), a, atol=1e-5)


def test_keys_fall_on_the_bar_lines_of_a_piece(tmp_path: Path) -> None:
    bars = bars_of(write_midi(tmp_path / "x.mid", 4))
    assert bars == pytest.approx((0.0, 2.0, 3.5, 4.25))
    walk = Walk(keys=keys("x", 4), bars=bars)
    assert key_times(walk) == pytest.approx([0.0, 2.0, 3.5, 4.25])
    assert key_times(msgspec.structs.replace(walk, loop=True))[-1] == pytest.approx(5.0)
    assert key_times(msgspec.structs.replace(walk, keys=keys("x", 2), each=2)) == pytest.approx([0.0, 3.5])


def test_the_command_line_writes_a_walk_as_film_and_as_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("# a walk\n1\n2:3 0.5 linear class=ankle_boot\n\n3 slow end\n")
    bars = ["--bars", str(write_midi(tmp_path / "x.mid", 4, 100_000))]
    options = ["imagine", "gan-2014", "--walk", str(seeds), "--rate", "12", "--seconds", "0.5"]
    assert run(CARDS, [*options, "--enlarge", "4", *bars, "--out", str(tmp_path / "walk.mp4")]) == 0
    with av.open(str(tmp_path / "walk.mp4"), "r") as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (112, 112)
        assert sum(1 for _ in container.decode(stream)) == round(0.7 * 12) + 1
        assert "atelie-recipe/1" in container.metadata["comment"]
    opened, _ = ENGINE.load(tmp_path / "walk.mp4")
    assert [key.request.seed for key in opened.walk.keys] == [1, 2, 3]
    (tmp_path / "cut.webm").write_bytes((tmp_path / "walk.mp4").read_bytes()[:300])
    with pytest.raises(AtelierError, match="not a film"):
        ENGINE.load(tmp_path / "cut.webm")
    assert run(CARDS, [*options, "--loop", "--out", str(tmp_path / "frames")]) == 0
    assert len(list((tmp_path / "frames").glob("*.png"))) == 18
    assert len(ENGINE.load(tmp_path / "frames" / "00003.png")[0].walk.keys) == 3
    assert run(CARDS, [*options, "--no-recipe", "--out", str(tmp_path / "walk.webp")]) == 0
    with Image.open(tmp_path / "walk.webp") as image:
        assert getattr(image, "n_frames", 1) == 13
        assert "xmp" not in image.info
    capsys.readouterr()
    assert run(CARDS, ["replay", str(tmp_path / "walk.mp4")]) == 3
    assert "The model made the same as then: files of this kind keep" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "two key frames"), ("# none\n\n", "two key frames"), ("1\n", "two key frames"), ("1\nx\n", "Line 2"),
     ("1\n2 fast\n", "“fast” is not understood"), ("1\n2 class=dragon\n", "no class “dragon”")],
)  # fmt: skip
def test_a_walk_that_is_none_is_told(text: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "seeds.txt").write_text(text)
    out = tmp_path / "walk.mp4"
    assert run(CARDS, ["imagine", "gan-2014", "--walk", str(tmp_path / "seeds.txt"), "--out", str(out)]) == 2
    assert why in capsys.readouterr().err
    assert not out.exists()


def _smpte(path: Path) -> None:
    path.write_bytes(b"MThd\0\0\0\6\0\0\0\1\xe7\x28MTrk\0\0\0\x0c\0\x90\x3c\x40\x60\x80\x3c\0\0\xff\x2f\0")


@pytest.mark.parametrize(
    ("write", "why"),
    [(lambda path: mido.MidiFile(tracks=[mido.MidiTrack()]).save(path), "no bars"), (_smpte, "no bars"),
     (lambda path: path.write_bytes(b"RIFF"), "not a MIDI file"), (lambda path: None, "no file")],
)  # fmt: skip
def test_a_midi_file_without_bars_is_told(write: Callable[[Path], None], why: str, tmp_path: Path) -> None:
    write(tmp_path / "x.mid")
    with pytest.raises(AtelierError, match=why):
        bars_of(tmp_path / "x.mid")


def test_an_abstract_goes_over_into_another_with_its_grain_still_or_not(shelf: ModelShelf) -> None:
    model = shelf.open("abstract-cppn")
    controls = {**model.manifest.defaults(), "size": 48, "shape": "landscape", "grain": 0.3}
    requests = [ImagineRequest(model="abstract-cppn", seed=seed, controls=controls) for seed in range(2)]
    ends = [KeyFrame(request, 0.5, "linear") for request in requests]

    def film(noise: str) -> np.ndarray:
        return np.stack(list(frames(Walk(keys=tuple(ends), rate=12, noise=noise), model, Progress()))).astype(int)

    moving = film("seed")
    assert moving.shape[1:] == (36, 48, 3)
    *_, alone = ENGINE.generate(ends[0].request, model, Progress())
    assert np.array_equal(moving[0], alone.pictures[0].array)
    steps = np.abs(np.diff(moving, axis=0)).reshape(len(moving) - 1, -1).mean(1)
    assert 0 < steps.max() < 0.7 * np.abs(moving[-1] - moving[0]).mean()
    spread = moving.reshape(len(moving), -1).std(1)
    assert spread.min() > 0.6 * min(spread[0], spread[-1])
    assert np.abs(film("frozen:3")[0] - moving[0]).mean() > 1


def test_a_model_without_ways_between_its_pictures_says_so(shelf: ModelShelf) -> None:
    with pytest.raises(AtelierError, match="can't be walked"):
        list(frames(Walk(keys=keys("upscale-x4", 2)), shelf.open("upscale-x4"), Progress()))


def test_keys_of_two_models_and_walks_without_end_are_told(shelf: ModelShelf) -> None:
    model = shelf.open("gan-2014")
    mixed = Walk(keys=(*keys("gan-2014", 1), *keys("other", 1)))
    with pytest.raises(AtelierError, match="stays within one model"):
        list(frames(mixed, model, Progress()))
    for walk in (Walk(keys=keys("gan-2014", 2, 1e9)), Walk(keys=keys("gan-2014", 2, float("nan")), rate=0)):
        with pytest.raises(AtelierError, match="can't be made"):
            list(frames(walk, model, Progress()))
