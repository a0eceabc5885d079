"""Finds out what a picture generator of the user's is, by opening and running it.

Its inputs say what they are by their types, names and shapes (:mod:`own_inputs`); an index of classes is tried for how
far it goes; a few pictures tell which values pixels have. The directions along which pictures change most are found
from differences of pictures around some random ones: the leading directions of the network's slopes (Ramesh et al.
2018, arXiv 1812.01161).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from app.base.errors import AtelierError
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.adopt import refused
from app.runtime.manifest import ControlValue
from app.runtime.model import Model
from app.runtime.sampling import rng
from app.runtime.session import Arrays, Session
from app.studios.imagine.document import Picture
from app.studios.imagine.own import OwnCodec, feeds_of, photo_of, raw_picture
from app.studios.imagine.own_inputs import Given, Unknown, layout_of, recognised, shown
from app.studios.imagine.request import ImagineRequest

HOW = "docs/models.md"
MOST_CLASSES = 1 << 12
TRIED = 3
"""Random pictures that are looked at for the values of the pixels, and that directions are found around."""
WAYS, KEPT, STEP, THUMBNAIL = 64, 12, 0.7, 24
"""Ways tried around each, directions kept, how far a way is gone in standard deviations, pixels compared."""
PATIENCE = 20.0
"""Seconds after which no more pictures are looked around."""
NUMBER = 1.0
"""Where a slider of the network's own stands at first: most are strengths."""
OPERATOR = (
    r"No Op registered for (\S+)",
    r"Fatal error: (\S+?)\(",
    r"Could not find an implementation for ([^\s(]+)",
)
PIXELS = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))


class Trial:
    """What was found out about a graph by opening and running it."""

    def __init__(self, source: Path, model: Model, progress: Progress) -> None:
        self._source, self._model, self._progress = source, model, progress
        session = self._opened()
        inputs = [self._given(session, name) for name in session.input_names]
        self._check_together(inputs)
        self.codec = OwnCodec(
            graph=source.stem,
            latent=sum(given.size for given in inputs if given.kind == "vector"),
            inputs=inputs,
            image="",
            layout="nchw",
            low=0.0,
            high=1.0,
        )
        output, made = self._picture(session)
        layout = layout_of(made.shape) or "nchw"
        self.codec = msgspec.structs.replace(self.codec, image=output, layout=layout)
        self.codec = msgspec.structs.replace(self.codec, classes=self._classes(session))
        self._find_values()
        self.size = made.shape[1:3] if layout == "nhwc" else made.shape[2:]

    # --- looking -------------------------------------------------------------------------------------------------

    def _opened(self) -> Session:
        try:
            return self._model.session(self._source.stem)
        except AtelierError as error:
            raise self._refused(_why_not_opened(error)) from error

    def _given(self, session: Session, name: str) -> Given:
        try:
            return recognised(name, session.input_types[name], session.input_shapes[name])
        except Unknown as unknown:
            why = tr("its input {told} is no vector, class, image, noise or number", told=unknown)
            raise self._refused(why) from unknown

    def _check_together(self, inputs: list[Given]) -> None:
        kinds = [given.kind for given in inputs]
        if not {"vector", "image", "noise"} & set(kinds):
            raise refused(
                self._source, tr("nothing it wants can be drawn from a seed or a picture"), tr("See {how}.", how=HOW)
            )
        for kind in ("class", "image"):
            if kinds.count(kind) > 1:
                why = tr("it wants several inputs of the kind “{kind}”, and one can be given", kind=kind)
                raise self._refused(why)

    def _picture(self, session: Session) -> tuple[str, np.ndarray]:
        """The first output that holds one picture."""
        outputs = self._run(self._feeds(0))
        for name, value in outputs.items():
            if layout_of(value.shape) and len(value) == 1:
                return name, value
        told = ", ".join(f"“{name}” {shown(value.shape)}" for name, value in outputs.items())
        why = tr("it gives no picture of one or three channels, but {told}", told=told)
        raise self._refused(why)

    def _classes(self, session: Session) -> list[str]:
        """Names in the file's metadata under ``classes``, else numbers; an index is tried for how far it goes."""
        given = next((given for given in self.codec.inputs if given.kind == "class"), None)
        if given is None:
            return []
        names = [name.strip() for name in session.metadata.get("classes", "").strip("[]").replace('"', "").split(",")]
        count = len(names) if given.index and any(names) else _reach(self._has_class) if given.index else given.size
        return names if len(names) == count and all(names) else [str(number) for number in range(count)]

    def _has_class(self, number: int) -> bool:
        feeds = self._feeds(0)
        name = next(given.name for given in self.codec.inputs if given.kind == "class")
        self._progress.check()
        try:
            self._model.run(self.codec.graph, {**feeds, name: np.full_like(feeds[name], number)}, self._progress)
        except AtelierError:
            return False
        return True

    def _find_values(self) -> None:
        """Whether pixels go from 0 or -1 to 1, or to 255."""
        made = np.stack([self._run(self._feeds(seed))[self.codec.image] for seed in range(TRIED)]).astype(np.float32)
        if not np.isfinite(made).all():
            raise self._refused(tr("it gives pixels that are not numbers"))
        low, high = PIXELS[2] if made.max() > 2 else PIXELS[1] if made.min() < -0.05 else PIXELS[0]
        self.codec = msgspec.structs.replace(self.codec, low=low, high=high)

    def _feeds(self, seed: int, latent: np.ndarray | None = None) -> Arrays:
        drawn = rng(seed).standard_normal(self.codec.latent).astype(np.float32) if latent is None else latent
        count = max([given.size for given in self.codec.inputs if given.kind == "class"], default=0)
        row = {"latent": drawn[None], "classes": np.eye(1, count, dtype=np.float32)}
        controls: dict[str, ControlValue] = {
            given.control: NUMBER for given in self.codec.inputs if given.kind == "number"
        }
        photo = next((photo_of(_grey(seed), given) for given in self.codec.inputs if given.kind == "image"), b"")
        return feeds_of(self.codec, row, ImagineRequest(model="", seed=seed, controls=controls, photo=photo))

    def _run(self, feeds: Arrays) -> Arrays:
        try:
            return self._model.run(self.codec.graph, feeds, self._progress)
        except AtelierError as error:
            why = tr("its network does not work on what it asks for: {why}", why=error.hint or error)
            raise self._refused(why) from error

    def _refused(self, why: str) -> AtelierError:
        return refused(self._source, why, tr("See {how}.", how=HOW))

    # --- what the sliders move -----------------------------------------------------------------------------------

    def directions(self, progress: Progress) -> np.ndarray:
        """The directions in which pictures change most, float32 (n, latent), each a standard deviation long."""
        latent = self.codec.latent
        if not latent:
            return np.zeros((0, 0), np.float32)
        basis, _ = np.linalg.qr(rng(0, 1).standard_normal((latent, min(latent, WAYS))))
        power, begun = np.zeros((basis.shape[1],) * 2), time.monotonic()
        for seed in range(TRIED):
            around = progress.part(seed / TRIED, (seed + 1) / TRIED)
            slopes = self._slopes(seed, basis.T.astype(np.float32), around)
            power += slopes @ slopes.T
            if time.monotonic() - begun > PATIENCE:
                break
        _, ways = np.linalg.eigh(power)
        return (basis @ ways[:, ::-1][:, :KEPT]).T.astype(np.float32)

    def _slopes(self, seed: int, ways: np.ndarray, progress: Progress) -> np.ndarray:
        """How much the picture of a seed changes along each of the *ways*, (ways, features)."""
        middle = rng(seed).standard_normal(self.codec.latent).astype(np.float32)
        before, found = self._seen(seed, middle), []
        for number, way in enumerate(ways):
            progress.report(number / len(ways), tr("Finding what the sliders move"))
            found.append(self._seen(seed, middle + STEP * way) - before)
        return np.stack(found)

    def _seen(self, seed: int, latent: np.ndarray) -> np.ndarray:
        made = raw_picture(self.codec, self._feeds(seed, latent), self._model, self._progress)
        small = Image.fromarray(made).convert("RGB").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)
        return np.asarray(small).astype(np.float64).ravel() / 255


def _grey(seed: int) -> Picture:
    """A picture to try a network on."""
    return Picture.of_array(rng(seed).integers(0, 256, (16, 16, 3)).astype(np.uint8))


def _reach(good: Callable[[int], bool]) -> int:
    """How many of the numbers from 0 on are *good*, if all before a good one are: doubled, then halved."""
    high = 1
    while high < MOST_CLASSES and good(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if good(middle) else (low, middle)
    return high


def _why_not_opened(error: AtelierError) -> str:
    """What ONNX Runtime said, as far as it means something to a person."""
    said = " ".join(str(error.__cause__).split())
    for pattern in OPERATOR:
        if found := re.search(pattern, said):
            return tr("it uses the operator “{name}”, which is not known here", name=found[1])
    return tr("it is no ONNX graph that can be used: {why}", why=said[:300])
