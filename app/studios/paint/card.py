"""The studio's card."""

from app.base.card import StudioCard

CARD = StudioCard(
    id="paint",
    title="Paint",
    summary="Draw, and let a network go on with your drawing",
    accent="paint",
    extensions=(".svg", ".png", ".ora"),
    engine="app.studios.paint.engine:ENGINE",
    page="app.studios.paint.page:PaintPage",
)
