"""Brushes: one TOML file each, shipped in ``resources/brushes`` or the user's own."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.paths import Paths, resources_dir

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Curve = Annotated[list[tuple[Share, Share]], msgspec.Meta(min_length=2)]
FLAT = [(0.0, 1.0), (1.0, 1.0)]
TEXTURES = ("", "paper", "canvas", "chalk")


class Pressure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the pressure does: corners of a broken line from pressure 0..1 to a share 0..1 of the full value."""

    size: Curve = msgspec.field(default_factory=lambda: list(FLAT))
    opacity: Curve = msgspec.field(default_factory=lambda: list(FLAT))


class Brush(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a brush file says. Lengths are shares of the diameter."""

    name: str
    summary: str = ""
    size: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 8.0
    """The diameter in pixels that the brush is first taken with."""
    opacity: Share = 1.0
    """How much one whole stroke covers."""
    flow: Share = 1.0
    """How much one dab covers; below 1 the dabs of a stroke build up."""
    hardness: Share = 1.0
    """1: a sharp edge; 0: soft from the middle on."""
    spacing: Annotated[float, msgspec.Meta(ge=0.02, le=4)] = 0.1
    """From one dab to the next."""
    jitter: Annotated[float, msgspec.Meta(ge=0, le=4)] = 0.0
    """How far dabs stray from the line, at random."""
    size_jitter: Share = 0.0
    """How much smaller dabs may get, at random."""
    smudge: Share = 0.0
    """How much of the paint under the brush it takes along: 0 paints, 1 only smears."""
    texture: str = ""
    """``paper``, ``canvas``, ``chalk``, or none."""
    grain: Share = 0.5
    """How deep the texture shows."""
    roundness: Annotated[float, msgspec.Meta(gt=0, le=1)] = 1.0
    """The shorter diameter of the tip by the longer one."""
    angle: float = 0.0
    """Of the longer diameter, in degrees from the right, clockwise."""
    tilt: Share = 0.0
    """How much tilting the pen widens and flattens the tip towards where it leans."""
    pressure: Pressure = Pressure()

    def __post_init__(self) -> None:
        if self.texture not in TEXTURES:
            raise ValueError(f"there is no texture “{self.texture}”, only {', '.join(TEXTURES[1:])}")


def brush_names() -> list[str]:
    """The brushes there are, shipped ones first; a user's file of the same name counts as the shipped one's place."""
    shipped = sorted(path.stem for path in (resources_dir() / "brushes").glob("*.toml"))
    own = sorted(path.stem for path in user_brushes().glob("*.toml"))
    first = [name for name in ("ink", "pencil") if name in shipped]
    return list(dict.fromkeys([*first, *shipped, *own]))


def user_brushes() -> Path:
    """The folder for the user's own brushes."""
    return Paths.default().data / "brushes"


def load_brush(name: str) -> Brush:
    """The brush of that file name; one that is gone paints as ink, so that no drawing is lost with it.

    Raises :class:`AtelierError` (``BAD_FILE``) for a file that is there and can't be understood.
    """
    for folder in (user_brushes(), resources_dir() / "brushes"):
        path = folder / f"{name}.toml"
        if "/" not in name and "\\" not in name and path.is_file():
            return read_brush(path, path.stat().st_mtime_ns)
    return read_brush(resources_dir() / "brushes" / "ink.toml", 0)


@functools.lru_cache(maxsize=256)
def read_brush(path: Path, _changed: int) -> Brush:
    """Read a brush file; kept until the file changes. Raises :class:`AtelierError` (``BAD_FILE``)."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Brush)
    except (OSError, msgspec.DecodeError, ValueError) as error:
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("The brush “{name}” can't be used: {why}.", name=path.stem, why=error),
            tr("Mend its file or take it out of the folder of brushes."),
        ) from error


def along(curve: list[tuple[float, float]], pressure: np.ndarray) -> np.ndarray:
    """A pressure curve at pressures (n,)."""
    corners = np.array(curve)
    return np.interp(pressure, corners[:, 0], corners[:, 1])
