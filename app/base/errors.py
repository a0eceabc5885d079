"""Typed errors that a person can act on.

Everything the user can meet is an :class:`AtelierError`: a kind for the program, one sentence for the person,
and a hint that says what to do next. The window shows them in place; the command line prints one line and exits with 2.
"""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    """What went wrong, as far as the program must tell cases apart."""

    BAD_INPUT = "bad-input"
    BAD_FILE = "bad-file"
    BAD_MODEL = "bad-model"
    DAMAGED_MODEL = "damaged-model"
    NO_MODEL = "no-model"
    NO_DEVICE = "no-device"
    DISK = "disk"
    INTERNAL = "internal"


class AtelierError(Exception):
    """An error with a *kind*, a *message* of one sentence, and a *hint* (may be empty) on how to go on."""

    def __init__(self, kind: ErrorKind, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(f"{self.message} {self.hint}".split())


class Unfinished(AtelierError):
    """An error in the midst of a work; what was made before it is worth keeping."""


class Cancelled(Exception):
    """Raised inside a generator when the user pressed Stop; never shown."""
