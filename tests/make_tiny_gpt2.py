"""Makes a tiny GPT-2 with the libraries its users have, transformers and Optimum: ``python -m tests.make_tiny_gpt2``.

What it writes to ``tests/data/gpt2-optimum`` is kept, so that the tests need neither; those in
``tests/training/test_gpt2_export.py`` make it anew where both are installed (extra ``interop``).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx

KEPT = Path(__file__).parent / "data" / "gpt2-optimum"
TORCH = "torch.npz"
TEXT = "The old house stood at the end of the lane, and the rain fell on it all the night."
PROMPT = "The old house stood"
GREEDY = 12


def make(folder: Path) -> None:
    """A randomly initialised network as ``model.onnx`` with its tokenizer, and what torch computes with it."""
    from optimum.exporters.onnx import main_export  # pyright: ignore[reportMissingImports]

    source = folder.parent / f"{folder.name}-torch"
    tokenizer, network = _made()
    tokenizer.save_pretrained(source)
    network.save_pretrained(source)
    main_export(str(source), output=str(folder), task="text-generation-with-past")
    _tidy(folder)
    np.savez_compressed(folder / TORCH, **computed(tokenizer, network))  # pyright: ignore[reportArgumentType]
    merge(folder)
    shutil.rmtree(source)


def _made() -> tuple[Any, Any]:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, GPT2TokenizerFast  # pyright: ignore[reportMissingImports]

    bytes_ = pre_tokenizers.ByteLevel
    learnt = Tokenizer(models.BPE())
    learnt.pre_tokenizer, learnt.decoder = bytes_(add_prefix_space=False), decoders.ByteLevel()
    alphabet = sorted(bytes_.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=300, show_progress=False, special_tokens=["<|endoftext|>"], initial_alphabet=alphabet
    )
    learnt.train_from_iterator([TEXT] * 9, trainer)
    torch.manual_seed(0)
    sizes = {"n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2, "initializer_range": 0.6}
    config = GPT2Config(vocab_size=learnt.get_vocab_size(), bos_token_id=0, eos_token_id=0, **sizes)
    return GPT2TokenizerFast(tokenizer_object=learnt), GPT2LMHeadModel(config).eval()


def computed(tokenizer: Any, network: Any) -> dict[str, np.ndarray]:
    """Tokens and scores of a text that begins a document, and the likeliest tokens of a prompt's last word and after.

    The studio writes the last token of a prompt anew, as it may be half a word: in any tokens that give the same bytes.
    """
    import torch

    tokens = torch.tensor([[0, *tokenizer.encode(TEXT)]])
    *given, last = [0, *tokenizer.encode(PROMPT)]
    names, start = tokenizer.convert_ids_to_tokens(range(len(tokenizer))), len(given)
    rest = names[last]
    with torch.no_grad():
        scores = network(tokens).logits[0]
        while len(given) < start + GREEDY:
            likeliest = network(torch.tensor([given])).logits[0, -1].argsort(descending=True).tolist()
            # Nothing is led up to, so the studio does not end the document by the token 0.
            fitting = (t for t in likeliest if t and (names[t].startswith(rest) or rest.startswith(names[t])))
            given.append(next(fitting))
            rest = rest[len(names[given[-1]]) :]
    return {"tokens": tokens[0].numpy(), "scores": scores.numpy(), "greedy": np.array(given[start:])}


def merge(folder: Path) -> None:
    """``decoder_model_merged.onnx`` as older versions of Optimum made it, by its own merging.

    One branch reads a text from its start and has no past; the other goes on from a past by a single token.
    """
    from optimum.onnx import merge_decoders  # pyright: ignore[reportMissingImports]

    whole, step = (onnx.load(str(folder / "model.onnx")) for _ in range(2))
    _without_past(whole.graph)
    _by_one_token(step.graph)
    merge_decoders(whole, step, save_path=str(folder / "decoder_model_merged.onnx"), strict=False)


def _without_past(graph: onnx.GraphProto) -> None:
    for tensor in [tensor for tensor in graph.input if tensor.name.startswith("past_key_values.")]:
        _, heads, _, size = (axis.dim_value for axis in tensor.type.tensor_type.shape.dim)
        graph.initializer.append(onnx.numpy_helper.from_array(np.zeros((1, heads, 0, size), np.float32), tensor.name))
        graph.input.remove(tensor)


def _by_one_token(graph: onnx.GraphProto) -> None:
    for tensor in graph.input:
        if tensor.name in ("input_ids", "position_ids"):
            tensor.type.tensor_type.shape.dim[1].dim_value = 1


def _tidy(folder: Path) -> None:
    """Only what a user's folder must have; without the version that made it."""
    keep = {"config.json", "model.onnx", "tokenizer.json", "vocab.json", "merges.txt"}
    for path in folder.iterdir():
        if path.name not in keep:
            path.unlink()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    make(KEPT)
