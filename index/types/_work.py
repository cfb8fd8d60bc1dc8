"""What builds an index: the encoder, the progress and the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Unit vectors, shape (n, dimension), float32."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A corpus file (or row) that was not indexed, and why, in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a rebuild, add or remove did: article ids, sorted.

    Attributes:
        added: New articles.
        changed: Articles whose text or metadata differ from before.
        removed: Articles no longer in the corpus.
        unchanged: How many articles were left alone.
        skipped: Files or rows not indexed.
        sentences: How many sentences were read (of added and changed articles).
        encoded: How many texts the encoder had to encode (not found in the cache).
        split: Ids of articles in which a single sentence was too long for the encoder and was split.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    skipped: tuple[Skipped, ...] = ()
    sentences: int = 0
    encoded: int = 0
    split: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come.

    Attributes:
        stage: What is being done, e.g. `"reading"`, `"encoding"`, `"writing"`.
        done: Units finished.
        total: Units in all.
        unit: What is counted, e.g. `"articles"`, `"sentences"`.
    """

    stage: str
    done: int
    total: int
    unit: str


OnProgress = Callable[[Progress], None]
"""Called often by long work; the callee decides whether and how to show it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The encoded tokens of a text.

    Attributes:
        vectors: Unit vectors, shape (tokens, dimension), float32.
        spans: First character of each token and one past its last, shape (tokens, 2), int64.
    """

    vectors: Vectors
    spans: npt.NDArray[np.int64]


class Encoder(Protocol):
    """Turns text into unit vectors: `index.embedding` has the real one; tests use functions of the text."""

    @property
    def fingerprint(self) -> str:
        """Identifies weights, pooling, prompts and precision class; cheap: loads no weights."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads, its special tokens included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included, without truncation."""
        ...

    def encode_documents(
        self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None
    ) -> Vectors:
        """Encode texts to be found, shape (len(texts), dimension); `on_batch(n)` after each n texts."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, shape (len(texts), dimension)."""
        ...

    def encode_tokens(self, texts: Sequence[str], *, query: bool = False) -> list[Tokens]:
        """Every token of each text, special tokens left out, for late interaction."""
        ...


class CrossEncoder(Protocol):
    """Reads a question together with a sentence: `index.embedding` has the real one, `Reranker`."""

    @property
    def fingerprint(self) -> str:
        """Identifies the model."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Probability that each text answers, shape (len(texts),), float64, between 0 and 1."""
        ...
