"""Questions with their candidates, as the engine sees them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from benchmarks.sets import indexed
from index.embedding import SentenceEncoder
from index.evaluation import Evidence, Question, is_gold
from index.ranking.features import Candidate, gather
from index.retrieval.question import understand
from index.retrieval.search import Retrieval, retrieve
from index.retrieval.spelling import Speller
from index.retrieval.vectors import VectorIndex
from index.store import Reader
from index.types import Citation

SETS: Final = ("squad", "clapnq", "qed", "mtrag")
RANKED: Final = SETS[:3]
"""Those with sentences as evidence, from which ranking is learned; that of `mtrag` is whole passages."""
SAMPLE: Final = 750
"""Questions of a set at most, evenly spread."""
FOLDS: Final = 5

Floats = npt.NDArray[np.float64]
_Name = TypeVar("_Name", bound=str)


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its candidates.

    Attributes:
        set: The evaluation set.
        fold: Which fold it is in: that of the article it is about.
        answerable: Whether the articles answer it.
        retrieval: What was found.
        candidates: Sentences with their features.
        gold: Which candidates answer it, shape (len(candidates),), bool.
    """

    set: str
    fold: int
    answerable: bool
    retrieval: Retrieval
    candidates: tuple[Candidate, ...]
    gold: npt.NDArray[np.bool_]


def collect(folder: Path, cache: Path) -> Iterator[Case]:
    """Every judged question of a set, as the engine sees it."""
    encoder = SentenceEncoder()
    speller = Speller()
    index, questions = indexed(folder, cache, encoder)
    with Reader.open(index, model=encoder.fingerprint).snapshot() as snapshot:
        vectors = VectorIndex.follow(None, snapshot)
        for question in questions[:: math.ceil(len(questions) / SAMPLE)]:
            query = speller.correct(snapshot, understand(question.question, question.turns))
            retrieval = retrieve(snapshot, vectors, encoder, query)
            candidates = tuple(gather(snapshot, encoder, retrieval))
            yield _case(folder.name, question, retrieval, candidates)


def _case(name: str, question: Question, retrieval: Retrieval, candidates: tuple[Candidate, ...]) -> Case:
    gold = np.array([_is_gold(candidate, question.evidence) for candidate in candidates], dtype=np.bool_)
    about = candidates[0].found.chunk.article_id if candidates else ""
    if question.answerable and question.evidence:
        about = question.evidence[0].article_id
    fold = blake2b(about.rpartition("/")[2].encode(), digest_size=4).digest()[0] % FOLDS
    return Case(
        name, fold, bool(question.answerable), retrieval, candidates, gold & bool(question.answerable)
    )


def _is_gold(candidate: Candidate, evidence: Sequence[Evidence]) -> bool:
    sentence, article_id = candidate.sentence, candidate.found.chunk.article_id
    return is_gold(
        Citation(sentence.text, article_id, "", None, None, sentence.start, sentence.end, 0.0, None), evidence
    )


def without_gold(case: Case) -> Case:
    """The case as if the articles with the answer were not there: it should be declined."""
    gone = {one.found.chunk.article_id for one, gold in zip(case.candidates, case.gold, strict=True) if gold}
    left = tuple(one for one in case.candidates if one.found.chunk.article_id not in gone)
    return replace(case, answerable=False, candidates=left, gold=np.zeros(len(left), dtype=np.bool_))


def matrix(rows: Iterable[Mapping[_Name, float]], names: Sequence[_Name]) -> Floats:
    """Features as rows, shape (n, len(names)), float64."""
    return np.array([[row[name] for name in names] for row in rows], dtype=np.float64)
