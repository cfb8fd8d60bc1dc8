"""Reads words that no article holds as the written word they are nearest to: typing errors, most likely."""

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

_SHORTEST: Final = 4  # letters of a word that is corrected: shorter ones are near to too many others
_ALIKE: Final = 0.86  # of Jaro and Winkler's similarity, from which a term may be the one that was meant
_TERMS: Final = 8
_PASSAGES: Final = 24
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Speller:
    """Corrects questions by the words of the articles; remembers those of one state of the index."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._vocabulary: list[str] = []

    def correct(self, snapshot: Snapshot, query: Query, collections: Sequence[str] | None = None) -> Query:
        """The query with its unknown words read as known ones, where one is near enough.

        Both are words of the articles in `collections`, or of all: others may not be for the one who asks.

        A word is near enough at one error (an insertion, deletion, substitution or swap of neighbours), from
        eight letters on at two; its first letter must be right or swapped. What is written as a name is only
        read as a name.
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
        for form in {typed, *terms(typed)}:  # the error may have kept the stemmer from doing its work
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
    """The text with each word that has a correction replaced by it."""
    parts, at = [], 0
    for start, end, _ in places(text):
        parts += [text[at:start], corrections.get(text[start:end], text[start:end])]
        at = end
    return "".join([*parts, text[at:]])


def _closest(typed: str, written: Counter[str], stems: Iterable[str]) -> str | None:
    """The written word with the fewest errors, the commonest of several."""
    allowed = 1 if len(typed) < 8 else 2
    best: tuple[int, int, str] | None = None
    for word, count in written.items():
        if abs(len(word) - len(typed)) > allowed or not set(terms(word)) & set(stems):
            continue
        errors = OSA.distance(typed, fold(word), score_cutoff=allowed)
        if errors <= allowed and (best is None or (errors, -count, word) < best):
            best = errors, -count, word
    return best[2] if best else None
