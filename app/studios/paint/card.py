"""The studio's card."""

from app.base.card import Kind, StudioCard

CARD = StudioCard(
    id="paint",
    title="Paint",
    summary="Draw, and let a network go on with your drawing",
    accent="paint",
    extensions=(".svg", ".png", ".ora"),
    engine="app.studios.paint.engine:ENGINE",
    page="app.studios.paint.page:PaintPage",
    adopts=(
        Kind(
            "a SketchRNN of Magenta's, as a file called like cat.gen.json or cat.vae.json",
            "app.studios.paint.magenta_import:MAGENTA_FILES",
            (".json",),
        ),
    ),
)
