import re

from benchmarks.quality import measure, page, question_sets, section
from tests.index.evaluation.made import DAM, NOTHING, QUESTION, answer


def good(question):
    known = question.evidence
    return answer(cited=[DAM.text] if known else [], candidates=[DAM.text], confidence=0.9 if known else 0.1)


def bad(question):
    return answer(cited=["The dam was begun in May 1931."], confidence=0.5)


def test_finds_the_sets_that_are_there(tmp_path):
    for name, files in {
        "b": ["articles", "questions"],
        "a": ["questions", "articles"],
        "c": ["questions"],
    }.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / f"{file}.jsonl").touch()
    assert [one.name for one in question_sets(tmp_path)] == ["a", "b"]
    assert not question_sets(tmp_path / "nowhere")


def test_systems_are_laid_out_by_set():
    results = {"dams": measure([QUESTION, NOTHING], {"bad": bad, "good": good})}
    text = section(results)
    assert text.startswith("### dams\n\n2 questions, 1 answerable, 1 not.\n\n| system |")
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")
    ]
    assert [line[:2] for line in lines] == [
        ["system", "hit@1"],
        ["------", "----:"],
        ["bad", "0.000"],
        ["good", "1.000"],
    ]
    assert (
        "- good against bad: hit@1 +1.000 (95 % interval +1.000 to +1.000), 2 questions better, 0 worse"
        in text
    )


def test_a_single_system_is_compared_with_nothing():
    assert "against" not in section({"dams": measure([QUESTION], {"good": good})})


def test_the_page_shows_the_last_system_beside_the_one_before():
    text = page({"dams": measure([QUESTION, NOTHING], {"bad": bad, "good": good})})
    assert re.search(r"shown\b.*?good\b.*?compared with\b.*?bad\b", text)
    assert "Questions that got better" in text
    assert QUESTION.question in text
