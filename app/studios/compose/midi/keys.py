"""Key signatures as mido names them: “Ebm” for six flats, minor."""

from __future__ import annotations

from app.studios.compose.document import KeySignature

_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
"""From seven flats to seven sharps."""


def key_text(key: KeySignature) -> str:
    return (_MINOR if key.minor else _MAJOR)[key.fifths + 7]


def key_from_text(tick: int, text: str) -> KeySignature:
    """The inverse of :func:`key_text`. Raises ValueError for what is no key."""
    if text in _MINOR:
        return KeySignature(tick, _MINOR.index(text) - 7, True)
    return KeySignature(tick, _MAJOR.index(text) - 7, False)
