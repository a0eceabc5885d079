"""How English words sound: syllables and rhymes by the CMU Pronouncing Dictionary (``resources/words``).

A word outside it is counted by its spelling: its groups of vowels, a silent e left out; it rhymes with what is spelt
alike from its last group of vowels on.
"""

from __future__ import annotations

import functools
import lzma
import re

from app.base.paths import resources_dir

DICTIONARY = "words/cmudict.dict.xz"
Phones = tuple[str, ...]


@functools.cache
def dictionary() -> dict[str, tuple[Phones, ...]]:
    """The pronunciations of each word in small letters, in ARPAbet with stress digits."""
    found: dict[str, list[Phones]] = {}
    with lzma.open(resources_dir() / DICTIONARY, "rt", encoding="utf8") as file:
        for line in file:
            word, *phones = line.partition(" #")[0].split()
            found.setdefault(word.partition("(")[0], []).append(tuple(phones))
    return {word: tuple(ways) for word, ways in found.items()}


def syllables(word: str) -> tuple[int, ...]:
    """How many syllables a word may have, rising; more than one number where people say it in several ways."""
    ways = dictionary().get(word.lower().strip("'"))
    if ways is None:
        return (_spelt_syllables(word.lower()),)
    return tuple(sorted({sum(phone[-1].isdigit() for phone in way) for way in ways}))


def rhyme_parts(word: str) -> frozenset[str]:
    """What must sound alike for a rhyme: all from the last stressed vowel on, for each way to say the word."""
    ways = dictionary().get(word.lower().strip("'"))
    if ways is None:
        return frozenset({_spelt_end(word.lower())})
    return frozenset(_sounding_end(way) for way in ways)


def rhyme(one: str, other: str) -> bool:
    """Whether two different words rhyme."""
    return one.lower() != other.lower() and bool(rhyme_parts(one) & rhyme_parts(other))


def _sounding_end(way: Phones) -> str:
    stressed = [at for at, phone in enumerate(way) if phone[-1] in "12"]
    vowels = stressed or [at for at, phone in enumerate(way) if phone[-1].isdigit()] or [0]
    return " ".join(phone.rstrip("012") for phone in way[vowels[-1] :])


def _spelt_syllables(word: str) -> int:
    groups = re.findall(r"[aeiouy]+", word)
    silent = len(groups) > 1 and word.endswith("e") and not word.endswith("le")
    return max(1, len(groups) - silent)


def _spelt_end(word: str) -> str:
    found = re.search(r"[aeiouy]+[^aeiouy]*e?$", word)
    return f"-{found.group() if found else word}"
