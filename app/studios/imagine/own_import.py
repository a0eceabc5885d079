"""Takes in a picture generator of the user's, one ONNX file: what it wants becomes controls by itself."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np

from app.base.files import atomic_write
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.adopt import file_entry, free_id, place, weights_beside, workplace, write_manifest
from app.runtime.catalog import Catalog
from app.runtime.device import CPU
from app.runtime.manifest import SCHEMA, Control, Manifest
from app.runtime.model import Model
from app.runtime.session import SessionCache
from app.studios.imagine.codec import ANY
from app.studios.imagine.generator import DIRECTIONS
from app.studios.imagine.own import FAMILY
from app.studios.imagine.own_inputs import Given, shown
from app.studios.imagine.own_trial import NUMBER, Trial

SUFFIX, CARD = ".onnx", "CARD.md"


class _Generator:
    """See :class:`app.runtime.adopt.Adopter`."""

    def takes(self, source: Path) -> bool:
        """Whether it is an ONNX file."""
        return source.is_file() and source.suffix.lower() == SUFFIX

    def add(self, source: Path, catalog: Catalog, models: Path, progress: Progress) -> str:
        """Look at the graph, try it, find directions. Raises :class:`AtelierError` that says what does not fit."""
        source = source.resolve()
        model_id = free_id(source, catalog, source.stem)
        with workplace(source, models, model_id) as folder:
            files = [path.name for path in (source, *weights_beside(source))]
            for name in files:
                place(source.parent / name, folder / name, progress)
            progress.report(0.1, tr("Noting the SHA-256 of each file"))
            entries = [file_entry(folder / name, progress) for name in files]
            bare = Manifest(
                schema=SCHEMA, id=model_id, name=source.stem, version="1", studio="imagine", family=FAMILY, summary="",
                licence=tr("as where you have it from"), files=entries,
            )  # fmt: skip
            progress.report(0.2, tr("Trying the network"))
            tried = Trial(source, Model(folder, bare, SessionCache(), lambda: CPU), progress)
            ways = tried.directions(progress.part(0.3, 1.0))
            np.savez_compressed(folder / DIRECTIONS, directions=ways)
            entries.append(file_entry(folder / DIRECTIONS, progress))
            atomic_write(folder / CARD, _card(source.stem, tried).encode())
            write_manifest(folder, _manifest(msgspec.structs.replace(bare, files=entries), tried, len(ways)))
        return model_id


GENERATOR_FILES = _Generator()


def _manifest(bare: Manifest, tried: Trial, directions: int) -> Manifest:
    codec = tried.codec
    controls = [_kinds(codec.classes)] if codec.classes else []
    controls += [VARIETY] if codec.latent else []
    controls += [_slider(given) for given in codec.inputs if given.kind == "number"]
    fields = {**msgspec.to_builtins(codec), "directions": directions, "side": max(tried.size)}
    return msgspec.structs.replace(bare, codec=fields, controls=controls, summary=_summary(tried))


def _card(name: str, tried: Trial) -> str:
    """What was found in the file, for people."""
    inputs = tried.codec.inputs
    rows = [f"| `{given.name}` | {given.dtype}, {shown(given.shape)} | {_told(given)} |" for given in inputs]
    table = "\n".join(["| input | type | becomes |", "|---|---|---|", *rows])
    return f"# {name}\n\n{_summary(tried)}\n\n{table}\n"


def _summary(tried: Trial) -> str:
    height, width = tried.size
    said = tr("A picture generator of yours: {width} × {height} pixels", width=width, height=height)
    return said + (tr(", steered by {count} numbers", count=tried.codec.latent) if tried.codec.latent else "")


VARIETY = Control(
    id="truncation", label="Variety", kind="float", default=1.0, maximum=2.0, step=0.05,
    hint="Low: typical pictures, alike. High: unusual ones, and more that fail.",
)  # fmt: skip


def _kinds(classes: list[str]) -> Control:
    hint = "What the pictures show. “any” draws one kind for each picture."
    return Control(id="class", label="Kind", kind="choice", default=ANY, choices=[ANY, *classes], hint=hint)


def _slider(given: Given) -> Control:
    return Control(
        id=given.control, label=given.name, kind="float", default=NUMBER, minimum=-1.0, maximum=2.0, step=0.01,
        hint=tr("What the network calls “{name}”; only its maker knows what it does.", name=given.name),
    )  # fmt: skip


def _told(given: Given) -> str:
    return {
        "vector": tr("what a seed gives and the sliders move"),
        "class": tr("the kind"),
        "image": tr("a picture to work on"),
        "noise": tr("fine grain of the seed"),
        "number": tr("a slider"),
    }[given.kind]
