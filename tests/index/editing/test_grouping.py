from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.editing import Editing
from index.editing._grouping import alike
from index.embedding import SentenceEncoder
from index.settings import DEFAULT_MODEL
from index.types import Vectors
from tests.index.hashed import HashedEncoder


def test_the_largest_group_and_the_most_typical_question_come_first() -> None:
    angles = np.deg2rad([0, 90, 80, 100, 40, 3, 200])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert alike(vectors) == [[5, 0, 4], [1, 2, 3], [6]]
    assert alike(vectors[:1]) == [[0]]


def test_wordings_of_a_question_are_grouped_by_meaning() -> None:
    encoder = SentenceEncoder(DEFAULT_MODEL)
    questions = [
        "When does the pool open?",
        "Can I bring my dog on the bus?",
        "pool opening times",
        "Who won the chess cup?",
        "What are the opening hours of the swimming pool?",
        "When does the library open?",
        "are dogs allowed on buses",
    ]
    found = alike(encoder.encode_queries(questions))
    assert [sorted(group) for group in found] == [[0, 2, 4], [1, 6], [3], [5]]


def test_what_was_encoded_before_is_not_encoded_again() -> None:
    counted: list[int] = []

    class Counting(HashedEncoder):
        def encode_queries(self, texts: Sequence[str]) -> Vectors:
            counted.append(len(texts))
            return super().encode_queries(texts)

    editing = Editing(Path("corpus"), Path("index"), Counting())
    assert editing.alike([]) == []
    assert editing.alike(["the pool", "the pool", "a bus"]) == [[0, 1], [2]]
    assert editing.alike(["the pool", "a cup"]) == [[0], [1]]
    assert editing.alike(["a bus"]) == [[0]]
    assert counted == [2, 1, 1]
