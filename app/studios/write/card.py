"""The card of the studio Write."""

from app.base.card import Kind, StudioCard

CARD = StudioCard(
    id="write",
    title="Write",
    summary="Write, and let a network go on from where you are",
    accent="write",
    extensions=(".txt", ".md", ".docx", ".odt", ".html", ".htm"),
    saves=(".txt", ".md", ".docx", ".odt", ".html", ".pdf"),
    engine="app.studios.write.engine:ENGINE",
    page="app.studios.write.page:WritePage",
    checker="app.studios.write.evidence:check_file",
    adopts=(
        Kind("a GPT-2, as a folder that Hugging Face Optimum exported to ONNX", "app.studios.write.gpt2_import:GPT2"),
    ),
)
