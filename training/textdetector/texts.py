"""Texts of people and of machines to tell apart: cut from the corpora, written by our own generators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.base.paths import bundled_models_dir
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.manifest import ControlValue
from app.runtime.model import Model, ModelShelf
from app.studios.write.document import Text
from app.studios.write.generator import continue_text
from app.studios.write.prose import alternatives
from app.studios.write.request import WriteRequest
from training.gpt.data import read_documents

READERS = ("gpt-prose-en", "char-rnn-shakespeare")
GENERATORS = {"gpt-prose-en": ("prose-en",), "char-rnn-shakespeare": ("shakespeare-plays",)}
"""What writes, and the corpora its prompts come from."""
HUMAN = {"prose-en": 0.7, "poetry-en": 0.15, "shakespeare-plays": 0.15}
"""What people wrote, and how much of each. ``stories-en`` is not among them: machines wrote most of it."""
OTHER_HUMAN = "wikipedia"
LENGTH, PROMPT, ROWS = 1000, 300, 4
"""Characters of a text, of a prompt; texts written side by side after one prompt."""
CAREFUL: dict[str, ControlValue] = {"top_p": 0.95, "min_p": 0.02, "repetition_penalty": 1.1}
PURE: dict[str, ControlValue] = {"top_p": 1.0, "min_p": 0.0, "repetition_penalty": 1.0}
TEMPERATURES = (0.6, 0.8, 1.0, 1.2)
TINY_STORY = re.compile(r"(Once upon a time|One day),? [^\n]{60}")
CHARACTERS_A_TOKEN = 3.5
"""At most; what is too long is cut off."""

SYNONYMS = {
    "said": "replied", "little": "small", "great": "large", "began": "started", "look": "glance", "looked": "glanced",
    "house": "home", "old": "aged", "young": "youthful", "quite": "rather", "very": "most", "almost": "nearly",
    "perhaps": "maybe", "must": "should", "came": "arrived", "went": "walked", "saw": "noticed", "thought": "believed",
    "knew": "understood", "asked": "enquired", "answered": "responded", "cried": "exclaimed", "hand": "palm",
    "face": "countenance", "room": "chamber", "door": "gate", "night": "evening", "day": "morning", "man": "fellow",
    "woman": "lady", "child": "infant", "good": "fine", "bad": "poor", "beautiful": "lovely", "happy": "glad",
    "sad": "sorrowful", "quickly": "fast", "slowly": "gently", "suddenly": "abruptly", "always": "ever",
    "never": "at no time", "often": "frequently", "again": "once more", "before": "earlier than", "because": "since",
    "however": "yet", "though": "although", "upon": "on", "into": "in", "through": "across", "every": "each",
    "strange": "odd", "large": "big", "long": "lengthy", "people": "folk", "world": "earth", "heart": "breast",
    "mind": "thoughts", "friend": "companion", "father": "papa", "mother": "mamma", "love": "affection",
}  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A text, who wrote it and how, which texts belong together (``group``), and what it is for."""

    text: str
    machine: bool
    source: str
    group: str
    part: str


@dataclass(frozen=True)
class Amounts:
    """How many texts of people there are in each part, and how many prompts for each setting of a generator."""

    train: int
    tune: int
    test: int
    prompts: int


def shelf() -> ModelShelf:
    """The shipped models."""
    return ModelShelf(Catalog(bundled_models_dir()))


def generators(models: ModelShelf) -> list[str]:
    """Those of :data:`GENERATORS` that there are."""
    usable = {entry.id for entry in models.catalog.entries() if entry.usable}
    return [name for name in GENERATORS if name in usable]


def all_samples(data: Path, models: ModelShelf, amounts: Amounts) -> Iterator[Sample]:
    """Everything to be read, the same each time for the same models."""
    yield from _people(data, amounts)
    yield from _stories(data, amounts.test // 3)
    for number, name in enumerate(generators(models)):
        rng = np.random.default_rng((7, number))
        yield from _machine(models.open(name), data, rng, amounts)


def reworded(text: str, share: float, seed: int = 0) -> str:
    """A simple paraphrase: words of :data:`SYNONYMS` replaced, all of them at *share* 1."""
    rng = np.random.default_rng(seed)
    return re.sub(
        r"[a-z]+",
        lambda found: SYNONYMS.get(found[0], found[0]) if rng.random() < share else found[0],
        text,
    )


def shuffled(text: str, share: float, seed: int = 0) -> str:
    """A *share* of the words change places with the next one."""
    rng = np.random.default_rng(seed)
    words = text.split(" ")
    for at in range(len(words) - 1):
        if rng.random() < share:
            words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def _people(data: Path, amounts: Amounts) -> Iterator[Sample]:
    rng = np.random.default_rng(3)
    for name, share in HUMAN.items():
        documents, valid = read_documents(data, name), read_documents(data, f"{name}.valid")
        for part, count in (("train", amounts.train), ("tune", amounts.tune)):
            yield from _pieces(documents, name, part, round(count * share), rng)
        yield from _pieces(valid, name, "test", round(amounts.test * share), rng)
    other = read_documents(data, f"{OTHER_HUMAN}.valid")
    yield from _pieces(other, OTHER_HUMAN, "other", amounts.test // 4, rng)


def _pieces(documents: list[str], name: str, part: str, count: int, rng: np.random.Generator) -> Iterator[Sample]:
    long = [document for document in documents if len(document) > 2 * LENGTH]
    for number in range(count):
        document = long[int(rng.integers(len(long)))]
        start = document.find(" ", int(rng.integers(0, len(document) - 2 * LENGTH))) + 1
        yield Sample(document[start : start + LENGTH], False, name, f"{name}.{part}.{number}", part)


def _stories(data: Path, count: int) -> Iterator[Sample]:
    """Stories of a large language model, told by how they begin; nothing is learnt from them."""
    stories = [story for story in read_documents(data, "stories-en") if TINY_STORY.match(story) and len(story) > 500]
    for number, at in enumerate(np.random.default_rng(5).choice(len(stories), min(count, len(stories)), replace=False)):
        yield Sample(stories[at][:LENGTH], True, "tiny-stories", f"story.{number}", "other")


def _machine(model: Model, data: Path, rng: np.random.Generator, amounts: Amounts) -> Iterator[Sample]:
    name = model.manifest.id
    (corpus,) = GENERATORS[name]
    known, fresh = read_documents(data, corpus), read_documents(data, f"{corpus}.valid")
    manner = {"careful": CAREFUL, "pure": PURE}
    for part in ["train"] * amounts.prompts + ["tune"] * -(-amounts.prompts // 3):
        for temperature in TEMPERATURES:
            for how, controls in manner.items():
                yield from _written(model, known, {**controls, "temperature": temperature}, part, how, rng)
    for _ in range(amounts.prompts):
        for temperature in TEMPERATURES:
            yield from _written(model, fresh, {**CAREFUL, "temperature": temperature}, "test", "careful", rng)
        yield from _written(model, fresh, {**PURE, "temperature": 1.0}, "test", "pure", rng)


def _written(
    model: Model, documents: list[str], controls: dict[str, ControlValue], part: str, how: str, rng: np.random.Generator
) -> Iterator[Sample]:
    (prompt,) = _pieces(documents, "prompt", part, 1, rng)
    seed = int(rng.integers(1 << 30))
    source = f"{model.manifest.id} {controls['temperature']} {how}"
    for text in _rows(model, prompt.text[:PROMPT], controls, seed):
        yield Sample(text, True, source, f"{source}.{seed}", part)


def _rows(model: Model, prompt: str, controls: dict[str, ControlValue], seed: int) -> list[str]:
    """What a generator writes after a prompt, without it."""
    character = model.manifest.family == "char-rnn"
    length = LENGTH if character else int(LENGTH / CHARACTERS_A_TOKEN)
    place = len(prompt)
    request = WriteRequest(
        model=model.manifest.id,
        seed=seed,
        controls={**controls, "length": length},
        document=Text.by("user", prompt),
        start=place,
        end=place,
    )
    if character:
        *_, last = continue_text(request, model, Progress())
        return [_from_a_word(last.text[place:])]
    *_, rows = alternatives(request, [seed + row for row in range(ROWS)], model, Progress())
    return [_from_a_word(row)[:LENGTH] for row in rows]


def _from_a_word(text: str) -> str:
    """Begun where a word begins, as the pieces of people's texts are: a prompt may end within one."""
    return text[text.find(" ") + 1 :]
