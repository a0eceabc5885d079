"""All studios. A fifth one is one more folder and one more line here."""

from app.base.card import StudioCard
from app.studios.compose.card import CARD as COMPOSE
from app.studios.imagine.card import CARD as IMAGINE
from app.studios.paint.card import CARD as PAINT
from app.studios.write.card import CARD as WRITE

CARDS: tuple[StudioCard, ...] = (WRITE, COMPOSE, IMAGINE, PAINT)
