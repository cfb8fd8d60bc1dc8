"""Why there is no answer, in words that help the member on."""

from __future__ import annotations

from collections.abc import Sequence

from index.beyond import Beyond
from index.judgement import Verdict
from index.query import Query
from index.retrieve import Retrieval
from index.types import IndexInfo
from index.words import STOPWORDS, fold, series


def reason(retrieval: Retrieval, verdict: Verdict, info: IndexInfo, asks: Beyond | None = None) -> str:
    """Why there is no answer, for the member's eyes.

    Args:
        retrieval: What was found.
        verdict: The ranked sentences.
        info: What it was found in.
        asks: What the question asks for that no sentence can give.
    """
    if not info.articles:
        return "There are no articles yet."
    if not any(char.isalnum() for char in retrieval.query.text):
        return "The question holds no words."
    if not retrieval.found:
        return "There are no articles in that collection."
    if asks is not None:
        return f"{asks.value} The list of articles may help you on."
    missing = missing_words(retrieval)
    if missing:
        return f"{_listed(missing)} in none of {_articles(info.articles)}."
    if not verdict.ranked:
        return f"None of {_articles(info.articles)} has a sentence that could be quoted."
    return f"No sentence in {_articles(info.articles)} answers it with enough certainty."


def missing_words(retrieval: Retrieval) -> list[str]:
    """The question's words, as written, that occur in no article; at most three."""
    query: Query = retrieval.query
    absent = [
        query.shown[term]
        for term in query.terms
        if not retrieval.frequency[term] and term in query.shown and fold(query.shown[term]) not in STOPWORDS
    ]
    return list(dict.fromkeys([*query.corrections, *absent]))[:3]  # "Wi-Fi" is shown for both of its terms


def _listed(words: Sequence[str]) -> str:
    quoted = series([f"'{word}'" for word in words])
    return f"{quoted} {'occurs' if len(words) == 1 else 'occur'}"


def _articles(count: int) -> str:
    return "1 article" if count == 1 else f"{count} articles"
