"""Engraved pages as a PDF."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgRenderer

from app.base.errors import AtelierError, ErrorKind
from app.base.files import replacing
from app.base.i18n import tr

DOTS_PER_INCH = 300


def save_pdf(path: Path, drawings: list[bytes], title: str) -> list[Path]:
    """Write SVG drawings as the pages of a PDF, on A4. Raises :class:`AtelierError` (``DISK``)."""
    with replacing(path) as temporary:
        writer = QPdfWriter(str(temporary))
        writer.setTitle(title)
        writer.setResolution(DOTS_PER_INCH)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        painter = QPainter()
        if not painter.begin(writer):
            raise AtelierError(ErrorKind.DISK, tr("“{name}” can't be written.", name=path.name))
        for number, drawing in enumerate(drawings):
            if number:
                writer.newPage()
            renderer = QSvgRenderer(QByteArray(drawing))
            renderer.render(painter, QRectF(0, 0, *QSizeF(writer.width(), writer.height()).toTuple()))
        painter.end()
    return [path]
