"""A sheet to paint along with real paint: the drawing in steps, its colours reduced to as many as one wants to mix."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import msgspec
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.studios.paint.document import Drawing, Stroke
from app.studios.paint.raster.cache import Rasters
from app.studios.paint.render import render
from app.studios.paint.scaled import scaled

DPI = 150
PAGE = (round(8.27 * DPI), round(11.69 * DPI))
"""A4."""
MARGIN, CHIP = 90, 64
MOST_COLOURS, MOST_STEPS = 24, 24
FADED = 0.72
"""What was painted in earlier steps is lightened by so much."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def along_sheet(drawing: Drawing, colours: int = 8, steps: int = 6) -> bytes:
    """A PDF: first the whole picture and its palette, then a page for each step, what is new in it in full colour.

    Steps follow the order of drawing and bring about equally much to paint. The same drawing gives the same bytes.
    Raises :class:`AtelierError` (``BAD_INPUT``) for an empty drawing or numbers out of range.
    """
    if not any(stroke.points for stroke in drawing.strokes):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is nothing to paint along: the sheet has no strokes."))
    if not (1 <= colours <= MOST_COLOURS and 1 <= steps <= MOST_STEPS):
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("From 1 to {colours} colours and 1 to {steps} steps.", colours=MOST_COLOURS, steps=MOST_STEPS),
        )
    reduced, palette = with_palette(drawing, colours)
    room = (PAGE[0] - 2 * MARGIN) / drawing.width, (PAGE[1] * 0.62) / drawing.height
    fitted, rasters = scaled(reduced, min(room)), Rasters()
    parts = in_steps(fitted.strokes, steps)
    pages = [_page(tr("Paint along"), render(fitted, rasters=rasters), palette, palette, None)]
    done: tuple[Stroke, ...] = ()
    for number, part in enumerate(parts, 1):
        picture = _step_picture(fitted, done, part, rasters)
        used = [colour for colour in palette if any(stroke.colour == colour for stroke in part)]
        title = tr("Step {number} of {all}", number=number, all=len(parts))
        pages.append(_page(title, picture, palette, used, part))
        done += part
    buffer = io.BytesIO()
    dates = {"creationDate": _EPOCH.timetuple(), "modDate": _EPOCH.timetuple()}
    pages[0].save(
        buffer, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, title=tr("Paint along"), **dates
    )
    return buffer.getvalue()


def with_palette(drawing: Drawing, count: int) -> tuple[Drawing, list[str]]:
    """The drawing in at most *count* colours, and these, the most used first.

    Colours are joined so that they change as little as can be (k-means, weighted by how much is painted in each).
    """
    weights: dict[str, float] = {}
    for stroke in drawing.strokes:
        if stroke.mode != "erase" and not stroke.on_mask:
            weights[stroke.colour] = weights.get(stroke.colour, 0.0) + amount(stroke)
    names = list(weights)
    values = np.array([[int(name[at : at + 2], 16) for at in (1, 3, 5)] for name in names], float)
    mass = np.array([weights[name] for name in names])
    owner, centres = _clusters(values, mass, min(count, len(names)))
    reduced = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in np.rint(centres).astype(int).tolist()]
    new = {name: reduced[owner[place]] for place, name in enumerate(names)}
    totals = {
        colour: sum(mass[place] for place in range(len(names)) if new[names[place]] == colour) for colour in reduced
    }
    strokes = tuple(
        msgspec.structs.replace(stroke, colour=new[stroke.colour]) if stroke.colour in new else stroke
        for stroke in drawing.strokes
    )
    palette = sorted(totals, key=lambda colour: -totals[colour])
    return msgspec.structs.replace(drawing, strokes=strokes), palette


def in_steps(strokes: tuple[Stroke, ...], count: int) -> list[tuple[Stroke, ...]]:
    """The strokes in their order, in at most *count* parts of about equally much to paint."""
    gone = np.cumsum([amount(stroke) for stroke in strokes])
    number = np.minimum((gone - 1e-9) / gone[-1] * count, count - 1).astype(int)
    parts = [tuple(stroke for stroke, at in zip(strokes, number, strict=True) if at == step) for step in range(count)]
    return [part for part in parts if part]


def amount(stroke: Stroke) -> float:
    """About how many square pixels a stroke covers."""
    places = stroke.places
    length = float(np.hypot(*np.diff(places, axis=0).T).sum()) if len(places) > 1 else 0.0
    return stroke.size * (length + stroke.size) + 1.0


def _clusters(values: np.ndarray, mass: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """k-means from the heaviest colour and then each time the one farthest from all centres; no chance in it."""
    centres = values[[int(mass.argmax())]]
    while len(centres) < count:
        distance = ((values[:, None] - centres) ** 2).sum(-1).min(1)
        centres = np.concatenate([centres, values[[int((distance * mass).argmax())]]])
    owner = np.zeros(len(values), int)
    for _ in range(30):
        owner = ((values[:, None] - centres) ** 2).sum(-1).argmin(1)
        for place in range(len(centres)):
            mine = owner == place
            if mine.any():
                centres[place] = np.average(values[mine], axis=0, weights=mass[mine])
    return owner, centres


def _step_picture(
    drawing: Drawing, done: tuple[Stroke, ...], part: tuple[Stroke, ...], rasters: Rasters
) -> Image.Image:
    """What is painted after the step; what was there before it lightened."""
    before = render(msgspec.structs.replace(drawing, strokes=done), rasters=rasters)
    after = render(msgspec.structs.replace(drawing, strokes=done + part), rasters=rasters)
    old, new = np.asarray(before).astype(float), np.asarray(after)
    changed = (np.abs(new - old) > 2).any(-1, keepdims=True)
    faded = old + FADED * (255 - old)
    return Image.fromarray(np.where(changed, new, np.rint(faded)).astype(np.uint8))


def _page(
    title: str, picture: Image.Image, palette: list[str], used: list[str], part: tuple[Stroke, ...] | None
) -> Image.Image:
    page = Image.new("RGB", PAGE, "white")
    pen = ImageDraw.Draw(page)
    pen.text((MARGIN, MARGIN * 0.6), title, "#1d1f21", ImageFont.load_default(40))
    left, top = (PAGE[0] - picture.width) // 2, round(MARGIN * 1.7)
    page.paste(picture, (left, top))
    pen.rectangle((left - 1, top - 1, left + picture.width, top + picture.height), outline="#b9bcc0")
    _chips(pen, top + picture.height + MARGIN // 2, palette, used, part)
    return page


def _chips(
    pen: ImageDraw.ImageDraw, top: int, palette: list[str], used: list[str], part: tuple[Stroke, ...] | None
) -> None:
    """The colours with their numbers, and how broad the brush is to be; four in a row."""
    for at, colour in enumerate(used):
        x = MARGIN + (at % 4) * (PAGE[0] - 2 * MARGIN) // 4
        y = top + (at // 4) * (CHIP + 24)
        pen.rounded_rectangle((x, y, x + CHIP, y + CHIP), 8, fill=colour, outline="#6b7075")
        number = str(palette.index(colour) + 1)
        pen.text((x + CHIP + 14, y + 2), number, "#1d1f21", ImageFont.load_default(28))
        pen.text((x + CHIP + 14, y + 38), _note(colour, part), "#5c6166", ImageFont.load_default(18))


def _note(colour: str, part: tuple[Stroke, ...] | None) -> str:
    """The colour's code; in a step, how many strokes and how broad they are on the printed page."""
    if part is None:
        return colour
    sizes = [stroke.size for stroke in part if stroke.colour == colour]
    width = f"{np.median(sizes) / DPI * 25.4:.1f}"
    return tr("{count} x {width} mm", count=len(sizes), width=width)
