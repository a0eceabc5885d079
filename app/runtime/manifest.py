"""``model.toml``: what a model's folder says of itself.

The manifest names the files with their hashes, the tensors that go in and out, the codec's parameters, the controls the
window shows, the licence, what it was trained on, and how well it does beside a published figure.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

import msgspec
import tomli_w

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

MANIFEST = "model.toml"
SCHEMA = 1
ControlValue = float | int | str | bool
MAX_TEXT = 2000
"""The longest value of a control that is a text, in characters."""


class Tensor(msgspec.Struct, frozen=True, kw_only=True):
    """An input or output of a graph. A dimension is a size, or the name of one that varies; a scalar has none."""

    name: str
    dtype: str
    shape: list[int | str] = []


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the model; graphs (``.onnx``) also list their tensors."""

    name: str
    sha256: str
    bytes: int
    inputs: list[Tensor] = []
    outputs: list[Tensor] = []


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """One value the user can set; the window makes a slider, a list or a switch of it.

    ``hint`` says what it does to the result. ``group`` ``"main"`` is open, ``"more"`` folded. ``absent`` is what works
    were made with that do not name it, if that is not the default: they are older than the control.
    """

    id: str
    label: str
    kind: Literal["float", "int", "choice", "bool", "text"]
    default: ControlValue = ""
    minimum: float = 0.0
    maximum: float = 1.0
    step: float = 0.0
    choices: list[str] = []
    group: Literal["main", "more"] = "main"
    hint: str = ""
    unit: str = ""
    absent: ControlValue | None = None


class Training(msgspec.Struct, frozen=True, kw_only=True):
    """Where the weights come from."""

    data: str
    licence: str
    credit: str
    command: str
    hardware: str
    hours: float
    steps: int
    parameters: int


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One measured figure beside a published anchor (``None`` where nobody published one)."""

    name: str
    unit: str
    ours: float
    samples: int
    measured_on: str
    published: float | None = None
    source: str = ""
    better: Literal["lower", "higher"] = "lower"


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of ``model.toml``."""

    schema: int
    id: str
    name: str
    version: str
    studio: str
    family: str
    summary: str
    licence: str
    files: list[FileEntry]
    codec: dict[str, Any] = {}
    controls: list[Control] = []
    training: Training | None = None
    metrics: list[Metric] = []
    tolerance: dict[str, float] = {}
    """Largest difference allowed between ONNX and the golden pair, by graph (file stem)."""

    def file(self, name: str) -> FileEntry:
        """The entry of one file. Raises :class:`AtelierError` (``BAD_MODEL``) if the manifest does not list it."""
        for entry in self.files:
            if entry.name == name:
                return entry
        raise AtelierError(ErrorKind.BAD_MODEL, tr("The model “{id}” has no file “{name}”.", id=self.id, name=name))

    def has(self, name: str) -> bool:
        """Whether a file of that name belongs to the model."""
        return any(entry.name == name for entry in self.files)

    def defaults(self) -> dict[str, ControlValue]:
        """The declared controls at their default values."""
        return {control.id: control.default for control in self.controls}

    def meant_by(self, values: dict[str, ControlValue]) -> dict[str, ControlValue]:
        """Every declared control as a work has it that was made with *values*, perhaps before some were there."""
        absent = {control.id: control.absent for control in self.controls if control.absent is not None}
        return {**self.defaults(), **absent, **values}


def load_manifest(folder: Path) -> Manifest:
    """Read ``model.toml`` in *folder*. Raises :class:`AtelierError` (``BAD_MODEL``) that says which field is wrong."""
    path = folder / MANIFEST
    try:
        manifest = msgspec.toml.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise _bad(folder, tr("it has no {file}", file=MANIFEST)) from error
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise _bad(folder, str(error)) from error
    if manifest.schema != SCHEMA:
        raise _bad(folder, tr("its format {theirs} is not the known {ours}", theirs=manifest.schema, ours=SCHEMA))
    if any(Path(entry.name).name != entry.name for entry in manifest.files):
        raise _bad(folder, tr("a file name points outside the model's folder"))
    return manifest


def check_controls(manifest: Manifest, values: dict[str, ControlValue]) -> dict[str, ControlValue]:
    """The defaults with *values* over them. Raises :class:`AtelierError` (``BAD_INPUT``) for a value out of range."""
    controls = {control.id: control for control in manifest.controls}
    for name, value in values.items():
        if name not in controls:
            raise AtelierError(
                ErrorKind.BAD_INPUT,
                tr("The model “{id}” has no control “{name}”.", id=manifest.id, name=name),
                tr("It has: {names}.", names=", ".join(controls) or "–"),
            )
        _check_value(controls[name], value)
    return {**manifest.defaults(), **values}


def _check_value(control: Control, value: ControlValue) -> None:
    if control.kind == "choice":
        good, range_ = value in control.choices, ", ".join(control.choices)
    elif control.kind == "bool":
        good, range_ = isinstance(value, bool), tr("on or off")
    elif control.kind == "text":
        good = isinstance(value, str) and len(value) <= MAX_TEXT
        range_ = tr("a text of at most {count} characters", count=MAX_TEXT)
    else:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        good = number and control.minimum <= float(value) <= control.maximum
        range_ = f"{control.minimum:g} – {control.maximum:g}"
    if not good:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("{label} can't be {value}.", label=control.label, value=value),
            tr("Possible: {range}.", range=range_),
        )


def _bad(folder: Path, why: str) -> AtelierError:
    return AtelierError(
        ErrorKind.BAD_MODEL,
        tr("The model in “{folder}” can't be used: {why}.", folder=folder.name, why=why),
        tr("See docs/models.md for what a model folder holds."),
    )


def to_toml(manifest: Manifest) -> str:
    """The text of ``model.toml``. TOML has no null: what is empty is left out, the reader's defaults stand for it."""
    return tomli_w.dumps(_without_empty(msgspec.to_builtins(manifest)))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(item) for key, item in value.items() if item not in (None, [], {}, "")}
    if isinstance(value, list):
        return [_without_empty(item) for item in value]
    return value
