"""Places in a text: Qt counts UTF-16 units, Python characters. They differ after an emoji or rare ideograph."""

from __future__ import annotations


def is_wide(text: str) -> bool:
    """Whether a text has characters that take two units."""
    return not text.isascii() and len(text.encode("utf-16-le", "surrogatepass")) != 2 * len(text)


def to_units(text: str, index: int) -> int:
    """The number of UTF-16 units before the character at *index*."""
    return len(text[:index].encode("utf-16-le", "surrogatepass")) // 2


def to_index(text: str, units: int) -> int:
    """The number of characters in the first *units* UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))


def from_view(text: str) -> str:
    """A text as Qt's views give it, with ``\\n`` for their paragraph signs; half a character becomes ``�``.

    As many UTF-16 units as before, so that places stay where they are.
    """
    text = text.replace("\u2029", "\n").replace("\u2028", "\n").replace("\x00", " ")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
