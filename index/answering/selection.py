"""Which of the ranked sentences to cite: the fewest that answer, none twice, both where articles differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from index.ranking.features import Candidate
from index.ranking.ranker import Ranked
from index.retrieval.question import Query
from index.text.differences import Difference, differences
from index.text.words import terms
from index.types import SentenceKind

SHOWN: Final = 10
"""Candidates and passages that an answer carries."""

_ENOUGH: Final = 0.8  # of the probability that one of the candidates is right: then no more is cited
_ENOUGH_OF_MANY: Final = 0.95  # the same, of a question that asks for several things
_ALIKE: Final = 0.8  # shared words of two sentences that say the same
_SAME_MEANING: Final = 0.95
_NEARLY_AS_GOOD: Final = 0.2  # share of the best one's from which its contradiction is cited


@dataclass(frozen=True, slots=True)
class Choice:
    """What to cite.

    Attributes:
        positions: Of the sentences in the ranking, best first; where two articles differ, the newer first.
        differ: What the first two differ in; empty if they do not.
    """

    positions: tuple[int, ...]
    differ: tuple[Difference, ...] = ()


def choose(ranked: Ranked, query: Query, k: int, published: Sequence[str | None] = ()) -> Choice:
    """The fewest sentences that hold the answer in all likelihood.

    Args:
        ranked: The ranked sentences.
        query: The question: of several things that it asks for, more sentences are cited.
        k: How many sentences at most.
        published: Dates of the first `SHOWN` ranked sentences' articles, ISO 8601.
    """
    first = range(min(SHOWN, len(ranked.candidates)))
    against = _contradiction(ranked) if k > 1 else None
    chosen: list[int] = []
    likelihood = 0.0
    if against is not None:
        position, differ = against
        chosen = [0, position]
        if max(first) < len(published) and (published[position] or "") > (published[0] or "") > "":
            chosen.reverse()
        return Choice(tuple(chosen), differ)
    enough = _ENOUGH_OF_MANY if query.several else _ENOUGH
    for position in _in_turn(ranked, query, first):
        if len(chosen) >= k or likelihood >= enough:
            break
        likelihood += float(ranked.probabilities[position])
        if not any(same(ranked.candidates[position], ranked.candidates[earlier]) for earlier in chosen):
            chosen.append(position)
    return Choice(tuple(chosen))


def _in_turn(ranked: Ranked, query: Query, first: range) -> list[int]:
    """Positions, best first; of a question for several things, the best one's fellow list items follow it."""
    if not query.several or not first:
        return list(first)
    best = ranked.candidates[0]

    def fellow(position: int) -> bool:
        one = ranked.candidates[position]
        alike = one.sentence.kind is best.sentence.kind is SentenceKind.ITEM
        introduced = one.sentence.kind is SentenceKind.ITEM and best.sentence.text.rstrip().endswith(":")
        near = abs(one.ordinal - best.ordinal) <= SHOWN
        return (alike or introduced) and near and one.place[0] == best.place[0]

    return sorted(first, key=lambda position: (position > 0, position > 0 and not fellow(position)))


def _contradiction(ranked: Ranked) -> tuple[int, tuple[Difference, ...]] | None:
    """A sentence of another article that is nearly as good as the best and says otherwise."""
    for position in range(1, min(SHOWN, len(ranked.candidates))):
        if ranked.probabilities[position] < _NEARLY_AS_GOOD * ranked.probabilities[0]:
            return None
        best, other = ranked.candidates[0], ranked.candidates[position]
        if best.place[0] != other.place[0]:
            found = differences(best.sentence.text, other.sentence.text)
            if found:
                return position, found
    return None


def same(one: Candidate, other: Candidate) -> bool:
    """Whether two sentences say the same."""
    if differences(one.sentence.text, other.sentence.text):
        return False
    if float(one.vector @ other.vector) >= _SAME_MEANING:
        return True
    words, others = set(terms(one.sentence.text)), set(terms(other.sentence.text))
    return len(words & others) >= _ALIKE * len(words | others)
