"""What is measured of a character network: how well it knows held-out text, and the form of what it writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from app.base.progress import Progress
from app.runtime.manifest import Metric
from app.runtime.model import Model
from app.studios.write.document import Text
from app.studios.write.generator import continue_text
from app.studios.write.request import WriteRequest
from app.studios.write.score import score_files
from training.charrnn.corpora import CORPORA, Corpus, read_text, training_text
from training.lib.ppmd import ORDER, bits_per_char

SAMPLE, QUICK_SAMPLE = 20_000, 500
"""Characters written for the measurements of a sample."""
TAIL = 1500
"""What begins in so many last characters of a sample may end after it, and is not counted."""


@dataclass(frozen=True)
class Form:
    """A property of good text of one kind: its name, and how many of how many places in a text have it."""

    name: str
    count: Callable[[str], tuple[int, int]]


def measure(model: Model, data: Path, quick: bool = False) -> list[Metric]:
    """How well the exported network knows the valid text, and what a long sample of it looks like."""
    corpus = CORPORA[model.manifest.id]
    known = training_text(data, corpus)
    return [
        *_likelihood(model, corpus, data, known),
        *_of_sample(model, corpus, data, known, QUICK_SAMPLE if quick else SAMPLE),
    ]


def _likelihood(model: Model, corpus: Corpus, data: Path, known: str) -> list[Metric]:
    where = f"{corpus.valid}.valid"
    score = score_files(model, [data / "text" / f"{where}.txt.xz"], Progress())
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
        published=round(bits_per_char(known, read_text(data, where)), 4),
        source=f"PPMd of order {ORDER} that has read the same training text",
    )
    return [nats, bits]


def _of_sample(model: Model, corpus: Corpus, data: Path, known: str, length: int) -> list[Metric]:
    text, valid = sample(model, corpus.prompt, length), read_text(data, f"{corpus.valid}.valid")
    vocabulary = set(words(known))
    forms = [Form("words that occur in the training text", lambda found: _known_words(found, vocabulary))]
    return [_share(form, text, valid) for form in [*forms, *FORMS[corpus.valid]]]


def _share(form: Form, text: str, valid: str) -> Metric:
    (good, count), (good_real, count_real) = form.count(text), form.count(valid)
    return Metric(
        name=form.name,
        unit="share",
        ours=round(good / max(1, count), 4),
        samples=count,
        measured_on="a sample at the default settings, seed 0",
        published=round(good_real / max(1, count_real), 4),
        source="the valid text itself",
        better="higher",
    )


def sample(model: Model, prompt: str, length: int) -> str:
    """What the model writes after *prompt* at its default settings, *length* characters, without the prompt."""
    end = len(prompt)
    request = WriteRequest(
        model=model.manifest.id,
        controls={**model.manifest.defaults(), "length": length},
        document=Text.by("user", prompt),
        start=end,
        end=end,
    )
    *_, last = continue_text(request, model, Progress())
    return last.text[end:]


def words(text: str) -> list[str]:
    """The words of letters of a text, in lower case."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*", text.lower())


def opens_with_speaker(speech: str) -> bool:
    """Whether the first line of a speech is a name and a colon, as in the training text."""
    return re.fullmatch(r"[A-Z][A-Za-z' .-]*:", speech.partition("\n")[0]) is not None


def closed_brackets(text: str) -> tuple[int, int]:
    """How many ``[[`` have their ``]]``, of how many."""
    return _paired((found[0] == "[[", "") for found in re.finditer(r"\[\[|\]\]", text[:-TAIL] or text))


def ended_environments(text: str) -> tuple[int, int]:
    """How many ``\\begin{x}`` have their ``\\end{x}``, rightly nested, of how many."""
    marks = re.finditer(r"\\(begin|end)\{([^{}\n]*)\}", text[:-TAIL] or text)
    return _paired((found[1] == "begin", found[2]) for found in marks)


def _paired(marks: Iterator[tuple[bool, str]]) -> tuple[int, int]:
    """Of marks that open (True) or close something of a name: how many that opened were closed, how many opened."""
    still_open: list[str] = []
    opened = closed = 0
    for opens, name in marks:
        if opens:
            still_open.append(name)
            opened += 1
        elif name in still_open:
            while still_open.pop() != name:
                pass
            closed += 1
    return closed, opened


def _speakers(text: str) -> tuple[int, int]:
    # Without the first and last speech, which may be cut.
    speeches = [part.strip("\n") for part in text.split("\n\n")[1:-1] if part.strip()]
    return sum(map(opens_with_speaker, speeches)), len(speeches)


def _known_words(text: str, vocabulary: set[str]) -> tuple[int, int]:
    found = words(text)
    return sum(word in vocabulary for word in found), len(found)


FORMS = {
    "shakespeare": [Form("speeches that open with a name in capitals or title case and a colon", _speakers)],
    "wikipedia": [Form("wiki brackets [[ that are closed", closed_brackets)],
    "latex": [Form("LaTeX environments begun that are ended", ended_environments)],
}
