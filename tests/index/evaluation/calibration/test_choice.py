import pytest

from index.errors import CalibrationFailed
from index.evaluation import Row
from index.evaluation.calibration import FEWEST, choose
from tests.index.evaluation.made import row


def asked(*, right: int, wrong: int, found: float = 0.8, missed: float = 0.3) -> list[Row]:
    """Questions with their article, found or not with a confidence; each also without it, mixed below."""
    rows = [row(f"right {n}", confidence=found) for n in range(right)]
    rows += [row(f"wrong {n}", confidence=missed, gold=[False]) for n in range(wrong)]
    return rows + [
        row(f"without {n}", answerable=False, confidence=0.3, gold=[False]) for n in range(right + wrong)
    ]


def test_takes_the_lowest_threshold_that_keeps_the_risk() -> None:
    rows = [
        *asked(right=18, wrong=12),
        row("late", confidence=0.50009),
        row("tempting", confidence=0.9, gold=[False]),
    ]
    choice = choose(rows, 0.1)
    assert choice.reached
    assert (choice.point.threshold, choice.point.answered) == (0.5, 20)  # four decimals, rounded down
    assert choice.point.risk == pytest.approx(0.05)
    assert choice.interval[0] < 0.05 < choice.interval[1]
    assert choice.at(0.01) is None
    assert choice.at(0.99) == choice.curve[-1]
    decided = choice.metrics
    assert (decided.answered_right, decided.answered_wrong) == (19, 1)


def test_says_when_no_threshold_keeps_the_risk_and_takes_the_strictest() -> None:
    rows = [*asked(right=10, wrong=20), *(row(f"sure {n}", confidence=0.95, gold=[False]) for n in range(10))]
    choice = choose(rows, 0.1)
    assert not choice.reached
    assert choice.point == choice.curve[0]
    assert choice.point.threshold == 0.95


def test_a_few_answers_say_nothing_of_the_risk() -> None:
    rows = [
        *asked(right=5, wrong=20, found=0.9),
        *(row(f"sure {n}", confidence=0.7, gold=[False]) for n in range(9)),
    ]
    assert min(point.answered for point in choose(rows, 0.1).curve) >= 10


def test_too_few_questions_are_refused() -> None:
    with pytest.raises(CalibrationFailed, match=f"Only {FEWEST - 1} questions"):
        choose(asked(right=10, wrong=FEWEST - 11), 0.1)


def test_too_few_labelled_questions_are_refused() -> None:
    rows = [*asked(right=10, wrong=FEWEST - 11), row("not judged", answerable=None)]
    with pytest.raises(CalibrationFailed, match=f"Only {FEWEST - 1} of the questions are known"):
        choose(rows, 0.1, labelled=True)


def test_labelled_questions_may_all_be_told_apart_and_all_have_answers() -> None:
    easy = asked(right=30, wrong=0)
    assert choose(easy, 0.1, labelled=True).point.threshold == 0.8
    assert choose(easy[:30], 0.1, labelled=True).metrics.unanswerable == 0


def test_questions_that_find_nothing_do_not_open_the_gates() -> None:
    lost = [row(f"lost {n}", confidence=0.0, gold=[]) for n in range(FEWEST)]
    with pytest.raises(CalibrationFailed, match="Hardly any of the questions meets a sentence"):
        choose(lost, 0.1, labelled=True)


def test_questions_that_are_all_told_apart_are_refused() -> None:
    with pytest.raises(CalibrationFailed, match="too easy"):
        choose(asked(right=30, wrong=0), 0.1)
