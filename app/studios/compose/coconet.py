"""Writes the missing voices of a chorale: what the family ``coconet`` does with a request."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.compose import leading
from app.studios.compose.codec import REST, Codec, codec_of
from app.studios.compose.document import Score
from app.studios.compose.gibbs import Predict, Push, Task, sample
from app.studios.compose.grid import Window, completed, open_window
from app.studios.compose.request import ComposeRequest
from app.studios.compose.wishes import Wishes, wishes_of
from app.studios.compose.words import bar_and_beat, pitch_name

GRAPH = "score"


def fill(request: ComposeRequest, model: Model, progress: Progress) -> Iterator[Score]:
    """Yield the completed score after each pass of the sampler; the given notes are in all of them, unchanged."""
    codec = codec_of(model.codec)
    _check_pitches(request, codec)
    window = open_window(request, codec)
    task = Task(codec.encode(window.pitch), window.marked, allowed_classes(window, codec))
    passes = int(request.controls.get("passes", 64))
    temperature = float(request.controls.get("temperature", 1.0))
    # Works made before there was this control must replay, so without it there is none.
    strict = float(request.controls.get("voice_leading", 0.0))
    cooled = 1.0 - strict * (1.0 - leading.COOLED)
    push = pushed(wishes_of(request.controls), strict, codec)
    states = sample(task, codec, predictor(model, progress), rng(request.seed), passes, temperature, push, cooled)
    for number, classes in enumerate(states, 1):
        yield completed(request, window, codec.decode(classes), codec)
        progress.report(number / passes, tr("pass {number} of {all}", number=number, all=passes))


def pushed(wishes: Wishes, strict: float, codec: Codec) -> Push | None:
    """The wishes and the rule of voice leading, at the share *strict* of its strength, together; None for neither."""
    if not wishes and not strict:
        return None

    def push(classes: np.ndarray) -> np.ndarray:
        wished = wishes.push(classes, codec)
        return wished + strict * leading.push(classes, codec) if strict else wished

    return push


def predictor(model: Model, progress: Progress) -> Predict:
    """The model's graph as the sampler wants it; Stop ends it inside."""

    def predict(features: np.ndarray) -> np.ndarray:
        return model.run(GRAPH, {"features": features}, progress)["scores"]

    return predict


def allowed_classes(window: Window, codec: Codec) -> np.ndarray:
    """What may stand in each cell, bool (steps, 4, classes): the voice's range; silence where the given voices rest.

    The network has hardly heard a single voice fall silent; without this a melody's breath would be filled in, and a
    made voice could drop out in the middle of a phrase.
    """
    given = ~window.marked
    silent = given.any(axis=1) & ~((window.pitch != REST) & given).any(axis=1)
    allowed = np.broadcast_to(codec.allowed(), (*window.pitch.shape, codec.classes)).copy()
    allowed[silent, :, codec.pitches] = True
    return allowed


def _check_pitches(request: ComposeRequest, codec: Codec) -> None:
    score = request.score
    for track in (score.tracks[voice] for voice in request.voices if voice < len(score.tracks)):
        for note in track.notes:
            if not codec.low <= note.pitch <= codec.high:
                raise AtelierError(
                    ErrorKind.BAD_INPUT,
                    tr("{pitch} in “{track}”, {place}, is outside what this model knows ({low} – {high}).",
                       pitch=pitch_name(note.pitch), track=track.name, place=bar_and_beat(score, note.start),
                       low=pitch_name(codec.low), high=pitch_name(codec.high)),
                    tr("Transpose it by octaves until every voice fits."),
                )  # fmt: skip
