"""Measures how well a character network knows a text."""

from __future__ import annotations

import lzma
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.files import read_bytes
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import check_scores
from app.studios.write.document import cleaned
from app.studios.write.files import LIMIT, load_text
from app.studios.write.network import CHUNK, CharReader
from app.studios.write.predictions import predictions


def score_prose(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """Bits and nats a character over all files, and for each, of a network over subwords.

    A file is a document of its own: every character is predicted, the first after the mark that begins a document, each
    later one after at least half a context of what stands before it.
    """
    shares = [progress.part(at / len(files), (at + 1) / len(files)) for at in range(len(files))]
    parts = [_score_prose(model, file, share) for file, share in zip(files, shares, strict=True)]
    characters = sum(part["characters"] for part in parts)
    nats = sum(part["nats_per_char"] * part["characters"] for part in parts) / characters
    total = {"nats_per_char": nats, "bits_per_char": nats / math.log(2), "predicted": characters}
    return {"model": model.manifest.id, **total, "files": parts}


def _score_prose(model: Model, path: Path, progress: Progress) -> dict[str, Any]:
    text = read_any_text(path)
    if not text:
        raise AtelierError(ErrorKind.BAD_FILE, tr("“{name}” is empty.", name=path.name))
    found = predictions(model, text, progress)
    nats = found.nats / len(text)
    return {
        "file": path.name,
        "characters": len(text),
        "tokens": len(found),
        "nats_per_char": nats,
        "bits_per_char": nats / math.log(2),
        "nats_per_token": found.nats / len(found),
    }


def score_files(model: Model, files: list[Path], progress: Progress) -> dict[str, Any]:
    """Bits and nats a character over all files (``.txt``, ``.md``, ``.txt.xz``), and for each.

    The network reads a file once from its first character to its last and keeps its state; every character but the
    first is predicted. Characters the network does not know are passed over and counted.
    """
    shares = [progress.part(at / len(files), (at + 1) / len(files)) for at in range(len(files))]
    parts = [
        score_text(model, read_any_text(file), file.name, share) for file, share in zip(files, shares, strict=True)
    ]
    predicted = sum(part["predicted"] for part in parts)
    nats = sum(part["nats_per_char"] * part["predicted"] for part in parts) / predicted
    total = {"nats_per_char": nats, "bits_per_char": nats / math.log(2), "predicted": predicted}
    return {"model": model.manifest.id, **total, "files": parts}


def score_text(model: Model, text: str, name: str, progress: Progress) -> dict[str, Any]:
    """The same of one text, which is called *name* in what is said of it."""
    reader = CharReader(model)
    tokens = reader.codec.encode(text)
    if reader.codec.characters(tokens) < 2:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” holds too little this model can read: {count} characters.", name=name, count=len(tokens)),
            tr("At least two are needed."),
        )
    predicted = reader.codec.characters(tokens[1:])
    nats = _nats(reader, tokens, progress) / predicted
    unknown = sum(count for character, count in Counter(text).items() if not len(reader.codec.encode(character)))
    return {
        "file": name,
        "characters": len(text),
        "predicted": predicted,
        "unknown": unknown,
        "nats_per_char": nats,
        "bits_per_char": nats / math.log(2),
    }


def _nats(reader: CharReader, tokens: np.ndarray, progress: Progress) -> float:
    total = 0.0
    for at in range(0, len(tokens) - 1, CHUNK):
        progress.report(at / len(tokens))
        part = tokens[at : at + CHUNK + 1]
        scores = reader.read(part[None, :-1], progress)[0].astype(np.float64)
        check_scores(scores)
        total -= log_chances(scores, part[1:]).sum()
    return float(total)


def log_chances(scores: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """The natural logarithm of the chance of each token: scores (..., n, V) and tokens (..., n) to (..., n)."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    chosen = np.take_along_axis(shifted, tokens[..., None], -1)[..., 0]
    return chosen - np.log(np.exp(shifted).sum(axis=-1))


def read_any_text(path: Path) -> str:
    """The text of a file as the studio reads it, or of a packed one (``.txt.xz``); both at most 20 MB unpacked.

    Raises :class:`AtelierError` (``BAD_FILE``).
    """
    if path.suffix.lower() != ".xz":
        return load_text(path)[0].text
    try:
        content = lzma.LZMADecompressor().decompress(read_bytes(path, LIMIT), LIMIT + 1)
        if len(content) > LIMIT:
            raise AtelierError(ErrorKind.BAD_FILE, tr("“{name}” unpacks to more than 20 MB.", name=path.name))
        return cleaned(content.decode())
    except (lzma.LZMAError, UnicodeDecodeError, EOFError) as error:
        raise AtelierError(ErrorKind.BAD_FILE, tr("“{name}” is not a packed text.", name=path.name)) from error
