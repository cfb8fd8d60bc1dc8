"""The text around a cited sentence: the sentence before that it depends on, and its paragraph."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.citation_ids import CitationId
from index.ranking.features import Candidate
from index.store import Snapshot
from index.text.markup import plain
from index.text.sentences import segment
from index.text.wordlists import PRONOUNS, jaccard
from index.text.words import terms
from index.types import CITABLE, Article, Context, Lead, SentenceKind

_WHOLE: Final = CITABLE - {SentenceKind.PART}
_LONGEST_LEAD: Final = 400  # characters
_OPENING: Final = r"^\W*(?:(?:and|but|so|yet|then|however|also|still|instead|meanwhile|moreover),? )?"
_POINTING: Final = re.compile(
    _OPENING + rf"(?:{'|'.join(PRONOUNS)}|that|hers|theirs|both|neither"
    r"|the (?:latter|former|same|two|three|others?))\b(?! is (?:said|known|possible|important) )",
    re.IGNORECASE,
)
_DEFINITE: Final = re.compile(_OPENING + r"the ([^\W\d_]+)\b(?! of\b)", re.IGNORECASE)
_QUOTATION: Final = re.compile(r"\s*+[\"“«‘][^\"”»]*+(?:[\"”»]\s*+)?")
_ATTRIBUTION: Final = re.compile(
    r"\b(?:said|says|told|added|asked|wrote|warned|stated|explained|according to)\b", re.I
)
_INTRODUCED: Final = re.compile(r"\b(?:an?|one|another)((?: [\w'’-]++){1,4}+)", re.IGNORECASE)
_BREAK: Final = re.compile(r"\n[ \t]*\n")


def needs_lead(text: str, before: str) -> bool:
    """Tell whether a sentence ("He said so.") can only be understood with the one before it.

    Args:
        text: The sentence.
        before: The sentence before it.
    """
    text, before = plain(text), plain(before)
    if _POINTING.match(text):
        return True
    if _QUOTATION.fullmatch(text):
        return _ATTRIBUTION.search(before) is not None
    definite = _DEFINITE.match(text)
    return definite is not None and _introduces(before, definite[1])


def _introduces(before: str, noun: str) -> bool:
    """Tell whether a sentence mentions such a thing for the first time: "a draft resolution"."""
    stem = terms(noun)[:1]
    found = _INTRODUCED.finditer(before)
    return any(stem[0] in terms(match[1]) for match in found) if stem else False


def lead_of(snapshot: Snapshot, candidate: Candidate) -> Lead | None:
    """Return the sentence before a candidate, if the candidate needs it and it can be cited, too."""
    if candidate.ordinal == 0:
        return None
    before = candidate.ordinal - 1
    found, _ = snapshot.sentences(candidate.found.chunk.article_key, before, before)
    if not found or found[0].kind not in _WHOLE or len(found[0].text) > _LONGEST_LEAD:
        return None
    sentence = found[0]
    if not needs_lead(candidate.sentence.text, sentence.text):
        return None
    return Lead(sentence.text, sentence.start, sentence.end)


def context_of(citation_id: CitationId, articles: Sequence[Article], words: str = "") -> Context:
    """Find the quoted sentence in its article as it is now.

    Args:
        citation_id: Id of the citation.
        articles: The article that it names; none when that is gone. More than one if their hashes collide.
        words: The quoted text, if known; the citation id has only a hash of it.

    Returns:
        The sentence in its paragraph. If the sentence has changed, the one that shares most words with it;
        if the words are not known, or no sentence has any of them, the one at its place.
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
            alike = [jaccard(wanted, set(terms(one.text))) for one in sentences]
            nearest = [-abs(one.start - there.start) for one in sentences]
            most, _, best = max(zip(alike, nearest, sentences, strict=True), key=lambda row: row[:2])
            found = best if most else there
            return _context("changed", article, found.start, found.end)
    return Context("removed")


def _context(status: str, article: Article, start: int, end: int) -> Context:
    breaks = list(_BREAK.finditer(article.text))
    first = max((one.end() for one in breaks if one.end() <= start), default=0)
    last = min((one.start() for one in breaks if one.start() >= end), default=len(article.text))
    return Context(status, article, start, end, article.text[first:start], article.text[end:last])
