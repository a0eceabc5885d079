"""Where a Transformer looks as it reads a text: the attention of each head of each layer (Vaswani et al. 2017)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.base.errors import AtelierError, ErrorKind
from app.base.i18n import tr
from app.base.progress import Progress
from app.runtime.model import Model
from app.studios.write.subwords import SubwordCodec

GRAPH = "inspect"
TOKENS = 200
"""So many tokens at the end of a text are read and shown."""
LOOK_BACK = 2000
"""They are found in so many characters."""


@dataclass(frozen=True)
class Attention:
    """The pieces (n,) that were read, the first is the mark that begins a document, and the weights.

    ``weights`` float32 (layers, heads, n, n): row t says how much of what piece t takes in comes from each piece up to
    it, and sums to 1.
    """

    pieces: tuple[str, ...]
    weights: np.ndarray

    @property
    def layers(self) -> int:
        return self.weights.shape[0]

    @property
    def heads(self) -> int:
        return self.weights.shape[1]

    def looked(self, at: int, head: tuple[int, int] | None) -> np.ndarray:
        """How much piece *at* takes from each piece (n,), by one head (layer, head) or on average over all."""
        return self.weights[:, :, at].mean((0, 1)) if head is None else self.weights[*head, at]


def read_attention(model: Model, text: str, progress: Progress) -> Attention:
    """Read the last :data:`TOKENS` tokens of *text* as if a document began with them.

    Raises :class:`AtelierError` (``BAD_INPUT``) for a model without the graph ``inspect`` and for an empty text.
    """
    check_inspectable(model)
    codec = SubwordCodec.of_model(model)
    near = text[-LOOK_BACK:]
    tokens, spans = (part[-TOKENS:] for part in codec.encode_with_places(near))
    if not len(tokens):
        raise AtelierError(ErrorKind.BAD_INPUT, tr("There is no text before the caret to look at."))
    read = np.array([[int(model.codec["end"]), *tokens]], np.int64)
    weights = model.run(GRAPH, {"input_ids": read}, progress)["attention"]
    return Attention(("", *_pieces(near, spans)), weights)


def _pieces(text: str, spans: np.ndarray) -> list[str]:
    """The text in its tokens; of tokens that share a character, as they may of rare ones, the first has it."""
    ends = np.maximum.accumulate(spans[:, 1])
    starts = np.maximum(spans[:, 0], np.concatenate([spans[:1, 0], ends[:-1]]))
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def check_inspectable(model: Model) -> None:
    """Raises :class:`AtelierError` (``BAD_INPUT``) for a model that can't show where it looks."""
    if not model.manifest.has(f"{GRAPH}.onnx"):
        raise AtelierError(
            ErrorKind.BAD_INPUT,
            tr("The model “{name}” can't show where it looks.", name=model.manifest.name),
            tr("Only a Transformer with a graph for it can, such as “English prose”; other networks keep it inside."),
        )
