"""What adversarial trainings share: the generator's gradient without a second pass, gradient penalties."""

from __future__ import annotations

import torch


def pulls(made: torch.Tensor, apart: torch.Tensor) -> torch.Tensor:
    """The generator's gradient on its pictures, from the discriminator's that lies in ``made.grad``.

    *apart* (batch,) is the score of each made picture less that of its real partner. The discriminator's loss is the
    mean of ``softplus(apart)``, the generator's of ``softplus(-apart)`` (relativistic pairing, Jolicoeur-Martineau
    2018). Where a picture's score depends on that picture alone, the two gradients differ by a factor only,
    ``-exp(-apart)``, and one pass through the discriminator trains both (Shen et al. 2021, "Training generative
    adversarial networks in one stage", arXiv 2103.00430).
    """
    assert made.grad is not None
    factors = -torch.exp(-apart.detach().clamp(-15, 15))
    return made.grad * factors.view(-1, *[1] * (made.dim() - 1))


def slopes(scores: torch.Tensor, pictures: torch.Tensor) -> torch.Tensor:
    """The mean squared length of the scores' gradients on *pictures*, (batch, …).

    On real pictures that is R1 (Mescheder et al. 2018, arXiv 1801.04406), on made ones R2.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), pictures, create_graph=True)
    return gradient.float().square().flatten(1).sum(1).mean()
