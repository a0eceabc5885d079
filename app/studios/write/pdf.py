"""PDF, set by Qt's own text engine, which knows every script and the fonts of the machine. Works in any thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QEventLoop, QIODevice, QMarginsF
from PySide6.QtGui import QFont, QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

from app.base.files import atomic_write
from app.runtime.recipe import Recipe
from app.studios.write.document import Text
from app.studios.write.formats import html
from app.studios.write.formats.blocks import RULE

POINTS = 12
MARGIN_MM = 25.0
_STYLE = "p { margin: 0 0 8pt 0; line-height: 140%; } blockquote p { margin: 0 1cm 8pt 1cm; }"


def save(path: Path, text: Text, recipe: Recipe | None) -> list[Path]:
    """Write a text as PDF with its recipe; returns the files written. Raises :class:`AtelierError` (``DISK``)."""
    application = _application()  # Qt knows no fonts without one
    atomic_write(path, write(text.text, path.stem, recipe.to_json() if recipe else ""))
    del application
    return [path]


def _application() -> QCoreApplication:
    """The one that runs; where none does, as on the command line, one without a screen."""
    return QCoreApplication.instance() or QGuiApplication(["atelie", "-platform", "offscreen"])


def write(text: str, title: str, recipe: str = "") -> bytes:
    """A text in Markdown on A4 pages with their numbers; a *recipe* (JSON) is attached to the file."""
    timers = QEventLoop()  # gives this thread what Qt's layout of long documents starts its timer in
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setTitle(title)
    writer.setCreator("Ateliê")
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(MARGIN_MM, MARGIN_MM, MARGIN_MM, MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    if recipe:
        writer.addFileAttachment("recipe.json", QByteArray(recipe.encode()), "application/json")
    _document(text).print_(writer)
    buffer.close()
    del timers
    return bytes(content.data())


def _document(text: str) -> QTextDocument:
    font = QFont()
    font.setStyleHint(QFont.StyleHint.Serif)
    font.setFamilies(["Source Serif 4", "Georgia", "Cambria", "Noto Serif", "DejaVu Serif"])
    font.setPointSize(POINTS)
    document = QTextDocument()
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(_STYLE)
    document.setHtml(html.body(text).replace("<hr>", f'<p align="center">{RULE}</p>'))
    return document
