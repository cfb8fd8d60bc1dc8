"""The engine's model for other threads: their texts are encoded in small batches between questions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

import numpy as np

from bot.worker import Worker
from index.types import Encoder, Tokens, Vectors

_ENCODED: Final = 1_000
"""Characters of a batch that is encoded, padding included: about as much work as a question."""
_COUNTED: Final = 50_000
"""Characters of a batch whose tokens are counted."""


class QueuedEncoder:
    """Encodes in the thread that answers, so that one model is enough and no question waits for long.

    A question that comes in between waits for the batch that is being encoded, and for no more.

    Args:
        encoder: The engine's.
        worker: The engine's.

    Raises:
        Stopping: By each method: the worker takes no more work.
        ModelError: By each method: the model cannot be loaded.
    """

    def __init__(self, encoder: Encoder, worker: Worker) -> None:
        self._encoder = encoder
        self._worker = worker

    @property
    def fingerprint(self) -> str:
        """Identifies the model."""
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._worker.call(lambda: self._encoder.dimension)

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads."""
        return self._worker.call(lambda: self._encoder.max_tokens)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text."""
        counts: list[int] = [0] * len(texts)
        for batch in _batches(texts, _COUNTED):
            part = self._worker.call(partial(self._encoder.count_tokens, [texts[place] for place in batch]))
            for place, count in zip(batch, part, strict=True):
                counts[place] = count
        return counts

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts to be found; `on_batch` is called with the number of texts of each batch."""
        return self._encode(self._encoder.encode_documents, texts, on_batch)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, before those that wait for an answer: they are few and short."""
        return self._encode(self._encoder.encode_queries, texts, soon=True)

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Encode every token of each text."""
        return self._worker.call(partial(self._encoder.encode_tokens, texts, query=query))

    def _encode(
        self,
        encode: Callable[[Sequence[str]], Vectors],
        texts: Sequence[str],
        on_batch: Callable[[int], None] | None = None,
        *,
        soon: bool = False,
    ) -> Vectors:
        dimension = self._worker.call(lambda: self._encoder.dimension, soon=soon)
        vectors = np.zeros((len(texts), dimension), dtype=np.float32)
        for batch in _batches(texts, _ENCODED):
            vectors[batch] = self._worker.call(partial(encode, [texts[place] for place in batch]), soon=soon)
            if on_batch is not None:
                on_batch(len(batch))
        return vectors


def _batches(texts: Sequence[str], most: int) -> Iterator[list[int]]:
    """Put the positions of texts of like lengths together: `most` characters, or a text that is longer."""
    batch: list[int] = []
    for place in sorted(range(len(texts)), key=lambda place: len(texts[place])):
        if batch and (len(batch) + 1) * len(texts[place]) > most:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch
