"""Formulas of evaluation, over plain arrays: one number for each question, in any order.

`confidence` holds probabilities, `right` says whether the first sentence was gold, `answerable` whether the
articles answer the question at all; all have shape (n,). No result depends on the order of the questions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """What comes of answering every question at or above a threshold.

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
    """Questions of like confidence.

    Attributes:
        low: Lower end: of the bin (equal width), or of the confidences in it (equal mass).
        high: Upper end.
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
    """Chance that an answerable question has more confidence than an unanswerable one, ties counting half.

    It is the Mann-Whitney U statistic over the number of pairs, from mid-ranks (Hanley and McNeil, 1982).

    Returns:
        A share, or None where one of the two kinds of question is missing.
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
    """Risk and coverage at every threshold that makes a difference, from the most careful to the boldest.

    Returns:
        One point for each distinct confidence; none where no question is answerable.
    """
    if not answerable.any():
        return ()
    columns = _curve(confidence, right, answerable)
    return tuple(
        RiskPoint(threshold, coverage, risk, answered)
        for threshold, coverage, risk, answered in zip(*(each.tolist() for each in columns), strict=True)
    )


def coverage_at_risk(confidence: Floats, right: Flags, answerable: Flags, risk: float) -> float | None:
    """The largest coverage of a threshold with at most that risk; 0 (answering nothing) if there is none.

    Returns:
        A share, or None where no question is answerable.
    """
    if not answerable.any():
        return None
    _, coverage, risks, _ = _curve(confidence, right, answerable)
    # 1 - 9/10 is a little more than 0.1 in floating point.
    return float(coverage[risks <= risk + 1e-9].max(initial=0.0))


def _curve(
    confidence: Floats, right: Flags, answerable: Flags
) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    """Thresholds, falling, with coverage, risk and number of answers at each."""
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
