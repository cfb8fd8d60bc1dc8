import json

from benchmarks.segmenters import (
    Line,
    Score,
    boundary_tables,
    evidence_table,
    load,
    outcome,
    score,
    segmenters,
)

TEXT = "Dr. Osei opened the library. It is old! Few know it. Bring a card"


def write(folder):
    for name in ("qed", "clapnq", "squad"):
        (folder / name).mkdir()
        (folder / name / "articles.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}) + "\n")
        marked = [
            "Dr. Osei opened the library. ",
            "It is old! Few know it.",
            "Few know it. Bring",
            "not there",
        ]
        evidence = [{"article_id": "a", "text": text} for text in marked]
        (folder / name / "questions.jsonl").write_text(json.dumps({"evidence": evidence}) + "\n")


def test_evidence_comes_out_whole_split_or_merged(tmp_path):
    write(tmp_path)
    texts, evidence = load(tmp_path / "qed")
    assert len(evidence) == 3
    found = outcome(segmenters()["Footnote"], texts, evidence)
    assert [TEXT[start:end] for _, (start, end) in found.exact] == ["Dr. Osei opened the library."]
    assert {TEXT[start:end] for _, (start, end) in found.split} == {
        "It is old! Few know it.",
        "Few know it. Bring",
    }
    assert [TEXT[start:end] for _, (start, end) in found.merged] == ["Few know it. Bring"]
    assert found.speed > 0


def test_the_table_has_a_row_for_each_set_and_segmenter(tmp_path):
    write(tmp_path)
    lines = evidence_table(tmp_path).splitlines()
    assert len(lines) == 2 + 3 * len(segmenters())
    assert sum("Footnote |" in line for line in lines) == 3


LINE = Line("en", "plain", ("It rained.", "Dr. Osei came.", "she left"))


def test_boundaries_are_right_wrong_or_missed():
    assert LINE.text == "It rained. Dr. Osei came. she left"
    found = score(lambda text: [(0, 11), (11, 15), (14, len(text))], LINE)
    assert found == Score(right=1, wrong=1, missed=1)
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)
    assert Score().f1 == 0
    assert found + found == Score(2, 2, 2)


def test_the_boundary_tables_have_a_row_for_each_language_and_segmenter():
    by_language, overall = boundary_tables([LINE, Line("de", "plain", ("Es regnet.", "Wir gehen."))]).split(
        "\n\n"
    )
    cells = [[cell.strip() for cell in row.split("|")[1:-1]] for row in by_language.splitlines()]
    assert cells[0][:4] == ["language", "precision", "recall", "F1"]
    assert "Footnote, language given" in cells[0]
    assert [row[:4] for row in cells[2:]] == [
        ["de", "1.000", "1.000", "1.000"],
        ["en", "1.000", "0.500", "0.667"],
    ]
    totals = [[cell.strip() for cell in row.split("|")[1:-1]] for row in overall.splitlines()]
    assert ["Footnote", "2", "1.000", "0.667", "0.800", "1.0"] in totals
    assert len(totals) == 2 + len(segmenters())
