"""What a folder holds that Hugging Face Optimum exported a GPT-2 to: its config, its tokenizer, its graph."""

from __future__ import annotations

from pathlib import Path

import msgspec
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from app.base.errors import AtelierError
from app.base.files import read_bytes
from app.base.i18n import tr
from app.runtime import adopt
from app.studios.write.subwords import SubwordCodec

CONFIG, TOKENIZER, VOCABULARY, MERGES = "config.json", "tokenizer.json", "vocab.json", "merges.txt"
GRAPHS = ("model.onnx", "decoder_model_merged.onnx")
"""The names Optimum gives to a graph that can go on from a past, the newer first."""
HOW = "optimum-cli export onnx --model gpt2 --task text-generation-with-past FOLDER"
LIMIT = 50_000_000
PADDING = 256
"""A network may have so many rows more than its tokenizer has entries, less one: some are filled up to a round size."""


class Gpt2Config(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of ``config.json`` that are needed, as transformers' ``GPT2Config`` has them."""

    n_layer: int
    n_head: int
    n_embd: int
    n_positions: int
    vocab_size: int
    model_type: str = ""
    eos_token_id: int | None = None


def refused(folder: Path, why: str, hint: str = "") -> AtelierError:
    """The error that says why a folder can't be added."""
    return adopt.refused(folder, why, hint or tr("An export is made by: {how}", how=HOW))


def read_config(folder: Path) -> Gpt2Config:
    """``config.json``. Raises :class:`AtelierError` (``BAD_MODEL``) for another kind of network or odd sizes."""
    if not (folder / CONFIG).is_file():
        raise refused(folder, tr("it has no {file}", file=CONFIG))
    content = read_bytes(folder / CONFIG, LIMIT)
    try:
        kind = msgspec.json.decode(content, type=dict).get("model_type")
        if kind != "gpt2":
            why = tr("it is a model of the kind “{kind}”, and only GPT-2 can be used", kind=kind)
            raise refused(folder, why, tr("GPT-2 small, medium, large and XL, and networks trained from them."))
        config = msgspec.json.decode(content, type=Gpt2Config)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refused(folder, tr("its {file} can't be read: {why}", file=CONFIG, why=error)) from error
    sizes = (config.n_layer, config.n_head, config.n_embd, config.n_positions, config.vocab_size)
    if min(sizes) < 1 or config.n_embd % config.n_head or config.n_positions < 16:
        raise refused(folder, tr("the sizes in its {file} do not fit together", file=CONFIG))
    return config


def read_tokenizer(folder: Path) -> Tokenizer:
    """``tokenizer.json``, or the one that ``vocab.json`` and ``merges.txt`` are; never cuts or pads a text.

    Raises :class:`AtelierError` (``BAD_MODEL``) that names the file that is missing or can't be used.
    """
    whole = (folder / TOKENIZER).is_file()
    name = TOKENIZER if whole else f"{VOCABULARY}, {MERGES}"
    for part in () if whole else (VOCABULARY, MERGES):
        if not (folder / part).is_file():
            hint = tr("A tokenizer is either {one}, or {two} and {three} together.")
            files = {"one": TOKENIZER, "two": VOCABULARY, "three": MERGES}
            raise refused(folder, tr("its tokenizer lacks {file}", file=part), hint.format(**files))
    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER)) if whole else _of_two_files(folder)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        _ = SubwordCodec(tokenizer).pieces
    except KeyError as error:
        raise refused(folder, tr("its tokenizer does not work on bytes, as GPT-2's does")) from error
    except Exception as error:  # the library raises bare Exceptions
        raise refused(folder, tr("its {file} can't be used: {why}", file=name, why=error)) from error
    return tokenizer


def _of_two_files(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / VOCABULARY), str(folder / MERGES)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    end = "<|endoftext|>"
    if tokenizer.token_to_id(end) is not None:
        tokenizer.add_special_tokens([end])
    return tokenizer


def check_sizes(folder: Path, config: Gpt2Config, tokenizer: Tokenizer) -> None:
    """Raises :class:`AtelierError` (``BAD_MODEL``) where the tokenizer is not the network's."""
    size = tokenizer.get_vocab_size()
    if not 0 <= config.vocab_size - size < PADDING:
        why = tr(
            "its tokenizer has {theirs} entries, the network {ours}", theirs=f"{size:,}", ours=f"{config.vocab_size:,}"
        )
        raise refused(folder, why, tr("The tokenizer must be the one the network was trained with."))


def find_graph(folder: Path) -> Path:
    """The graph. Raises :class:`AtelierError` (``BAD_MODEL``) if there is none that goes on from a past."""
    for name in GRAPHS:
        if (folder / name).is_file():
            return folder / name
    known = tr("it has neither {one} nor {two}", one=GRAPHS[0], two=GRAPHS[1])
    raise refused(folder, known)


def end_token(config: Gpt2Config, tokenizer: Tokenizer) -> int:
    """The token that parts documents."""
    end = config.eos_token_id
    return end if end is not None and 0 <= end < tokenizer.get_vocab_size() else tokenizer.get_vocab_size() - 1
