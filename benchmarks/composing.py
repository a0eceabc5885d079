"""How fast Musenet decodes, beside a bare loop, and beside the music it writes."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import read_context
from app.runtime.model import Model
from app.studios.compose.asks import go_on, with_instruments
from app.studios.compose.document import TICKS, Note, Score, blank
from app.studios.compose.engine import ENGINE
from app.studios.compose.musenet import ROOM, Segment
from app.studios.compose.plan import Plan
from app.studios.compose.request import ComposeRequest
from app.studios.compose.sound.timing import timing_of
from benchmarks.generators import open_model
from benchmarks.racing import bare, compared, raced

MODEL = "musenet-mini"
TOKENS = 80
BARS = 8


def decoding() -> Iterator[str]:
    """Tokens a second of the studio and of bare ONNX Runtime loops; seconds of music written in a second."""
    model = open_model(MODEL)
    for title, bars in (("4 bars before", 4), ("40 bars before", 40)):
        request = _request(bars, model)
        plan = Plan(request, None)
        tokens = np.array(plan.context(plan.first, plan.last, int(model.codec["context"]) - ROOM), np.int64)
        decoder, _ = read_context(model, tokens, Progress())
        racers = {
            "studio": raced(lambda request=request, plan=plan: _written(request, model, plan)),
            "bare loop": bare(model, decoder.past, len(tokens), TOKENS),
            "bare loop in place": bare(model, decoder.past, len(tokens), TOKENS, in_place=True),
        }
        yield from compared(f"{title} ({len(tokens)} tokens)", racers)
    yield _against_playback(model)


def _written(request: ComposeRequest, model: Model, plan: Plan) -> Iterator[None]:
    return itertools.islice(Segment(request, model, plan, plan.first, plan.last, []).write(Progress()), TOKENS + 1)


def _against_playback(model: Model) -> str:
    request = _request(4, model)
    started = time.perf_counter()
    *_, last = ENGINE.generate(request, model, Progress())
    taken = time.perf_counter() - started
    first = min(mark.start for mark in request.marks)
    heard = timing_of(last).second(last.length) - timing_of(last).second(first)
    notes = sum(note.start >= first for track in last.tracks for note in track.notes)
    return f"{BARS} bars, {notes} notes in {taken:.2f} s: {heard / taken:.1f} times as fast as they are played"


def _request(bars: int, model: Model) -> ComposeRequest:
    score, tracks = with_instruments(_piece(bars), "piano, violin")
    ask = go_on(score, score.length, BARS, tracks)
    controls = {**model.manifest.defaults(), "memory": int(model.codec["context"])}
    return ComposeRequest(model=MODEL, seed=1, controls=controls, score=ask.score, voices=ask.voices, marks=ask.marks)


def _piece(bars: int) -> Score:
    """Scales and broken chords."""
    score, _ = with_instruments(blank(bars), "piano, violin")
    halves = range(bars * 8)
    score = score.with_track(0, [Note(h * TICKS // 2, 48 + h * 7 % 24, TICKS // 2) for h in halves])
    return score.with_track(1, [Note(h * TICKS, 67 + h * 3 % 12, TICKS) for h in halves[::2]])
