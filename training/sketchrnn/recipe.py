"""Trains the drawing networks.

A third of the time the encoder sees the whole drawing that the decoder must draw, a third only its beginning, a third
nothing: the latent is then zero. So one network varies a drawing (the latent of the whole), continues one (that of its
part) and draws from nothing (zero, as a condition that is left out in Ho & Salimans 2022, arXiv 2207.12598).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import nn
from torch.optim import Optimizer

from app.studios.paint.codec import BOX, StrokeCodec, start_row
from app.studios.paint.mixture import PARTS, Freedom, sample_row
from training.lib.loop import autocast, set_rate, warmup_cosine
from training.sketchrnn.collections import COLLECTIONS
from training.sketchrnn.data import Drawings, changed, offset_scale, padded, read_drawings
from training.sketchrnn.network import LATENT, Decoder, Encoder, nats_per_point


class SketchTask:
    """Draw each drawing again, point by point, from its latent and its class."""

    batch, rate, horizon, seed = 64, 2e-3, 9000, 1
    encoder_width, decoder_width = 192, 384
    kl_weight, kl_floor, kl_half_life = 0.5, 0.1, 500.0

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self.collection, self._device = name, COLLECTIONS[name], device
        self.train, self.valid = (read_drawings(data, part, self.collection) for part in ("train", "valid"))
        self.codec = StrokeCodec(offset_scale(self.train), self.collection.categories)
        self.classes = len(self.collection.categories)
        self._freedom = Freedom(self.collection.freedom, max(self.collection.freedom, self.collection.pen))
        self._of_class = [np.flatnonzero(self.train.labels == label) for label in range(self.classes)]
        torch.manual_seed(self.seed)
        self.encoder = Encoder(self.classes, self.encoder_width)
        self.decoder = Decoder(self.classes, self.decoder_width)
        self.modules: dict[str, nn.Module] = {"encoder": self.encoder, "decoder": self.decoder}
        self.averaged = {"encoder": 200.0, "decoder": 200.0}
        parameters = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.optimizers: dict[str, Optimizer] = {"both": torch.optim.Adam(parameters, self.rate, (0.9, 0.98))}

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One batch; losses in nats: the reconstruction per point, the divergence per drawing."""
        points, classes = self._draw_batch(rng)
        lengths = _lengths(points)
        kind, share = torch.rand(2, len(points), device=self._device)
        seen_lengths = (torch.where(kind < 1 / 3, share, 1.0) * lengths).ceil().clamp(min=1).long()
        told = (kind < 2 / 3).float()
        set_rate(self.optimizers["both"], warmup_cosine(step, self.horizon))
        with autocast(self._device):
            mean, log_variance = self.encoder.trained(points, classes, seen_lengths)
            latent = told[:, None] * (mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean))
            parts = self.decoder.trained(_before(points), latent, classes)
        reconstruction = _mean_over(nats_per_point(parts, points), lengths)
        apart = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1)
        divergence = (apart * told).sum() / told.sum().clamp(min=1)
        weight = self.kl_weight * (1 - 0.99 * 0.5 ** (step / self.kl_half_life))
        # The paper weighs the divergence per latent dimension against the reconstruction per point.
        loss = reconstruction + weight * torch.clamp(divergence / LATENT, min=self.kl_floor)
        self._update(loss)
        return {"nats_per_point": reconstruction.item(), "kl_nats": divergence.item()}

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Of valid drawings: nats per point with the latent's mean and from nothing, divergence in nats per drawing."""
        total, untold, count, divergence = 0.0, 0.0, 0, 0.0
        order = np.argsort([sum(map(len, strokes)) for strokes in self.valid.strokes])
        for chosen in np.array_split(order, max(1, len(order) // 128)):
            points, classes = self._batch_of(self.valid, chosen, None)
            lengths = _lengths(points)
            inside = _inside(lengths, points.shape[1])
            mean, log_variance = self.encoder.trained(points, classes, lengths)
            told, nothing = (
                nats_per_point(self.decoder.trained(_before(points), latent, classes), points)
                for latent in (mean, torch.zeros_like(mean))
            )
            total += float((told * inside).sum())
            untold += float((nothing * inside).sum())
            count += int(lengths.sum())
            divergence += float(-0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum())
        return {
            "nats_per_point": total / count,
            "nats_from_nothing": untold / count,
            "kl_nats": divergence / len(order),
        }

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A sheet: a row a class, two of the data, others from nothing, about 120 in all."""
        folder.mkdir(parents=True, exist_ok=True)
        rng, count = np.random.default_rng(1), max(4, min(20, 120 // self.classes))
        rows = [
            [*self._some_real(label), *(self._from_nothing(label, rng) for _ in range(count))]
            for label in range(self.classes)
        ]
        contact_sheet(rows).save(folder / f"{step:06d}.png")

    def _draw_batch(self, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Every class as often as the others; drawings of like length together, so that little is padding."""
        labels = rng.integers(0, self.classes, 4 * self.batch)
        chosen = np.array([self._of_class[label][rng.integers(len(self._of_class[label]))] for label in labels])
        lengths = np.array([sum(map(len, self.train.strokes[i])) for i in chosen])
        quarter = np.array_split(chosen[np.argsort(lengths, kind="stable")], 4)[rng.integers(4)]
        return self._batch_of(self.train, quarter, rng)

    def _batch_of(
        self, drawings: Drawings, chosen: np.ndarray, rng: np.random.Generator | None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        strokes = [drawings.strokes[i] if rng is None else changed(drawings.strokes[i], rng) for i in chosen]
        points = torch.from_numpy(padded([self.codec.encode(drawing) for drawing in strokes]))
        classes = torch.eye(self.classes)[torch.from_numpy(drawings.labels[chosen])]
        return points.to(self._device), classes.to(self._device)

    def _update(self, loss: torch.Tensor) -> None:
        optimizer = self.optimizers["both"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        for module in self.modules.values():
            nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()

    def _some_real(self, label: int) -> list[list[np.ndarray]]:
        return [self.train.strokes[i] for i in self._of_class[label][:2]]

    def _from_nothing(self, label: int, rng: np.random.Generator) -> list[np.ndarray]:
        return draw(self.decoder, self.codec, label, rng, self._freedom)


def draw(
    decoder: Decoder, codec: StrokeCodec, label: int, rng: np.random.Generator, freedom: Freedom, most: int = 120
) -> list[np.ndarray]:
    """One drawing from nothing with a torch decoder, as strokes in units."""
    device = decoder.out.weight.device
    latent = torch.zeros(1, LATENT, device=device)
    classes = torch.eye(len(codec.categories), device=device)[label : label + 1]
    h, c = (part[None] for part in decoder.start(latent, classes))
    row, rows = start_row(), []
    for _ in range(most):
        *parts, h, c = decoder(torch.from_numpy(row).to(device)[None], latent, classes, h, c)
        mixture = {name: part[0, 0].float().cpu().numpy() for name, part in zip(PARTS, parts, strict=True)}
        row = sample_row(mixture, rng, freedom)
        rows.append(row[0])
        if row[0, 4]:
            break
    return codec.decode(np.array(rows))


def contact_sheet(rows: list[list[list[np.ndarray]]], size: int = 96) -> Image.Image:
    """Drawings in rows, each fitted into a square of *size* pixels."""
    sheet = Image.new("L", (size * max(map(len, rows)), size * len(rows)), 255)
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, strokes in enumerate(row):
            _draw_fitted(pen, strokes, (x * size, y * size), size)
    return sheet


def _draw_fitted(pen: ImageDraw.ImageDraw, strokes: list[np.ndarray], corner: tuple[int, int], size: int) -> None:
    points = np.concatenate(strokes)
    low, extent = points.min(0), max(float(np.ptp(points, axis=0).max()), BOX / 4)
    for stroke in strokes:
        placed = (stroke - low) / extent * (size - 12) + np.array(corner) + 6
        pen.line([tuple(point) for point in placed.tolist()], fill=0, width=2)


def _before(points: torch.Tensor) -> torch.Tensor:
    """What the decoder reads: the start row, then each point but the last."""
    start = torch.from_numpy(start_row()).to(points.device).expand(len(points), 1, 5)
    return torch.cat([start, points[:, :-1]], 1)


def _lengths(points: torch.Tensor) -> torch.Tensor:
    """The number of points up to and with the one that ends the drawing, (batch,)."""
    return (points[:, :, 4] == 0).sum(1) + 1


def _inside(lengths: torch.Tensor, longest: int) -> torch.Tensor:
    return torch.arange(longest, device=lengths.device)[None] < lengths[:, None]


def _mean_over(nats: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    inside = _inside(lengths, nats.shape[1])
    return (nats * inside).sum() / inside.sum()
