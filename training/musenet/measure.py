"""How well the exported network knows the valid pieces, and whether what it writes keeps metre and range."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np

from app.base.progress import Progress
from app.runtime.decoder import Decoder
from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.compose.asks import go_on
from app.studios.compose.bars import bars_of
from app.studios.compose.document import Score
from app.studios.compose.events import BAR, END, PART, POSITION, PREFIX, SUFFIX, events_in, is_note, units_of
from app.studios.compose.instruments import INSTRUMENTS, class_of, range_of
from app.studios.compose.musenet import fill
from app.studios.compose.request import ComposeRequest
from training.lib.ngram import MOST, NGram
from training.musenet.corpus import chosen, scores
from training.musenet.data import Corpus, prepared

PIECES, READ = 64, 1500
"""Valid pieces that are read, spread over all, and tokens of each."""
GAP = 2
"""Bars that are cut out."""
PROMPTS, BARS = 16, 8
"""Pieces that are gone on with, from their eighth bar, and by so many bars."""
KEYS = (-4, 0, 3)
"""The anchor, too, learns from pieces moved to other keys."""
FREE = Sampling(temperature=0.95, top_p=0.95)
FREE_TOKENS = 400


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """The figures of the card; see the constants of this module for how many samples they rest on."""
    train, valid = prepared(data)
    return [
        *_likelihood(model, train, valid, 4 if quick else PIECES),
        *_gaps(model, valid, 4 if quick else PIECES),
        *_writing(model, data, 2 if quick else PROMPTS),
        *_alone(model, valid, 2 if quick else PROMPTS),
    ]


def _likelihood(model: Model, train: Corpus, valid: Corpus, count: int) -> list[Metric]:
    """Nats per note of whole bars at the beginning of pieces, ours and the anchor's over the same tokens."""
    anchor = NGram(list(_streams(train)), int(model.codec["vocabulary"]))
    ours = theirs = tokens = notes = 0.0
    for piece in np.linspace(0, len(valid) - 1, count).astype(int):
        first, last = int(valid.pieces[piece]), int(valid.pieces[piece + 1])
        begin, bars = valid.head(piece, first), valid.tokens(first, last)[:READ].astype(np.int64)
        ours += float(_nats(model, np.array([*begin, *bars], np.int64))[len(begin) - 1 :].sum())
        theirs += float(anchor.nats(bars).sum())
        tokens, notes = tokens + len(bars), notes + float(is_note(bars).sum())
    where = f"valid, the first {READ:,} tokens of {count} pieces, composer and instruments told"
    source = f"interpolated Kneser-Ney {MOST}-gram over the same tokens of the train part, in {len(KEYS)} keys"
    return [
        Metric(
            name=f"surprise of a {unit}",
            unit=f"nats/{unit}",
            ours=round(ours / amount, 4),
            published=round(theirs / amount, 4),
            source=source,
            samples=int(amount),
            measured_on=where,
        )
        for unit, amount in (("note", notes), ("token", tokens))
    ]


def _gaps(model: Model, valid: Corpus, count: int) -> list[Metric]:
    """The surprise of notes in a gap where what follows it is read, and where it is not."""
    nats, notes = {True: 0.0, False: 0.0}, 0.0
    for piece in np.linspace(0, len(valid) - 1, count).astype(int):
        first, last = int(valid.pieces[piece]), int(valid.pieces[piece + 1])
        if last - first < 2 * BARS + GAP:
            continue
        start, end = first + BARS, first + BARS + GAP
        begin, before, gap = valid.head(piece, first), valid.tokens(first, start), valid.tokens(start, end)
        notes += float(is_note(gap).sum())
        for seen in nats:
            around = [SUFFIX, *valid.tokens(end, end + BARS).tolist(), PREFIX] if seen else []
            tokens = np.array([*begin, *around, *before.tolist(), *gap.tolist()], np.int64)
            nats[seen] += float(_nats(model, tokens)[-len(gap) :].sum()) if len(gap) else 0.0
    names = {True: "surprise of a note in a gap, what follows is read", False: "the same, what follows is not read"}
    where = f"valid, gaps of {GAP} bars after the first {BARS} of pieces, {BARS} bars behind them"
    return [
        Metric(name=names[seen], unit="nats/note", ours=round(found / max(1.0, notes), 4), samples=int(notes),
               measured_on=where)
        for seen, found in nats.items()
    ]  # fmt: skip


def _streams(corpus: Corpus) -> Iterator[np.ndarray]:
    """The pieces one by one, in several keys."""
    for first, last in zip(corpus.pieces[:-1], corpus.pieces[1:], strict=True):
        tokens = corpus.tokens(first, last).astype(np.int64)
        for key in KEYS:
            yield corpus.moved(tokens, key)


def _nats(model: Model, tokens: np.ndarray) -> np.ndarray:
    """The surprise of tokens (n,) but the first, read from their beginning."""
    scores = Decoder(model).read(tokens[None, :-1], Progress())[0].astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    return np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), tokens[1:]]


def _writing(model: Model, data: Path, count: int) -> list[Metric]:
    """Bars of continuations that are whole and hold only notes in range, as the application writes them."""
    bars = kept = notes = inside = 0
    for score in prompts(data, count):
        written, first = continued(model, score, seed=0)
        bars += BARS
        kept += sum(any(_made_between(written, bar.start, bar.end)) for bar in _last_bars(written, first))
        for track in written.tracks:
            lowest, highest = INSTRUMENTS[class_of(track)].lowest, INSTRUMENTS[class_of(track)].highest
            made = [note for note in track.notes if note.maker == "machine"]
            notes += len(made)
            inside += sum(lowest <= note.pitch <= highest for note in made)
    where = f"{BARS} bars after the first {BARS} of {count} valid pieces, default settings, seed 0"
    return [
        _share("bars written that keep the metre and are not empty", kept, bars, where),
        _share("notes written that are in the instrument's range", inside, notes, where),
    ]


def prompts(data: Path, count: int) -> Iterator[Score]:
    """Valid pieces that are long enough, spread over all."""
    pieces = [piece for piece in chosen(data) if not piece.train and piece.notes > 200]
    for _, score in scores(data, [pieces[place] for place in np.linspace(0, len(pieces) - 1, count).astype(int)]):
        if bars_of(score).count > BARS:
            yield opening(score, 2 * BARS)


def opening(score: Score, bars: int) -> Score:
    """The first *bars* bars of a piece."""
    end = bars_of(score).nth(bars - 1).end
    begun = score.map_notes(lambda _, note: note if note.start < end else None)
    return msgspec.structs.replace(begun, length=max(end, begun.end))


def continued(model: Model, score: Score, seed: int, bars: int = BARS) -> tuple[Score, int]:
    """A piece of which only the first *bars* bars are known, gone on with by as many; and where that begins, a tick."""
    start = bars_of(score).nth(bars).start
    known = score.map_notes(lambda _, note: note if note.start < start else None)
    ask = go_on(known, start, bars, [number for number, track in enumerate(score.tracks) if track.notes])
    request = ComposeRequest(
        model=model.manifest.id,
        seed=seed,
        controls=model.manifest.defaults(),
        score=ask.score,
        marks=ask.marks,
        voices=ask.voices,
    )
    *_, written = fill(request, model, Progress())
    return written, start


def _last_bars(score: Score, tick: int) -> list:
    bars = bars_of(score)
    first = bars.at(tick).number
    return [bars.nth(number) for number in range(first, first + BARS)]


def _made_between(score: Score, start: int, end: int) -> Iterator[bool]:
    return (start <= note.start < end for track in score.tracks for note in track.notes if note.maker == "machine")


def _alone(model: Model, valid: Corpus, count: int) -> list[Metric]:
    """The same where nothing is forbidden: how much of metre and range the network has learnt."""
    bars = kept = notes = inside = 0
    for number, piece in enumerate(np.linspace(0, len(valid) - 1, count).astype(int)):
        first, last = int(valid.pieces[piece]), int(valid.pieces[piece + 1])
        given = [*valid.head(piece, first), *valid.tokens(first, min(last, first + BARS)).tolist()]
        meter = next(token for token in reversed(given) if BAR <= token < POSITION)
        tokens = [meter, *_free(model, [*given, meter], number)]
        ends = [place for place, token in enumerate(tokens) if BAR <= token < POSITION]
        for begin, end in pairwise(ends):
            bars += 1
            kept += tokens[begin] == meter and _well_told(tokens[begin:end])
        for event in (event for events in events_in(tokens) for event in events):
            lowest, highest = range_of(event.part)
            notes += 1
            inside += lowest <= event.pitch <= highest
    where = f"{FREE_TOKENS} tokens after the first {BARS} bars of {count} valid pieces, no token forbidden"
    return [
        _share("bars that keep the metre where nothing is forbidden", kept, bars, where),
        _share("notes in range where nothing is forbidden", inside, notes, where),
    ]


def _free(model: Model, given: list[int], seed: int) -> list[int]:
    decoder, random = Decoder(model), rng(seed)
    read, tokens = np.array([given], np.int64), []
    for _ in range(FREE_TOKENS):
        token = sample_token(decoder.read(read, Progress())[0, -1], random, FREE)
        if token == END:
            break
        tokens.append(token)
        read = np.array([[token]], np.int64)
    return tokens


def _well_told(bar: list[int]) -> bool:
    """Whether the places of a bar rise and lie within it, and it has some."""
    places = [token - POSITION for token in bar if POSITION <= token < PART]
    return bool(places) and all(a < b for a, b in pairwise(places)) and (places[-1] < units_of(bar[0] - BAR))


def _share(name: str, part: int, whole: int, where: str) -> Metric:
    return Metric(
        name=name, unit="share", ours=round(part / max(1, whole), 4), samples=whole, measured_on=where, better="higher"
    )
