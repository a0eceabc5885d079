"""The studio's card."""

from app.base.card import Kind, StudioCard

CARD = StudioCard(
    id="imagine",
    title="Imagine",
    summary="Make pictures and steer them with sliders",
    accent="imagine",
    extensions=(".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".mp4", ".webm", ".gif"),
    saves=(".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"),
    engine="app.studios.imagine.engine:ENGINE",
    page="app.studios.imagine.page:ImaginePage",
    checker="app.studios.imagine.evidence:check_file",
    adopts=(
        Kind("a picture generator, as one .onnx file", "app.studios.imagine.own_import:GENERATOR_FILES", (".onnx",)),
    ),
)
