"""A Transformer of ours in llama.cpp: the same weights in 8 bits, written as GGUF, for comparison.

Needs ``pip install llama-cpp-python gguf onnx``, which nothing else here does; it is built from its source package.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from app.runtime.model import Model
from app.runtime.sampling import Sampling

ARCHITECTURE = "qwen3"
"""The layout of the network: see ``training/gpt/network.py``."""
ZERO, BLOCK = 128, 32
LEAST = 1
"""How many tokens a filter must leave."""


def write_gguf(model: Model, path: Path) -> None:
    """The decoder's weights, read from its graph, as a GGUF file of Q8_0 matrices and no tokenizer."""
    import gguf  # pyright: ignore[reportMissingImports]
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(model.folder / "decoder.onnx")).graph
    weights = {constant.name: numpy_helper.to_array(constant) for constant in graph.initializer}
    width = len(weights["norm.gain"])
    writer = gguf.GGUFWriter(str(path), ARCHITECTURE)
    writer.add_context_length(len(weights["cosine"]))
    writer.add_embedding_length(width)
    writer.add_block_count(int(model.codec["layers"]))
    writer.add_feed_forward_length(len(weights["0.in.whole"]) // 2)
    writer.add_head_count(int(model.codec["heads"]))
    writer.add_head_count_kv(int(model.codec["heads"]))
    writer.add_key_length(int(model.codec["size"]))
    writer.add_value_length(int(model.codec["size"]))
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(int(model.codec["vocabulary"]))
    writer.add_tokenizer_model("no_vocab")
    for name, values in _tensors(weights, int(model.codec["layers"])).items():
        raw = gguf.GGMLQuantizationType.Q8_0 if values.dtype == np.uint8 else None
        writer.add_tensor(name, values, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tensors(weights: dict[str, np.ndarray], layers: int) -> dict[str, np.ndarray]:
    made = {"token_embd.weight": _q8(weights, "embedding"), "output_norm.weight": weights["norm.gain"]}
    for layer in range(layers):
        parts: dict[str, np.ndarray] = dict(
            zip(("attn_q", "attn_k", "attn_v"), np.split(_q8(weights, f"{layer}.qkv"), 3), strict=True)
        )
        parts |= zip(("ffn_gate", "ffn_up"), np.split(_q8(weights, f"{layer}.in"), 2), strict=True)
        parts |= {"attn_output": _q8(weights, f"{layer}.out"), "ffn_down": _q8(weights, f"{layer}.down")}
        parts |= {"attn_norm": weights[f"{layer}.attention_norm.gain"], "ffn_norm": weights[f"{layer}.feed_norm.gain"]}
        parts |= {f"attn_{kind}_norm": weights[f"{layer}.qk.gain"][at] for at, kind in ((0, "q"), (-1, "k"))}
        made |= {f"blk.{layer}.{name}.weight": values for name, values in parts.items()}
    return made


def _q8(weights: dict[str, np.ndarray], name: str) -> np.ndarray:
    """Blocks of 32 whole numbers behind their scale in 16 bits, uint8 (rows, bytes a row).

    Our longer blocks become several that have one scale.
    """
    rows = len(weights[f"{name}.whole"])
    whole = (weights[f"{name}.whole"].astype(np.int16) - ZERO).astype(np.int8).reshape(rows, -1, BLOCK)
    scales = weights[f"{name}.scale"].reshape(rows, -1).astype(np.float16)
    scales = np.repeat(scales, whole.shape[1] // scales.shape[1], axis=1)[:, :, None]
    return np.concatenate([scales.view(np.uint8), whole.view(np.uint8)], -1).reshape(rows, -1)


class Llama:
    """llama.cpp with one text in its cache."""

    def __init__(self, path: Path, context: int, threads: int) -> None:
        import llama_cpp  # pyright: ignore[reportMissingImports]

        self._library: Any = llama_cpp
        llama_cpp.llama_backend_init()
        llama_cpp.llama_log_set(_SILENT, ctypes.c_void_p(0))
        defaults = llama_cpp.llama_model_default_params()
        # Its kernels for AMX end the program where a virtual machine offers the instructions and refuses them.
        defaults.use_extra_bufts = False
        self._model: Any = llama_cpp.llama_model_load_from_file(str(path).encode(), defaults)
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = settings.n_batch = context
        settings.n_threads = settings.n_threads_batch = threads
        self._context: Any = llama_cpp.llama_init_from_model(self._model, settings)
        self._size = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self._model))

    def read(self, tokens: list[int]) -> np.ndarray:
        """Read tokens and move on; returns the scores (V,) of what comes next."""
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        failed = self._library.llama_decode(self._context, self._library.llama_batch_get_one(array, len(tokens)))
        if failed:
            raise RuntimeError(f"llama_decode gave {failed}")
        return np.ctypeslib.as_array(self._library.llama_get_logits_ith(self._context, -1), (self._size,))

    def drawing(self, sampling: Sampling, recent: int, seed: int) -> Callable[[], int]:
        """What draws the next token with llama.cpp's own samplers, set as *sampling*, after each :meth:`read`."""
        library: Any = self._library
        chain = library.llama_sampler_chain_init(library.llama_sampler_chain_default_params())
        parts = [library.llama_sampler_init_penalties(self._size, recent, sampling.repetition_penalty, 0.0, 0.0)]
        if sampling.top_k > 0:
            parts.append(library.llama_sampler_init_top_k(sampling.top_k))
        parts.append(library.llama_sampler_init_temp(sampling.temperature))
        parts.append(library.llama_sampler_init_min_p(sampling.min_p, LEAST))
        parts.append(library.llama_sampler_init_top_p(sampling.top_p, LEAST))
        parts.append(library.llama_sampler_init_dist(seed))
        for part in parts:
            library.llama_sampler_chain_add(chain, part)
        return lambda: int(library.llama_sampler_sample(chain, self._context, -1))

    def forget(self) -> None:
        """Begin a new text."""
        self._library.llama_memory_clear(self._library.llama_get_memory(self._context), True)


_SILENT = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
"""What llama.cpp's log goes to; kept, since it is called later."""
