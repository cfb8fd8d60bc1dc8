"""An encoder without a model: similar where texts share words. A pure function of the text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np

from index.types import Tokens, Vectors

_DIMENSION = 64
_WORD = re.compile(r"\w+")


class HashedEncoder:
    """Each word has a direction drawn from its hash; a text points where its words point together."""

    def __init__(self, fingerprint: str = "hashed@1", max_tokens: int = 64) -> None:
        self.fingerprint = fingerprint
        self.dimension = _DIMENSION
        self.max_tokens = max_tokens
        self.encoded: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORD.findall(text)) + 2 for text in texts]

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        self.encoded += texts
        if on_batch is not None:
            on_batch(len(texts))
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        found = []
        for text in texts:
            words = list(_WORD.finditer(text))[: self.max_tokens]
            vectors = [_direction(word.group().casefold()) for word in words]
            spans = [word.span() for word in words]
            found.append(
                Tokens(
                    np.array(vectors, dtype=np.float32).reshape(-1, _DIMENSION),
                    np.array(spans, dtype=np.int64).reshape(-1, 2),
                )
            )
        return found

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            words = _WORD.findall(text.casefold()) or [text]
            row += np.sum([_direction(word) for word in words], axis=0)
            row /= np.linalg.norm(row)
        return vectors


@cache
def _direction(word: str) -> Vectors:
    seed = int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())
    vector = np.random.default_rng(seed).standard_normal(_DIMENSION)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
