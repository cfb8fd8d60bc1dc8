"""Why there is no answer, in words that help the member on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.judgement import Verdict
from index.query import Query
from index.retrieve import Retrieval
from index.types import IndexInfo
from index.words import STOPWORDS, fold, series

_COUNTS: Final = re.compile(
    r"\s*(?:(?:list|show|name) (?:me )?(?:all|every)\b|how many (?:articles|documents|pages|files)\b"
    r"|(?:what|which) articles (?:are|do)\b)",
    re.IGNORECASE,
)


def reason(retrieval: Retrieval, verdict: Verdict, info: IndexInfo) -> str:
    """Why there is no answer, for the member's eyes."""
    if not info.articles:
        return "There are no articles yet."
    if not any(char.isalnum() for char in retrieval.query.text):
        return "The question holds no words."
    if not retrieval.found:
        return "There are no articles in that collection."
    if _COUNTS.match(retrieval.query.text):
        return "Sentences cannot count or list articles: look at the list of articles instead."
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
