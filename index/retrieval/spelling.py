"""Corrects words of a question that occur in no article, which are probably misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler

from index.retrieval.question import Query, understand
from index.store import Snapshot, State
from index.text.words import fold, places, terms

_SHORTEST: Final = 4  # least number of letters: shorter words are near to too many others
_ALIKE: Final = 0.86  # Jaro-Winkler similarity from which a term may be the right one
_TERMS: Final = 8
_PASSAGES: Final = 24
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Speller:
    """Corrects questions by the words of the articles, which it caches for one state of the index."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._vocabulary: list[str] = []

    def correct(self, snapshot: Snapshot, query: Query, collections: Sequence[str] | None = None) -> Query:
        """Replace unknown words of a query with known ones that are near enough.

        Only words of the searched collections count as known: the asker may not see others.

        A word is near enough at one error (an insertion, deletion, substitution or swap of neighbours); from
        eight letters on, at two. Its first letter must be right or swapped. A capitalized word is only
        replaced with a capitalized one.
        """
        frequency = snapshot.document_frequency(query.terms, collections)
        unknown = [
            query.shown[term]
            for term in query.terms
            if not frequency[term] and term in query.shown and _WORD.fullmatch(query.shown[term])
        ]
        corrections = {}
        for word in unknown:
            if len(word) >= _SHORTEST and (found := self._nearest(snapshot, word, collections)):
                corrections[word] = found
        if not corrections:
            return query
        return replace(
            understand(_replaced(query.text, corrections)),
            kind=query.kind,
            corrections=corrections,
            follows=query.follows,
        )

    def _nearest(self, snapshot: Snapshot, word: str, collections: Sequence[str] | None) -> str | None:
        typed = fold(word)
        known = self._known(snapshot)
        near: dict[str, float] = {}
        for form in {typed, *terms(typed)}:  # the error may have affected stemming
            found = process.extract(
                form,
                known,
                scorer=JaroWinkler.normalized_similarity,
                score_cutoff=_ALIKE,
                limit=_TERMS,
            )
            near |= {stem: score for stem, score, _ in found}
        stems = sorted(stem for stem in near if stem[0] in typed[:2])
        keys = [key for key, _ in snapshot.match(stems, _PASSAGES, collections)]
        written = Counter(
            found
            for chunk in snapshot.chunks(keys)
            for found in _WORD.findall(chunk.text)
            if not word[0].isupper() or found[0].isupper()
        )
        return _closest(typed, written, frozenset(stems))

    def _known(self, snapshot: Snapshot) -> list[str]:
        state = snapshot.state()
        if state != self._state:
            self._vocabulary = [term for term in snapshot.vocabulary() if term.isalpha()]
            self._state = state
        return self._vocabulary


def _replaced(text: str, corrections: Mapping[str, str]) -> str:
    """Replace each word that has a correction."""
    parts, at = [], 0
    for start, end, _ in places(text):
        parts += [text[at:start], corrections.get(text[start:end], text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _closest(typed: str, written: Counter[str], stems: Iterable[str]) -> str | None:
    """Return the word with the fewest errors; of several, the most frequent."""
    allowed = 1 if len(typed) < 8 else 2
    best: tuple[int, int, str] | None = None
    for word, count in written.items():
        if abs(len(word) - len(typed)) > allowed or not set(terms(word)) & set(stems):
            continue
        errors = OSA.distance(typed, fold(word), score_cutoff=allowed)
        if errors <= allowed and (best is None or (errors, -count, word) < best):
            best = errors, -count, word
    return best[2] if best else None
