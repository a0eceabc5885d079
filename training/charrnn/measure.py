"""What is measured of a character network: how well it knows held-out text, and the form of what it writes."""

from __future__ import annotations

from pathlib import Path

from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.write.document import Text
from app.studios.write.generator import continue_text
from app.studios.write.request import WriteRequest
from app.studios.write.score import read_any_text, score_text
from training.charrnn.corpora import CORPORA, Corpus, read_text, training_text
from training.charrnn.forms import FORMS, Form, known_words, words
from training.lib.ppmd import ORDER, bits_per_char

SAMPLES, SAMPLE = 20, 4000
"""Passages written for what is measured of a sample, and the characters of each."""
QUICK_SAMPLES, QUICK_SAMPLE, QUICK_READ = 2, 250, 20_000


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported network knows the valid text, and what samples of it look like."""
    corpus = CORPORA[model.manifest.id]
    known = training_text(data, corpus)
    return [
        *_likelihood(model, corpus, data, known, quick),
        *_of_samples(model, corpus, data, known, quick),
    ]


def _likelihood(model: Model, corpus: Corpus, data: Path, known: str, quick: bool) -> list[Metric]:
    where = f"{corpus.valid}.valid"
    most = QUICK_READ if quick else None
    text, known = read_any_text(data / "text" / f"{where}.txt.xz")[:most], known[:most]
    score = score_text(model, text, where, Progress())
    nats = Metric(
        name="negative log-likelihood",
        unit="nats/char",
        ours=round(score["nats_per_char"], 4),
        samples=int(score["predicted"]),
        measured_on=where,
        published=corpus.published,
        source=corpus.source,
    )
    bits = Metric(
        name="compression",
        unit="bits/char",
        ours=round(score["bits_per_char"], 4),
        samples=int(score["predicted"]),
        measured_on=where,
        published=round(bits_per_char(known, text), 4),
        source=f"PPMd of order {ORDER} that has read the same training text",
    )
    return [nats, bits]


def _of_samples(model: Model, corpus: Corpus, data: Path, known: str, quick: bool) -> list[Metric]:
    count, length = (QUICK_SAMPLES, QUICK_SAMPLE) if quick else (SAMPLES, SAMPLE)
    texts = [sample(model, corpus.prompt, length, seed) for seed in range(count)]
    valid = read_text(data, f"{corpus.valid}.valid")
    return [_share(form, texts, valid) for form in [known_words(set(words(known))), *FORMS[corpus.valid]]]


def _share(form: Form, texts: list[str], valid: str) -> Metric:
    good, count = (sum(column) for column in zip(*map(form.count, texts), strict=True))
    good_real, count_real = form.count(valid)
    return Metric(
        name=form.name,
        unit="share",
        ours=round(good / max(1, count), 4),
        samples=count,
        measured_on=f"{len(texts)} samples of {len(texts[0]):,} characters at the default settings",
        published=round(good_real / max(1, count_real), 4),
        source="the valid text itself",
        better="higher",
    )


def sample(model: Model, prompt: str, length: int, seed: int) -> str:
    """What the model writes after *prompt* at its default settings, *length* characters, without the prompt."""
    end = len(prompt)
    request = WriteRequest(
        model=model.manifest.id,
        seed=seed,
        controls={**model.manifest.defaults(), "length": length},
        document=Text.by("user", prompt),
        start=end,
        end=end,
    )
    *_, last = continue_text(request, model, Progress())
    return last.text[end:]
