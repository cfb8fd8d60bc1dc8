"""Compares two runs over the same questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from index.errors import UsageError
from index.evaluation import measures
from index.evaluation._metrics import WANTED_RISK, Row
from index.evaluation.measures import Floats


class QuestionOutcome(IntEnum):
    """How well a question went, the better the higher."""

    WRONG = 0
    DECLINED = 1
    DECLINED_NEAR = 2
    RIGHT = 3

    @property
    def label(self) -> str:
        """In words."""
        return _LABELS[self]


_LABELS = {
    QuestionOutcome.WRONG: "answered wrong",
    QuestionOutcome.DECLINED: "declined though answerable",
    QuestionOutcome.DECLINED_NEAR: "declined with the right sentence at hand",
    QuestionOutcome.RIGHT: "right",
}


@dataclass(frozen=True, slots=True)
class FigureDifference:
    """A figure before and after, over the questions both runs have.

    Attributes:
        name: The attribute of `Metrics`.
        before: Its value in the first run.
        after: Its value in the second.
        low: Lower end of the 95 % interval of `after - before`.
        high: Its upper end.
    """

    name: str
    before: float
    after: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves no doubt about the direction."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class ChangedQuestion:
    """A question whose outcome changed."""

    before: Row
    after: Row


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What changed from one run to another.

    Attributes:
        questions: How many judged questions both have.
        left_out: How many judged questions only one of them has.
        differences: Figures that both runs define.
        better: Questions with a better outcome, those that gained most confidence first.
        worse: Questions with a worse outcome, those that are most sure of it first.
    """

    questions: int
    left_out: int
    differences: tuple[FigureDifference, ...]
    better: tuple[ChangedQuestion, ...]
    worse: tuple[ChangedQuestion, ...]


def outcome(row: Row) -> QuestionOutcome:
    """How well a judged question went."""
    if row.decided_right:
        return QuestionOutcome.RIGHT
    if row.answered:
        return QuestionOutcome.WRONG
    return QuestionOutcome.DECLINED_NEAR if row.hit(1) else QuestionOutcome.DECLINED


def compare(
    before: Iterable[Row], after: Iterable[Row], *, seed: int = 0, resamples: int = 1000
) -> RunComparison:
    """Compare two runs question by question, by the paired bootstrap (Efron and Tibshirani, 1993).

    Questions are drawn with replacement, the same ones from both runs; an interval holds the middle 95 % of
    the differences seen. Same runs and seed, same result.

    Raises:
        UsageError: The runs have no judged question in common.
    """
    old = {row.id: row for row in before if row.answerable is not None}
    new = {row.id: row for row in after if row.answerable is not None}
    pairs = [
        ChangedQuestion(row, new[row.id]) for row in old.values() if row.id in new and _same(row, new[row.id])
    ]
    if not pairs:
        raise UsageError("The two runs have no question in common, so they cannot be compared.")
    changed = [pair for pair in pairs if outcome(pair.before) != outcome(pair.after)]
    better = [pair for pair in changed if outcome(pair.after) > outcome(pair.before)]
    worse = [pair for pair in changed if outcome(pair.after) < outcome(pair.before)]
    return RunComparison(
        questions=len(pairs),
        left_out=len(old) + len(new) - 2 * len(pairs),
        differences=tuple(_differences(pairs, seed, resamples)),
        better=tuple(sorted(better, key=lambda pair: pair.before.confidence - pair.after.confidence)),
        worse=tuple(sorted(worse, key=lambda pair: -pair.after.confidence)),
    )


def _same(before: Row, after: Row) -> bool:
    """Sets without ids number their lines: the same number may stand for another question."""
    return (before.question, before.answerable) == (after.question, after.answerable)


def _differences(pairs: Sequence[ChangedQuestion], seed: int, resamples: int) -> list[FigureDifference]:
    old, new = _Figures([pair.before for pair in pairs]), _Figures([pair.after for pair in pairs])
    everything = np.arange(len(pairs))
    before, after = old.of(everything), new.of(everything)
    random = np.random.default_rng(seed)
    draws = [random.integers(len(pairs), size=len(pairs)) for _ in range(resamples)]
    seen = np.array([new.of(draw) - old.of(draw) for draw in draws])
    return [
        FigureDifference(name, float(before[i]), float(after[i]), *_interval(seen[:, i]))
        for i, name in enumerate(_Figures.NAMES)
        if not np.isnan(before[i])
    ]


def _interval(differences: Floats) -> tuple[float, float]:
    """The middle 95 %; a draw that leaves the figure undefined (only one kind of question) does not count."""
    low, high = np.nanquantile(differences, (0.025, 0.975))
    return float(low), float(high)


class _Figures:
    """A run as arrays, so that its figures can be made of thousands of resamples."""

    NAMES = (
        "sentence_hit_1",
        "sentence_hit_3",
        "candidates_hit_10",
        "passage_hit_1",
        "passage_hit_3",
        "passage_hit_10",
        "mrr_10",
        "accuracy",
        "brier",
        "auroc",
        "coverage_at_10_risk",
    )

    def __init__(self, rows: Sequence[Row]) -> None:
        self._answerable = np.array([row.answerable for row in rows], dtype=np.bool_)
        self._confidence = np.array([row.confidence for row in rows], dtype=np.float64)
        self._right = np.array([row.hit(1) for row in rows], dtype=np.bool_)
        self._of_answerable = np.array([_shares(row) for row in rows], dtype=np.float64)
        self._of_all = np.array(
            [(row.decided_right, (row.confidence - row.hit(1)) ** 2) for row in rows], dtype=np.float64
        )

    def of(self, questions: npt.NDArray[np.int64]) -> Floats:
        """The figures of the questions at those positions, in the order of `NAMES`; NaN where not defined."""
        answerable, confidence = self._answerable[questions], self._confidence[questions]
        probabilities = self._of_answerable[questions][answerable]
        auroc = measures.auroc(confidence, answerable)
        coverage = measures.coverage_at_risk(confidence, self._right[questions], answerable, WANTED_RISK)
        last = [np.nan if value is None else value for value in (auroc, coverage)]
        first = probabilities.mean(axis=0) if len(probabilities) else np.full(probabilities.shape[1], np.nan)
        return np.concatenate([first, self._of_all[questions].mean(axis=0), last])


def _shares(row: Row) -> tuple[float, ...]:
    """What the first figures of `_Figures.NAMES` are means of."""
    return (
        row.hit(1),
        row.hit(3),
        row.candidate_rank is not None,
        row.passage_hit(1),
        row.passage_hit(3),
        row.passage_hit(10),
        1 / row.passage_rank if row.passage_rank else 0.0,
    )
