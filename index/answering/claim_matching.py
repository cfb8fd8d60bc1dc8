"""The claims in a message, each beside the nearest sentences of articles.

They are compared by words, numbers, dates and negation alone, so nothing here can tell what is true. Two
sentences count as the same only where all words that carry meaning agree, in the same order; everything else
is left for the reader to compare.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.answering.answer import cite
from index.ranking.features import Candidate, Feature, gather
from index.retrieval.question import refers, understand
from index.retrieval.search import retrieve
from index.retrieval.vectors import VectorIndex
from index.store import Snapshot
from index.text.contradictions import departures, differences, negates
from index.text.markup import plain
from index.text.sentences import segment
from index.text.words import STOPWORDS, terms, written
from index.types import CITABLE, Claim, Comparison, Difference, Encoder, Likeness, Match, Turn

MOST: Final = 3
"""Maximum number of sentences of a message that are compared."""
KEPT: Final = 4
"""Maximum number of claims in a comparison; a sentence may make several."""

_NEAR: Final = 0.5  # cosine from which a sentence is worth showing
_WORDS: Final = 2  # least number of content words in a claim
_CLAUSE_WORDS: Final = 3  # the same for a claim that is only part of a sentence
# A match begins at the start of a run of white space, so that a long run is read only once.
_CLAUSE: Final = re.compile(r"[,;]\s++(?:and\s++|but\s++)?|(?<!\s)\s++(?:and|but)\s++")
_AGREEING: Final = (Likeness.VERBATIM, Likeness.SAME, Likeness.PART)
_CHATTER: Final = frozenset("lol haha ok okay yes yeah yep nope hi hello hey thanks wow hmm btw imo".split())
_BEGINS: Final = re.compile(r"(?:(?<=[!?] )|(?<=[^\W\d_]{3}\. ))[^\W\d_]")
_ORDER: Final = {each: rank for rank, each in enumerate(Likeness)}
_ALIKE: Final = 0.8  # share of a sentence's words in the claim, from which it hardly says more
_EMPTY: Final = frozenset(
    "a an the is are was were be been am of to in on at by for with and that this these those it its as also "
    "there from has have had do does did so very just".split()
)  # words that may be missing, unlike "after", "only" or "may"
_CLOCK: Final = re.compile(r"\b(\d{1,2})(?:[.:](\d\d))? ?([ap])\.?m\b\.?|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)


def compare(
    snapshot: Snapshot,
    vectors: VectorIndex,
    encoder: Encoder,
    text: str,
    *,
    collections: Sequence[str] | None = None,
) -> Comparison:
    """Compare a message with the articles, claim by claim.

    Args:
        snapshot: The state of the index.
        vectors: The vectors of its chunks.
        encoder: Encodes the claims.
        text: The message; its first `MOST` sentences are compared.
        collections: Where to look; None for everywhere.
    """
    sentences = _sentences(text)

    def find(claim: str, before: str) -> Claim:
        query = understand(claim, [Turn(before)] if before and refers(claim) else [])
        retrieval = retrieve(snapshot, vectors, encoder, query, collections=collections)
        return _match(snapshot, claim, gather(snapshot, encoder, retrieval))

    claims: list[Claim] = []
    before = ""
    for sentence in sentences[:MOST]:
        whole = find(sentence, before)
        parts = [] if _is_decided(whole) else [find(part, before) for part in _clauses(sentence)]
        claims += parts if any(map(_is_decided, parts)) else [whole]
        before = sentence
    kept = tuple(claims[:KEPT])
    return Comparison(kept, len(claims) - len(kept) + max(len(sentences) - MOST, 0))


def _sentences(text: str) -> list[str]:
    """Split a text into its different sentences, without those that say almost nothing ("lol ok")."""
    found = [each for line in text.splitlines() for each in _sentences_of_line(line)]
    telling = [each for each in found if _content_words(each) >= _WORDS]
    return list(dict.fromkeys(telling or [each for each in found if _content_words(each)]))


def _sentences_of_line(line: str) -> list[str]:
    """Split a line into sentences, which in a chat may begin with a small letter."""
    capital = _BEGINS.sub(lambda found: found[0].upper() if len(found[0].upper()) == 1 else found[0], line)
    return [line[one.start : one.end] for one in segment(capital) if one.kind in CITABLE]


def _clauses(sentence: str) -> list[str]:
    """Split a sentence into clauses, if each has enough words to be a claim of its own."""
    parts = _CLAUSE.split(sentence)
    return parts if len(parts) > 1 and min(map(_content_words, parts)) >= _CLAUSE_WORDS else []


def _content_words(text: str) -> int:
    return len(set(written(plain(text))) - STOPWORDS - _CHATTER)


def _is_decided(claim: Claim) -> bool:
    """Tell whether a sentence agrees with a claim or contradicts it, and is not just near."""
    return any(each.likeness is not Likeness.NEAR for each in claim.matches)


def _match(snapshot: Snapshot, said: str, candidates: Sequence[Candidate]) -> Claim:
    """Match a claim with the sentence most like it and, if that agrees, with one that contradicts it."""
    ranked = []
    for one in candidates:
        likeness, differ = liken(said, one.sentence.text)
        meaning = one.features[Feature.DENSE]
        if likeness is None and meaning >= _NEAR:
            likeness = Likeness.NEAR
        if likeness is not None:
            ranked.append((_ORDER[likeness], -meaning, one.place, likeness, differ, one))
    ranked.sort(key=lambda row: row[:3])
    chosen = ranked[:1]
    if chosen and chosen[0][3] in _AGREEING:
        against = (row for row in ranked if row[3] is Likeness.DIFFERS)
        chosen += [row for row in against if differences(said, row[5].sentence.text)][:1]
    matches = []
    for _, _, _, likeness, differ, one in chosen:
        citation = cite(snapshot, one, max(one.features[Feature.DENSE], 0.0))
        if citation is not None:
            matches.append(Match(likeness, citation, differ))
    return Claim(said, tuple(matches))


def liken(said: str, sentence: str) -> tuple[Likeness | None, tuple[Difference, ...]]:
    """Compare a claim with a sentence of an article.

    Returns:
        How they relate, or None where their words do not show that they are about the same thing; and what
        they differ in.
    """
    own, other = _clocked(plain(said)), _clocked(plain(sentence))
    if written(plain(said)) == written(plain(sentence)):
        return Likeness.VERBATIM, ()
    differ = departures(own, other)
    if differ:
        return Likeness.DIFFERS, differ
    words, others = _words(own), _words(other)
    if len(words) < 2 or not _in_order(words, others) or negates(own) != negates(other):
        return None, ()
    more = len(set(words)) < _ALIKE * len(set(others)) or bool(differences(own, other))
    return (Likeness.PART if more else Likeness.SAME), ()


def _words(text: str) -> list[str]:
    return terms(" ".join(word for word in written(text) if word not in _EMPTY))


def _in_order(words: list[str], others: list[str]) -> bool:
    """Tell whether all words are among the others, in the same order."""
    rest = iter(others)
    return all(word in rest for word in words)


def _clocked(text: str) -> str:
    """Write times of the day in one form, so that 18:40 equals 6.40 pm."""

    def write(found: re.Match[str]) -> str:
        if found[4]:
            return f"{int(found[4])}.{found[5]}"
        hour, minutes = int(found[1]) % 12, found[2] or "00"
        return f"{hour + 12 if found[3] in 'pP' else hour}.{minutes}"

    return _CLOCK.sub(write, text)
