from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index.answering.answer import SHOWN, Choice, same
from index.answering.answer import choose as choose_of
from index.ranking.features import Candidate
from index.ranking.ranker import Ranked
from index.retrieval.question import Query, understand
from index.retrieval.search import RetrievedChunk
from index.store import StoredChunk
from index.types import Difference, Sentence, SentenceKind

ONE = understand("How many arches has the bridge?")
MANY = understand("What are the steps to add an article?")


def candidate(
    text: str, article: str, ordinal: int = 0, kind: SentenceKind = SentenceKind.PROSE
) -> Candidate:
    chunk = StoredChunk(1, 1, article, "The bridge", 0, len(text), text, 0, 0, "", "")
    vector = np.zeros(8, dtype=np.float32)
    vector[ordinal % 8] = 1
    found = RetrievedChunk(chunk, 0.5, 0.5, 0.03, frozenset())
    return Candidate(found, Sentence(0, len(text), text, kind), ordinal, vector)


def verdict_of(candidates: list[Candidate], probabilities: list[float]) -> Ranked:
    return Ranked(tuple(candidates), np.array(probabilities), 0.9)


def choose(ranked: Ranked, query: Query, k: int, published: Sequence[str | None] = (None,) * SHOWN) -> Choice:
    return choose_of(ranked, query, k, published)


FIVE = candidate("The Old Bridge has five arches.", "news/bridge")
SIX = candidate("The Old Bridge has six arches.", "news/bridge-again")
OTHER = candidate("Volunteers meet on Saturday.", "garden", 3)


def test_articles_that_differ_are_both_cited_the_newer_first() -> None:
    ranked = verdict_of([FIVE, OTHER, SIX], [0.5, 0.3, 0.2])
    assert choose(ranked, ONE, 3) == Choice((0, 2), (Difference.NUMBERS,))
    dates = ["2024-05-01", None, "2026-10-01"]
    assert choose(ranked, ONE, 3, dates) == Choice((2, 0), (Difference.NUMBERS,))
    assert choose(ranked, ONE, 3, dates[::-1]) == Choice((0, 2), (Difference.NUMBERS,))
    assert choose(ranked, ONE, 3, [None, None, "2026-10-01"]).positions == (0, 2)
    assert choose(ranked, ONE, 1, dates) == Choice((0,))


def test_an_unlikely_sentence_contradicts_nothing() -> None:
    assert choose(verdict_of([FIVE, SIX], [0.9, 0.1]), ONE, 3) == Choice((0,))


def test_a_table_does_not_contradict_itself() -> None:
    row = candidate("Bus 7 leaves Mill Lane at noon.", "news/bus")
    other = candidate("Bus 9 leaves Mill Lane at noon.", "news/bus", 1)
    assert choose(verdict_of([row, other], [0.5, 0.4]), ONE, 3) == Choice((0, 1))
    assert not same(row, other)


def test_of_a_list_its_items_come_before_what_else_is_near() -> None:
    written, saved = (
        candidate(text, "help", n, SentenceKind.ITEM) for n, text in enumerate(["Write it.", "Save it."])
    )
    ranked = verdict_of([written, OTHER, saved], [0.5, 0.26, 0.24])
    assert choose(ranked, MANY, 2) == Choice((0, 2))
    assert choose(ranked, ONE, 2) == Choice((0, 1))
    head = candidate("To add an article:", "help", 4)
    assert choose(verdict_of([head, OTHER, saved], [0.5, 0.26, 0.24]), MANY, 2) == Choice((0, 2))
