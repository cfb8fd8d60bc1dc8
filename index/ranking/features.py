"""The candidates of a question, and their features, which the ranker weighs."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from index.retrieval.question import Kind, Query
from index.retrieval.search import Retrieval, RetrievedChunk, rarity, word_score
from index.store import Snapshot
from index.text.markup import plain
from index.text.wordlists import MONTHS, PRONOUNS, WEEKDAYS
from index.text.words import fold, places, terms
from index.types import CITABLE, Encoder, Sentence, Tokens, Vectors

LIMIT: Final = 24
"""Maximum number of candidates: late interaction takes a few milliseconds for each."""


class Feature(StrEnum):
    """A feature of a candidate; the values are the keys in `ranker.json`."""

    DENSE = "dense"
    """Cosine of the question and the sentence."""
    DENSE_BEFORE = "dense_before"
    """Cosine of the question and the sentence before; 0 for the first sentence of an article."""
    DENSE_AFTER = "dense_after"
    """Cosine of the question and the sentence after; 0 for the last one that was read."""
    DENSE_WITH_TITLE = "dense_with_title"
    """Cosine of the question and the mean of the tokens of title and sentence."""
    LEXICAL = "lexical"
    """BM25 of the sentence, with saturation and length, as `word_score` computes it."""
    COVERAGE = "coverage"
    """Share of the question's weight that falls on words of the sentence."""
    COVERAGE_WITH_TITLE = "coverage_with_title"
    COVERAGE_WITH_NEIGHBOURS = "coverage_with_neighbours"
    """The same, with the title and the sentences before and after."""
    RAREST_WORD = "rarest_word"
    """1 if the rarest word of the question is in the sentence."""
    RAREST_WORD_NEARBY = "rarest_word_nearby"
    """1 if it is in the sentence, in its title or in a neighbour."""
    WORD_PAIRS = "word_pairs"
    """Share of the question's pairs of words that are a pair in the sentence."""
    HAS_WANTED = "has_wanted"
    """1 if the sentence has the kind of thing asked for, see `holds`."""
    LACKS_WANTED = "lacks_wanted"
    """1 if it does not."""
    LENGTH = "length"
    """Logarithm of 1 plus the number of words."""
    STARTS_WITH_PRONOUN = "starts_with_pronoun"
    IS_QUESTION = "is_question"
    IS_FIRST = "is_first"
    """1 for the first sentence of its article."""
    PASSAGE_DENSE = "passage_dense"
    """The highest cosine of the question and a passage that holds the sentence."""
    PASSAGE_LEXICAL = "passage_lexical"
    PASSAGE_COVERAGE = "passage_coverage"
    PASSAGE_RANK = "passage_rank"
    """1 divided by the position of the best passage that holds the sentence."""
    LATE = "late"
    """Late interaction: mean over the question's tokens of the best cosine in title and sentence."""
    LATE_WITHOUT_TITLE = "late_without_title"
    LATE_BY_RARITY = "late_by_rarity"
    """The same, weighted by the rarity of the question's words."""
    LATE_BY_RARITY_WITHOUT_TITLE = "late_by_rarity_without_title"
    LATE_WEAKEST = "late_weakest"
    """Mean over the three tokens of the question that are met worst."""


Features = dict[Feature, float]

_AVERAGE: Final = 22.0  # words of a sentence
_SMALL: Final = 0.3  # weight of a question's token that belongs to no word of its own
_PRONOUN: Final = re.compile(rf"\W*(?:{'|'.join(PRONOUNS)}|here|there)\b", re.IGNORECASE)
_REASON: Final = re.compile(
    r"\b(?:because|due to|owing to|since|so that|in order to|as a result|caused?|causes|reasons?|therefore"
    r"|thus|led to|leads to|thanks to|for (?:his|her|its|their|the))\b",
    re.IGNORECASE,
)
_DATE: Final = re.compile(
    rf"\b(?:{'|'.join([*MONTHS, *WEEKDAYS])}"
    r"|1[0-9]{3}s?|20[0-9]{2}s?|yesterday|today|tomorrow"
    r"|(?:last|next) (?:week|month|year)|century|\d{1,2}(?::\d\d)? ?(?:am|pm|a\.m\.|p\.m\.))\b",
    re.IGNORECASE,
)
_NUMBER: Final = re.compile(
    r"\d[\d.,]*|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundreds?|thousands?"
    r"|millions?|billions?|dozens?|half|quarter|twice|once|percent)\b",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"(?<=[^\W_]\W)[^\W\d_a-zß-ÿ][\w'’-]*")
_WRITTEN: Final = re.compile(r"[\w'’.,-]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could answer.

    Attributes:
        found: The best passage that holds it.
        sentence: The sentence.
        ordinal: Its position in its article.
        features: Its features; complete only after late interaction.
        vector: Its vector, shape (dimension,), float32.
    """

    found: RetrievedChunk
    sentence: Sentence
    ordinal: int
    vector: Vectors
    features: Features = field(default_factory=dict)

    @property
    def place(self) -> tuple[str, int]:
        """Order candidates with equal scores: by article id, then position."""
        return self.found.chunk.article_id, self.ordinal


def gather(
    snapshot: Snapshot, encoder: Encoder, retrieval: Retrieval, *, limit: int = LIMIT
) -> list[Candidate]:
    """Choose the sentences of the found passages that are nearest to the question, with their features.

    Args:
        snapshot: The state of the index that the passages are from.
        encoder: Encodes tokens for late interaction.
        retrieval: What was found.
        limit: Maximum number of candidates.

    Returns:
        Candidates in no particular order, without duplicates.
    """
    pool = _pool(snapshot, retrieval)
    pool.sort(key=lambda candidate: (-_first_score(candidate.features), candidate.place))
    best = pool[:limit]
    _interact(encoder, retrieval, best)
    return best


def _first_score(features: Features) -> float:
    """Score a sentence quickly, to keep the right one among the first two dozen.

    With these weights it is kept for 98 % of a sample of `squad` and all of one of `qed`.
    """
    passage = features[Feature.PASSAGE_DENSE] + features[Feature.PASSAGE_LEXICAL]
    return 2 * features[Feature.DENSE] + 1.8 * features[Feature.LEXICAL] + passage


def _pool(snapshot: Snapshot, retrieval: Retrieval) -> list[Candidate]:
    """Return all citable sentences of the found passages, each with its best passage."""
    pool: dict[tuple[int, int], Candidate] = {}
    homes: dict[tuple[int, int], list[int]] = {}
    for rank, found in enumerate(retrieval.found):
        chunk = found.chunk
        before = max(chunk.first - 1, 0)
        sentences, vectors = snapshot.sentences(chunk.article_key, before, chunk.last + 1)
        cosines = vectors @ retrieval.vector
        texts = [terms(plain(sentence.text)) for sentence in sentences]
        for at in range(chunk.first - before, chunk.last - before + 1):
            place = (chunk.article_key, before + at)
            homes.setdefault(place, []).append(rank)
            if place in pool or sentences[at].kind not in CITABLE or not texts[at]:
                continue
            near = slice(max(at - 1, 0), at + 2)
            features = _word_features(retrieval, sentences[at], texts[at], texts[near], chunk.title)
            features[Feature.DENSE] = float(cosines[at])
            features[Feature.DENSE_BEFORE] = float(cosines[at - 1]) if at else 0.0
            features[Feature.DENSE_AFTER] = float(cosines[at + 1]) if at + 1 < len(sentences) else 0.0
            features[Feature.IS_FIRST] = float(before + at == 0)
            pool[place] = Candidate(found, sentences[at], before + at, vectors[at], features)
    for place, candidate in pool.items():
        passages = [retrieval.found[rank] for rank in homes[place]]
        candidate.features[Feature.PASSAGE_DENSE] = max(found.dense_score for found in passages)
        candidate.features[Feature.PASSAGE_LEXICAL] = max(found.lexical_score for found in passages)
        candidate.features[Feature.PASSAGE_COVERAGE] = max(
            _cover(found.terms, retrieval.weights) for found in passages
        )
        candidate.features[Feature.PASSAGE_RANK] = 1 / (1 + homes[place][0])
    return list(pool.values())


def _word_features(
    retrieval: Retrieval, sentence: Sentence, own: list[str], near: Sequence[list[str]], title: str
) -> Features:
    """Compute the features of the words of a sentence and those around it."""
    query, weights = retrieval.query, retrieval.weights
    words = set(own)
    titled = words.union(terms(title))
    around = titled.union(*near)
    rarest = max(weights, key=lambda term: weights[term], default="")
    pairs = set(zip(query.sequence, query.sequence[1:], strict=False))
    wanted = holds(query, sentence.text)
    return {
        Feature.LEXICAL: word_score(own, weights, length=0.25 + 0.75 * len(own) / _AVERAGE),
        Feature.COVERAGE: _cover(words, weights),
        Feature.COVERAGE_WITH_TITLE: _cover(titled, weights),
        Feature.COVERAGE_WITH_NEIGHBOURS: _cover(around, weights),
        Feature.RAREST_WORD: float(rarest in words),
        Feature.RAREST_WORD_NEARBY: float(rarest in around),
        Feature.WORD_PAIRS: sum(pair in pairs for pair in zip(own, own[1:], strict=False))
        / max(1, len(pairs)),
        Feature.HAS_WANTED: float(wanted is True),
        Feature.LACKS_WANTED: float(wanted is False),
        Feature.LENGTH: math.log(1 + len(own)),
        Feature.STARTS_WITH_PRONOUN: float(_PRONOUN.match(sentence.text) is not None),
        Feature.IS_QUESTION: float(sentence.text.rstrip("\"'”’)*_ ").endswith("?")),
    }


def holds(query: Query, text: str) -> bool | None:
    """Tell whether a sentence has the kind of thing asked for, other than those in the question.

    Returns:
        None if words do not show this kind of thing.
    """
    asked = {word.rstrip(".,'’-") for word in _WRITTEN.findall(fold(query.text))}
    if query.kind in (Kind.WHO, Kind.WHERE):
        return any(fold(name) not in asked for name in _NAME.findall(text))
    if query.kind is Kind.WHEN:
        return any(fold(found) not in asked for found in _DATE.findall(text))
    if query.kind is Kind.NUMBER:
        return any(fold(found).rstrip(".,") not in asked for found in _NUMBER.findall(text))
    if query.kind is Kind.WHY:
        return _REASON.search(text) is not None
    return None


def _cover(words: set[str] | frozenset[str], weights: dict[str, float]) -> float:
    """Return the share of the question's weight that falls on words of a text."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in words) / total if total > 0 else 0.0


def _interact(encoder: Encoder, retrieval: Retrieval, candidates: list[Candidate]) -> None:
    """Add the features of late interaction: each token of the question with its nearest in the sentence."""
    if not candidates:
        return
    query = encoder.encode_tokens([retrieval.query.text], query=True)[0]
    weights = token_weights(query, retrieval)
    fronts = [plain(candidate.found.chunk.title) for candidate in candidates]
    texts = [
        f"{front}\n{plain(candidate.sentence.text)}"
        for front, candidate in zip(fronts, candidates, strict=True)
    ]
    for candidate, front, tokens in zip(candidates, fronts, encoder.encode_tokens(texts), strict=True):
        own = tokens.spans[:, 0] > len(front)
        candidate.features.update(_late(query, tokens, own, weights))
        centre = tokens.vectors.sum(axis=0)  # its direction is all that counts
        length = float(np.linalg.norm(centre))
        candidate.features[Feature.DENSE_WITH_TITLE] = (
            float(centre @ retrieval.vector) / length if length else 0.0
        )


def _late(
    query: Tokens, tokens: Tokens, own: npt.NDArray[np.bool_], weights: npt.NDArray[np.float64]
) -> Features:
    """Compute MaxSim of ColBERT (https://arxiv.org/abs/2004.12832), as means over the question's tokens."""
    if len(query.vectors) and len(tokens.vectors):
        similar = query.vectors @ tokens.vectors.T
        with_title = similar.max(axis=1)
        alone = similar[:, own].max(axis=1) if own.any() else with_title
    else:
        with_title = alone = weights = np.zeros(1)
    return {
        Feature.LATE: float(with_title.mean()),
        Feature.LATE_WITHOUT_TITLE: float(alone.mean()),
        Feature.LATE_BY_RARITY: float(with_title @ weights),
        Feature.LATE_BY_RARITY_WITHOUT_TITLE: float(alone @ weights),
        Feature.LATE_WEAKEST: float(np.sort(with_title)[:3].mean()),
    }


def token_weights(query: Tokens, retrieval: Retrieval) -> npt.NDArray[np.float64]:
    """Weigh each token of the question by the rarity of its word; the weights add up to 1."""
    words = {
        position: place.terms[0]
        for place in places(retrieval.query.text)
        for position in range(place.start, place.end)
    }
    weights = np.array(
        [
            rarity(retrieval.frequency.get(words[start], 0), retrieval.documents)
            if start in words
            else _SMALL
            for start in query.spans[:, 0].tolist()
        ],
        dtype=np.float64,
    )
    return weights / weights.sum() if weights.sum() > 0 else weights
