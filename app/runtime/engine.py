"""What a studio offers without a window: the command line, the jobs and the tests use a studio through this alone."""

from __future__ import annotations

import argparse
import functools
import importlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

from app.base.card import StudioCard
from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.manifest import ControlValue
from app.runtime.model import Model
from app.runtime.recipe import Recipe, Verdict


class Request(Protocol):
    """A frozen msgspec.Struct; each studio has its own with at least these fields."""

    @property
    def model(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def controls(self) -> dict[str, ControlValue]: ...


Req = TypeVar("Req")
Res = TypeVar("Res")


class Engine(Protocol[Req, Res]):
    """The generator, files and scores of one studio. Holds no state; imports no Qt."""

    studio: str
    request_type: type[Req]

    def generate(self, request: Req, model: Model, progress: Progress) -> Iterator[Res]:
        """Yield the whole result so far, again and again; the last one is the result.

        A snapshot may be dropped unseen, and whichever came last is kept on Stop. Reports to and checks *progress*.
        """
        ...

    def digest(self, result: Res) -> str:
        """The SHA-256 of the result's canonical bytes."""
        ...

    def export(self, path: Path, result: Res, recipe: Recipe | None) -> list[Path]:
        """Write the result in the format of the suffix, with the recipe unless it is None; returns the files written.

        The same result and recipe give the same bytes. Raises :class:`~app.base.errors.AtelierError`.
        """
        ...

    def load(self, path: Path) -> tuple[Res, Recipe | None]:
        """Read a file that :meth:`export` or another program wrote. Raises ``AtelierError`` (``BAD_FILE``)."""
        ...

    def compare(self, ours: Res, theirs: Res) -> Verdict:
        """Compare a result made again (*ours*) with the one in the file (*theirs*)."""
        ...

    def score(self, model: Model, files: list[Path], progress: Progress, every: bool = False) -> dict[str, Any]:
        """Measure the model on files; a JSON-able dictionary of figures with their units in the keys.

        With *every* all is asked for of which otherwise a part is drawn, however long it takes.
        """
        ...

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the options of the studio's sub-command, beside MODEL, ``--seed`` and ``--set``."""
        ...

    def request_from_arguments(self, arguments: argparse.Namespace, model: Model) -> Req:
        """Build the request from parsed options."""
        ...

    def output_from_arguments(
        self, arguments: argparse.Namespace, result: Res, recipe: Recipe | None
    ) -> list[Path] | str:
        """Write what the options ask for and return the files, or return the text to print."""
        ...


def by_family(table: dict[str, str], model: Model) -> Any:
    """What *table* (family to ``"module:name"``) names for the model's family, imported at the first call.

    Raises :class:`AtelierError` (``BAD_MODEL``) for a family it does not know.
    """
    reference = table.get(model.manifest.family)
    if reference is None:
        raise AtelierError(
            ErrorKind.BAD_MODEL,
            tr(
                "The model “{id}” is of the unknown kind “{family}”.",
                id=model.manifest.id,
                family=model.manifest.family,
            ),
            tr("Known here: {known}.", known=", ".join(table)),
        )
    return _named(reference)


@functools.cache
def _named(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def nothing_drawn(every: bool) -> None:
    """Refuse to ask for *every* part of files that are measured whole as they are. Raises ``AtelierError``."""
    if every:
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("For this model no frames are drawn: all of a file is measured."),
            tr("Leave --every-frame out."),
        )


def card_of_file(cards: Sequence[StudioCard], path: Path) -> StudioCard:
    """The studio whose work the file is: the one its recipe names, else the first of *cards* that has such files.

    Raises :class:`AtelierError` (``BAD_FILE``) if no studio has, or if the file can't be read.
    """
    fitting = [card for card in cards if path.suffix.lower() in card.extensions]
    if not fitting:
        known = " ".join(sorted({suffix for card in cards for suffix in card.extensions}))
        raise AtelierError(
            ErrorKind.BAD_FILE,
            tr("“{name}” is no kind of file Ateliê makes.", name=path.name),
            tr("Known: {all}.", all=known),
        )
    if len(fitting) == 1:
        return fitting[0]
    _, recipe = fitting[0].load_engine().load(path)
    return next((card for card in fitting if recipe and recipe.studio == card.id), fitting[0])


def make_recipe(engine: Engine[Req, Res], request: Req, model: Model, result: Res) -> Recipe:
    """The recipe of a finished result."""
    return Recipe(
        studio=engine.studio,
        model=model.manifest.id,
        model_sha256=model.digest,
        request=msgspec.to_builtins(request),
        result_sha256=engine.digest(result),
    )
