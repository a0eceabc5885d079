"""Text to subword tokens and back: byte-level BPE, as it stands in a Hugging Face ``tokenizer.json``.

Every text has tokens, since each byte is one (Radford et al. 2019). A network of ours writes towards what follows the
caret when it reads ``SUFFIX`` what follows ``PREFIX`` what stands before: it goes on until it meets what follows, and
then says ``END``. That is fill-in-the-middle in the order suffix-prefix-middle (Bavarian et al. 2022) with the seam
between prefix and middle left unmarked, so that typing adds to the end of what was read, and is read from the cache.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.model import Model
from app.runtime.verify import verify_file

END, SUFFIX, PREFIX = "<|endoftext|>", "<|suffix|>", "<|prefix|>"
SPECIAL = {END: 0, SUFFIX: 1, PREFIX: 2}
"""The marks of our own networks, with their tokens."""


class SubwordCodec:
    """Byte-level BPE over the vocabulary of one model."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        tokenizer.encode_special_tokens = True

    @classmethod
    def of_file(cls, path: Path) -> SubwordCodec:
        """The codec in a ``tokenizer.json``."""
        return cls(Tokenizer.from_file(str(path)))

    @classmethod
    def of_model(cls, model: Model) -> SubwordCodec:
        """The codec of a model, read once. Raises :class:`AtelierError` (``BAD_MODEL``) if it is not its own."""
        codec = model.memory.get("codec")
        if codec is None:
            codec = model.memory["codec"] = _checked(model)
        return codec

    def __len__(self) -> int:
        return self._tokenizer.get_vocab_size()

    def encode(self, text: str) -> list[int]:
        """The tokens of a text; marks that stand in the text as words are read as words."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def encode_with_places(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The tokens of a text, int64 (n,), and where each begins and ends in it, in characters, (n, 2)."""
        found = self._tokenizer.encode(text, add_special_tokens=False)
        return np.array(found.ids, np.int64), np.array(found.offsets, np.int64).reshape(-1, 2)

    def decode(self, tokens: list[int] | np.ndarray) -> str:
        """The text of tokens, without marks; bytes that are no UTF-8 become U+FFFD."""
        return self.bytes_of(tokens).decode(errors="replace")

    def bytes_of(self, tokens: list[int] | np.ndarray) -> bytes:
        """The bytes that tokens stand for; a mark stands for none."""
        return b"".join(self.pieces[int(token)] for token in tokens)

    @functools.cached_property
    def pieces(self) -> list[bytes]:
        """The bytes of each token, in the order of the vocabulary."""
        names = [self._tokenizer.id_to_token(token) for token in range(len(self))]
        marks = {token.content for token in self._tokenizer.get_added_tokens_decoder().values()}
        return [b"" if name is None or name in marks else bytes(map(_byte_of, name)) for name in names]

    @functools.cached_property
    def sorted_pieces(self) -> list[tuple[bytes, int]]:
        """The bytes of each token that has some, sorted, with the token."""
        return sorted((piece, token) for token, piece in enumerate(self.pieces) if piece)

    @functools.cached_property
    def longest(self) -> int:
        """How many bytes the longest token has."""
        return max(map(len, self.pieces))


def _checked(model: Model) -> SubwordCodec:
    name = str(model.codec["tokenizer"])
    verify_file(model.folder, model.manifest.file(name))
    try:
        codec = SubwordCodec.of_file(model.folder / name)
    except Exception as error:  # the library raises bare Exceptions
        raise _bad(model, tr("“{name}” is no tokenizer", name=name)) from error
    if len(codec) > int(model.codec["vocabulary"]):
        ours = model.codec["vocabulary"]
        why = tr("its tokenizer has {theirs} entries, the network {ours}", theirs=len(codec), ours=ours)
        raise _bad(model, why)
    return codec


def _bad(model: Model, why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_MODEL,
        tr("The model “{id}” can't be used: {why}.", id=model.manifest.id, why=why),
        tr("The tokenizer must be the one the network was trained with."),
    )


def _byte_of(character: str) -> int:
    return _alphabet()[character]


@functools.cache
def _alphabet() -> dict[str, int]:
    """The printable character that stands for each byte in a vocabulary (Radford et al. 2019)."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    rest = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(0x100 + at): byte for at, byte in enumerate(rest)}
