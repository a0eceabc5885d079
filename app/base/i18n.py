"""Translation for the layers that know no Qt.

The window puts Qt's translator in (:func:`set_translator`); without one, as on the command line, the text stays
English.
"""

from __future__ import annotations

from collections.abc import Callable

CONTEXT = "atelie"


def _same(text: str) -> str:
    return text


_translate: Callable[[str], str] = _same


def set_translator(translate: Callable[[str], str]) -> None:
    """Use *translate* for every later :func:`tr` (the shell passes ``QCoreApplication.translate`` for ``CONTEXT``)."""
    global _translate
    _translate = translate


def tr(text: str, **values: object) -> str:
    """The text in the user's language; ``{name}`` fields are filled from *values* when given."""
    translated = _translate(text)
    return translated.format(**values) if values else translated
