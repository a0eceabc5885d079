"""Fills a marked span anew with a Transformer, so that it fits what stands before it and what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.studios.write.document import Text
from app.studios.write.predictions import predictions
from app.studios.write.prose import Writing
from app.studios.write.request import WriteRequest
from app.studios.write.subwords import SubwordCodec

CANDIDATES = 4
"""Passages written side by side; the one after which the following text is likeliest is taken."""
LONGER, LONGEST = 1.5, 2.5
"""A passage may be so many times as long as the span, and :data:`EXTRA` tokens more; the second where it is to end with
a sentence and none has ended yet."""
EXTRA = 8
SHARES = (0.7, 1.0, 1.4)
"""Where a passage that knows no end is tried to be cut, in lengths of the old one."""
_SENTENCE = re.compile(r"[.!?…][\"'”’)*_]*(?=\s|$)")
_LAST_SENTENCE = re.compile(r"[.!?…][\"'”’)*_]*\s*$")
LOOK_BACK, LOOK_AHEAD = 600, 100
"""Characters before and after the seam that are read to judge it."""


def refill_text(request: WriteRequest, model: Model, progress: Progress) -> Iterator[Text]:
    """The text with the span written anew, in one piece: until it is whole, the old one stays."""
    text = request.document.text
    before, old, after = text[: request.start], text[request.start : request.end], text[request.end :]
    longest = LONGEST if _LAST_SENTENCE.search(old) else LONGER
    count = round(len(SubwordCodec.of_model(model).encode(old)) * longest) + EXTRA
    writing = Writing(request, [rng(request.seed, row) for row in range(CANDIDATES)], count, model)
    for passages in writing.go(progress.part(0.0, 0.8)):
        if longest == LONGEST and all(len(each) > LONGER * len(old) and _SENTENCE.search(each) for each in passages):
            break
    made = list(dict.fromkeys(_seamed(passage, old, after) for passage in _passages(writing, old)))
    made = _ending_alike(made, old)
    surprises = [surprise_of_following(model, before + passage, after, progress.part(0.8, 1.0)) for passage in made]
    best = made[int(np.argmin(surprises))]
    progress.report(1.0)
    yield request.document.replaced(request.start, request.end, best, "machine")


def _passages(writing: Writing, old: str) -> Iterator[str]:
    """What may stand in place of the old passage: what came to its end by itself, and the beginnings of all."""
    for passage, ended in zip(writing.made, writing.ended, strict=True):
        if ended:
            yield passage
        yield from _cuts(passage, old)


def _cuts(passage: str, old: str) -> list[str]:
    """Beginnings of a passage for one of which it may be the time, whether or not the network knew what follows.

    They are near the length of the old passage, and end as it does: with a sentence, where there is one, or a word.
    """
    ends = [found.end() for found in _SENTENCE.finditer(passage)] if _LAST_SENTENCE.search(old) else []
    ends = ends or [found.start() for found in re.finditer(r"\s|$", passage) if found.start()]
    wanted = [len(old) * share for share in SHARES]
    return list(dict.fromkeys(passage[: min(ends, key=lambda end: abs(end - near), default=0)] for near in wanted))


def _ending_alike(passages: list[str], old: str) -> list[str]:
    """Those that end a sentence, where the old passage does; all, where none or the old one does not."""
    alike = [passage for passage in passages if _LAST_SENTENCE.search(passage)] if _LAST_SENTENCE.search(old) else []
    return alike or passages


def _seamed(passage: str, old: str, after: str) -> str:
    """A passage that ends in blanks as the old one did, so that the words at the seam stay apart or together."""
    blanks = old[len(old.rstrip()) :]
    return passage.rstrip() + blanks if blanks or after[:1].isspace() else passage


def surprise_of_following(model: Model, before: str, after: str, progress: Progress) -> float:
    """How unlikely the beginning of *after* is behind *before*, in nats a character; 0 where nothing follows."""
    near, following = before[-LOOK_BACK:], after[:LOOK_AHEAD]
    if not following:
        return 0.0
    found = predictions(model, near + following, progress)
    return -float(found.chances[found.spans[:, 1] > len(near)].sum()) / len(following)
