"""Which models of the studio do what."""

from __future__ import annotations

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.runtime.catalog import Catalog

BAND = "musenet"
"""The family that plays all instruments."""


def plays_all(catalog: Catalog, model: str) -> bool:
    """Whether a model goes on with any instruments, and not with four voices only."""
    return any(entry.id == model and entry.manifest and entry.manifest.family == BAND for entry in catalog.entries())


def band_model(catalog: Catalog) -> str:
    """The first usable model that plays all instruments. Raises :class:`AtelierError` (``NO_MODEL``) without one."""
    for entry in catalog.entries():
        if entry.usable and entry.manifest and entry.manifest.family == BAND:
            return entry.id
    raise AtelierError(
        ErrorKind.NO_MODEL,
        tr("There is no model that plays all instruments."),
        tr("Add one of the family “{family}” under Models.", family=BAND),
    )
