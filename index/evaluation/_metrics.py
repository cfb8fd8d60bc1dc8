"""Measures answers against what is known: one row for each question, and the figures made of the rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from typing import Any

import numpy as np

from index.errors import UsageError
from index.evaluation import measures
from index.evaluation._labels import Evidence, holds_gold, is_gold
from index.evaluation._questions import Question
from index.evaluation.measures import Bin, RiskPoint
from index.types import Answer, Answered, Citation

WANTED_RISK = 0.1
_SHOWN = 3
_DEEP = 10


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence that was cited (or would have been, where it declined), and whether it is gold."""

    text: str
    article_id: str
    title: str
    score: float
    gold: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what was answered, and how good that is.

    Attributes:
        id: The question's.
        question: As asked.
        answerable: Whether the articles answer it; None if that is not known, and it counts in no figure.
        answered: Whether it was answered.
        confidence: Calibrated probability that the first sentence answers.
        quoted: The first three cited sentences or, where it declined, candidates.
        candidate_rank: Rank (from 1) of the first gold one among the first ten candidates.
        passage_rank: Rank (from 1) of the first gold one among the first ten passages.
        seconds: How long it took.
        reason: Why it declined, as a code with its fields.
        answers: Short answers that are known.
        evidence: Where the answer is known to stand.
    """

    id: str
    question: str
    answerable: bool | None
    answered: bool
    confidence: float
    quoted: tuple[Quoted, ...]
    candidate_rank: int | None
    passage_rank: int | None
    seconds: float
    reason: str | None = None
    answers: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    def hit(self, k: int) -> bool:
        """Whether one of the first `k` (at most three) sentences is gold."""
        return any(one.gold for one in self.quoted[:k])

    def passage_hit(self, k: int) -> bool:
        """Whether one of the first `k` (at most ten) passages is gold."""
        return self.passage_rank is not None and self.passage_rank <= k

    @property
    def decided_right(self) -> bool:
        """Answered with a gold sentence first, or declined what cannot be answered."""
        return self.hit(1) if self.answered else not self.answerable


@dataclass(frozen=True, slots=True)
class QualityMetrics:
    """Figures of one question set. Shares are 0 to 1; None where a figure has nothing to be made of.

    Attributes:
        questions: How many, the not judged ones included.
        answerable: How many are known to be answerable.
        unanswerable: How many are known not to be.
        sentence_hit_1: Share of answerable questions whose first sentence is gold.
        sentence_hit_3: The same of the first three.
        passage_hit_1: Share of answerable questions whose first passage holds a gold sentence.
        passage_hit_3: The same of the first three.
        passage_hit_10: The same of the first ten.
        mrr_10: Mean of 1 / rank of the first gold passage; 0 beyond the tenth.
        candidates_hit_10: Share of answerable questions with a gold sentence among the ten candidates.
        auroc: How well confidence separates answerable from unanswerable questions.
        coverage_at_10_risk: Largest coverage of a threshold at which at most one answer in ten is wrong.
        coverage: Share of answerable questions that it chose to answer.
        risk: Share of the answers it chose to give whose first sentence is not gold.
        accuracy: Share of questions answered right, or declined rightly.
        answered_right: How many were answered with a gold sentence first.
        answered_wrong: How many were answered otherwise, unanswerable ones among them.
        declined_right: How many unanswerable ones were declined.
        declined_wrong: How many answerable ones were declined.
        ece_width: Expected calibration error over ten bins of equal width.
        ece_mass: The same over ten bins of equal size.
        brier: Mean squared error of confidence.
        seconds_mean: Mean time of an answer, over all questions.
        seconds_median: Half took at most that.
        seconds_p95: 95 % took at most that.
        curve: Risk and coverage at every threshold.
        reliability: The ten bins of equal width (empty ones left out).
        rows: What all this was made of.
    """

    questions: int
    answerable: int
    unanswerable: int
    sentence_hit_1: float | None
    sentence_hit_3: float | None
    passage_hit_1: float | None
    passage_hit_3: float | None
    passage_hit_10: float | None
    mrr_10: float | None
    candidates_hit_10: float | None
    auroc: float | None
    coverage_at_10_risk: float | None
    coverage: float | None
    risk: float | None
    accuracy: float | None
    answered_right: int
    answered_wrong: int
    declined_right: int
    declined_wrong: int
    ece_width: float | None
    ece_mass: float | None
    brier: float | None
    seconds_mean: float | None
    seconds_median: float | None
    seconds_p95: float | None
    curve: tuple[RiskPoint, ...] = field(repr=False)
    reliability: tuple[Bin, ...] = field(repr=False)
    rows: tuple[Row, ...] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The figures, curve and bins, ready for JSON; without the rows."""
        data = asdict(replace(self, rows=()))
        del data["rows"]
        return data


def evaluate(questions: Iterable[Question], answers: Iterable[Answer]) -> QualityMetrics:
    """Measure answers, which may be made as they are asked for, one for each question in the same order.

    Raises:
        UsageError: There are more of the one than of the other.
    """
    rows = []
    for question, answer in zip_longest(questions, answers):
        if question is None or answer is None:
            raise UsageError("There must be exactly one answer for each question, in the same order.")
        rows.append(rank(question, answer))
    return measure(rows)


def rank(question: Question, answer: Answer) -> Row:
    """Hold one answer against what is known of its question."""
    known = question.answerable is not None or bool(question.evidence)
    # An unanswerable question has no gold sentence, whatever a set may name as a plausible one.
    evidence = question.evidence if question.answerable is not False else ()
    answered = isinstance(answer, Answered)
    shown = answer.citations if isinstance(answer, Answered) else answer.candidates
    return Row(
        id=question.id,
        question=question.question,
        answerable=question.answerable is not False if known else None,
        answered=answered,
        confidence=answer.confidence,
        quoted=tuple(_quoted(citation, evidence) for citation in shown[:_SHOWN]),
        candidate_rank=_rank(is_gold(one, evidence) for one in answer.candidates[:_DEEP]),
        passage_rank=_rank(holds_gold(one, evidence) for one in answer.passages[:_DEEP]),
        seconds=answer.seconds,
        reason=None if isinstance(answer, Answered) else repr(answer.reason),
        answers=question.answers,
        evidence=evidence,
    )


def _quoted(citation: Citation, evidence: Sequence[Evidence]) -> Quoted:
    gold = is_gold(citation, evidence)
    return Quoted(citation.text, citation.article_id, citation.title, citation.score, gold)


def _rank(gold: Iterable[bool]) -> int | None:
    return next((rank for rank, one in enumerate(gold, start=1) if one), None)


def measure(rows: Sequence[Row]) -> QualityMetrics:
    """Make the figures of rows; rows that nobody has judged count only for questions and seconds."""
    judged = [row for row in rows if row.answerable is not None]
    wanted = [row for row in judged if row.answerable]
    given = [row for row in judged if row.answered]
    confidence = np.array([row.confidence for row in judged], dtype=np.float64)
    right = np.array([row.hit(1) for row in judged], dtype=np.bool_)
    answerable = np.array([row.answerable for row in judged], dtype=np.bool_)
    seconds = np.array([row.seconds for row in rows], dtype=np.float64)
    reliability = measures.bins_of_width(confidence, right)
    return QualityMetrics(
        questions=len(rows),
        answerable=len(wanted),
        unanswerable=len(judged) - len(wanted),
        sentence_hit_1=_mean(row.hit(1) for row in wanted),
        sentence_hit_3=_mean(row.hit(3) for row in wanted),
        passage_hit_1=_mean(row.passage_hit(1) for row in wanted),
        passage_hit_3=_mean(row.passage_hit(3) for row in wanted),
        passage_hit_10=_mean(row.passage_hit(10) for row in wanted),
        mrr_10=_mean(1 / row.passage_rank if row.passage_rank else 0 for row in wanted),
        candidates_hit_10=_mean(row.candidate_rank is not None for row in wanted),
        auroc=measures.auroc(confidence, answerable),
        coverage_at_10_risk=measures.coverage_at_risk(confidence, right, answerable, WANTED_RISK),
        coverage=_mean(row.answered for row in wanted),
        risk=_mean(not row.hit(1) for row in given),
        accuracy=_mean(row.decided_right for row in judged),
        answered_right=sum(row.hit(1) for row in given),
        answered_wrong=sum(not row.hit(1) for row in given),
        declined_right=sum(not (row.answered or row.answerable) for row in judged),
        declined_wrong=sum(not row.answered for row in wanted),
        ece_width=measures.calibration_error(reliability),
        ece_mass=measures.calibration_error(measures.bins_of_mass(confidence, right)),
        brier=measures.brier(confidence, right),
        seconds_mean=float(seconds.mean()) if rows else None,
        seconds_median=float(np.median(seconds)) if rows else None,
        seconds_p95=float(np.quantile(seconds, 0.95)) if rows else None,
        curve=measures.risk_coverage(confidence, right, answerable),
        reliability=reliability,
        rows=tuple(rows),
    )


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return math.fsum(numbers) / len(numbers) if numbers else None
