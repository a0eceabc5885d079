"""Which texts each character network learns from."""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Corpus:
    """The texts, what the card says of them, and how their characters are read."""

    train: tuple[str, ...]
    valid: str
    prompt: str
    title: str
    summary: str
    data: str
    data_licence: str
    licence: str
    credit: str
    notes: str
    published: float | None = None
    """Nats a character that somebody reached on this text, and in ``source`` who."""
    source: str = ""
    characters: int | None = None
    """So many most frequent characters have a token each, the rest are spelled in bytes; None: all have one."""


SHAKESPEARE = """\
- It writes the shape of a play in verse: names in capitals, short lines, mostly English words, sentences that almost
  hold together for a clause or two. It has no story, and does not know what it said a page ago.
- It knows the {vocabulary} characters of its training text. Typographic quotes and dashes are read as plain ones,
  accents are dropped, other scripts are not seen. Your own text is never changed by that.
- The published figure is that of a small Transformer on 10 % of tiny Shakespeare; ours is an LSTM that also read the
  other plays, measured on a later, smaller part. The two stand side by side as an orientation, not as a contest.
- The language, and the views in it, are those of 1590-1613.
"""
WIKIPEDIA = """\
- It writes the source of encyclopedia pages: titles, links in double brackets, bold and italic marks, references,
  templates, within the XML of a dump. How many links and templates are closed again is measured above. Facts, dates and
  names are invented. Nothing it says is to be believed.
- {vocabulary} characters have a token each; all others are spelled in UTF-8, so that it reads and writes any script, in
  the rare ones badly.
- It learnt from some six hundred pages, many of them about places, the letter A and the sciences.
- PPMd, which remembers what it has read, knows the valid text better (see above); this network should know it better
  still. It has read 33 million characters of it on one shared core, each page not yet three times.
"""
LATEX = """\
- It writes the source of a textbook of algebraic geometry: sections, lemmas with labels, proofs, formulae. How many of
  the environments, braces and formulae it begins are also ended is measured above. The mathematics means nothing.
- References go to labels that do not exist. To typeset a page, put it into a document that knows the environments
  (`\\newtheorem`) and ignore undefined references.
- Other characters than the {vocabulary} of its training text are spelled in UTF-8; it has never seen them.
- PPMd, which remembers what it has read, knows the valid text better (see above): textbooks repeat themselves. The
  network has read 31 million characters on one shared core, each page little more than once.
"""

CORPORA = {
    "char-rnn-shakespeare": Corpus(
        train=("shakespeare", "shakespeare-plays"),
        valid="shakespeare",
        prompt="ROMEO:\n",
        title="Shakespeare, letter by letter",
        summary="Writes scenes in the manner of Shakespeare's plays, one character at a time",
        data="tiny Shakespeare and the 28 plays it leaves out",
        data_licence="public domain",
        licence="MIT",
        credit="William Shakespeare; texts by way of karpathy/char-rnn and martin-gorner/tensorflow-rnn-shakespeare",
        notes=SHAKESPEARE,
        published=1.47,
        source="nanoGPT README, small Transformer",
    ),
    "char-rnn-wikipedia": Corpus(
        train=("wikipedia",),
        valid="wikipedia",
        prompt="  <page>\n    <title>",
        title="Encyclopedia, letter by letter",
        summary="Writes the source of encyclopedia pages with links, lists and references, one character at a time",
        data="12 MB of English Wikipedia pages as wiki markup, the first third from enwik8",
        data_licence="CC BY-SA 3.0 and GNU FDL",
        licence="CC-BY-SA-3.0",
        credit="Wikipedia contributors",
        notes=WIKIPEDIA,
        characters=160,
    ),
    "char-rnn-latex": Corpus(
        train=("latex",),
        valid="latex",
        prompt="\\section{",
        title="Algebraic geometry, letter by letter",
        summary="Writes the LaTeX source of lemmas and proofs that look like mathematics, one character at a time",
        data="27 MB of LaTeX, 112 chapters of the Stacks project",
        data_licence="GNU FDL 1.2 or later",
        licence="GFDL-1.2-or-later",
        credit="The Stacks project authors, stacks.math.columbia.edu",
        notes=LATEX,
        characters=97,
    ),
}


def read_text(data: Path, name: str) -> str:
    """One packed corpus file as text."""
    with lzma.open(data / "text" / f"{name}.txt.xz", "rt", encoding="utf8") as file:
        return file.read()


def training_text(data: Path, corpus: Corpus) -> str:
    """All that a network learns from, in one."""
    return "\n".join(read_text(data, part) for part in corpus.train)
