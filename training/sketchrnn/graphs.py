"""The drawing networks as they are exported: encoder, the decoder's beginning, the decoder's steps."""

from __future__ import annotations

import torch
from torch import nn

from app.studios.paint.mixture import PARTS
from training.lib.export import Graph
from training.sketchrnn.network import Decoder, Encoder


class Begin(nn.Module):
    """The decoder's first state, in the shape in which its steps hand it on."""

    def __init__(self, decoder: Decoder) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, latent: torch.Tensor, classes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h, c = self.decoder.start(latent, classes)
        return h[None], c[None]


def drawing_graphs(encoder: Encoder, decoder: Decoder, points: torch.Tensor, classes: torch.Tensor) -> list[Graph]:
    """The graphs with golden inputs: one drawing, *points* (1, time, 5), and its one-hot *classes* (1, classes)."""
    with torch.no_grad():
        latent, _ = encoder.eval()(points, classes)
        h, c = Begin(decoder)(latent, classes)
    batch, rows_of, state = {0: "batch"}, {0: "batch", 1: "time"}, {1: "batch"}
    return [
        Graph(
            stem="encoder",
            module=encoder,
            inputs={"points": points, "classes": classes},
            outputs=["mean", "log_variance"],
            dynamic={"points": rows_of, "classes": batch, "mean": batch, "log_variance": batch},
        ),
        Graph(
            stem="begin",
            module=Begin(decoder),
            inputs={"latent": latent, "classes": classes},
            outputs=["h", "c"],
            dynamic={"latent": batch, "classes": batch, "h": state, "c": state},
        ),
        Graph(
            stem="decoder",
            module=decoder,
            inputs={"points": points, "latent": latent, "classes": classes, "h": h, "c": c},
            outputs=[*PARTS, "h_out", "c_out"],
            dynamic={
                "points": rows_of,
                **dict.fromkeys(PARTS, rows_of),
                **dict.fromkeys(("latent", "classes"), batch),
                **dict.fromkeys(("h", "c", "h_out", "c_out"), state),
            },
            tolerance=1e-3,
        ),
    ]
