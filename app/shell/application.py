"""Starts the window: folders, settings, theme, services, crash recovery."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, Qt, QTranslator
from PySide6.QtWidgets import QApplication, QMessageBox

from app import __version__
from app.base import i18n
from app.base.card import StudioCard
from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.log import set_up
from app.base.paths import Paths, bundled_models_dir, resources_dir
from app.base.settings import SettingsStore
from app.jobs.history import History
from app.jobs.services import Services
from app.jobs.worker import Jobs
from app.runtime.catalog import Catalog
from app.runtime.device import CPU, Device, choose_device
from app.runtime.model import ModelShelf
from app.runtime.session import SessionCache
from app.shell.recovery import install_crash_handler
from app.shell.window import Window
from app.ui.icons import application_icon
from app.ui.theme import apply_theme, load_theme

log = logging.getLogger(__name__)


def start(cards: tuple[StudioCard, ...], works: list[Path]) -> int:
    """Open the window with the *works*; returns when it is closed."""
    application = make_application(sys.argv)
    try:
        window = _make_window(application, cards)
    except AtelierError as error:
        return _refuse(error)
    install_crash_handler(window)
    for work in works:
        window.open_path(work)
    window.show()
    return application.exec()


def _make_window(application: QApplication, cards: tuple[StudioCard, ...]) -> Window:
    paths = Paths.default()
    set_up(paths.cache)
    services = make_services(paths)
    apply_theme(application, load_theme(services.settings.values.theme))
    return Window(services, cards)


def _refuse(error: AtelierError) -> int:
    """Without its folders the program could keep nothing: it says so and does not start."""
    sys.stderr.write(f"atelie: {error}\n")
    QMessageBox.critical(None, tr("Ateliê can't start"), str(error))  # pyright: ignore[reportArgumentType]
    return 2


def make_application(arguments: list[str]) -> QApplication:
    """The Qt application with its name, icon and translation."""
    # A quick pen sends more points than the screen has frames; none of them may be lost.
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    application = QApplication(arguments)
    application.setApplicationName("atelie")
    application.setApplicationDisplayName("Ateliê")
    application.setApplicationVersion(__version__)
    application.setWindowIcon(application_icon())
    translator = QTranslator(application)
    if translator.load(QLocale(), "atelie", "_", str(resources_dir() / "i18n")):
        application.installTranslator(translator)
    i18n.set_translator(lambda text: QCoreApplication.translate(i18n.CONTEXT, text) if text else text)
    return application


def make_services(paths: Paths, catalog: Catalog | None = None) -> Services:
    """What the studios need, from the user's folders."""
    settings = SettingsStore(paths.settings_file)
    catalog = catalog or Catalog(bundled_models_dir(), paths.user_models)
    cache = SessionCache(settings.values.memory_megabytes << 20)
    return Services(
        shelf=ModelShelf(catalog, cache, lambda: _device(settings.values.device)),
        jobs=Jobs(),
        paths=paths,
        settings=settings,
        history=History(paths.data / "history"),
    )


def _device(wish: str) -> Device:
    """The device of the settings; one that is gone since is no reason not to work."""
    try:
        return choose_device(wish)
    except AtelierError as error:
        log.info("%s The processor is used.", error)
        return CPU
