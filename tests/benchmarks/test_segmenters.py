import json

from benchmarks.segmenters import load, outcome, segmenters, table

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
    lines = table(tmp_path).splitlines()
    assert len(lines) == 2 + 3 * len(segmenters())
    assert sum("Footnote" in line for line in lines) == 3
