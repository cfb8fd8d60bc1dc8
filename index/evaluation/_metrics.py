"""Metrics of answers: a row for each question, and the figures made of the rows.

The formulas take plain arrays of shape (n,), one number for each question: `confidence` holds probabilities,
`right` says whether the first sentence was gold, and `answerable` whether the articles answer the question.
No result depends on the order of the questions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from index.errors import UsageError
from index.evaluation._questions import Evidence, Question, holds_gold, is_gold
from index.types import Answer, Answered, Citation, Reason

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WANTED_RISK = 0.1
_SHOWN = 3
_DEEP = 10


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """The result of answering every question at or above a threshold.

    Attributes:
        threshold: Lowest confidence that is answered.
        coverage: Share of answerable questions answered.
        risk: Share of given answers whose first sentence is not gold.
        answered: How many answers are given.
    """

    threshold: float
    coverage: float
    risk: float
    answered: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of similar confidence.

    Attributes:
        low: Lower end of the bin (equal width), or lowest confidence in it (equal mass).
        high: Upper end, or highest confidence.
        count: How many questions; never 0.
        confidence: Their mean confidence.
        right: Share of them whose first sentence is gold.
    """

    low: float
    high: float
    count: int
    confidence: float
    right: float


def auroc(confidence: Floats, answerable: Flags) -> float | None:
    """Compute the area under the ROC curve of confidence as a test of answerability.

    It is the chance that an answerable question has more confidence than an unanswerable one, with ties as
    half: the Mann-Whitney U statistic over the number of pairs, from mid-ranks (Hanley and McNeil, 1982).

    Returns:
        A share; None if one of the two kinds of question is missing.
    """
    positive = int(answerable.sum())
    negative = len(answerable) - positive
    if not positive or not negative:
        return None
    _, group, sizes = np.unique(confidence, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[group]
    u = float(ranks[answerable].sum()) - positive * (positive + 1) / 2
    return u / (positive * negative)


def risk_coverage(confidence: Floats, right: Flags, answerable: Flags) -> tuple[RiskPoint, ...]:
    """Compute risk and coverage at every threshold, from the strictest to the most lenient.

    Returns:
        A point for each distinct confidence; none if no question is answerable.
    """
    if not answerable.any():
        return ()
    columns = _curve(confidence, right, answerable)
    return tuple(
        RiskPoint(threshold, coverage, risk, answered)
        for threshold, coverage, risk, answered in zip(*(each.tolist() for each in columns), strict=True)
    )


def coverage_at_risk(confidence: Floats, right: Flags, answerable: Flags, risk: float) -> float | None:
    """Compute the largest coverage of a threshold with at most that risk; 0 if every threshold has more.

    Returns:
        A share; None if no question is answerable.
    """
    if not answerable.any():
        return None
    _, coverage, risks, _ = _curve(confidence, right, answerable)
    # 1 - 9/10 is a little more than 0.1 in floating point.
    return float(coverage[risks <= risk + 1e-9].max(initial=0.0))


def _curve(
    confidence: Floats, right: Flags, answerable: Flags
) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    """Compute the thresholds, in descending order, with coverage, risk and number of answers at each."""
    order = np.argsort(-confidence, kind="stable")
    ordered = confidence[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    given = ends.astype(np.int64) + 1
    coverage = np.cumsum(answerable[order])[ends] / answerable.sum()
    return ordered[ends], coverage, 1 - np.cumsum(right[order])[ends] / given, given


def bins_of_width(confidence: Floats, right: Flags, count: int = 10) -> tuple[Bin, ...]:
    """Group questions by confidence into bins of equal width; empty bins are left out."""
    number = np.clip(np.floor(confidence * count), 0, count - 1).astype(np.int64)
    return tuple(
        _bin(confidence[number == one], right[number == one], one / count, (one + 1) / count)
        for one in (int(each) for each in np.unique(number))
    )


def bins_of_mass(confidence: Floats, right: Flags, count: int = 10) -> tuple[Bin, ...]:
    """Group questions by rank of confidence into bins of equal size; ties stay together."""
    if not len(confidence):
        return ()
    _, group, sizes = np.unique(confidence, return_inverse=True, return_counts=True)
    below = np.cumsum(sizes) - sizes
    number = (below * count // len(confidence))[group]
    bins = []
    for one in np.unique(number):
        inside = confidence[number == one]
        bins.append(_bin(inside, right[number == one], float(inside.min()), float(inside.max())))
    return tuple(bins)


def _bin(confidence: Floats, right: Flags, low: float, high: float) -> Bin:
    count = len(confidence)
    return Bin(low, high, count, math.fsum(confidence) / count, int(right.sum()) / count)


def calibration_error(bins: Sequence[Bin]) -> float | None:
    """Expected calibration error (Naeini et al., 2015): mean gap between confidence and share right."""
    total = sum(one.count for one in bins)
    if not total:
        return None
    return math.fsum(one.count * abs(one.confidence - one.right) for one in bins) / total


def brier(confidence: Floats, right: Flags) -> float | None:
    """Mean squared error of confidence (Brier, 1950); 0 is best, always 0.5 gives 0.25."""
    return math.fsum((confidence - right) ** 2) / len(right) if len(right) else None


def wilson(share: float, count: int) -> tuple[float, float]:
    """95 % confidence interval of a share of `count` cases (Wilson, 1927); (0, 1) where there is none."""
    if not count:
        return 0.0, 1.0
    z = 1.959964
    shrunk = 1 + z * z / count
    centre = (share + z * z / (2 * count)) / shrunk
    half = z / shrunk * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True, slots=True)
class Quoted:
    """A cited sentence (or a candidate, if the question was declined), and whether it is gold."""

    text: str
    article_id: str
    title: str
    score: float
    gold: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A question, its answer, and how good that is.

    Attributes:
        id: The id of the question.
        question: As asked.
        answerable: Whether the articles answer it; None if that is not known, so that it counts in no figure.
        answered: Whether it was answered.
        confidence: Calibrated probability that the first sentence answers.
        quoted: The first three cited sentences or, if it was declined, candidates.
        candidate_rank: Rank (from 1) of the first gold one among the first ten candidates.
        passage_rank: Rank (from 1) of the first gold one among the first ten passages.
        seconds: How long the answer took.
        reason: Why it was declined, in words.
        answers: Known short answers.
        evidence: Known places of the answer.
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
        """Whether it was answered with a gold sentence first, or declined and is not answerable."""
        return self.hit(1) if self.answered else not self.answerable


@dataclass(frozen=True, slots=True)
class QualityMetrics:
    """The figures of a question set. Shares are from 0 to 1; a figure without data is None.

    Attributes:
        questions: How many, including those that are not judged.
        answerable: How many are known to be answerable.
        unanswerable: How many are known not to be.
        sentence_hit_1: Share of answerable questions whose first sentence is gold.
        sentence_hit_3: The same of the first three.
        passage_hit_1: Share of answerable questions whose first passage holds a gold sentence.
        passage_hit_3: The same of the first three.
        passage_hit_10: The same of the first ten.
        mrr_10: Mean of 1 / rank of the first gold passage; 0 beyond the tenth.
        candidates_hit_10: Share of answerable questions with a gold sentence among the ten candidates.
        auroc: How well the confidence separates answerable from unanswerable questions.
        coverage_at_10_risk: Largest coverage of a threshold at which at most one answer in ten is wrong.
        coverage: Share of answerable questions that were answered.
        risk: Share of the answers whose first sentence is not gold.
        accuracy: Share of questions that were answered correctly, or correctly declined.
        answered_right: How many were answered with a gold sentence first.
        answered_wrong: How many other questions were answered, unanswerable ones included.
        declined_right: How many unanswerable questions were declined.
        declined_wrong: How many answerable questions were declined.
        ece_width: Expected calibration error over ten bins of equal width.
        ece_mass: The same over ten bins of equal size.
        brier: Mean squared error of confidence.
        seconds_mean: Mean time of an answer, over all questions.
        seconds_median: Median time of an answer.
        seconds_p95: 95th percentile of the time of an answer.
        curve: Risk and coverage at every threshold.
        reliability: The ten bins of equal width, without empty ones.
        rows: The rows that the figures were made of.
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
        """Return the figures, curve and bins, but not the rows, as JSON can hold them."""
        data = asdict(replace(self, rows=()))
        del data["rows"]
        return data


def evaluate(
    questions: Iterable[Question], answers: Iterable[Answer], describe: Callable[[Reason], str] = repr
) -> QualityMetrics:
    """Measure answers.

    Args:
        questions: The questions; may be a generator.
        answers: One for each question, in the same order; may be a generator.
        describe: Puts a reason for declining into words, for the report.

    Raises:
        UsageError: There are more of one than of the other.
    """
    rows = []
    for question, answer in zip_longest(questions, answers):
        if question is None or answer is None:
            raise UsageError("There must be exactly one answer for each question, in the same order.")
        rows.append(rank(question, answer, describe))
    return measure(rows)


def rank(question: Question, answer: Answer, describe: Callable[[Reason], str] = repr) -> Row:
    """Compare an answer with what is known of its question; `describe` as in `evaluate`."""
    known = question.answerable is not None or bool(question.evidence)
    # An unanswerable question has no gold sentence, even if its set names a plausible one.
    evidence = question.evidence if question.answerable is not False else ()
    answered = isinstance(answer, Answered)
    shown = answer.citations if answered else answer.candidates
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
        reason=None if isinstance(answer, Answered) else describe(answer.reason),
        answers=question.answers,
        evidence=evidence,
    )


def _quoted(citation: Citation, evidence: Sequence[Evidence]) -> Quoted:
    gold = is_gold(citation, evidence)
    return Quoted(citation.text, citation.article_id, citation.title, citation.score, gold)


def _rank(gold: Iterable[bool]) -> int | None:
    return next((rank for rank, one in enumerate(gold, start=1) if one), None)


def measure(rows: Sequence[Row]) -> QualityMetrics:
    """Compute the figures of rows; rows that nobody has judged count only in `questions` and `seconds_…`."""
    judged = [row for row in rows if row.answerable is not None]
    wanted = [row for row in judged if row.answerable]
    given = [row for row in judged if row.answered]
    confidence = np.array([row.confidence for row in judged], dtype=np.float64)
    right = np.array([row.hit(1) for row in judged], dtype=np.bool_)
    answerable = np.array([row.answerable for row in judged], dtype=np.bool_)
    seconds = np.array([row.seconds for row in rows], dtype=np.float64)
    reliability = bins_of_width(confidence, right)
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
        auroc=auroc(confidence, answerable),
        coverage_at_10_risk=coverage_at_risk(confidence, right, answerable, WANTED_RISK),
        coverage=_mean(row.answered for row in wanted),
        risk=_mean(not row.hit(1) for row in given),
        accuracy=_mean(row.decided_right for row in judged),
        answered_right=sum(row.hit(1) for row in given),
        answered_wrong=sum(not row.hit(1) for row in given),
        declined_right=sum(not (row.answered or row.answerable) for row in judged),
        declined_wrong=sum(not row.answered for row in wanted),
        ece_width=calibration_error(reliability),
        ece_mass=calibration_error(bins_of_mass(confidence, right)),
        brier=brier(confidence, right),
        seconds_mean=float(seconds.mean()) if rows else None,
        seconds_median=float(np.median(seconds)) if rows else None,
        seconds_p95=float(np.quantile(seconds, 0.95)) if rows else None,
        curve=risk_coverage(confidence, right, answerable),
        reliability=reliability,
        rows=tuple(rows),
    )


def _mean(values: Iterable[float]) -> float | None:
    numbers = list(values)
    return math.fsum(numbers) / len(numbers) if numbers else None
