"""What a torch network writes while it learns, to be heard."""

from __future__ import annotations

import numpy as np
import torch

from app.runtime.sampling import Sampling, rng, sample_token
from app.studios.compose.document import Meter, Score, Tempo, Track
from app.studios.compose.events import (
    BAR,
    DURATION,
    END,
    METERS,
    PART,
    POSITION,
    TEMPO,
    TEMPOS,
    Measure,
    events_in,
    note_of,
    to_ticks,
    units_of,
)
from app.studios.compose.instruments import DESKS, INSTRUMENTS, is_drums
from training.gpt.network import GPT, Cached

SAMPLING = Sampling(temperature=0.95, top_p=0.97)


@torch.no_grad()
def write(network: GPT, given: list[int], count: int, seed: int) -> list[int]:
    """The given tokens and what a network writes after them, at most *count* more."""
    generator, tokens, device = rng(seed), list(given), network.embedding.weight.device
    cached, shape = Cached(network), network.shape
    past = [torch.zeros(1, shape.heads, 0, shape.width // shape.heads, device=device)] * (2 * shape.layers)
    read = tokens
    for _ in range(count):
        total = torch.tensor(len(tokens))
        scores, *past = cached(torch.tensor([read], device=device), total, total, *past)
        token = sample_token(scores[0, -1].float().cpu().numpy(), generator, SAMPLING)
        if token == END:
            break
        read = [token]
        tokens.append(token)
    return tokens


def score_from(tokens: list[int]) -> Score:
    """The piece that a head and bars tell."""
    first = next((place for place, token in enumerate(tokens) if BAR <= token < POSITION), len(tokens))
    bars = events_in(tokens[first:])
    parts = sorted({token - PART for token in tokens[:first] if PART <= token < DURATION} | _played(bars))
    meters = [token - BAR for token in tokens[first:] if BAR <= token < POSITION]
    tempo = next((TEMPOS[token - TEMPO] for token in tokens[:first] if TEMPO <= token < TEMPO + len(TEMPOS)), 90)
    starts = np.cumsum([0, *map(units_of, meters)])
    blank = Score(tracks=tuple(map(_track, parts)), length=1)
    starts = [to_ticks(int(units), blank) for units in starts]
    score = Score(
        tracks=blank.tracks,
        length=max(1, starts[-1]),
        tempos=(Tempo(0, round(60_000_000 / tempo)),),
        meters=tuple(Meter(at, *METERS[m]) for at, m, before in zip(starts, meters, [-1, *meters], strict=False)
                     if m != before) or (Meter(0, 4, 4),),
    )  # fmt: skip
    for number, part in enumerate(parts):
        notes = [
            note_of(event, Measure(start=start, units=units_of(meter), meter=meter, tempo=0), score)
            for start, meter, events in zip(starts, meters, bars, strict=False)
            for event in events
            if event.part == part
        ]
        score = score.with_track(number, notes)
    return score


def _played(bars: list[list]) -> set[int]:
    return {event.part for events in bars for event in events}


def _track(part: int) -> Track:
    one = INSTRUMENTS[part // DESKS]
    return Track(name=f"{one.name} {part % DESKS + 1}", program=(one.programs or (0,))[0], drums=is_drums(part))
