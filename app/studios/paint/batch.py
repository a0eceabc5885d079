"""Several drawings at a time from one network: the decoder reads a batch, so that nine cost little more than one."""

from __future__ import annotations

import numpy as np

from app.base.progress import Progress
from app.runtime.model import Model
from app.runtime.sampling import probabilities
from app.runtime.session import Arrays
from app.studios.paint.codec import DOWN, END, start_row
from app.studios.paint.generator import codec_of
from app.studios.paint.mixture import PARTS, Freedom


def draw_batch(
    model: Model,
    latent: np.ndarray,
    classes: np.ndarray,
    read: np.ndarray,
    generator: np.random.Generator,
    freedom: Freedom,
    most: int,
    progress: Progress | None = None,
) -> list[np.ndarray]:
    """Drawings, each stroke-5 rows (n, 5), from latents (b, z) and classes (b, c), all going on from rows *read*.

    Each ends where the network ends it, at the latest after *most* points; whoever goes on gets at least three.
    Checks *progress* at each point.
    """
    codec, decoder = codec_of(model), _Decoder(model, latent, classes)
    parts = decoder.last(np.repeat(np.concatenate([start_row(), read])[None], len(latent), axis=0))
    steps, going = np.zeros((most, len(latent), 5), np.float32), np.ones(len(latent), bool)
    lengths = np.full(len(latent), most)
    for number in range(most):
        if progress is not None:
            progress.report((number + 1) / most)
        rows = sample_rows(parts, generator, freedom)
        if len(read) and number < 2:
            rows = codec.going_on(rows)
        steps[number] = rows
        ended = going & (rows[:, END] == 1)
        lengths[ended], going = number + 1, going & ~ended
        if not going.any():
            break
        parts = decoder.last(rows[:, None])
    return [steps[:length, place] for place, length in enumerate(lengths)]


def read_batch(model: Model, latent: np.ndarray, classes: np.ndarray, points: np.ndarray) -> Arrays:
    """What the decoder expects at each point of drawings (b, n, 5) before it sees it: mixtures, arrays (b, n, …)."""
    start = np.repeat(start_row()[None], len(points), axis=0)
    return _Decoder(model, latent, classes).read(np.concatenate([start, points[:, :-1]], axis=1))


def sample_rows(parts: Arrays, generator: np.random.Generator, freedom: Freedom) -> np.ndarray:
    """One row of stroke-5 for each of a batch, float32 (b, 5); see :func:`app.studios.paint.mixture.sample_row`."""
    count = len(parts["pen"])
    everyone = np.arange(count)
    chosen, pen = (_pick(scores, generator) for scores in freedom.widened(parts))
    x, y = generator.standard_normal((2, count)) * np.sqrt(freedom.place)
    rho = parts["correlation"][everyone, chosen]
    noise = np.column_stack([x, rho * x + np.sqrt(1 - rho * rho) * y])
    rows = np.zeros((count, 5), np.float32)
    rows[:, :2] = parts["means"][everyone, chosen] + np.exp(parts["deviations"][everyone, chosen]) * noise
    rows[everyone, DOWN + pen] = 1
    return rows


def _pick(logits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """An index for each row of scores (b, n)."""
    edges = np.cumsum(probabilities(logits), axis=1)
    draws = generator.random(len(edges)) * edges[:, -1]
    return np.minimum((edges <= draws[:, None]).sum(1), edges.shape[1] - 1)


class _Decoder:
    """The decoder with the states of a batch."""

    def __init__(self, model: Model, latent: np.ndarray, classes: np.ndarray) -> None:
        self._model = model
        self._given = {"latent": latent.astype(np.float32), "classes": classes.astype(np.float32)}
        begun = model.run("begin", self._given)
        self._h, self._c = begun["h"], begun["c"]

    def read(self, rows: np.ndarray) -> Arrays:
        """Read rows (b, n, 5); the mixture after each, arrays (b, n, …)."""
        feeds = {"points": rows.astype(np.float32), **self._given, "h": self._h, "c": self._c}
        found = self._model.run("decoder", feeds)
        self._h, self._c = found["h_out"], found["c_out"]
        return {name: found[name] for name in PARTS}

    def last(self, rows: np.ndarray) -> Arrays:
        """Read rows (b, n, 5); the mixture after the last, arrays (b, …)."""
        return {name: values[:, -1] for name, values in self.read(rows).items()}
