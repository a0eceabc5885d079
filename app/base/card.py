"""The card by which a studio is known before anything of it is loaded."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of models of other programs: *what* names it to a person, *suffixes* are those of its files, none where
    it is a folder; *adopter* is the ``"package.module:NAME"`` of an :class:`app.runtime.adopt.Adopter`."""

    what: str
    adopter: str
    suffixes: tuple[str, ...] = ()

    def load(self) -> Any:
        """Import and return the adopter. No Qt is imported."""
        return _load(self.adopter)


@dataclass(frozen=True)
class StudioCard:
    """What the shell and the command line need to list a studio; its code is imported when it is first used.

    ``engine`` and ``page`` are ``"package.module:NAME"``; ``extensions`` are the suffixes its works have, first the
    usual one; ``saves`` are those it can be written to where they are others; ``verb`` is its sub-command on the
    command line. ``checker``, if there is one, weighs for a file the evidence that a machine made it;
    ``ranker`` says of several answers which is best.
    ``adopts`` are the kinds of models of other programs that it takes in.
    """

    id: str
    title: str
    summary: str
    accent: str
    extensions: tuple[str, ...]
    engine: str
    page: str
    saves: tuple[str, ...] = ()
    checker: str = ""
    ranker: str = ""
    adopts: tuple[Kind, ...] = ()

    @property
    def verb(self) -> str:
        return self.id

    def load_engine(self) -> Any:
        """Import and return the studio's engine (see :class:`app.runtime.engine.Engine`). No Qt is imported."""
        return _load(self.engine)

    def load_page(self) -> Any:
        """Import and return the studio's page class, a QWidget."""
        return _load(self.page)

    def load_ranker(self) -> Any:
        """Import and return what judges answers: a model to None, or to a function of (requests, answers, shelf,
        progress) that gives each its place (1 is best) and a few words. No Qt is imported."""
        return _load(self.ranker)

    def load_checker(self) -> Any:
        """Import and return what weighs a file: (path, shelf, progress) to a dictionary for JSON. No Qt is imported."""
        return _load(self.checker)


def _load(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)
