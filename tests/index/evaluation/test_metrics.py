import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UsageError
from index.evaluation import (
    Bin,
    Evidence,
    Question,
    RiskPoint,
    auroc,
    bins_of_width,
    calibration_error,
    coverage_at_risk,
    evaluate,
    measure,
    rank,
    wilson,
)
from index.evaluation._metrics import bins_of_mass, brier, risk_coverage
from tests.index.evaluation.made import DAM, NOTHING, QUESTION, answer, row

RIGHT = DAM.text
OTHER = "The dam was begun in May 1931."


def test_answered_sentences_are_what_counts_when_it_answers():
    judged = rank(QUESTION, answer(cited=[OTHER, RIGHT], candidates=[RIGHT, OTHER]))
    assert judged.answered
    assert [one.gold for one in judged.quoted] == [False, True]
    assert not judged.hit(1)
    assert judged.hit(3)
    assert judged.candidate_rank == 1


def test_candidates_are_what_counts_when_it_declines():
    judged = rank(QUESTION, answer(candidates=[OTHER, OTHER, OTHER, RIGHT]))
    assert not judged.answered
    assert not judged.hit(3)
    assert judged.candidate_rank == 4
    assert judged.reason == "NotCertain(articles=3)"


def test_only_the_first_ten_count():
    judged = rank(QUESTION, answer(candidates=[*[OTHER] * 10, RIGHT], passages=[*[OTHER] * 10, RIGHT]))
    assert judged.candidate_rank is None
    assert judged.passage_rank is None
    assert not judged.passage_hit(10)


def test_an_unanswerable_question_has_no_gold_sentence():
    tempting = Question("q3", "Who designed the dam?", answerable=False, evidence=(DAM,))
    judged = rank(tempting, answer(cited=[RIGHT], candidates=[RIGHT], passages=[RIGHT]))
    assert judged.answerable is False
    assert not judged.hit(1)
    assert judged.candidate_rank is None
    assert judged.passage_rank is None
    assert not judged.decided_right


def test_a_question_nobody_judged_counts_only_with_evidence():
    assert rank(Question("q", "Well?"), answer()).answerable is None
    assert rank(Question("q", "Well?", None, (), (DAM,)), answer()).answerable is True


def test_figures_by_hand():
    answers = [
        answer(cited=[RIGHT], candidates=[RIGHT], passages=[RIGHT], confidence=0.9, seconds=0.1),
        answer(
            cited=[OTHER, RIGHT],
            candidates=[OTHER, RIGHT],
            passages=[OTHER, RIGHT],
            confidence=0.8,
            seconds=0.2,
        ),
        answer(candidates=[RIGHT], passages=[OTHER] * 3 + [RIGHT], confidence=0.4, seconds=0.3),
        answer(candidates=[OTHER], passages=[OTHER], confidence=0.2, seconds=0.4),
        answer(cited=[OTHER], candidates=[OTHER], confidence=0.6, seconds=0.5),
        answer(candidates=[OTHER], confidence=0.1, seconds=0.6),
        answer(cited=[OTHER], confidence=0.99, seconds=0.7),
    ]
    questions = [QUESTION] * 4 + [NOTHING] * 2 + [Question("q9", "Oh really?")]
    metrics = evaluate(questions, iter(answers))

    assert (metrics.questions, metrics.answerable, metrics.unanswerable) == (7, 4, 2)
    assert metrics.sentence_hit_1 == 2 / 4
    assert metrics.sentence_hit_3 == 3 / 4
    assert metrics.candidates_hit_10 == 3 / 4
    assert (metrics.passage_hit_1, metrics.passage_hit_3, metrics.passage_hit_10) == (1 / 4, 2 / 4, 3 / 4)
    assert metrics.mrr_10 == pytest.approx((1 + 1 / 2 + 1 / 4 + 0) / 4)
    # .9, .8, .4, .2 against .6, .1: of eight pairs, .4 and .2 lose to .6.
    assert metrics.auroc == 6 / 8
    # At .9 one answer, right; at .8 half of them are wrong.
    assert metrics.coverage_at_10_risk == 1 / 4
    assert [point.answered for point in metrics.curve] == [1, 2, 3, 4, 5, 6]
    assert (metrics.answered_right, metrics.answered_wrong) == (1, 2)
    assert (metrics.declined_right, metrics.declined_wrong) == (1, 2)
    assert metrics.coverage == 2 / 4
    assert metrics.risk == 2 / 3
    assert metrics.accuracy == 2 / 6
    # Right: .9 and .4. Each in a bin of its own: gaps .1 .8 .6 .2 .6 .1.
    assert metrics.ece_width == pytest.approx(2.4 / 6)
    assert metrics.ece_mass == pytest.approx(2.4 / 6)
    assert metrics.brier == pytest.approx((0.01 + 0.64 + 0.36 + 0.04 + 0.36 + 0.01) / 6)
    assert metrics.seconds_mean == pytest.approx(0.4)
    assert metrics.seconds_median == pytest.approx(0.4)
    assert metrics.seconds_p95 == pytest.approx(0.67)
    assert [one.count for one in metrics.reliability] == [1] * 6
    assert len(metrics.rows) == 7


def test_a_question_without_known_gold_counts_as_a_miss():
    metrics = evaluate([Question("q", "When?", answerable=True)], [answer(cited=[RIGHT])])
    assert (metrics.answerable, metrics.sentence_hit_1, metrics.risk) == (1, 0.0, 1.0)


def test_an_answer_without_any_sentence_is_not_gold():
    metrics = evaluate([QUESTION], [answer(confidence=0.0)])
    assert metrics.sentence_hit_1 == 0.0
    assert metrics.rows[0].quoted == ()


def test_figures_without_anything_to_be_made_of_are_none():
    metrics = measure([])
    assert metrics.questions == 0
    for name in ("sentence_hit_1", "mrr_10", "auroc", "coverage_at_10_risk", "risk", "accuracy", "ece_width"):
        assert getattr(metrics, name) is None
    assert metrics.seconds_p95 is None
    assert metrics.curve == ()
    assert metrics.reliability == ()


def test_figures_do_not_depend_on_the_order_of_rows():
    rows = [
        row("a", confidence=0.7),
        row("b", confidence=0.7, gold=[False, True], passage_rank=3),
        row("c", answerable=False, answered=False, gold=[False], confidence=0.3),
        row("d", confidence=0.1, gold=[], passage_rank=None),
    ]
    assert measure(rows[::-1]).as_dict() == measure(rows).as_dict()


def test_there_must_be_one_answer_for_each_question():
    with pytest.raises(UsageError, match="exactly one answer"):
        evaluate([QUESTION, NOTHING], [answer()])
    with pytest.raises(UsageError, match="exactly one answer"):
        evaluate([QUESTION], [answer(), answer()])


def test_an_error_while_answering_is_not_mistaken_for_a_missing_answer():
    def broken():
        yield answer()
        raise ValueError("the model said no")

    with pytest.raises(ValueError, match="the model said no"):
        evaluate([QUESTION, NOTHING], broken())


def test_as_dict_has_every_figure_but_no_rows():
    data = measure([row()]).as_dict()
    assert "rows" not in data
    assert data["sentence_hit_1"] == 1.0
    assert data["curve"] == ({"threshold": 0.9, "coverage": 1.0, "risk": 0.0, "answered": 1},)


def test_evidence_of_the_question_is_kept_for_the_report():
    assert rank(QUESTION, answer()).evidence == (DAM,)
    assert rank(QUESTION, answer()).answers == ("May 1936",)
    assert rank(Question("q", "When?", None, (), (Evidence("a"),)), answer()).evidence == (Evidence("a"),)


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
