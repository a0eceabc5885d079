"""Which drawings each drawing network learns from, and what its card says of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Collection:
    """Sets of drawings (``sketches/NAME.npz``), the categories taken from them, and how the model is told of."""

    sets: tuple[str, ...]
    categories: tuple[str, ...]
    default: str
    title: str
    summary: str
    data: str
    data_licence: str
    licence: str
    credit: str
    notes: str
    freedom: float = 0.4
    """The temperature a drawing is made at, where the user says nothing else."""
    pen: float = 0.0
    """The least temperature of the pen, see :class:`app.studios.paint.mixture.Freedom`. Doodles at 0.4 had 87
    points, people's 47; characters are better with the pen as free as the places."""
    characters: bool = False
    """The drawings are written characters: they keep their proportions, and copies of known ones are counted."""


DOODLES = """\
Draws with a pen, point by point: from an empty sheet, or on from what you drew.

- It continues a drawing better when the drawing is of the chosen kind and not finished: a third of its training was to
  draw on from a beginning. On another kind it adds parts of what it knows.
- From nothing it draws by a latent of zero, which a third of its training taught it to take for nothing. A classifier
  of real drawings names the category in 78 of 100 (real ones: 83); alarm clocks, ducks, pigs and cars are named least
  often.
- What the pen does (go on, lift, end) is drawn at a temperature of 0.8 at least: at 0.4 it scribbled on. A drawing now
  has 59 points, it had 87 (people's: 47).
- Low temperatures give plain, typical drawings; above 0.8 lines begin to wander.
- It learnt from doodles made in twenty seconds by people all over the world, simplified to few points; it has no idea
  of shading, colour or pressure.
- The nats per point are of normalised offsets and of these categories, so they compare with no published figure.
"""
CHARACTERS = """\
Writes Chinese characters that do not exist, stroke by stroke in the order a person writes them.

- Parts (radicals) are mostly real ones, their combination is new; some strokes stand where no writer would put them.
- `kanji` follows the Japanese forms of KanjiVG, lines of one width with hooks; `hanzi` the middle lines of a Chinese
  typeface in the regular script.
- It knows no meaning and no reading. What is new to it may be a real character that was in none of its sets.
- A “copy” has as many strokes as a character of the training part, and they lie, in their order, nearer to its strokes
  than nineteen of twenty known characters lie to themselves after they were stretched by up to 12 % and turned by up to
  6 degrees.
- A classifier that has learnt to tell real characters from ones whose strokes were moved is seldom deceived: strokes
  that should meet often miss each other.
"""

COLLECTIONS = {
    "sketch-rnn": Collection(
        sets=("quickdraw",),
        categories=(
            "airplane", "alarm clock", "ambulance", "ant", "apple", "backpack", "basket", "butterfly", "cactus",
            "calculator", "campfire", "candle", "car", "coffee cup", "crab", "duck", "eye", "face", "ice cream",
            "monkey", "mouth", "pig", "pineapple", "power outlet", "radio", "shoe", "suitcase", "sun",
        ),
        default="crab",
        title="SketchRNN",
        summary="Draws twenty-eight things with a pen like people in a hurry, from airplane to sun.",
        data="Quick, Draw!",
        data_licence="CC BY 4.0",
        licence="MIT",
        credit="The Quick, Draw! Dataset, Google, Inc., CC BY 4.0",
        notes=DOODLES,
        freedom=0.2,
        pen=0.8,
    ),
    "sketch-rnn-kanji": Collection(
        sets=("kanji", "hanzi"),
        categories=("kanji", "hanzi"),
        default="kanji",
        title="Characters that do not exist",
        summary="Writes Chinese and Japanese characters that nobody has written before, stroke by stroke.",
        data="KanjiVG and Make Me a Hanzi",
        data_licence="CC BY-SA 3.0 and Arphic Public License",
        licence="CC-BY-SA-3.0",
        credit="KanjiVG, copyright Ulrich Apel, CC BY-SA 3.0; "
        "Make Me a Hanzi / Arphic Technology, Arphic Public License",
        notes=CHARACTERS,
        characters=True,
    ),
}  # fmt: skip
