"""Find and replace. Made to run in a thread: lets other threads work while it searches, and gives up in time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import regex

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.studios.write.document import Text

SECONDS = 3.0
"""A pattern that needs longer is one that would need for ever."""
MOMENT = 0.03
"""As long as one match may take where someone waits."""
CHECK_EVERY = 1000


class Query(NamedTuple):
    """What to look for; ``pattern`` is taken literally unless it is a ``regex``."""

    pattern: str
    case: bool = False
    whole: bool = False
    regex: bool = False


def find_all(text: str, query: Query, progress: Progress) -> np.ndarray:
    """Start and end of each match in characters, int64 of shape (n, 2), rising, none empty.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a pattern that is none or takes too long; ``Cancelled``.
    """
    places = [match.span() for match in _matches(text, query, progress)]
    return np.array(places, np.int64).reshape(-1, 2)


def replace_all(text: Text, query: Query, new: str, progress: Progress) -> tuple[Text, int]:
    """The text with each match replaced, and how many there were; who wrote the rest is kept.

    In a regex's replacement ``\\1`` and ``\\g<name>`` stand for groups. Raises as :func:`find_all`.
    """
    changes = [(*match.span(), replacement(match, query, new)) for match in _matches(text.text, query, progress)]
    return (text.with_changes(changes).counted() if changes else text), len(changes)


def replaced_at(text: Text, start: int, end: int, query: Query, new: str) -> Text | None:
    """The text with the one match from *start* up to *end* replaced; None if no such match stands there."""
    try:
        match = _compiled(query).match(text.text, start, timeout=MOMENT)
    except TimeoutError as error:
        raise _too_slow() from error
    if match is None or match.end() != end:
        return None
    return text.typed(start, end, replacement(match, query, new))


def replacement(match: Any, query: Query, new: str) -> str:
    """What to put in the place of a match. Raises :class:`AtelierError` (``BAD_INPUT``) for a group there is not."""
    if not query.regex:
        return new
    try:
        return match.expand(new)
    except (regex.error, IndexError) as error:
        hint = tr("\\1 is what the first pair of brackets found; write \\\\ for a backslash.")
        raise AtelierError(ErrorKind.BAD_INPUT, tr("The replacement can't be read: {why}.", why=error), hint) from error


def _matches(text: str, query: Query, progress: Progress) -> Iterator[Any]:
    pattern = _compiled(query)
    try:
        for number, match in enumerate(pattern.finditer(text, concurrent=True, timeout=SECONDS)):
            if number % CHECK_EVERY == 0:
                progress.check()
            if match.end() > match.start():
                yield match
    except TimeoutError as error:
        raise _too_slow() from error


def _too_slow() -> AtelierError:
    hint = tr("Nested repetitions such as (a+)+ are slow; write it more plainly.")
    return AtelierError(ErrorKind.BAD_INPUT, tr("It takes too long to find this pattern."), hint)


def _compiled(query: Query) -> Any:
    source = query.pattern if query.regex else regex.escape(query.pattern, literal_spaces=True)
    if query.whole:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    flags = regex.MULTILINE | (0 if query.case else regex.IGNORECASE)
    try:
        return regex.compile(source, flags)
    except regex.error as error:
        message = tr("The pattern can't be read: {why}.", why=error)
        raise AtelierError(
            ErrorKind.BAD_INPUT, message, tr("Switch “regex” off to look for it as it stands.")
        ) from error
