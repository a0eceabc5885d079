"""The card of the studio Compose."""

from app.base.card import StudioCard

CARD = StudioCard(
    id="compose",
    title="Compose",
    summary="Draw a melody and hear it answered in four voices",
    accent="compose",
    extensions=(".mid", ".midi", ".musicxml", ".mxl"),
    saves=(".mid", ".musicxml", ".pdf", ".svg", ".wav", ".flac"),
    engine="app.studios.compose.engine:ENGINE",
    page="app.studios.compose.page:ComposePage",
    ranker="app.studios.compose.critic:ranker_of",
)
