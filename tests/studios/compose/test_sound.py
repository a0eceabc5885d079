"""Sound, listened to by measuring: pitch, time, force, sides, pedal, and the files it is written to."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from app.base.errors import AtelierError, ErrorKind
from app.studios.compose.document import (
    BEND,
    EXPRESSION,
    PAN,
    PEDAL,
    TICKS,
    VOLUME,
    Control,
    Note,
    Score,
    Tempo,
    Track,
    blank,
)  # fmt: skip
from app.studios.compose.files import load_midi, save_midi
from app.studios.compose.sound.export import blocks, render, save_sound, stage_of
from app.studios.compose.sound.pedal import sounding_ends
from app.studios.compose.sound.sampler import RATE, default_font, sampler_of
from app.studios.compose.sound.stage import BLOCK, LOUDEST, Stage, gains_of
from app.studios.compose.sound.timing import timing_of

QUARTER = round(0.75 * RATE)
"""Frames of a quarter at the 80 quarters a minute of an empty piece."""


def one(*notes: Note, program: int = 52, **mixer: object) -> Score:
    track = Track(name="x", program=program).with_notes(notes)
    score = Score(tracks=(track,), length=16 * TICKS)
    return score.change_track(0, **mixer)


def level(sound: np.ndarray) -> float:
    return float(np.sqrt((sound**2).mean()))


def pitch(sound: np.ndarray) -> float:
    """The strongest frequency in hertz, of the left side."""
    middle = sound[: RATE // 2, 0]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 8 * RATE))
    return float(spectrum.argmax() / 8)


@pytest.mark.parametrize(("key", "hertz"), [(69, 440), (76, 659.3), (81, 880)])
def test_a_flute_has_its_pitch(key: int, hertz: float) -> None:
    assert pitch(render(one(Note(0, key, 2 * TICKS), program=73))) == pytest.approx(hertz, rel=0.01)


def test_notes_come_at_their_time_and_die_away() -> None:
    sound = render(one(Note(2 * TICKS, 60, TICKS)))
    assert not sound[: 2 * QUARTER - 5].any()
    assert level(sound[2 * QUARTER : 3 * QUARTER]) > 100 * level(sound[-500:])
    assert len(sound) == pytest.approx(3 * QUARTER + 0.3 * RATE, abs=2)
    jumps = np.abs(np.diff(sound[3 * QUARTER - 50 :, 0])).max()
    assert jumps < 0.05  # a note that is cut off clicks


def test_force_volume_and_side_are_heard() -> None:
    loud, soft = (level(render(one(Note(0, 60, TICKS, velocity)))) for velocity in (100, 50))
    assert loud / soft == pytest.approx(4, rel=0.05)
    plain = level(render(one(Note(0, 60, TICKS))))
    assert level(render(one(Note(0, 60, TICKS), volume=50))) / plain == pytest.approx(0.25, rel=0.05)
    left = render(one(Note(0, 60, TICKS), pan=0))
    assert not left[:, 1].any()
    assert gains_of(Track(name="x")) == pytest.approx([1, 1])


def test_mute_and_solo_are_heard() -> None:
    two = blank(2).with_track(0, [Note(0, 60, TICKS)]).with_track(1, [Note(4 * TICKS, 60, TICKS)])
    muted, alone = render(two.change_track(0, muted=True)), render(two.change_track(0, solo=True))
    assert not muted[: 4 * QUARTER - 5].any()
    assert muted[4 * QUARTER : 5 * QUARTER].any()
    assert alone[:QUARTER].any()
    assert not alone[2 * QUARTER :].any()


def test_the_pedal_holds_until_it_is_released_or_the_key_is_struck_again() -> None:
    notes = (Note(0, 60, 100), Note(200, 60, 100), Note(200, 64, 100), Note(2000, 67, 100))
    controls = (Control(50, PEDAL, 127), Control(900, PEDAL, 0), Control(1900, PEDAL, 63))
    track = Track(name="x", notes=notes, controls=controls)
    assert sounding_ends(track).tolist() == [200, 900, 900, 2100]
    assert sounding_ends(Track(name="x", notes=notes)).tolist() == [100, 300, 300, 2100]


def test_a_block_is_the_same_whether_made_alone_or_in_order() -> None:
    score = one(*(Note(i * 170, 50 + i % 20, 900) for i in range(60)))
    whole = np.concatenate(list(blocks(stage_of(score))))
    alone = stage_of(score)
    alone.prepare(2)
    assert np.array_equal(alone.mix(2 * BLOCK, BLOCK), whole[2 * BLOCK : 3 * BLOCK])
    across = stage_of(score)
    across.prepare(0)
    across.prepare(1)
    assert np.array_equal(across.mix(BLOCK - 1000, 2000), whole[BLOCK - 1000 : BLOCK + 1000])


def test_the_mixer_needs_no_new_sound_and_notes_only_where_they_changed() -> None:
    score = blank(2).with_track(0, [Note(0, 60, TICKS)]).with_track(1, [Note(0, 64, TICKS)])
    stage = stage_of(score)
    stage.prepare(0)
    assert stage.remix(score.change_track(0, muted=True, volume=3))
    assert stage.audible() == [1, 2, 3]
    changed = score.with_track(1, [Note(0, 65, TICKS)])
    assert not stage.remix(changed)
    after = Stage(changed, stage.sampler, before=stage)
    assert not after.ready(0)
    after.prepare(0)
    expected = next(blocks(stage_of(changed)))
    assert np.array_equal(after.mix(0, len(expected)), expected)


def test_the_metronome_clicks_on_each_beat() -> None:
    stage = Stage(one(Note(0, 60, 10), muted=True), sampler_of(default_font()), metronome=True)
    stage.prepare(0)
    sound = np.abs(stage.mix(0, BLOCK)).max(axis=1)
    assert sound[:3000].max() > 0.01
    for beat in range(1, 5):
        before, after = sound[beat * QUARTER - 3000 : beat * QUARTER], sound[beat * QUARTER : beat * QUARTER + 3000]
        assert after.max() > 20 * before.max()


def test_no_sound_is_louder_than_full_scale_and_silence_is_short() -> None:
    loud = blank(1)
    for voice in range(4):
        loud = loud.with_track(voice, [Note(0, 48 + step, TICKS, 127) for step in range(voice, 30, 4)])
    assert 0.6 < np.abs(render(loud)).max() <= LOUDEST + 1e-6
    assert render(blank()).shape == (0, 2)


@pytest.mark.parametrize(("suffix", "subtype"), [(".wav", "PCM_16"), (".flac", "PCM_24")])
def test_what_is_written_is_what_is_heard(suffix: str, subtype: str, tmp_path: Path) -> None:
    score = one(Note(0, 60, 9 * TICKS), Note(5 * TICKS, 72, TICKS))
    assert save_sound(tmp_path / f"a{suffix}", score) == [tmp_path / f"a{suffix}"]
    sound, rate = soundfile.read(tmp_path / f"a{suffix}", dtype="float32")
    assert rate == RATE
    assert soundfile.info(tmp_path / f"a{suffix}").subtype == subtype
    assert np.abs(sound - render(score)).max() < 1e-4
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]


def test_a_sound_file_that_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(AtelierError) as caught:
        save_sound(tmp_path / "gone" / "a.wav", one(Note(0, 60, 10)))
    assert caught.value.kind is ErrorKind.DISK
    month = one(Note(0, 60, 40_000 * TICKS))
    with pytest.raises(AtelierError, match="six hours"):
        save_sound(tmp_path / "a.wav", month)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"RIFF1234junk", b"\xff\xd8\xff\xe0 JFIF" * 100])
def test_what_is_no_soundfont_is_told(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.sf2").write_bytes(content)
    with pytest.raises(AtelierError, match=r"“x\.sf2” is no SoundFont"):
        render(one(Note(0, 60, 10)), tmp_path / "x.sf2")


def test_another_soundfont_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "copy.sf2").write_bytes(default_font().read_bytes())
    score = one(Note(0, 60, 100))
    assert np.array_equal(render(score, tmp_path / "copy.sf2"), render(score))


def test_time_runs_through_changes_of_tempo_for_whole_arrays() -> None:
    score = Score(tracks=(), length=8 * TICKS, tempos=(Tempo(0, 500_000), Tempo(4 * TICKS, 1_000_000)))
    ticks = np.array([[0, 2 * TICKS], [4 * TICKS, 8 * TICKS]])
    assert timing_of(score).seconds(ticks).tolist() == [[0, 1], [2, 6]]


# --- what changes in the course of a track ----------------------------------------------------------------------------


def automated(*controls: Control, program: int = 73) -> np.ndarray:
    """Four quarters of a flute's A."""
    return render(one(Note(0, 69, 4 * TICKS), program=program, controls=controls))


def test_volume_expression_and_place_are_heard_where_they_change() -> None:
    plain = automated()
    for number in (VOLUME, EXPRESSION):
        before = 100 if number == VOLUME else 127
        softer = automated(Control(2 * TICKS, number, before // 2))
        assert np.allclose(softer[: 2 * QUARTER], plain[: 2 * QUARTER])
        late = slice(2 * QUARTER + RATE // 100, 3 * QUARTER)
        assert level(softer[late]) / level(plain[late]) == pytest.approx(0.25, rel=0.05)
        assert np.abs(np.diff(softer[2 * QUARTER - 50 : 2 * QUARTER + 500, 0])).max() < 0.05  # no click
    left = automated(Control(2 * TICKS, PAN, 0))
    assert left[: 2 * QUARTER, 1].any()
    assert not left[2 * QUARTER + RATE // 100 :, 1].any()


def test_the_pitch_wheel_bends_in_the_range_that_is_set() -> None:
    whole = [Control(0, BEND, 4096), Control(2 * TICKS, BEND, 0)]  # half the way: a semitone
    sound = automated(*whole)
    assert pitch(sound) == pytest.approx(440 * 2 ** (1 / 12), rel=0.01)
    assert pitch(sound[2 * QUARTER + RATE // 20 :]) == pytest.approx(440, rel=0.01)
    octave = [Control(0, 101, 0), Control(0, 100, 0), Control(0, 6, 12), Control(0, BEND, -8192)]
    assert pitch(automated(*octave)) == pytest.approx(220, rel=0.01)
    spread = [np.std(np.abs(np.fft.rfft(automated(*c)[:RATE, 0]))[420:461]) for c in ((), (Control(0, 1, 127),))]
    assert spread[1] < 0.8 * spread[0]  # vibrato spreads the tone over its neighbours


def test_a_channel_that_changes_its_instrument_keeps_volume_and_wheel(tmp_path: Path) -> None:
    file, track = mido.MidiFile(), mido.MidiTrack()
    file.tracks.append(track)
    track += [
        mido.Message("control_change", control=VOLUME, value=50),
        mido.Message("program_change", program=73),
        mido.Message("note_on", note=69, velocity=80),
        mido.Message("note_off", note=69, time=480),
        mido.Message("pitchwheel", pitch=4096),
        mido.Message("program_change", program=71),
        mido.Message("note_on", note=69, velocity=80),
        mido.Message("note_off", note=69, time=480),
    ]
    file.save(tmp_path / "a.mid")
    score, _ = load_midi(tmp_path / "a.mid")
    assert [(part.program, part.volume) for part in score.tracks] == [(73, 50), (71, 50)]
    straight = render(score.change_track(1, controls=()))[RATE // 2 :]
    assert pitch(render(score)[RATE // 2 :]) / pitch(straight) == pytest.approx(2 ** (1 / 12), rel=0.01)
    save_midi(tmp_path / "b.mid", score, None)
    assert np.array_equal(render(load_midi(tmp_path / "b.mid")[0]), render(score))
