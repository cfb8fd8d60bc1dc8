import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UnreadableFile, UsageError
from index.evaluation import (
    FIGURES,
    Evidence,
    QualityMetrics,
    QuestionOutcome,
    Quoted,
    Row,
    compare,
    gate,
    load,
    measure,
    outcome,
    save,
    table,
)
from tests.index.evaluation.made import row

SHARES = st.floats(0, 1)
RANKS = st.none() | st.integers(1, 10)
ROWS = st.builds(
    Row,
    id=st.text(),
    question=st.text(),
    answerable=st.none() | st.booleans(),
    answered=st.booleans(),
    confidence=SHARES,
    quoted=st.lists(
        st.builds(Quoted, st.text(), st.text(), st.text(), SHARES, st.booleans()), max_size=3
    ).map(tuple),
    candidate_rank=RANKS,
    passage_rank=RANKS,
    seconds=st.floats(0, 1e3),
    reason=st.none() | st.text(),
    answers=st.lists(st.text(), max_size=2).map(tuple),
    evidence=st.lists(st.builds(Evidence, st.text(), st.text()), max_size=2).map(tuple),
)


@given(st.dictionaries(st.text(), st.lists(ROWS, max_size=6).map(measure), max_size=3))
def test_what_is_loaded_equals_what_was_saved(tmp_path_factory, sets):
    folder = tmp_path_factory.mktemp("run")
    save(folder / "run.json", sets)
    loaded = load(folder / "run.json")
    assert loaded == sets
    save(folder / "again.json", loaded)
    assert (folder / "again.json").read_bytes() == (folder / "run.json").read_bytes()


def test_a_saved_run_shows_the_figures(tmp_path):
    save(tmp_path / "run.json", {"labelled": measure([row()])})
    data = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))
    assert data["sets"]["labelled"]["sentence_hit_1"] == 1.0
    assert data["sets"]["labelled"]["rows"][0]["question"] == "When was the dam finished?"


def test_a_run_that_cannot_be_written_or_read_says_why(tmp_path):
    with pytest.raises(UsageError, match="Cannot write the run"):
        save(tmp_path, {})
    with pytest.raises(UsageError, match="No such file"):
        load(tmp_path / "run.json")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not a run saved by this version"),
        (b'{"version": 0}', "not a run saved by this version"),
        (b'{"version": 1}', "not a complete saved run"),
        (b'{"version": 1, "sets": []}', "not a complete saved run"),
        (b'{"version": 1, "sets": {"labelled": {"rows": [{}]}}}', "not a complete saved run"),
        (b'{"version": 1, "sets": {"labelled": {"rows": [7]}}}', "not a complete saved run"),
    ],
)
def test_another_file_is_refused(tmp_path, content, reason):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        load(tmp_path / "run.json")


def test_table_has_a_column_for_each_set():
    rows = table({"labelled": measure([row()]), "empty": measure([])})
    assert rows[0] == ["", "labelled", "empty"]
    cells = {cells[0]: cells[1:] for cells in rows[1:]}
    assert cells["Questions"] == ["1", "0"]
    assert cells["Sentence hit@1"] == ["1.000", "–"]


def test_every_single_figure_has_a_label():
    many = {"curve", "reliability", "rows"}
    assert {name for name, _ in FIGURES} | {"unanswerable"} == set(QualityMetrics.__dataclass_fields__) - many


def reasons(*rows):
    return [(failure.row.id, failure.reason) for failure in gate(rows)]


def test_what_comes_out_as_wanted_passes():
    assert not gate(
        [
            row("cited first"),
            row("cited second", gold=[False, True]),
            row("declined rightly", answerable=False, answered=False, gold=[False]),
            row("answered, nobody knows what is gold", gold=[False], evidence=()),
            row("not judged", answerable=None, gold=[False]),
        ]
    )


def test_what_does_not_says_why():
    assert reasons(
        row("a", gold=[False, False], text="It rained."),
        row("b", answered=False),
        row("c", answerable=False, gold=[False], text="It rained."),
        row("d", gold=[]),
    ) == [
        ("a", "answered with “It rained.”, which is not what was expected"),
        ("b", "declined, though an article answers it"),
        ("c", "answered with “It rained.”, though nothing answers it"),
        ("d", "answered with “”, which is not what was expected"),
    ]


def test_what_failed_before_is_not_counted_again():
    old, new = row("old", gold=[False]), row("new", gold=[False])
    assert [failure.row for failure in gate([old, new], before=[old, row("new")])] == [new]
    # The line of that number holds another question now.
    moved = row("old", gold=[False], question="Who built it?")
    assert gate([moved], before=[old])


def run(hits, **fields):
    return [row(f"q{i}", gold=[hit], **fields) for i, hit in enumerate(hits)]


def test_outcomes_in_order():
    assert outcome(row(gold=[True])) is QuestionOutcome.RIGHT
    assert outcome(row(gold=[False, True])) is QuestionOutcome.WRONG
    assert outcome(row(gold=[True], answered=False)) is QuestionOutcome.DECLINED_NEAR
    assert outcome(row(gold=[False], answered=False)) is QuestionOutcome.DECLINED
    assert outcome(row(answerable=False, gold=[False], answered=False)) is QuestionOutcome.RIGHT
    assert outcome(row(answerable=False, gold=[False])) is QuestionOutcome.WRONG
    assert [one.label for one in sorted(QuestionOutcome)] == [
        "answered wrong",
        "declined though answerable",
        "declined with the right sentence at hand",
        "right",
    ]


def test_questions_that_changed_are_listed():
    before = [row("a", gold=[False]), row("b"), row("c"), row("d", gold=[False], answered=False), row("e")]
    after = [row("a"), row("b", answered=False), row("c"), row("d", gold=[True], answered=False), row("f")]
    result = compare(before, after, resamples=10)
    assert (result.questions, result.left_out) == (4, 2)
    assert [(pair.before.id, pair.after.id) for pair in result.better] == [("a", "a"), ("d", "d")]
    assert [pair.after.id for pair in result.worse] == ["b"]


def test_differences_are_of_the_questions_in_common():
    before, after = run([True, False, False, False]), run([True, True, True, False])
    extra = row("only before", gold=[False])
    named = {one.name: one for one in compare([*before, extra], after, resamples=50).differences}
    hit = named["sentence_hit_1"]
    assert (hit.before, hit.after) == (0.25, 0.75)
    assert hit.low <= 0.5 <= hit.high
    assert "auroc" not in named


def test_differences_agree_with_the_figures_of_each_run():
    rng = np.random.default_rng(3)

    def made(skill):
        return [
            row(
                f"q{i}",
                answerable=i % 3 > 0,
                gold=[bool(i % 3 and rng.random() < skill)],
                answered=bool(rng.random() < 0.6),
                confidence=int(rng.integers(11)) / 10,
                passage_rank=int(rng.integers(1, 10)) if i % 3 else None,
            )
            for i in range(60)
        ]

    before, after = made(0.5), made(0.9)
    result = compare(before, after, resamples=20)
    assert len(result.differences) == 11
    for one in result.differences:
        assert one.before == pytest.approx(getattr(measure(before), one.name))
        assert one.after == pytest.approx(getattr(measure(after), one.name))
        assert one.low <= one.high


def test_the_interval_is_that_of_the_paired_differences():
    # 30 of 100 questions gain: the standard error of the mean gain is sqrt(.3 * .7 / 100) = .0458.
    before, after = run([False] * 100), run([True] * 30 + [False] * 70)
    hit = compare(before, after, resamples=4000).differences[0]
    assert hit.low == pytest.approx(0.3 - 1.96 * 0.0458, abs=0.02)
    assert hit.high == pytest.approx(0.3 + 1.96 * 0.0458, abs=0.02)
    assert hit.clear


def test_what_both_runs_share_does_not_blur_the_interval():
    rows = run([True, False] * 20)
    result = compare(rows, rows, resamples=30)
    assert all((one.low, one.high) == (0.0, 0.0) and not one.clear for one in result.differences)
    assert result.better == result.worse == ()


def test_same_seed_same_interval():
    before, after = run([True, False, False] * 9), run([False, True, True] * 9)
    assert compare(before, after, seed=7, resamples=40) == compare(before, after, seed=7, resamples=40)
    assert compare(before, after, seed=7, resamples=40) != compare(before, after, seed=8, resamples=40)


def test_only_unanswerable_questions_can_be_compared():
    before = [row("a", answerable=False, gold=[False]), row("b", answerable=False, gold=[False])]
    after = [row("a", answerable=False, gold=[False], answered=False), before[1]]
    result = compare(before, after, resamples=20)
    assert [one.name for one in result.differences] == ["accuracy", "brier"]


def test_a_run_of_two_kinds_is_drawn_also_as_one():
    rows = [row("a"), row("b", answerable=False, gold=[False], confidence=0.2)]
    named = {one.name: one for one in compare(rows, rows, resamples=40).differences}
    assert (named["auroc"].low, named["auroc"].high) == (0.0, 0.0)


def test_runs_over_other_questions_cannot_be_compared():
    with pytest.raises(UsageError, match="no question in common"):
        compare([row("1", question="Who?")], [row("1", question="When?")])
    with pytest.raises(UsageError, match="no question in common"):
        compare([row("1", answerable=None)], [row("1", answerable=None)])
