"""Dense and lexical search, and the fusion of their results."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.retrieval.question import Query
from index.retrieval.vectors import VectorIndex
from index.store import Snapshot, StoredChunk
from index.text.words import terms_of_passage
from index.types import Encoder, Vectors

DEPTH: Final = 50
"""Number of chunks that each search returns."""
KEPT: Final = 12
"""Number of passages that candidates come from."""

_RRF: Final = 60  # reciprocal rank fusion, Cormack et al. 2009, https://doi.org/10.1145/1571941.1572114
_SATURATION: Final = 1.2  # BM25's k1; chunks are of about one length, so its b is 0


@dataclass(frozen=True, slots=True)
class RetrievedChunk:
    """A chunk found for a question.

    Attributes:
        chunk: The chunk.
        dense_score: Cosine of question and chunk.
        lexical_score: Share of the question's weight that falls on the chunk's words; see `word_score`.
        fused: Reciprocal rank fusion of the two lists.
        terms: The chunk's terms.
    """

    chunk: StoredChunk
    dense_score: float
    lexical_score: float
    fused: float
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What was found for a question.

    Attributes:
        query: The question.
        vector: Its vector, shape (dimension,), float32.
        weights: Inverse document frequency of its content terms.
        frequency: In how many of the searched chunks each of its terms occurs.
        documents: Number of searched chunks.
        found: The best chunks, best first.
        articles: Number of searched articles.
    """

    query: Query
    vector: Vectors
    weights: dict[str, float]
    frequency: dict[str, int]
    documents: int
    found: tuple[RetrievedChunk, ...]
    articles: int


def retrieve(
    snapshot: Snapshot,
    vectors: VectorIndex,
    encoder: Encoder,
    query: Query,
    *,
    collections: Sequence[str] | None = None,
    kept: int = KEPT,
) -> Retrieval:
    """Find the chunks nearest to a question by dense and lexical search.

    Args:
        snapshot: One state of the index.
        vectors: The vectors of that state.
        encoder: Encodes the question.
        query: The question.
        collections: Where to look; None for everywhere.
        kept: Maximum number of chunks to return.

    Returns:
        The chunks in the order of their fused ranks; ties are in the order of their keys.
    """
    vector = encoder.encode_queries([query.text])[0]
    allowed = None if collections is None else snapshot.chunk_keys(collections)
    scores, keys = vectors.search(vector, DEPTH, allowed)
    near = list(zip(keys.tolist(), scores.tolist(), strict=True))
    worded = snapshot.match(query.terms, DEPTH, collections)
    fused = _fuse([[key for key, _ in near], [key for key, _ in worded]])
    best = sorted(fused, key=lambda key: (-fused[key], key))[:kept]

    frequency = snapshot.document_frequency([*query.terms, *query.sequence], collections)
    documents = len(vectors) if allowed is None else len(allowed)
    weights = {term: rarity(frequency[term], documents) for term in query.terms}
    meaning = dict(near)
    far = [key for key in best if key not in meaning]
    if far:
        meaning |= dict(zip(far, (vectors.vectors(far) @ vector).tolist(), strict=True))
    found = []
    for chunk in snapshot.chunks(best):
        words = terms_of_passage(chunk.context, chunk.text)
        score = word_score(words, weights)
        found.append(RetrievedChunk(chunk, meaning[chunk.key], score, fused[chunk.key], frozenset(words)))
    articles = snapshot.article_count(collections)
    return Retrieval(query, vector, weights, frequency, documents, tuple(found), articles)


def rarity(frequency: int, documents: int) -> float:
    """Return the inverse document frequency, never negative (Lucene's form of Robertson/Spärck Jones)."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def word_score(words: Sequence[str], weights: dict[str, float], *, length: float = 1.0) -> float:
    """Return the share of the weight of a question's terms that falls on a text, 0 to 1.

    Each term counts with BM25's saturation tf / (tf + k1 * length), so that a text in which every term is
    frequent has a score near 1.

    Args:
        words: The text's terms.
        weights: Weight of each of the question's terms.
        length: The text's length relative to the average.
    """
    total = sum(weights.values())
    if total <= 0:
        return 0.0
    counts = Counter(words)
    carried = sum(
        weight * counts[term] / (counts[term] + _SATURATION * length)
        for term, weight in weights.items()
        if counts[term]
    )
    return carried / total


def _fuse(lists: Sequence[Sequence[int]]) -> dict[int, float]:
    fused: dict[int, float] = {}
    for keys in lists:
        for rank, key in enumerate(keys):
            fused[key] = fused.get(key, 0.0) + 1 / (_RRF + rank)
    return fused
