import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.evaluation.measures import (
    Bin,
    RiskPoint,
    auroc,
    bins_of_mass,
    bins_of_width,
    brier,
    calibration_error,
    coverage_at_risk,
    risk_coverage,
    wilson,
)


def numbers(*values):
    return np.array(values, dtype=np.float64)


def flags(*values):
    return np.array(values, dtype=np.bool_)


# Few distinct confidences, so that ties are common.
cases = st.lists(
    st.tuples(st.integers(0, 12).map(lambda n: n / 12), st.booleans(), st.booleans()), max_size=40
)


def columns(rows):
    """Confidence, right, answerable; only what is answerable can be right."""
    confidence = numbers(*(row[0] for row in rows))
    answerable = flags(*(row[1] for row in rows))
    return confidence, flags(*(row[1] and row[2] for row in rows)), answerable


def test_auroc_by_hand():
    # Pairs: .9 beats .5 and .4, .5 ties with .5 and beats .4: 3.5 of 4.
    assert auroc(numbers(0.9, 0.5, 0.5, 0.4), flags(1, 1, 0, 0)) == 3.5 / 4


def test_auroc_needs_both_kinds():
    assert auroc(numbers(0.9, 0.5), flags(1, 1)) is None
    assert auroc(numbers(0.9, 0.5), flags(0, 0)) is None
    assert auroc(numbers(), flags()) is None


@given(cases)
def test_auroc_is_the_share_of_pairs_in_order(rows):
    confidence, _, answerable = columns(rows)
    pairs = [
        1.0 if yes > no else 0.5 if yes == no else 0.0
        for yes in confidence[answerable]
        for no in confidence[~answerable]
    ]
    measured = auroc(confidence, answerable)
    assert measured == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)


def test_risk_and_coverage_by_hand():
    # Sorted: .9 right; .8 wrong though answerable; .8 unanswerable; .3 right.
    curve = risk_coverage(numbers(0.3, 0.9, 0.8, 0.8), flags(1, 1, 0, 0), flags(1, 1, 1, 0))
    assert curve == (
        RiskPoint(0.9, 1 / 3, 0.0, 1),
        RiskPoint(0.8, 2 / 3, 1 - 1 / 3, 3),
        RiskPoint(0.3, 1.0, 0.5, 4),
    )


@given(cases)
def test_risk_and_coverage_at_each_threshold(rows):
    confidence, right, answerable = columns(rows)
    curve = risk_coverage(confidence, right, answerable)
    if not answerable.any():
        assert curve == ()
        return
    assert [point.threshold for point in curve] == sorted(set(confidence.tolist()), reverse=True)
    for point in curve:
        given = confidence >= point.threshold
        assert point.answered == given.sum()
        assert point.coverage == pytest.approx((given & answerable).sum() / answerable.sum())
        assert point.risk == pytest.approx((given & ~right).sum() / given.sum())


def test_coverage_at_risk_takes_the_boldest_threshold_that_is_safe_enough():
    # Nine right, then a wrong one: risk is exactly .1, in floating point a little more. The next is too much.
    confidence = numbers(*([0.9] * 9), 0.8, 0.7, 0.6)
    right, answerable = flags(*([1] * 9), 0, 0, 1), flags(*([1] * 12))
    assert coverage_at_risk(confidence, right, answerable, 0.1) == 10 / 12
    assert coverage_at_risk(confidence, right, answerable, 0.2) == 1.0
    assert coverage_at_risk(numbers(0.9, 0.2), flags(0, 0), flags(1, 1), 0.1) == 0.0
    assert coverage_at_risk(numbers(0.9), flags(0), flags(0), 0.1) is None


def test_coverage_at_risk_may_lie_beyond_a_risky_stretch():
    assert coverage_at_risk(numbers(0.9, *([0.5] * 9)), flags(0, *([1] * 9)), flags(*([1] * 10)), 0.1) == 1.0


@given(cases, st.sampled_from([0.0, 0.1, 0.5]))
def test_coverage_at_risk_is_the_best_point_of_the_curve(rows, risk):
    confidence, right, answerable = columns(rows)
    points = risk_coverage(confidence, right, answerable)
    best = max((point.coverage for point in points if point.risk <= risk + 1e-9), default=0.0)
    assert coverage_at_risk(confidence, right, answerable, risk) == (best if points else None)


def test_bins_of_equal_width_by_hand():
    bins = bins_of_width(numbers(0.0, 0.05, 0.1, 0.95, 1.0), flags(0, 1, 0, 1, 1))
    assert bins == (Bin(0.0, 0.1, 2, 0.025, 0.5), Bin(0.1, 0.2, 1, 0.1, 0.0), Bin(0.9, 1.0, 2, 0.975, 1.0))
    # Two of five are off by .475, one by .1, two by .025.
    assert calibration_error(bins) == pytest.approx((2 * 0.475 + 0.1 + 2 * 0.025) / 5)


def test_bins_of_equal_size_by_hand():
    bins = bins_of_mass(numbers(0.9, 0.1, 0.6, 0.2), flags(1, 0, 0, 1), count=2)
    assert [(one.low, one.high, one.count, one.right) for one in bins] == [
        (0.1, 0.2, 2, 0.5),
        (0.6, 0.9, 2, 0.5),
    ]
    assert [one.confidence for one in bins] == pytest.approx([0.15, 0.75])
    assert calibration_error(bins) == pytest.approx((0.35 + 0.25) / 2)


def test_ties_stay_in_one_bin():
    bins = bins_of_mass(numbers(*([0.4] * 7), 0.8), flags(*([1] * 8)), count=4)
    assert [one.count for one in bins] == [7, 1]


@given(cases)
def test_bins_hold_every_question_once_in_any_order(rows):
    confidence, right, _ = columns(rows)
    back = np.arange(len(rows))[::-1]
    for cut in (bins_of_width, bins_of_mass):
        bins = cut(confidence, right)
        assert sum(one.count for one in bins) == len(rows)
        assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins)
        assert cut(confidence[back], right[back]) == bins
        error = calibration_error(bins)
        assert (error is None) == (not rows)
        assert 0 <= (error or 0) <= 1


def test_brier_by_hand():
    assert brier(numbers(1.0, 0.5, 0.2), flags(1, 0, 0)) == pytest.approx((0 + 0.25 + 0.04) / 3)
    assert brier(numbers(), flags()) is None


def test_wilson_by_hand():
    # The textbook case: 8 of 10.
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0.0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0.5, 0) == (0.0, 1.0)
