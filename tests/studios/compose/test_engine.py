"""The studio without a window, on the real network."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from app.base.errors import AtelierError
from app.base.progress import Progress
from app.cli import run
from app.runtime.model import Model, ModelShelf
from app.studios.cards import CARDS
from app.studios.compose import leading
from app.studios.compose.coconet import predictor
from app.studios.compose.codec import REST, VOICES, Codec
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.frames import FrameMeasure, moving, reach, strata
from app.studios.compose.grid import voices_grid
from app.studios.compose.measure import Measures, measured
from app.studios.compose.request import Ask, ComposeRequest, Region, harmonise, refill
from app.studios.compose.score import Measure

MODEL = "coconet-bach"


@pytest.fixture
def model(shelf: ModelShelf) -> Model:
    return shelf.open(MODEL)


def asked(ask: Ask, seed: int = 0, **controls: float) -> ComposeRequest:
    controls = {"passes": 16, **controls}
    return ComposeRequest(
        model=MODEL, seed=seed, controls={**controls}, score=ask.score, marks=ask.marks, voices=ask.voices
    )


def made(request: ComposeRequest, model: Model) -> Score:
    *_, last = ENGINE.generate(request, model, Progress())
    return last


def test_a_harmonisation_keeps_the_melody_and_every_voice_in_its_range(melody: Score, model: Model) -> None:
    score = made(asked(harmonise(melody)), model)
    assert score.tracks[0] == melody.tracks[0]
    for (low, high), track in zip(Codec().ranges[1:], score.tracks[1:VOICES], strict=True):
        assert track.notes
        assert all(low <= note.pitch <= high for note in track.notes)
        assert {note.maker for note in track.notes} == {"machine"}


def test_the_voices_breathe_with_the_melody(melody: Score, model: Model) -> None:
    score = made(asked(harmonise(melody)), model)
    breath = range(8 * TICKS, 9 * TICKS)
    sounding = [n for track in score.tracks for n in track.notes if n.start < breath.stop and n.end > breath.start]
    # A voice may sing through the breath; with no network the ranges alone would fill it in all three.
    assert len({note.pitch for note in sounding}) <= VOICES - 1


def test_refill_changes_the_marked_region_and_nothing_else(melody: Score, model: Model) -> None:
    first = made(asked(harmonise(melody)), model)
    ask = refill(first, [Region(2, 4 * TICKS, 8 * TICKS)])
    second = made(asked(ask, seed=9, temperature=1.3), model)
    for voice in (0, 1, 3):
        assert second.tracks[voice] == first.tracks[voice]
    start, end = ask.marks[0].start, ask.marks[0].end
    for before, after in ((first, second), (second, first)):
        outside = [note for note in before.tracks[2].notes if not start <= note.start < end]
        assert [note for note in after.tracks[2].notes if not start <= note.start < end] == outside


def test_notes_beside_the_grid_stay_beside_it(model: Model) -> None:
    played = blank(2).with_track(0, [Note(i * TICKS + 7 * i, 67 + i, TICKS - 50, 61 + i) for i in range(5)])
    score = made(asked(harmonise(played)), model)
    assert score.tracks[0] == played.tracks[0]


def test_the_same_seed_gives_the_same_notes_and_another_gives_others(melody: Score, model: Model) -> None:
    one, two, other = (made(asked(harmonise(melody), seed=seed), model) for seed in (4, 4, 5))
    assert one == two
    assert one != other


def parallels_in(score: Score) -> int:
    """How often two voices move from one perfect interval to the same, from one sixteenth to the next."""
    grid = voices_grid(score, (0, 1, 2, 3), 64, Codec())
    moves = np.diff(grid, axis=0)
    count = 0
    for one, two in itertools.combinations(range(VOICES), 2):
        interval = np.abs(grid[:, one] - grid[:, two]) % 12
        sounding = (grid[:, [one, two]] != REST).all(axis=1)
        along = (moves[:, one] * moves[:, two] > 0) & sounding[1:] & sounding[:-1]
        count += int((along & np.isin(interval[1:], (0, 7)) & (interval[1:] == interval[:-1])).sum())
    return count


@pytest.mark.parametrize(("early", "times"), [(0, 3), (1, 2), (2, 1), (4, 0)])
def test_a_parallel_is_pushed_away_even_when_a_voice_comes_a_little_early(early: int, times: int) -> None:
    codec, step = Codec(), np.arange(8)
    classes = np.full((8, VOICES), codec.pitches)
    classes[:, 0] = np.where(step < 4, 67, 69) - codec.low
    classes[:, 3] = np.where(step < 4 - early, 60, 62) - codec.low
    push = leading.push(classes, codec)
    # From C to D in the bass, from G to A in the soprano: by sixteenths, by eighths, by quarters.
    assert push[4, 3, 62 - codec.low] == -times * leading.AGAINST
    assert not push[:, 1:3].any()  # what is silent moves with nobody


def test_the_rule_of_voice_leading_is_kept_and_the_melody_too(melody: Score, model: Model) -> None:
    strict, free = (
        [made(asked(harmonise(melody), seed=seed, passes=32, voice_leading=strength), model) for seed in range(3)]
        for strength in (1.0, 0.0)
    )
    assert all(score.tracks[0] == melody.tracks[0] for score in strict)
    counts = [sum(parallels_in(score) for score in scores) for scores in (strict, free)]
    assert counts[0] < 1 < counts[1]


def test_a_request_of_before_the_rule_gives_what_it_gave(melody: Score, model: Model) -> None:
    before, without = asked(harmonise(melody)), asked(harmonise(melody), voice_leading=0.0)
    assert "voice_leading" not in before.controls
    assert made(before, model) == made(without, model)
    assert made(before, model) != made(asked(harmonise(melody), voice_leading=1.0), model)


def test_stopping_half_way_leaves_a_whole_piece(melody: Score, model: Model) -> None:
    passes = ENGINE.generate(asked(harmonise(melody)), model, Progress())
    first = next(passes)
    assert all(track.notes for track in first.tracks[:VOICES])
    assert first.tracks[0] == melody.tracks[0]


@pytest.mark.parametrize(
    ("notes", "why"),
    [
        ([Note(0, 60, TICKS), Note(0, 64, TICKS)], "more than one note at a time"),
        ([Note(0, 20, TICKS)], "outside what this model knows"),
    ],
)
def test_a_melody_it_can_not_sing_is_told(notes: list[Note], why: str, model: Model) -> None:
    with pytest.raises(AtelierError, match=why):
        made(asked(harmonise(blank(1).with_track(0, notes))), model)


def test_the_command_line_harmonises_a_file_note_for_note(
    melody: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_midi(tmp_path / "in.mid", melody, None)
    arguments = ["compose", MODEL, "--melody", str(tmp_path / "in.mid"), "--seed", "3"]
    assert run(CARDS, [*arguments, "--out", str(tmp_path / "out.mid")]) == 0
    score, recipe = load_midi(tmp_path / "out.mid")
    assert score.tracks[0].notes == melody.tracks[0].notes
    assert all(track.notes for track in score.tracks)
    assert recipe is not None
    assert recipe.model == MODEL
    capsys.readouterr()
    assert run(CARDS, ["replay", str(tmp_path / "out.mid")]) == 0
    assert capsys.readouterr().out.startswith("bit-exact")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--bars", "0"], "--bars can't be 0"),
        (["--melody", "gone.mid"], "There is no file “gone.mid”"),
        (["--out", "x.mp3"], "saved as .mid, .musicxml"),
    ],
)
def test_bad_arguments_are_told_in_one_line(
    arguments: list[str], why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(CARDS, ["compose", MODEL, "--bars", "1", "--out", "x.mid"][: 2 if "--melody" in arguments else None]
               + (["--out", "x.mid"] if "--melody" in arguments else []) + arguments) == 2  # fmt: skip
    assert why in capsys.readouterr().err


def test_a_scored_file_says_how_well_the_model_knows_it(model: Model, melody: Score, tmp_path: Path) -> None:
    bach_like = made(asked(harmonise(melody)), model)
    random = np.random.default_rng(0)
    noise = blank(4)
    for voice, (low, high) in enumerate(Codec().ranges):
        pitches = random.integers(low, high + 1, 16)
        noise = noise.with_track(voice, [Note(i * TICKS, int(p), TICKS) for i, p in enumerate(pitches)])
    figures = []
    for name, score in (("like", bach_like), ("noise", noise)):
        save_midi(tmp_path / f"{name}.mid", score, None)
        figures.append(ENGINE.score(model, [tmp_path / f"{name}.mid"], Progress()))
    assert figures[0]["nats_per_frame_chronological"] < figures[1]["nats_per_frame_chronological"] * 0.75
    assert all(0 < found["frames"] <= 20 < found["steps"] for found in figures)
    assert all(found["nats_per_frame_chronological_error"] > 0 for found in figures)
    assert figures[0]["nats_per_note"] < figures[1]["nats_per_note"]


# --- what may change, on the command line -----------------------------------------------------------------------------


@pytest.fixture
def chorale(melody: Score, model: Model, tmp_path: Path) -> Path:
    save_midi(tmp_path / "in.mid", made(asked(harmonise(melody)), model), None)
    return tmp_path / "in.mid"


def compose(chorale: Path, *arguments: str) -> int:
    out = str(chorale.parent / "out.mid")
    return run(CARDS, ["compose", MODEL, "--melody", str(chorale), "--set", "passes=16", "--out", out, *arguments])


def test_a_mask_on_the_command_line_changes_that_and_nothing_else(chorale: Path) -> None:
    before, _ = load_midi(chorale)
    assert compose(chorale, "--mask", "al,bass:2-3", "--seed", "9", "--set", "temperature=1.4") == 0
    after, _ = load_midi(chorale.parent / "out.mid")
    bar = 4 * TICKS
    for voice, (old, new) in enumerate(zip(before.tracks, after.tracks, strict=True)):
        if voice in (0, 2):
            assert [plain(n) for n in old.notes] == [plain(n) for n in new.notes]
            continue
        assert [plain(n) for n in old.notes if n.start < bar] == [plain(n) for n in new.notes if n.start < bar]
    assert [plain(n) for n in before.tracks[1].notes] != [plain(n) for n in after.tracks[1].notes]


def plain(note: Note) -> tuple[int, int, int, int]:
    return note.start, note.pitch, note.duration, note.velocity


def test_only_a_share_changes_and_alternatives_are_numbered(chorale: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compose(chorale, "--mask", "1-4", "--change", "0.2", "--alternatives", "3", "--midi-type", "0") == 0
    names = capsys.readouterr().out.split()
    assert [Path(name).name for name in names] == ["out-0.mid", "out-1.mid", "out-2.mid"]
    before = {(n.start, n.pitch) for track in load_midi(chorale)[0].tracks for n in track.notes}
    found = [load_midi(Path(name))[0] for name in names]
    assert len({str([plain(n) for track in score.tracks for n in track.notes]) for score in found}) == 3
    for score in found:
        kept = before & {(n.start, n.pitch) for track in score.tracks for n in track.notes}
        assert len(kept) >= round(0.8 * len(before))


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--mask", "viola:2"], "names no part of the piece"),
        (["--mask", "bass:3-9"], "no bars 3 to 9 in a piece of 4"),
        (["--mask", "2", "--change", "0"], "--change can't be 0.0"),
        (["--alternatives", "0"], "--alternatives can't be 0"),
    ],
)
def test_masks_that_make_no_sense_are_one_line(
    arguments: list[str], why: str, chorale: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose(chorale, *arguments) == 2
    assert why in capsys.readouterr().err


# --- wishes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", ["density", "spread", "consonance"])
def test_a_wish_is_found_in_the_measured_result(wish: str, melody: Score, model: Model) -> None:
    def heard(value: float) -> float:
        results = [made(asked(harmonise(melody), seed=seed, passes=24, **{wish: value}), model) for seed in range(2)]
        return float(np.mean([getattr(measured(result, (0, 1, 2, 3)), wish) for result in results]))

    assert heard(-1.0) < heard(0.0) < heard(1.0)


def test_measures_of_a_chord_and_a_clash() -> None:
    chord = blank(1)
    for voice, pitch in enumerate((72, 67, 64, 48)):
        chord = chord.with_track(voice, [Note(0, pitch, 2 * TICKS), Note(2 * TICKS, pitch + 2, TICKS)])
    assert measured(chord, (0, 1, 2, 3)) == Measures(density=8 / 12, spread=2.0, consonance=1.0)
    clash = blank(1).with_track(0, [Note(0, 60, TICKS)]).with_track(1, [Note(0, 61, TICKS), Note(TICKS, 60, TICKS)])
    assert measured(clash, (0, 1, 2, 3)).consonance == 0
    assert measured(blank(), (0, 1, 2, 3)) == Measures()


# --- likelihood -------------------------------------------------------------------------------------------------------


class Stub:
    """A network that always says the same, and remembers what it was shown."""

    def __init__(self, favourite: int | None = None) -> None:
        self.codec = Codec()
        self.favourite = favourite
        self.shown: list[np.ndarray] = []

    def __call__(self, features: np.ndarray) -> np.ndarray:
        self.shown.append(features)
        batch, _, steps = features.shape
        scores = np.zeros((batch, steps, VOICES, self.codec.classes), np.float32)
        if self.favourite is not None:
            scores[..., self.favourite] = 5.0
        return scores


@pytest.fixture
def piece(melody: Score) -> np.ndarray:
    """The classes of a melody alone, 64 steps."""
    return Codec().encode(voices_grid(melody, (0, 1, 2, 3), 64, Codec()))


def test_a_network_that_knows_nothing_has_the_loss_of_chance(melody: Score, piece: np.ndarray) -> None:
    stub = Stub()
    chance = np.log(stub.codec.classes)
    for frames, asked in ((20, 20), (None, len(piece))):
        measure = FrameMeasure(stub.codec, stub, [piece], frames)
        for chronological in (True, False):
            found = measure.nats(chronological, Progress())
            assert found.nats == pytest.approx(VOICES * chance)
            assert found.error == pytest.approx(0)
            assert 0 < found.frames <= asked
        assert frames or found.frames == len(piece)
    whole = Measure(stub.codec, stub, [voices_grid(melody, (0, 1, 2, 3), 64, Codec())], draws=3)
    assert whole.per_note(Progress()) == pytest.approx(chance)


def last_frame(piece: np.ndarray, orderings: int, chronological: bool) -> Stub:
    """What a stub was asked for the last frame of *piece* alone."""
    stub = Stub(favourite=7)
    measure = FrameMeasure(stub.codec, stub, [piece], None, orderings)
    stub.shown.clear()
    measure.nats(chronological, Progress())
    stub.shown = stub.shown[-VOICES:]
    return stub


def test_within_a_frame_the_network_sees_its_own_notes_and_before_it_the_truth(piece: np.ndarray) -> None:
    stub = last_frame(piece, 1, chronological=True)
    classes = stub.codec.classes
    first, second = (shown[0, : VOICES * classes].reshape(VOICES, classes, -1) for shown in stub.shown[:2])
    target = first.shape[2] - 1
    assert np.asarray(first.any(axis=1).all(axis=0)).tolist() == [True] * target + [False]
    assert np.array_equal(first.argmax(axis=1)[:, :target], piece[-target - 1 : -1].T)
    (voice,) = np.flatnonzero(second[:, :, target].any(axis=1))
    assert second[voice, :, target].argmax() == 7


def test_orderings_that_show_the_same_ask_once(piece: np.ndarray) -> None:
    asked = [len(shown) for shown in last_frame(piece, 5, chronological=True).shown]
    assert asked[0] == 1
    assert max(asked) <= 5
    frames = len(piece)
    stub = Stub(favourite=7)
    measure = FrameMeasure(stub.codec, stub, [piece], None, 5)
    stub.shown.clear()
    measure.nats(False, Progress())
    assert sum(len(shown) == 5 for shown in stub.shown) > 0.9 * VOICES * frames


def test_frames_are_drawn_by_how_many_voices_move_and_their_weights_are_those_of_all(piece: np.ndarray) -> None:
    pieces = [piece, piece[:32], np.concatenate([piece, piece])]
    assert moving(piece)[0] == VOICES
    for frames in (10, 40, None):
        found = strata(pieces, frames, np.random.default_rng(0))
        assert sum(stratum.share for stratum in found) == pytest.approx(1)
        for stratum in found:
            assert len({int(moving(pieces[n])[step]) for n, step in stratum.chosen.tolist()}) == 1
            assert stratum.weights.sum() == pytest.approx(1)
            assert stratum.whole or len(stratum.chosen) == max(2, (frames or 0) // (VOICES + 1))
    # Every frame weighs as in a mean over frames, then over pieces.
    weights = {(n, s): g.share * w for g in found for (n, s), w in zip(g.chosen.tolist(), g.weights, strict=True)}
    assert len(weights) == sum(map(len, pieces))
    assert weights[1, 5] == pytest.approx(1 / 3 / 32)


def test_what_the_network_can_not_hear_is_not_shown_to_it_and_changes_nothing(model: Model) -> None:
    codec, predict = Codec(), predictor(model, Progress())
    far = reach(codec, predict)
    assert 128 <= far <= 144  # 133 steps by its layers, and a quarter
    random = np.random.default_rng(1)
    long = np.stack([np.repeat(random.integers(low, high + 1, 90), 4) - codec.low for low, high in codec.ranges], 1)
    piece, at = long[None], 200
    known = random.random((1, len(long), VOICES)) < 0.5
    known[:, at] = False
    first, end = at - far, at + far + 4
    whole = predict(codec.features(piece, known, np.zeros(1, int), np.array([360])))[0, at]
    part = predict(codec.features(piece[:, first:end], known[:, first:end], np.array([first]), np.array([360])))
    np.testing.assert_allclose(part[0, at - first], whole, atol=1e-4)


def test_every_frame_is_asked_for_on_the_command_line_and_only_where_frames_are_drawn(
    melody: Score, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "in.mid"
    save_midi(path, melody.with_track(0, [n for n in melody.tracks[0].notes if n.start < 3 * TICKS]), None)
    assert run(CARDS, ["score", MODEL, str(path), "--every-frame"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["frames"] == found["steps"]
    assert found["nats_per_frame_random_order_error"] == 0
    assert found["orderings"] == 5
    for other in ("musenet-mini", "char-rnn-shakespeare"):
        assert run(CARDS, ["score", other, str(path), "--every-frame"]) == 2
        assert "Leave --every-frame out" in capsys.readouterr().err
