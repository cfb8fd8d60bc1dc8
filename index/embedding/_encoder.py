"""Text to vectors: a sentence-transformers model."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from index.embedding._loading import DEFAULT_SHA256, default_folder, first_line, place, precision
from index.errors import ModelUnavailable
from index.settings import DEFAULT_MODEL
from index.types import Tokens, Vectors

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

_BATCH: Final = 32
_REPORT: Final = 256  # texts between two calls of `on_batch`
_HEAD: Final = 1 << 20  # bytes of each file that go into a folder's fingerprint


class SentenceEncoder:
    """A sentence-transformers model, loaded at its first use.

    Args:
        model: `DEFAULT_MODEL`, or any sentence-transformers name or folder.
        dtype: `float32`, `bfloat16`, or `auto`: bfloat16 where the CPU computes with it.
        threads: CPU threads, 0 for PyTorch's own choice.
    """

    def __init__(self, model: str = DEFAULT_MODEL, *, dtype: str = "auto", threads: int = 0) -> None:
        self._name = model
        self._dtype = dtype
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def fingerprint(self) -> str:
        """Identifies the weights without loading them: of a folder, names, sizes and heads of its files."""
        if self._name == DEFAULT_MODEL:
            return f"{DEFAULT_MODEL}@{DEFAULT_SHA256[:16]}"
        folder = Path(self._name).expanduser()
        if not folder.is_dir():
            return self._name
        digest = hashlib.blake2b(digest_size=8)
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder).as_posix()}\0{path.stat().st_size}\0".encode())
            with path.open("rb") as file:
                digest.update(file.read(_HEAD))
        return f"{folder.name}@{digest.hexdigest()}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads, special tokens included."""
        return int(self._model.max_seq_length or 512)

    def warm(self) -> None:
        """Load the model and encode once, so that the first question does not wait.

        Raises:
            ModelUnavailable: If the model cannot be loaded.
            ModelCorrupt: If the default model's weights are not the published ones.
        """
        self.encode_queries(["Is anybody there?"])

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, without truncation."""
        if not texts:
            return []
        encoded = self._model.tokenizer(
            list(texts), truncation=False, padding=False, verbose=False, return_attention_mask=False
        )
        return [len(ids) for ids in encoded["input_ids"]]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts to be found.

        Args:
            texts: Any number of texts.
            on_batch: Called with the number of texts just encoded, about every 256 texts.

        Returns:
            Unit vectors, shape (len(texts), dimension), float32, in the order of `texts`.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Sorted by length, so that a batch pads to about the length of its own texts.
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for begin in range(0, len(order), _REPORT):
            part = order[begin : begin + _REPORT]
            vectors[part] = self._encode(self._model.encode_document, [texts[i] for i in part])
            if on_batch is not None:
                on_batch(len(part))
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions; shape (len(texts), dimension), float32, unit length."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._encode(self._model.encode_query, list(texts))

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Encode every token, for late interaction (ColBERT, https://arxiv.org/abs/2004.12832).

        Args:
            texts: Any number of texts; each is truncated to `max_tokens`.
            query: Whether the texts are questions.

        Returns:
            The tokens of each text, without the model's special tokens.
        """
        if not texts:
            return []
        encode: Callable[..., Any] = self._model.encode_query if query else self._model.encode_document
        prompt = self._prompt(query=query)
        found: list[torch.Tensor] = encode(
            list(texts),
            prompt=prompt,
            output_value="token_embeddings",
            batch_size=_BATCH,
            show_progress_bar=False,
        )
        # The same tokens again, for their places: what was read is the prompt and the text, cut at the limit.
        spans = self._model.tokenizer(
            [prompt + text for text in texts],
            truncation=True,
            max_length=self.max_tokens,
            padding=False,
            verbose=False,
            return_offsets_mapping=True,
        )["offset_mapping"]
        return [_tokens(vectors, own, len(prompt)) for vectors, own in zip(found, spans, strict=True)]

    def _prompt(self, *, query: bool) -> str:
        """What the model wants in front of a text, as `encode_query` and `encode_document` choose it."""
        prompts = self._model.prompts
        names = ("query",) if query else ("document", "passage", "corpus")
        name = next((name for name in names if name in prompts), self._model.default_prompt_name)
        return str(prompts[name] or "") if name else ""

    def _encode(self, encode: Callable[..., Any], texts: list[str]) -> Vectors:
        return _normalised(encode(texts, batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True))

    @property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> SentenceTransformer:
        name = str(default_folder()) if self._name == DEFAULT_MODEL else place(self._name)
        try:
            from sentence_transformers import SentenceTransformer

            how = precision(self._dtype, self._threads)
            return SentenceTransformer(name, device="cpu", model_kwargs=how)
        except Exception as error:  # a hub, a file or a model class may raise anything
            message = (
                f"The embedding model {self._name!r} (setting INDEX_MODEL) cannot be loaded: "
                f"{first_line(error)}. "
                "Name a sentence-transformers model or folder that is on this machine or can be downloaded, "
                "or leave INDEX_MODEL out to use the embedded one."
            )
            raise ModelUnavailable(message) from error


def _tokens(vectors: torch.Tensor, spans: list[tuple[int, int]], prompt: int) -> Tokens:
    """Drop the special tokens, whose spans are empty, and the `prompt` characters in front."""
    kept = [place for place, (start, end) in enumerate(spans) if end > start >= prompt]
    return Tokens(
        _normalised(vectors[kept].float().numpy()),
        np.array([spans[place] for place in kept], dtype=np.int64).reshape(-1, 2) - prompt,
    )


def _normalised(vectors: npt.NDArray[Any]) -> Vectors:
    """Rows of unit length as float32; bfloat16 arithmetic leaves lengths a little off one."""
    exact = np.asarray(vectors, dtype=np.float32)
    lengths = np.maximum(np.linalg.norm(exact, axis=1, keepdims=True), 1e-12)
    return np.asarray(exact / lengths, dtype=np.float32)
