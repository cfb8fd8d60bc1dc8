"""Why a question is declined."""

from __future__ import annotations

from index.ranking.ranker import Ranked
from index.retrieval.search import Retrieval
from index.text.words import STOPWORDS, fold
from index.types import (
    IndexInfo,
    MissingWords,
    NoQuotableSentence,
    NotCertain,
    PlainReason,
    Reason,
)


def reason_for(retrieval: Retrieval, ranked: Ranked, info: IndexInfo, asks: PlainReason | None) -> Reason:
    """Return the most helpful reason for declining a question.

    Args:
        retrieval: What was found.
        ranked: The ranked sentences.
        info: Describes the index.
        asks: What the question asks for, if no quoted sentence can give that.
    """
    if not info.articles:
        return PlainReason.NO_ARTICLES
    if not any(char.isalnum() for char in retrieval.query.text):
        return PlainReason.NO_WORDS
    if not retrieval.found:
        return PlainReason.EMPTY_COLLECTION
    if asks is not None:
        return asks
    if missing := _missing_words(retrieval):
        return MissingWords(missing, retrieval.articles)
    if not ranked.candidates:
        return NoQuotableSentence(retrieval.articles)
    return NotCertain(retrieval.articles)


def _missing_words(retrieval: Retrieval) -> tuple[str, ...]:
    """Return the question's words, as written, that occur in no article; at most three."""
    query = retrieval.query
    absent = [
        query.shown[term]
        for term in query.terms
        if not retrieval.frequency[term] and term in query.shown and fold(query.shown[term]) not in STOPWORDS
    ]
    return tuple(dict.fromkeys([*query.corrections, *absent]))[:3]  # both terms of "Wi-Fi" show "Wi-Fi"
