import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UnreadableFile, UsageError
from index.evaluation import FIGURES, Evidence, QualityMetrics, Quoted, Row, load, measure, save, table
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
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "not a run saved by this version"),
        (b'{"version": 0}', "not a run saved by this version"),
        (b'{"version": 1}', "not a whole saved run"),
        (b'{"version": 1, "sets": []}', "not a whole saved run"),
        (b'{"version": 1, "sets": {"labelled": {"rows": [{}]}}}', "not a whole saved run"),
        (b'{"version": 1, "sets": {"labelled": {"rows": [7]}}}', "not a whole saved run"),
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
