"""Chooses the threshold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from index.errors import CalibrationFailed
from index.evaluation import QualityMetrics, Row, measure
from index.evaluation.measures import RiskPoint, wilson

FEWEST: Final = 20
"""Questions without which nothing is chosen."""

_SETTLED: Final = 10  # answers from which their risk says something
_TOO_EASY: Final = 0.98  # answerability AUROC from which the questions are no test, see decision 5
_STEPS: Final = 10_000  # thresholds have four decimals, like those that come with Footnote


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """A threshold, and what it would have done.

    Attributes:
        wanted: Risk that was asked for.
        reached: Whether the threshold keeps it; otherwise it is the strictest.
        point: The threshold with its risk and coverage.
        curve: All thresholds from which on enough answers are given, the strictest first.
        metrics: The figures, with each question answered or declined as the threshold has it.
    """

    wanted: float
    reached: bool
    point: RiskPoint
    curve: tuple[RiskPoint, ...]
    metrics: QualityMetrics

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the risk."""
        return wilson(self.point.risk, self.point.answered)

    def at(self, risk: float) -> RiskPoint | None:
        """The lowest threshold with at most that risk; None if there is none."""
        return _boldest(self.curve, risk)


def choose(rows: Sequence[Row], wanted: float, *, labelled: bool = False) -> ThresholdChoice:
    """Choose the lowest threshold with no more than the wanted risk, or, if none has, the strictest.

    Args:
        rows: What became of questions, with their articles and without.
        wanted: Share of wrong answers among those given.
        labelled: Whether the questions are real ones, not made of the articles.

    Raises:
        CalibrationFailed: There are fewer than `FEWEST` questions that have an answer, or next to none finds
            a sentence, or confidence tells made ones with their articles from those without so well that
            members' questions must be harder.
    """
    rounded = [replace(row, confidence=math.floor(row.confidence * _STEPS) / _STEPS) for row in rows]
    answerable = sum(bool(row.answerable) for row in rows)
    if answerable < FEWEST and labelled:
        raise CalibrationFailed(
            f"Only {answerable} of the questions are known to have an answer; a threshold takes at least "
            f"{FEWEST}. Write down more, or leave out --labelled to have questions made of the articles."
        )
    if answerable < FEWEST:
        raise CalibrationFailed(
            f"Only {answerable} questions could be made of the articles; a threshold takes at least "
            f"{FEWEST}. Add articles, or headings and whole sentences to those that there are."
        )
    figures = measure(rounded)
    if not labelled and figures.auroc is not None and figures.auroc >= _TOO_EASY:
        raise CalibrationFailed(
            "The questions that can be made of these articles are too easy to choose a threshold by: "
            "nearly all are told apart. Write down questions of your members and calibrate by those: "
            "`footnote calibrate --labelled FILE`."
        )
    curve = tuple(point for point in figures.curve if point.answered >= _SETTLED)
    found = _boldest(curve, wanted)
    point = found or curve[0]
    if found is None and not point.threshold:
        raise CalibrationFailed(
            "Hardly any of the questions meets a sentence, so no threshold can be chosen by them. "
            "Look at what is found for them: `footnote search`."
        )
    decided = [replace(row, answered=row.confidence >= point.threshold) for row in rounded]
    return ThresholdChoice(wanted, found is not None, point, curve, measure(decided))


def _boldest(curve: Sequence[RiskPoint], risk: float) -> RiskPoint | None:
    # 1 - 9/10 is a little more than 0.1 in floating point.
    good = [point for point in curve if point.risk <= risk + 1e-9]
    return min(good, key=lambda point: point.threshold, default=None)
