"""Trains ``spiral-painter``: the painter of pictures and the one from imagination, a step of either in turn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F
from torch.optim import Optimizer

from training.lib.loop import set_rate, warmup_cosine
from training.spiral.brush import cover, painted
from training.spiral.data import FACES, OTHERS, read_pictures, smaller
from training.spiral.dreamer import LATENT, Critic, Dreamer, Reader
from training.spiral.painter import AROUND, SIDE, WIDE, Painter, edges

DRAWN = 12
"""Pictures on a sheet of samples."""
SHEET = 96
"""Pixels of a sample's side."""


class SpiralTask:
    """Both painters. ``painting`` is the share of steps that train the painter of pictures."""

    pictures, dreams, painting = 8, 12, 0.7
    strokes, width, memory = 5, 48, 192
    rate, dream_rate, critic_rate = 1e-3, 1e-3, 4e-4
    edge, recall, divergence, judgement, penalty = 0.3, 20.0, 1e-3, 0.1, 0.3
    horizon, seed = 12_000, 1

    def __init__(self, name: str, data: Path, device: str) -> None:
        self.name, self._device = name, device
        faces, others = read_pictures(data, "train", FACES), read_pictures(data, "train", OTHERS)
        self._all = torch.from_numpy(np.concatenate([faces, others]))
        self._faces = torch.from_numpy(smaller(faces, SIDE)).to(device)
        self.valid = torch.from_numpy(read_pictures(data, "valid", most=40))
        self.valid_faces = torch.from_numpy(smaller(read_pictures(data, "valid", FACES, most=60), SIDE))
        torch.manual_seed(self.seed)
        self.painter, self.dreamer = Painter(self.strokes, self.width), Dreamer(self.memory)
        self.reader, self.critic = Reader(), Critic()
        self.modules: dict[str, nn.Module] = {
            "painter": self.painter, "dreamer": self.dreamer, "reader": self.reader, "critic": self.critic
        }  # fmt: skip
        self.averaged = {"painter": 300.0, "dreamer": 300.0, "reader": 300.0}
        dreaming = [*self.dreamer.parameters(), *self.reader.parameters()]
        self.optimizers: dict[str, Optimizer] = {
            "painter": torch.optim.AdamW(self.painter.parameters(), self.rate, (0.9, 0.98), weight_decay=0.01),
            "dreamer": torch.optim.AdamW(dreaming, self.dream_rate, (0.5, 0.98), weight_decay=0.01),
            "critic": torch.optim.Adam(self.critic.parameters(), self.critic_rate, (0.0, 0.95)),
        }

    def step(self, step: int, rng: np.random.Generator) -> dict[str, float]:
        """One update of one of the painters; errors are mean squares of channels 0..1, the others nats."""
        for optimizer in self.optimizers.values():
            set_rate(optimizer, warmup_cosine(step, self.horizon))
        if int((step + 1) * self.painting) > int(step * self.painting):
            return {f"painted_{stage}": error for stage, error in enumerate(self._paint(rng))}
        return self._dream(rng)

    # --- painting a picture --------------------------------------------------------------------------------------

    def _paint(self, rng: np.random.Generator) -> list[float]:
        """The whole picture on white, then a tile of it twice, then a tile of that tile: each look learns by itself."""
        target = self._crops(rng)
        canvas = torch.ones_like(target)
        optimizer = self.optimizers["painter"]
        optimizer.zero_grad(set_to_none=True)
        strokes, _, error = self._look(*framed(F.avg_pool2d(target, 2), F.avg_pool2d(canvas, 2)))
        errors = [error]
        target, canvas, sheet = _part(framed(target, onto(canvas, strokes)), rng, WIDE)
        for _ in range(2):
            _, canvas, error = self._look(target, canvas, sheet)
            errors.append(error)
        parts = _part((target, canvas, sheet), rng, WIDE // 2)
        errors.append(self._look(*(F.interpolate(part, scale_factor=2, mode="bilinear") for part in parts))[2])
        optimizer.step()
        return errors

    def _look(
        self, target: torch.Tensor, canvas: torch.Tensor, sheet: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, float]:
        """Learn from one look; returns the strokes, the canvas with them, and the mean squared error they leave."""
        strokes, canvases = self.painter.paint(target, canvas, sheet)
        area = 3 * sheet.sum()
        error = ((canvases[-1] - target).square() * sheet).sum() / area
        rough = ((edges(canvases[-1]) - edges(target)).square() * sheet).sum() / area
        before = ((canvas - target).square() * sheet).sum() / area
        # Without weighing, the looks at blank paper would drown those that only mend.
        ((error + self.edge * rough) / before.clamp_min(1e-3)).backward()
        return strokes.detach(), canvases[-1].detach(), error.item()

    def _crops(self, rng: np.random.Generator) -> torch.Tensor:
        """Random squares of random pictures, some mirrored: (pictures, 3, 2 SIDE, 2 SIDE)."""
        chosen = rng.integers(0, len(self._all), self.pictures)
        pictures = self._all[torch.from_numpy(chosen)].to(self._device).permute(0, 3, 1, 2).float() / 255
        size = rng.uniform(0.4, 1.0, self.pictures).astype(np.float32)
        size[rng.random(self.pictures) < 0.4] = 1.0
        shift = rng.uniform(-1, 1, (self.pictures, 2)).astype(np.float32) * (1 - size[:, None])
        flip = np.where(rng.random(self.pictures) < 0.5, -1, 1).astype(np.float32)
        matrices = np.zeros((self.pictures, 2, 3), np.float32)
        matrices[:, 0, 0], matrices[:, 1, 1], matrices[:, :, 2] = size * flip, size, shift
        shape = [self.pictures, 3, 2 * SIDE, 2 * SIDE]
        grid = F.affine_grid(torch.from_numpy(matrices).to(self._device), shape, align_corners=False)
        return F.grid_sample(pictures, grid, padding_mode="border", align_corners=False)

    # --- painting from imagination -------------------------------------------------------------------------------

    def _dream(self, rng: np.random.Generator) -> dict[str, float]:
        """Recall faces through their latents, and please the critic with latents drawn at random."""
        real, recalled = self._some_faces(rng), self._some_faces(rng)
        latent = torch.from_numpy(rng.standard_normal((2, self.dreams, LATENT), np.float32)).to(self._device)
        mean, log_variance = self.reader(recalled)
        divergence = -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum(1).mean()
        known = mean + (0.5 * log_variance).exp() * latent[0]
        recall, made = self.dreamer.paint(torch.cat([known, latent[1]]), SIDE).chunk(2)
        criticised = self._criticise(real, made.detach())
        error = (recall - recalled).square().mean()
        rough = (edges(recall) - edges(recalled)).square().mean()
        judged = F.softplus(self.critic(real).detach() - self.critic(made)).mean()
        loss = self.recall * (error + self.edge * rough) + self.divergence * divergence + self.judgement * judged
        optimizer = self.optimizers["dreamer"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward(inputs=[weights for group in optimizer.param_groups for weights in group["params"]])
        nn.utils.clip_grad_norm_(self.dreamer.parameters(), 1.0)
        optimizer.step()
        return {"recalled": error.item(), "kl": divergence.item(), "judged": judged.item(), "critic": criticised}

    def _criticise(self, real: torch.Tensor, made: torch.Tensor) -> float:
        """Relativistic pairing with gradient penalties on both sides (Huang and others 2024, arXiv 2501.05441)."""
        real, made = real.clone().requires_grad_(), made.requires_grad_()
        score_real, score_made = self.critic(real), self.critic(made)
        loss = F.softplus(score_made - score_real).mean()
        penalty = _slope(score_real, real) + _slope(score_made, made)
        optimizer = self.optimizers["critic"]
        optimizer.zero_grad(set_to_none=True)
        (loss + self.penalty / 2 * penalty).backward(inputs=list(self.critic.parameters()))
        optimizer.step()
        return loss.item()

    def _some_faces(self, rng: np.random.Generator) -> torch.Tensor:
        chosen = torch.from_numpy(rng.integers(0, len(self._faces), self.dreams)).to(self._device)
        faces = self._faces[chosen].permute(0, 3, 1, 2).float() / 255
        return faces.flip(3) if rng.random() < 0.5 else faces

    # --- looking at it -------------------------------------------------------------------------------------------

    def evaluate(self, modules: dict[str, nn.Module]) -> dict[str, float]:
        """Mean squared errors on valid pictures: of one look at white, of a second; of faces recalled."""
        target = self.valid.to(self._device).permute(0, 3, 1, 2).float() / 255
        target = F.avg_pool2d(target, target.shape[-1] // SIDE)
        canvas, found = torch.ones_like(target), {}
        for look in (1, 2):
            canvas = onto(canvas, self.painter.paint(*framed(target, canvas))[0])
            found[f"look_{look}"] = (canvas - target).square().mean().item()
        faces = self.valid_faces.to(self._device).permute(0, 3, 1, 2).float() / 255
        recall = self.dreamer.paint(self.reader(faces)[0], SIDE)
        return found | {"recalled": (recall - faces).square().mean().item()}

    def sample(self, modules: dict[str, nn.Module], folder: Path, step: int) -> None:
        """A sheet: valid pictures, as painted in one look, in one and four tiles, from imagination, faces recalled."""
        folder.mkdir(parents=True, exist_ok=True)
        count = min(DRAWN, len(self.valid), len(self.valid_faces))
        target = self.valid[:: len(self.valid) // count][:count].to(self._device).permute(0, 3, 1, 2).float() / 255
        once = _in_tiles(self.painter, target, torch.ones_like(target), 1)
        finer = _in_tiles(self.painter, target, _in_tiles(self.painter, target, once, 2), 4)
        latent = torch.randn(count, LATENT, generator=torch.Generator().manual_seed(1)).to(self._device)
        faces = self.valid_faces[:: len(self.valid_faces) // count][:count].to(self._device)
        faces = faces.permute(0, 3, 1, 2).float() / 255
        recalled = self.dreamer.paint(self.reader(faces)[0], SIDE)
        rows = [target, once, finer, self.dreamer.paint(latent, SHEET), faces, recalled]
        rows = [F.interpolate(row, (SHEET, SHEET), mode="area") for row in rows]
        sheet = torch.stack(rows).permute(0, 3, 1, 4, 2).flatten(2, 3).flatten(0, 1)
        Image.fromarray((sheet.clamp(0, 1) * 255).byte().cpu().numpy()).save(folder / f"{step:06d}.png")


def _slope(score: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    (gradient,) = torch.autograd.grad(score.sum(), pictures, create_graph=True)
    return gradient.square().sum((1, 2, 3)).mean()


def framed(target: torch.Tensor, canvas: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Both with :data:`AROUND` pixels around them, and where they really are: (n, 1, …), 1 there and 0 in the frame."""
    sheet = F.pad(torch.ones_like(target[:, :1]), [AROUND] * 4)
    target, canvas = (F.pad(part, [AROUND] * 4, mode="replicate") for part in (target, canvas))
    return target, canvas, sheet


@torch.no_grad()
def onto(canvas: torch.Tensor, strokes: torch.Tensor) -> torch.Tensor:
    """Canvases (n, 3, side, side) with strokes (n, k, 12) on them, in units of their sides."""
    shares = cover(strokes.flatten(0, 1), canvas.shape[-1]).view(*strokes.shape[:2], *canvas.shape[-2:])
    for number in range(strokes.shape[1]):
        canvas = painted(canvas, strokes[:, number], shares[:, number])
    return canvas


def _part(parts: Sequence[torch.Tensor], rng: np.random.Generator, side: int) -> list[torch.Tensor]:
    """The same random square of several pictures."""
    top, left = rng.integers(0, parts[0].shape[-1] - side + 1, 2).tolist()
    return [part[..., top : top + side, left : left + side] for part in parts]


@torch.no_grad()
def _in_tiles(painter: Painter, target: torch.Tensor, canvas: torch.Tensor, tiles: int) -> torch.Tensor:
    """Canvases with a look at each of *tiles* × *tiles* tiles."""
    side, made = target.shape[-1] // tiles, canvas.clone()
    for number in range(tiles * tiles):
        top, left = number // tiles * side, number % tiles * side
        cut = (..., slice(top, top + side), slice(left, left + side))
        seen = [F.interpolate(part[cut], (SIDE, SIDE), mode="area") for part in (target, made)]
        made[cut] = onto(made[cut], painter.paint(*framed(*seen))[0])
    return made
