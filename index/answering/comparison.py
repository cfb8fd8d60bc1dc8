"""What somebody says, taken apart into claims, and the sentences of articles that come nearest to each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from index.answering.answer import cite
from index.answering.statements import liken
from index.ranking.features import Candidate, Feature, gather
from index.retrieval.question import refers, understand
from index.retrieval.search import retrieve
from index.retrieval.vectors import VectorIndex
from index.store import Snapshot
from index.text.differences import describe_differences, differences
from index.text.markup import plain
from index.text.sentences import segment
from index.text.words import STOPWORDS, written
from index.types import CITABLE, Claim, Comparison, Encoder, Likeness, Match, Turn

MOST: Final = 3
"""Sentences of a message that are looked for."""
KEPT: Final = 4
"""Claims that a comparison has: of a sentence that says several things, each is one."""

_NEAR: Final = 0.5  # cosine from which a sentence is worth showing
_WORDS: Final = 2  # content words that a claim has at least
_CLAUSE_WORDS: Final = 3  # the same of a claim that is only part of a sentence
# A match begins where a run of white space does, so that a long run is read once.
_CLAUSE: Final = re.compile(r"[,;]\s++(?:and\s++|but\s++)?|(?<!\s)\s++(?:and|but)\s++")
_AGREEING: Final = (Likeness.VERBATIM, Likeness.SAME, Likeness.PART)
_CHATTER: Final = frozenset("lol haha ok okay yes yeah yep nope hi hello hey thanks wow hmm btw imo".split())
_BEGINS: Final = re.compile(r"(?:(?<=[!?] )|(?<=[^\W\d_]{3}\. ))[^\W\d_]")
_ORDER: Final = {each: rank for rank, each in enumerate(Likeness)}


def compare(
    snapshot: Snapshot,
    vectors: VectorIndex,
    encoder: Encoder,
    text: str,
    *,
    collections: Sequence[str] | None = None,
) -> Comparison:
    """Put what somebody says beside the articles, claim by claim.

    Args:
        snapshot: The state of the index.
        vectors: Of its chunks.
        encoder: Encodes the claims.
        text: What is said; of more than `MOST` sentences the first are looked for.
        collections: Where to look; None for everywhere.
    """
    said = _claims(text)

    def look(one: str, before: str) -> Claim:
        query = understand(one, [Turn(before)] if before and refers(one) else [])
        retrieval = retrieve(snapshot, vectors, encoder, query, collections=collections)
        return _match(snapshot, one, gather(snapshot, encoder, retrieval))

    found: list[Claim] = []
    before = ""
    for one in said[:MOST]:
        whole = look(one, before)
        parts = [] if _telling(whole) else [look(part, before) for part in _clauses(one)]
        found += parts if any(map(_telling, parts)) else [whole]
        before = one
    kept = tuple(found[:KEPT])
    return Comparison(kept, len(found) - len(kept) + max(len(said) - MOST, 0))


def _claims(text: str) -> list[str]:
    """The claims in a text: its sentences, but for those that say next to nothing ("lol ok")."""
    found = [each for line in text.splitlines() for each in _sentences(line)]
    saying = [each for each in found if _says(each) >= _WORDS]
    return list(dict.fromkeys(saying or [each for each in found if _says(each)]))


def _sentences(line: str) -> list[str]:
    """The sentences of a line, also where people in a chat begin them with a small letter."""
    capital = _BEGINS.sub(lambda found: found[0].upper() if len(found[0].upper()) == 1 else found[0], line)
    return [line[one.start : one.end] for one in segment(capital) if one.kind in CITABLE]


def _clauses(sentence: str) -> list[str]:
    """What a sentence says one after the other, where each part says enough to stand alone."""
    parts = _CLAUSE.split(sentence)
    return parts if len(parts) > 1 and min(map(_says, parts)) >= _CLAUSE_WORDS else []


def _telling(claim: Claim) -> bool:
    """Whether the articles say the same, or otherwise, and not just something near."""
    return any(each.likeness is not Likeness.NEAR for each in claim.matches)


def _match(snapshot: Snapshot, said: str, candidates: Sequence[Candidate]) -> Claim:
    """Put a claim beside the sentences that were found for it.

    Returns:
        The sentence that is most like the claim; and besides one that agrees with it, one that is as much
        alike and says otherwise, if there is one.
    """
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
            matches.append(Match(likeness, citation, describe_differences(differ) if differ else ""))
    return Claim(said, tuple(matches))


def _says(text: str) -> int:
    return len(set(written(plain(text))) - STOPWORDS - _CHATTER)
