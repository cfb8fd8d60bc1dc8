"""Lexical scores as the index's full text gives them."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

SATURATION: Final = 1.2
LENGTH: Final = 0.75


class BM25:
    """Okapi BM25 with the constants of SQLite's FTS5 (k1 = 1.2, b = 0.75).

    Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond",
    https://doi.org/10.1561/1500000019.

    Args:
        documents: The terms of each passage.
    """

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        lengths = np.array([len(terms) for terms in documents], dtype=np.float64)
        mean = max(lengths.mean(), 1.0) if documents else 1.0
        self._norm = SATURATION * (1 - LENGTH + LENGTH * lengths / mean)
        self._postings: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for number, terms in enumerate(documents):
            for term, count in Counter(terms).items():
                places, counts = self._postings[term]
                places.append(number)
                counts.append(count)

    def best(self, terms: Iterable[str], count: int = 50) -> list[int]:
        """The numbers of the passages with the highest scores, best first; only those above zero."""
        scores = np.zeros(len(self._norm))
        for term in dict.fromkeys(terms):
            if term not in self._postings:
                continue
            places, counts = (np.array(column) for column in self._postings[term])
            rarity = math.log((len(scores) - len(places) + 0.5) / (len(places) + 0.5))
            scores[places] += max(rarity, 1e-6) * counts * (SATURATION + 1) / (counts + self._norm[places])
        order = np.argsort(-scores, kind="stable")[:count]
        return [int(number) for number in order if scores[number] > 0]
