"""When something no one foresaw goes wrong in the window: the work is saved, the error told, life goes on."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr

if TYPE_CHECKING:
    from app.shell.window import Window

log = logging.getLogger(__name__)


def install_crash_handler(window: Window) -> None:
    """Catch what Python code in slots lets through; Qt itself would only print it."""

    def handle(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        log.error("unexpected error in the window", exc_info=(kind, error, trace))
        for page in window.pages.values():
            page.state.autosave_if_dirty()
        told = error if isinstance(error, AtelierError) else _unexpected(error)
        window.page.state.failed.emit(told)

    sys.excepthook = handle


def _unexpected(error: BaseException) -> AtelierError:
    return AtelierError(
        ErrorKind.INTERNAL,
        tr("Something went wrong inside Ateliê: {error}.", error=error or type(error).__name__),
        tr("Your work was saved. The log file has the details."),
    )
