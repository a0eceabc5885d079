"""The directions a picture can be moved along: the model's own, and those the user named, each kept as a TOML file."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import msgspec
import tomli_w

from app.base.errors import AtelierError, ErrorKind
from app.base.files import atomic_write, disk_error, make_folder
from app.base.i18n import tr
from app.base.paths import Paths
from app.studios.imagine.request import LAST, DirectionMove, DirectionPart
from app.studios.imagine.space import Space

log = logging.getLogger(__name__)
LONGEST_NAME = 40


class Direction(msgspec.Struct, frozen=True, kw_only=True):
    """A direction as it is offered; principal ones may have no name. *own*: it is the user's, who may throw it away."""

    parts: tuple[DirectionPart, ...]
    name: str = ""
    own: bool = False

    @property
    def title(self) -> str:
        """What the user reads."""
        return self.name or tr("Direction {number}", number=self.parts[0].direction + 1)

    def move(self, amount: float, first: int = 0, last: int = LAST) -> DirectionMove:
        """A step along it."""
        name = self.name if self.own else ""
        return DirectionMove(parts=self.parts, amount=amount, first=first, last=last, name=name)


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a direction. Its parts count directions and layers from 0, as recipes do."""

    name: str
    model: str
    parts: tuple[DirectionPart, ...]


def folder_of(paths: Paths) -> Path:
    """Where the user's directions are."""
    return paths.data / "directions"


def principal(number: int, name: str = "") -> Direction:
    """The principal direction *number*, from 0."""
    return Direction(name=name, parts=(DirectionPart(number),))


def directions_of(space: Space, own: list[Direction]) -> list[Direction]:
    """All there are: the user's first, then those the model has a name for, then the rest."""
    mine = [principal(number, name) for number, name in enumerate(space.names)]
    named = [direction for direction, name in zip(mine, space.names, strict=True) if name]
    return [*own, *named, *(direction for direction in mine if direction not in named)]


def load_directions(folder: Path, model: str) -> list[Direction]:
    """The user's directions of a model, by name; a file that can't be read is passed over."""
    found = []
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else []:
        try:
            kept = msgspec.toml.decode(path.read_bytes(), type=_Kept)
        except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
            log.info("the direction in %s was passed over: %s", path.name, error)
            continue
        if kept.model == model:
            found.append(Direction(name=kept.name, parts=kept.parts, own=True))
    return sorted(found, key=lambda direction: direction.name.casefold())


def save_direction(folder: Path, model: str, name: str, moves: tuple[DirectionMove, ...]) -> Direction:
    """Keep what *moves* do together as one direction under a name; one of that name gives way.

    Raises :class:`AtelierError` (``BAD_INPUT`` without a name or a move, ``DISK``).
    """
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name or not moves:
        raise AtelierError(
            ErrorKind.BAD_INPUT, tr("A direction needs a name and a slider that is not at 0."), tr("Move one first.")
        )
    parts = tuple(_within(part, move) for move in moves for part in move.parts)
    kept = _Kept(name=name, model=model, parts=parts)
    make_folder(folder)
    atomic_write(_path(folder, model, name), tomli_w.dumps(msgspec.to_builtins(kept)).encode())
    return Direction(name=name, parts=parts, own=True)


def remove_direction(folder: Path, model: str, name: str) -> None:
    """Throw a direction of the user's away. Raises :class:`AtelierError` (``DISK``)."""
    path = _path(folder, model, name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(path, error) from error


def find_direction(wanted: str, directions: list[Direction]) -> Direction:
    """The direction of a name, or the principal one of a number from 1.

    Raises :class:`AtelierError` (``BAD_INPUT``) if there is none.
    """
    for direction in directions:
        if direction.title.casefold() == wanted.casefold():
            return direction
    if wanted.isdecimal() and int(wanted) >= 1:
        return principal(int(wanted) - 1)
    raise AtelierError(
        ErrorKind.BAD_INPUT,
        tr("There is no direction “{name}”.", name=wanted),
        tr("Possible: {range}.", range=", ".join(direction.title for direction in directions) or "–"),
    )


def _within(part: DirectionPart, move: DirectionMove) -> DirectionPart:
    """The part as the move uses it: its weight, and of its layers those the move acts on."""
    first = max(part.first, move.first)
    ends = [end for end in (part.last, move.last) if end != LAST]
    return DirectionPart(part.direction, round(part.weight * move.amount, 4), first, min(ends, default=LAST))


def _path(folder: Path, model: str, name: str) -> Path:
    plain = re.sub(r"[^\w-]+", "-", name.casefold()).strip("-") or "direction"
    return folder / f"{model}.{plain}.toml"
