"""The document: pictures made or opened, one of them chosen. Values that never change."""

from __future__ import annotations

import hashlib
import math

import msgspec
import numpy as np
from PIL import Image

from app.studios.imagine.request import ImagineRequest, Walk

KEY_BYTES = 1 << 20


class Picture(msgspec.Struct, frozen=True):
    """One picture: rows of *pixels*, 8 bits a channel, from the top left.

    *request* is what made it alone, None for one that was opened without recipe. *opinion* is the discriminator's
    score: higher looks more like the data to it; NaN is never stored, an unknown one is None.
    """

    width: int
    height: int
    channels: int
    pixels: bytes
    request: ImagineRequest | None = None
    opinion: float | None = None

    @property
    def key(self) -> str:
        """A hash of the size and the pixels, by which the picture is found again; of a large one, of evenly many of its
        bytes, so that it takes no time that is felt."""
        head = f"{self.width}x{self.height}x{self.channels}\n".encode()
        step = 1 + len(self.pixels) // KEY_BYTES
        return hashlib.sha256(head + self.pixels[::step]).hexdigest()[:24]

    @property
    def array(self) -> np.ndarray:
        """uint8 (height, width) or (height, width, channels)."""
        shape = (self.height, self.width) if self.channels == 1 else (self.height, self.width, self.channels)
        return np.frombuffer(self.pixels, np.uint8).reshape(shape)

    @classmethod
    def of_array(
        cls, array: np.ndarray, request: ImagineRequest | None = None, opinion: float | None = None
    ) -> Picture:
        """From uint8 (height, width) or (height, width, channels)."""
        height, width = array.shape[:2]
        channels = 1 if array.ndim == 2 else array.shape[2]
        return cls(width, height, channels, np.ascontiguousarray(array, np.uint8).tobytes(), request, opinion)


class Pictures(msgspec.Struct, frozen=True):
    """All pictures in the order they were made, and which is chosen.

    *rate* is 0 for candidates; otherwise they are the frames of a film, so many a second.
    *marks* is the area that was marked on the chosen one, a grey PNG. *photo* is what was looked for in the model last,
    as the model sees it. *kept* are the keys of those that the next series leaves where they are. *walk* is the
    timeline.
    """

    pictures: tuple[Picture, ...] = ()
    selected: int = 0
    rate: float = 0.0
    marks: bytes = b""
    photo: Picture | None = None
    kept: tuple[str, ...] = ()
    walk: Walk = Walk()

    @property
    def chosen(self) -> Picture | None:
        """The picture that is shown large; None when there is none."""
        return self.pictures[self.selected] if 0 <= self.selected < len(self.pictures) else None

    def choosing(self, place: int) -> Pictures:
        return msgspec.structs.replace(self, selected=max(0, min(place, len(self.pictures) - 1)))

    def with_chosen(self, picture: Picture) -> Pictures:
        """The chosen picture replaced by another; the first one where there was none."""
        before, after = self.pictures[: self.selected], self.pictures[self.selected + 1 :]
        return msgspec.structs.replace(self, pictures=(*before, picture, *after))

    def inserting(self, pictures: tuple[Picture, ...]) -> Pictures:
        """More pictures after the chosen one, the first of them chosen."""
        place = self.selected + 1 if self.chosen else 0
        every = (*self.pictures[:place], *pictures, *self.pictures[place:])
        return msgspec.structs.replace(self, pictures=every, selected=place)

    def among_kept(self, series: tuple[Picture, ...]) -> Pictures:
        """A *series* around the kept pictures, which stay in their places; those beyond its end follow it."""
        stay = {place: picture for place, picture in enumerate(self.pictures) if picture.key in self.kept}
        new = iter(series)
        merged = tuple(
            stay.pop(place) if place in stay else next(new, None) or stay.pop(min(stay))
            for place in range(len(series) + len(stay))
        )
        return msgspec.structs.replace(self, pictures=merged, marks=b"", photo=None).choosing(self.selected)

    def keeping(self, key: str, on: bool) -> Pictures:
        """The picture of that key kept, or no longer."""
        others = tuple(kept for kept in self.kept if kept != key)
        return msgspec.structs.replace(self, kept=(*others, key) if on else others)

    def only(self, place: int) -> Pictures:
        """One of the pictures alone."""
        return Pictures((self.pictures[place],))

    @property
    def digest(self) -> str:
        """SHA-256 over sizes and pixels, in order."""
        found = hashlib.sha256()
        for picture in self.pictures:
            found.update(f"{picture.width}x{picture.height}x{picture.channels}\n".encode())
            found.update(picture.pixels)
        return found.hexdigest()


def sheet_columns(count: int) -> int:
    """Columns of a contact sheet of *count* pictures: as square as can be."""
    return math.ceil(math.sqrt(count))


def contact_sheet(pictures: tuple[Picture, ...], columns: int = 0) -> Picture:
    """Pictures side by side without gaps, row by row; free places are black. 0 columns: a square.

    One of another size than the first, which was enlarged, is made as large as the first.
    """
    first, columns = pictures[0], columns or sheet_columns(len(pictures))
    rows = math.ceil(len(pictures) / columns)
    sheet = np.zeros((rows * first.height, columns * first.width, first.channels), np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * first.height, place % columns * first.width
        sheet[top : top + first.height, left : left + first.width] = _like(picture, first)
    return Picture.of_array(sheet[:, :, 0] if first.channels == 1 else sheet)


def _like(picture: Picture, first: Picture) -> np.ndarray:
    """uint8 (height, width, channels), all three those of *first*."""
    shape = (first.height, first.width, first.channels)
    if (picture.height, picture.width, picture.channels) == shape:
        return picture.array.reshape(shape)
    image = Image.fromarray(picture.array).convert("L" if first.channels == 1 else "RGB")
    return np.asarray(image.resize((first.width, first.height), Image.Resampling.LANCZOS)).reshape(shape)


def cut_sheet(sheet: Picture, count: int) -> list[np.ndarray]:
    """The pictures of a contact sheet again, as arrays. Raises ValueError when the size does not fit the count."""
    columns = sheet_columns(count)
    rows = math.ceil(count / columns)
    if sheet.width % columns or sheet.height % rows:
        raise ValueError("this is not a sheet of that many pictures")
    width, height = sheet.width // columns, sheet.height // rows
    array = sheet.array
    corners = [(place // columns * height, place % columns * width) for place in range(count)]
    return [array[top : top + height, left : left + width] for top, left in corners]
