"""A cited sentence in its paragraph, or what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.citation_ids import CitationId
from index.text.sentences import segment
from index.text.wordlists import jaccard
from index.text.words import terms
from index.types import Article, Context, Sentence

_BREAK: Final = re.compile(r"\n[ \t]*\n")


def context_of(citation_id: CitationId, articles: Sequence[Article], words: str = "") -> Context:
    """Find the quoted sentence in its article as it is now.

    Args:
        citation_id: Of the citation.
        articles: Those whose ids the citation id names: one, or none when it is gone; by rare chance more.
        words: What was quoted, where that is still known: the citation id holds only a hash of it.

    Returns:
        The sentence with its paragraph. In the stead of a sentence that changed comes the one that shares
        most of the words; where the words are not known, or no sentence has any, the one at its place.
    """
    for article in articles:
        if citation_id.proves(article.text[citation_id.start : citation_id.end]):
            return _context("intact", article, citation_id.start, citation_id.end)
    for article in articles:
        for sentence in segment(article.text, language=article.language):
            if citation_id.proves(sentence.text):
                return _context("moved", article, sentence.start, sentence.end)
    for article in articles:
        sentences = segment(article.text, language=article.language)
        if sentences:
            there = next((one for one in sentences if one.end > citation_id.start), sentences[-1])
            wanted = set(terms(words))
            most = max(sentences, key=lambda one: (_alike(wanted, one), -abs(one.start - there.start)))
            found = most if _alike(wanted, most) else there
            return _context("changed", article, found.start, found.end)
    return Context("removed")


def _alike(wanted: set[str], sentence: Sentence) -> float:
    return jaccard(wanted, set(terms(sentence.text)))


def _context(status: str, article: Article, start: int, end: int) -> Context:
    breaks = list(_BREAK.finditer(article.text))
    first = max((one.end() for one in breaks if one.end() <= start), default=0)
    last = min((one.start() for one in breaks if one.start() >= end), default=len(article.text))
    return Context(status, article, start, end, article.text[first:start], article.text[end:last])
