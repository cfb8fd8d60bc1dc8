"""What an answer, or a no, rests on: for `ask --explain`, and for members who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from index.ranking.ranker import Ranked, Ranker
from index.retrieval.search import Retrieval
from index.text.markup import plain
from index.text.words import STOPWORDS, fold, terms
from index.types import Why, Word

_SIGNALS: Final = 5  # that are told
_NAMES: Final[Mapping[str, str]] = {
    "late": "word by word",
    "titled meaning": "meaning, with its title",
    "meaning": "meaning",
    "meaning before": "meaning of the sentence before",
    "meaning after": "meaning of the sentence after",
    "passage": "its passage",
    "covers": "shared words",
    "title covers": "shared words, with its title",
    "near covers": "shared words, with its neighbours",
    "words": "shared words, by rarity",
    "rarest": "the rarest word",
    "pairs": "words in the same order",
    "wanted": "has what is asked for",
    "lacking": "has what is asked for",
    "first": "opens its article",
    "length": "length",
    "pronoun": "leans on the sentence before",
    "asks": "is a question itself",
}
"""Names of features for people; a longer name beginning with one of them counts with it."""


def why(ranker: Ranker, retrieval: Retrieval, ranked: Ranked, threshold: float) -> Why:
    """Say what a ranked rests on.

    Args:
        ranker: What ranked the candidates.
        retrieval: What was found.
        ranked: The ranked candidates.
        threshold: Confidence from which an answer is given.
    """
    query = retrieval.query
    if not ranked.candidates:
        return Why(query.text, threshold, _words(retrieval, frozenset()))
    best = ranked.candidates[0]
    return Why(
        read_as=query.text,
        threshold=threshold,
        words=_words(retrieval, frozenset(terms(plain(best.sentence.text)))),
        meaning=best.features["meaning"],
        interaction=best.features["late"],
        reranker=ranked.opinions[0] if ranked.opinions else None,
        signals=_signals(ranker, ranked),
        probabilities=tuple(ranked.probabilities[:2].tolist()),
    )


def _words(retrieval: Retrieval, said: frozenset[str]) -> tuple[Word, ...]:
    query = retrieval.query
    found = {
        query.shown.get(term, term): Word(
            query.shown.get(term, term), retrieval.frequency[term], matched=term in said
        )
        for term in query.terms
        if fold(query.shown.get(term, term)) not in STOPWORDS
    }
    return tuple(found.values())


def _signals(ranker: Ranker, ranked: Ranked) -> tuple[tuple[str, float], ...]:
    """Points that each kind of feature gives the best candidate above the average one, largest first."""
    points: dict[str, float] = {}
    for feature, weight in ranker.ranking.items():
        values = np.array([one.features.get(feature, 0.0) for one in ranked.candidates])
        name = _name(feature)
        points[name] = points.get(name, 0.0) + weight * float(values[0] - values.mean())
    largest = sorted(points.items(), key=lambda item: (-abs(item[1]), item[0]))[:_SIGNALS]
    return tuple((name, value) for name, value in largest if abs(value) >= 0.05)


def _name(feature: str) -> str:
    """What a feature is called for people."""
    fitting = [prefix for prefix in _NAMES if f"{feature} ".startswith(f"{prefix} ")]
    return _NAMES[max(fitting, key=len)] if fitting else feature
