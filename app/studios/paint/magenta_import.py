"""Takes in a checkpoint of Magenta's sketch-rnn: it becomes ONNX on the fly, and a model of the user's shelf."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from app.base.files import atomic_write
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.adopt import file_entry, free_id, refused, workplace, write_manifest
from app.runtime.catalog import Catalog
from app.runtime.device import CPU
from app.runtime.manifest import SCHEMA, Control, FileEntry, Manifest
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.runtime.session import SessionCache
from app.studios.paint.batch import draw_batch
from app.studios.paint.codec import BOX, MAGENTA, StrokeCodec
from app.studios.paint.magenta import Checkpoint, read_checkpoint
from app.studios.paint.magenta_graphs import begin_graph, decoder_graph, encoder_graph
from app.studios.paint.mixture import Freedom

SUFFIX = ".json"
GRAPHS = {"encoder": encoder_graph, "begin": begin_graph, "decoder": decoder_graph}
LONGEST = 250
"""Points of a drawing, at most, whatever the network could do."""
TRIED, TRIED_AT = 12, 0.4
"""Drawings from which the scale is measured, and their temperature."""
SIZES = (1.0, 100.0)
"""The longer side of a typical drawing, in the network's numbers: what lies outside is no drawing's."""


class _Magenta:
    """See :class:`app.runtime.adopt.Adopter`."""

    def takes(self, source: Path) -> bool:
        """Whether it is a JSON file."""
        return source.is_file() and source.suffix.lower() == SUFFIX

    def add(self, source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
        """Write its three graphs and a manifest. Raises :class:`AtelierError` that names the file and what is wrong."""
        progress.report(0.0, tr("Reading “{name}”", name=source.name))
        checkpoint = read_checkpoint(source)
        model_id = free_id(source, catalog, source.name.removesuffix(SUFFIX))
        with workplace(source, models, model_id) as folder:
            for stem, made in GRAPHS.items():
                progress.check()
                atomic_write(folder / f"{stem}.onnx", made(checkpoint).SerializeToString())
            files = [file_entry(folder / f"{stem}.onnx", progress) for stem in GRAPHS]
            manifest = _manifest(model_id, source, checkpoint, files)
            progress.report(0.5, tr("Trying the network"))
            scale = BOX / _size(Model(folder, manifest, SessionCache(), lambda: CPU), source, checkpoint, progress)
            write_manifest(folder, msgspec.structs.replace(manifest, codec={**manifest.codec, "scale": scale}))
        return model_id


MAGENTA_FILES = _Magenta()


def _size(model: Model, source: Path, checkpoint: Checkpoint, progress: Progress) -> float:
    """The longer side of the network's own drawings, in its numbers: the half of them are larger.

    The factor in the file is one for a screen, to be chosen by eye (as Magenta's guide says); what a drawing of the
    user must be scaled to is seen from what the network draws.
    """
    generator, nothing = rng(0), np.zeros((0, 5), np.float32)
    latent = generator.standard_normal((TRIED, checkpoint.latent)).astype(np.float32)
    most, classes = min(LONGEST, checkpoint.longest), np.ones((TRIED, 1), np.float32)
    made = draw_batch(model, latent, classes, nothing, generator, Freedom(TRIED_AT, TRIED_AT), most, progress)
    places = [np.concatenate(StrokeCodec(1.0, [], MAGENTA).decode(rows)) for rows in made]
    size = float(np.median([np.ptp(points, axis=0).max() for points in places]))
    if not np.isfinite(size):
        raise refused(source, tr("its network gives what are no numbers"), "")
    return float(np.clip(size, *SIZES))


def _manifest(model_id: str, source: Path, checkpoint: Checkpoint, files: list[FileEntry]) -> Manifest:
    summary = tr(
        "Magenta's SketchRNN of “{name}”, a file of yours: {what} with {width} units",
        name=checkpoint.name,
        what=tr("encoder and decoder") if checkpoint.latent else tr("a decoder, without a space of drawings,"),
        width=f"{checkpoint.width:,}",
    )
    return Manifest(
        schema=SCHEMA, id=model_id, name=source.name.removesuffix(SUFFIX), version=f"{checkpoint.version:g}",
        studio="paint", family="sketch-rnn", summary=summary, licence=tr("as where you have it from"), files=files,
        codec={
            "scale": 1.0, "categories": [checkpoint.name], "latent": checkpoint.latent,
            "rows": MAGENTA, "longest": checkpoint.longest,
        },
        controls=_controls(min(LONGEST, checkpoint.longest)),
    )  # fmt: skip


def _controls(longest: int) -> list[Control]:
    return [
        Control(
            id="temperature", label="Freedom", kind="float", default=0.4, minimum=0.05, maximum=1.2, step=0.05,
            hint="Low: plain and typical. High: livelier lines, and more that go astray.",
        ),
        Control(
            id="points", label="At most", kind="int", default=min(150, longest), minimum=min(10, longest),
            maximum=longest, step=10, group="more", unit="points",
            hint="The network stops by itself when it finds the drawing finished; this is the latest it may.",
        ),
    ]  # fmt: skip
