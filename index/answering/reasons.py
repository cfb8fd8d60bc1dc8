"""Why there is no answer, in words that help the member on."""

from __future__ import annotations

from collections.abc import Sequence

from index.answering.unsupported import Unsupported
from index.ranking.ranker import Ranked
from index.retrieval.question import Query
from index.retrieval.search import Retrieval
from index.text.words import STOPWORDS, fold
from index.types import IndexInfo, Phrase, phrase, phrase_counted, phrase_series


def reason(retrieval: Retrieval, ranked: Ranked, info: IndexInfo, asks: Unsupported | None = None) -> Phrase:
    """Why there is no answer, for the member's eyes.

    Args:
        retrieval: What was found.
        ranked: The ranked sentences.
        info: What it was found in.
        asks: What the question asks for that no sentence can give.
    """
    if not info.articles:
        return phrase("There are no articles yet.")
    if not any(char.isalnum() for char in retrieval.query.text):
        return phrase("The question has no words.")
    if not retrieval.found:
        return phrase("There are no articles in that collection.")
    if asks is not None:
        return phrase("{said} The list of articles may help.", said=phrase(asks.value))
    missing = missing_words(retrieval)
    if missing:
        return _missing(missing, retrieval.articles)
    if not ranked.candidates:
        return phrase_counted(
            "None of {count} article has a sentence that could be quoted.",
            "None of {count} articles has a sentence that could be quoted.",
            retrieval.articles,
        )
    return phrase_counted(
        "No sentence in {count} article answers it with enough certainty.",
        "No sentence in {count} articles answers it with enough certainty.",
        retrieval.articles,
    )


def missing_words(retrieval: Retrieval) -> list[str]:
    """The question's words, as written, that occur in no article; at most three."""
    query: Query = retrieval.query
    absent = [
        query.shown[term]
        for term in query.terms
        if not retrieval.frequency[term] and term in query.shown and fold(query.shown[term]) not in STOPWORDS
    ]
    return list(dict.fromkeys([*query.corrections, *absent]))[:3]  # "Wi-Fi" is shown for both of its terms


def _missing(words: Sequence[str], articles: int) -> Phrase:
    quoted = phrase_series([f"'{word}'" for word in words])
    if len(words) == 1:
        return phrase_counted(
            "{word} occurs in none of {count} article.",
            "{word} occurs in none of {count} articles.",
            articles,
            word=quoted,
        )
    return phrase_counted(
        "{words} occur in none of {count} article.",
        "{words} occur in none of {count} articles.",
        articles,
        words=quoted,
    )
