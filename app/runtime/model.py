"""A model opened for use, and the shelf that opens them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.progress import Progress
from app.runtime.catalog import Catalog
from app.runtime.device import CPU, Device
from app.runtime.manifest import Manifest
from app.runtime.session import Arrays, Session, SessionCache, SessionOptions
from app.runtime.verify import model_digest, verify_file


class Model:
    """A usable model: its manifest and a way to run its graphs. Opening one reads no weights yet."""

    def __init__(self, folder: Path, manifest: Manifest, cache: SessionCache, device: Callable[[], Device]) -> None:
        self.folder = folder
        self.manifest = manifest
        self._device = device
        self._cache = cache
        self._arrays: dict[str, Arrays] = {}
        self.memory: dict[str, Any] = {}
        """What a generator keeps from call to call to save time: what it holds never changes a result."""

    @functools.cached_property
    def digest(self) -> str:
        """The SHA-256 that recipes carry."""
        return model_digest(self.manifest)

    @property
    def codec(self) -> dict[str, Any]:
        """The codec's parameters, as the manifest has them."""
        return self.manifest.codec

    def session(self, stem: str, options: SessionOptions | None = None) -> Session:
        """The session of ``<stem>.onnx``; opened and verified at the first call."""
        return self._cache.get(self.folder, self.manifest.file(f"{stem}.onnx"), self._device(), options)

    def run(self, stem: str, feeds: Arrays, progress: Progress | None = None, outputs: Sequence[str] = ()) -> Arrays:
        """Run ``<stem>.onnx`` on *feeds* (arrays by input name); returns its *outputs* by name, all if none named."""
        return self.session(stem).run(feeds, progress, outputs)

    def arrays(self, name: str) -> Arrays:
        """A verified ``.npz`` file of the model (directions, statistics), as arrays by name; kept once read."""
        if name not in self._arrays:
            verify_file(self.folder, self.manifest.file(name))
            with np.load(self.folder / name, allow_pickle=False) as data:
                self._arrays[name] = {key: data[key] for key in data.files}
        return self._arrays[name]


class ModelShelf:
    """Opens models of the catalog on one device; a model found damaged at that moment is quarantined.

    *device* is asked when the first graph is opened, not before: to know the devices, ONNX Runtime must be loaded.
    """

    def __init__(
        self, catalog: Catalog, cache: SessionCache | None = None, device: Callable[[], Device] = lambda: CPU
    ) -> None:
        self.catalog = catalog
        self._device = functools.cache(device)
        self._cache = cache or SessionCache()
        self._seen: dict[str, Model] = {}

    @property
    def running_on(self) -> Device | None:
        """The device the newest graph was really opened on; None before the first."""
        return self._cache.running_on

    def open(self, model_id: str) -> Model:
        """The model of that id with every file verified.

        Raises :class:`AtelierError` for an unknown, unusable or damaged one.
        """
        entry = self.catalog.get(model_id)
        assert entry.manifest is not None  # a usable entry has one
        return self._verified(model_id, Model(entry.folder, entry.manifest, self._cache, self._device))

    def _verified(self, model_id: str, model: Model) -> Model:
        known = self._seen.get(model_id)
        if known is not None and known.manifest is model.manifest:
            return known
        try:
            for file in model.manifest.files:
                verify_file(model.folder, file)
        except AtelierError as problem:
            if problem.kind is ErrorKind.DAMAGED_MODEL:
                self.catalog.quarantine(model_id, problem)
            raise
        self._seen[model_id] = model
        return model
