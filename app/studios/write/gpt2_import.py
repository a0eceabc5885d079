"""Takes in a GPT-2 that the user has: a folder as Hugging Face Optimum exports it, small to XL.

The folder is left as it is. Its graph (with the files beside it that hold large weights) and its tokenizer are linked
or copied into the models folder, looked at, tried, and get a ``model.toml`` with their SHA-256, so that from then on
the model is listed, verified and used like any other.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import tomli_w

from app.base.errors import AtelierError
from app.base.files import atomic_write, disk_error, make_folder
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.cache import PAST, PRESENT
from app.runtime.catalog import Catalog
from app.runtime.decoder import Decoder
from app.runtime.device import CPU
from app.runtime.manifest import MANIFEST, SCHEMA, Control, FileEntry, Manifest
from app.runtime.model import Model
from app.runtime.session import SessionCache
from app.runtime.verify import sha256_of
from app.studios.write.controls import CONTROLS
from app.studios.write.gpt2_folder import (
    HOW,
    TOKENIZER,
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
BLOCK = 1 << 24


def adopt_folder(source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
    """Add the model in *source* to the folder *models*; returns its id. The caller refreshes the catalog.

    A folder that lies in *models* already is made a model where it is. Raises :class:`AtelierError` (``BAD_MODEL``,
    ``DISK``) that says what is missing or does not fit; nothing is left behind then, and *source* is as it was.
    """
    source = source.resolve()
    config, tokenizer, graph = read_config(source), read_tokenizer(source), find_graph(source)
    check_sizes(source, config, tokenizer)
    model_id = _free_id(source, catalog)
    with _workplace(source, models, model_id) as folder:
        files = [path.name for path in (graph, *_weights_beside(graph))]
        for name in files:
            _place(source / name, folder / name, progress)
        tokenizer.save(str(folder / TOKENIZER))
        progress.report(0.3, tr("Noting the SHA-256 of each file"))
        entries = [_entry(folder / name, progress) for name in (*files, TOKENIZER)]
        codec = _codec(config, graph.stem, end_token(config, tokenizer), tokenizer.get_vocab_size())
        manifest = _manifest(model_id, source.name, codec, entries)
        progress.report(0.7, tr("Trying the network"))
        _try(Model(folder, manifest, SessionCache(), lambda: CPU), config, source, progress)
        atomic_write(folder / MANIFEST, tomli_w.dumps(_without_empty(manifest)).encode())
    return model_id


# --- files ------------------------------------------------------------------------------------------------------------


def _free_id(source: Path, catalog: Catalog) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", source.name.lower()).strip("-") or FAMILY
    for entry in catalog.entries():
        if entry.id == name and (entry.manifest is not None or entry.folder.resolve() != source):
            raise refused(source, tr("there is a model “{id}” already", id=name), tr("Give the folder another name."))
    return name


@contextlib.contextmanager
def _workplace(source: Path, models: Path, model_id: str) -> Iterator[Path]:
    """The folder to make the model in: hidden from the catalog until it is whole, and taken away if it fails."""
    if source.parent == models.resolve():
        yield source
        return
    folder, final = make_folder(models / f".adding-{model_id}"), models / model_id
    try:
        yield folder
        folder.rename(final)
    except OSError as error:
        raise disk_error(final, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _weights_beside(graph: Path) -> list[Path]:
    """Files with weights too large for the graph: ``model.onnx_data``, ``model.onnx.data`` and their parts."""
    return sorted(path for path in graph.parent.iterdir() if path.name.startswith(graph.name) and path != graph)


def _place(source: Path, target: Path, progress: Progress) -> None:
    """The same file under another name where the disk allows it, which takes no room; a copy elsewhere."""
    if source == target:
        return
    try:
        os.link(source.resolve(), target)
    except OSError:
        _copy(source, target, progress)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    progress.report(0.05, tr("Copying “{name}”", name=source.name))
    try:
        with source.open("rb") as given, target.open("wb") as taken:
            while block := given.read(BLOCK):
                progress.check()
                taken.write(block)
    except OSError as error:
        raise disk_error(target, error) from error


def _entry(path: Path, progress: Progress) -> FileEntry:
    progress.check()
    return FileEntry(name=path.name, sha256=sha256_of(path), bytes=path.stat().st_size)


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


def _without_empty(manifest: Manifest) -> dict[str, object]:
    """TOML has no null: what is empty is left out, the reader's defaults stand for it."""
    return {key: value for key, value in msgspec.to_builtins(manifest).items() if value not in (None, [], {}, "")}


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
