"""Explains a ranking: for `ask --explain`, and for members who ask why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from index.ranking.features import Feature
from index.ranking.ranker import Ranked, Ranker
from index.retrieval.search import Retrieval
from index.text.markup import plain
from index.text.words import STOPWORDS, fold, terms
from index.types import Explanation, Word

_SIGNALS: Final = 5  # that an explanation names
_NAMES: Final[Mapping[Feature, str]] = {
    Feature.LATE: "word by word",
    Feature.LATE_WITHOUT_TITLE: "word by word",
    Feature.LATE_BY_RARITY: "word by word",
    Feature.LATE_BY_RARITY_WITHOUT_TITLE: "word by word",
    Feature.LATE_WEAKEST: "word by word",
    Feature.DENSE_WITH_TITLE: "meaning, with its title",
    Feature.DENSE: "meaning",
    Feature.DENSE_BEFORE: "meaning of the sentence before",
    Feature.DENSE_AFTER: "meaning of the sentence after",
    Feature.PASSAGE_DENSE: "its passage",
    Feature.PASSAGE_LEXICAL: "its passage",
    Feature.PASSAGE_COVERAGE: "its passage",
    Feature.PASSAGE_RANK: "its passage",
    Feature.COVERAGE: "shared words",
    Feature.COVERAGE_WITH_TITLE: "shared words, with its title",
    Feature.COVERAGE_WITH_NEIGHBOURS: "shared words, with its neighbours",
    Feature.LEXICAL: "shared words, by rarity",
    Feature.RAREST_WORD: "the rarest word",
    Feature.RAREST_WORD_NEARBY: "the rarest word",
    Feature.WORD_PAIRS: "words in the same order",
    Feature.HAS_WANTED: "has what is asked for",
    Feature.LACKS_WANTED: "has what is asked for",
    Feature.IS_FIRST: "opens its article",
    Feature.LENGTH: "length",
    Feature.STARTS_WITH_PRONOUN: "leans on the sentence before",
    Feature.IS_QUESTION: "is a question itself",
}
"""Names of the features for people; the points of features with the same name are added up."""


def explain(ranker: Ranker, retrieval: Retrieval, ranked: Ranked, threshold: float) -> Explanation:
    """Explain a ranking.

    Args:
        ranker: Ranked the candidates.
        retrieval: What was found.
        ranked: The ranked candidates.
        threshold: Confidence from which an answer is given.
    """
    query = retrieval.query
    if not ranked.candidates:
        return Explanation(query.text, threshold, _words(retrieval, frozenset()))
    best = ranked.candidates[0]
    return Explanation(
        read_as=query.text,
        threshold=threshold,
        words=_words(retrieval, frozenset(terms(plain(best.sentence.text)))),
        meaning=best.features[Feature.DENSE],
        interaction=best.features[Feature.LATE],
        reranker=ranked.reranker[0] if ranked.reranker else None,
        signals=_signals(ranker, ranked),
        probabilities=tuple(ranked.probabilities[:2].tolist()),
    )


def _words(retrieval: Retrieval, said: frozenset[str]) -> tuple[Word, ...]:
    shown = {term: retrieval.query.shown.get(term, term) for term in retrieval.query.terms}
    found = {
        word: Word(word, retrieval.frequency[term], matched=term in said)
        for term, word in shown.items()
        if fold(word) not in STOPWORDS
    }
    return tuple(found.values())


def _signals(ranker: Ranker, ranked: Ranked) -> tuple[tuple[str, float], ...]:
    """Return by how many points features set the best candidate apart from the average; largest first."""
    points: dict[str, float] = {}
    for feature, weight in ranker.ranking.items():
        values = np.array([one.features[feature] for one in ranked.candidates])
        name = _NAMES[feature]
        points[name] = points.get(name, 0.0) + weight * float(values[0] - values.mean())
    largest = sorted(points.items(), key=lambda item: (-abs(item[1]), item[0]))[:_SIGNALS]
    return tuple((name, value) for name, value in largest if abs(value) >= 0.05)
