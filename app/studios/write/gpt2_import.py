"""Takes in a GPT-2 that the user has: a folder as Hugging Face Optimum exports it, small to XL.

The folder is left as it is. Its graph (with the files beside it that hold large weights) and its tokenizer are linked
or copied into the models folder, looked at, tried, and get a ``model.toml`` with their SHA-256, so that from then on
the model is listed, verified and used like any other.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.adopt import file_entry, free_id, place, weights_beside, workplace, write_manifest
from app.runtime.cache import PAST, PRESENT
from app.runtime.catalog import Catalog
from app.runtime.decoder import Decoder
from app.runtime.device import CPU
from app.runtime.manifest import SCHEMA, Control, FileEntry, Manifest
from app.runtime.model import Model
from app.runtime.session import SessionCache
from app.studios.write.controls import CONTROLS
from app.studios.write.gpt2_folder import (
    CONFIG,
    HOW,
    MERGES,
    TOKENIZER,
    VOCABULARY,
    Gpt2Config,
    check_sizes,
    end_token,
    find_graph,
    read_config,
    read_tokenizer,
    refused,
)

FAMILY = "gpt-2"
KNOWN = ("input_ids", "attention_mask", "position_ids", "use_cache_branch")
TRIED = 6
"""Tokens that are read once whole and once from the past, before a network is taken in."""
APART = 0.02
"""So far may the two be apart, as a share of the largest score; 16 bits are no finer."""


def adopt_folder(source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
    """Add the model in *source* to the folder *models*; returns its id. The caller refreshes the catalog.

    A folder that lies in *models* already is made a model where it is. Raises :class:`AtelierError` (``BAD_MODEL``,
    ``DISK``) that says what is missing or does not fit; nothing is left behind then, and *source* is as it was.
    """
    source = source.resolve()
    config, tokenizer, graph = read_config(source), read_tokenizer(source), find_graph(source)
    check_sizes(source, config, tokenizer)
    model_id = free_id(source, catalog, source.name)
    with workplace(source, models, model_id) as folder:
        files = [path.name for path in (graph, *weights_beside(graph))]
        for name in files:
            place(source / name, folder / name, progress)
        tokenizer.save(str(folder / TOKENIZER))
        progress.report(0.3, tr("Noting the SHA-256 of each file"))
        entries = [file_entry(folder / name, progress) for name in (*files, TOKENIZER)]
        codec = _codec(config, graph.stem, end_token(config, tokenizer), tokenizer.get_vocab_size())
        manifest = _manifest(model_id, source.name, codec, entries)
        progress.report(0.7, tr("Trying the network"))
        _try(Model(folder, manifest, SessionCache(), lambda: CPU), config, source, progress)
        write_manifest(folder, manifest)
    return model_id


class _Gpt2:
    """See :class:`app.runtime.adopt.Adopter`."""

    def takes(self, source: Path) -> bool:
        """Whether there is a config or a tokenizer in it, as Hugging Face's libraries write them."""
        return any((source / name).is_file() for name in (CONFIG, TOKENIZER, VOCABULARY, MERGES))

    def add(self, source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
        """See :func:`adopt_folder`."""
        return adopt_folder(source, catalog, models, progress)


GPT2 = _Gpt2()


# --- what the model says of itself ------------------------------------------------------------------------------------


def _codec(config: Gpt2Config, graph: str, end: int, vocabulary: int) -> dict[str, int | str]:
    return {
        "graph": graph,
        "tokenizer": TOKENIZER,
        "vocabulary": vocabulary,
        "layers": config.n_layer,
        "heads": config.n_head,
        "size": config.n_embd // config.n_head,
        "context": config.n_positions,
        "positions": config.n_positions,
        "end": end,
    }


def _manifest(model_id: str, name: str, codec: dict[str, int | str], files: list[FileEntry]) -> Manifest:
    summary = tr(
        "A GPT-2 of yours with {layers} layers of {heads} heads; it reads {context} tokens",
        layers=codec["layers"],
        heads=codec["heads"],
        context=f"{codec['context']:,}",
    )
    return Manifest(
        schema=SCHEMA,
        id=model_id,
        name=name,
        version="1",
        studio="write",
        family=FAMILY,
        summary=summary,
        licence=tr("as where you have it from"),
        files=files,
        codec=codec,
        controls=[_fitted(control, int(codec["context"])) for control in CONTROLS],
    )


def _fitted(control: Control, context: int) -> Control:
    """No more is written at a time than half of what the network can read."""
    if control.id != "length":
        return control
    most = min(int(control.maximum), context // 2)
    return msgspec.structs.replace(control, maximum=most, default=min(int(control.default), most))


# --- trying it --------------------------------------------------------------------------------------------------------


def _try(model: Model, config: Gpt2Config, source: Path, progress: Progress) -> None:
    """Read a few tokens whole and from the past. Raises :class:`AtelierError` (``BAD_MODEL``, ``DAMAGED_MODEL``)."""
    tokens = np.arange(TRIED)[None] % int(model.codec["vocabulary"])
    graph = str(model.codec["graph"])
    try:
        session = model.session(graph)
    except AtelierError as error:
        raise refused(source, tr("“{name}” is not a usable ONNX graph", name=f"{graph}.onnx")) from error
    _check_inputs(session.input_names, session.output_names, config, source)
    try:
        whole = Decoder(model).read(tokens, progress)
        parted = Decoder(model)
        parted.read(tokens[:, :-1], progress)
        last = parted.read(tokens[:, -1:], progress)
    except AtelierError as error:
        raise refused(source, tr("its network does not work: {why}", why=error)) from error
    if parted.width != config.vocab_size:
        ours = f"{config.vocab_size:,}"
        raise refused(source, tr("its network knows {n} tokens, not {ours}", n=f"{parted.width:,}", ours=ours))
    if np.abs(whole[:, -1] - last[:, -1]).max() > APART * max(1.0, float(np.abs(whole).max())):
        raise refused(source, tr("its network does not go on from its past as it reads the whole"))


def _check_inputs(inputs: list[str], outputs: list[str], config: Gpt2Config, source: Path) -> None:
    wanted = [f"{layer}.{kind}" for layer in range(config.n_layer) for kind in ("key", "value")]
    missing = [PAST + name for name in wanted if PAST + name not in inputs]
    missing += [PRESENT + name for name in wanted if PRESENT + name not in outputs]
    if missing:
        why = tr("its graph was exported without a past ({name} is missing)", name=missing[0])
        raise refused(source, why, tr("Export it again by: {how}", how=HOW))
    unknown = [name for name in inputs if name not in KNOWN and not name.startswith(PAST)]
    if unknown or "input_ids" not in inputs or "logits" not in outputs:
        raise refused(source, tr("its graph wants what is not known here: {names}", names=", ".join(unknown) or "–"))
