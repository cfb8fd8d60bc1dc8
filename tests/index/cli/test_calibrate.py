"""`footnote calibrate`, with questions whose outcome is made up: what it prints, keeps and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.evaluation.calibration import AskedQuestions
from tests.index.cli.test_commands import Shell, built, shell
from tests.index.evaluation.test_calibration import asked

__all__ = ["built", "shell"]


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty questions, twelve of which are answered by the wrong sentence."""
    rows = tuple(asked(right=18, wrong=12))
    monkeypatch.setattr("index.evaluation.calibration.ask", lambda *_: AskedQuestions(rows, ()))


@pytest.mark.usefixtures("outcome")
def test_prints_the_risks_and_keeps_the_threshold(built: Shell, tmp_path: Path) -> None:
    result = built("calibrate", "--risk", "0.1", "--report", "curve.html")
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0] == "risk up to  threshold  coverage  answers"
    assert "0.1         0.8000     0.600     18       <- wanted" in lines
    assert lines[-1] == (
        "Threshold 0.8000: coverage 0.600, risk 0.000 (95 %: 0.000 to 0.176) in 18 answers; "
        "kept in the index."
    )
    assert "30 questions, each asked with its article and without it" in result.err
    assert "wrote curve.html" in result.err
    assert "Wanted risk" in (tmp_path / "curve.html").read_text(encoding="utf-8")
    facts: dict[str, Any] = built("info", "--json").json
    assert facts["threshold"] == 0.8
    assert facts["threshold_from"].startswith("calibrate on ")
    assert built("calibrate", "--forget").code == 0
    assert built("info", "--json").json["threshold"] != 0.8


@pytest.mark.usefixtures("outcome")
def test_a_dry_run_keeps_nothing(built: Shell) -> None:
    result = built("calibrate", "--dry-run", "--json").json
    assert (result["written"], result["reached"], result["wanted"]) == (False, True, 0.45)
    assert result["curve"][0]["threshold"] == 0.8
    assert built("info", "--json").json["threshold_from"].startswith("what comes with Footnote")


def labelled(path: Path, answerable: int) -> None:
    """Questions with known answers, some of which have none."""
    ferry = {"article_id": "news/ferry", "text": "The last ferry leaves Saltmere at 6.40 pm."}
    known = {"question": "When does the last ferry leave Saltmere?", "evidence": [ferry]}
    unknown = {"question": "Who painted the ceiling of the chapel?", "answerable": False}
    rows = [{"id": str(n), **(known if n < answerable else unknown)} for n in range(answerable + 5)]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")


def test_labelled_questions_choose_the_threshold(built: Shell, tmp_path: Path) -> None:
    labelled(tmp_path / "questions.jsonl", 20)
    result = built("calibrate", "--labelled", "questions.jsonl", "--risk", "0.1", "--report", "curve.html")
    assert result.code == 0
    assert "20 questions with an answer in the articles, 5 without." in result.err
    assert "coverage 1.000, risk 0.000" in result.out
    assert "20 of a set of labelled questions" in (tmp_path / "curve.html").read_text(encoding="utf-8")
    facts: dict[str, Any] = built("info", "--json").json
    assert facts["threshold_from"].endswith("coverage 1.00, 20 labelled questions")
    assert built("calibrate", "--labelled", "questions.jsonl", "--dry-run", "--json").json["labelled"] is True


def test_labelled_questions_that_cannot_be_read_or_are_few_are_named(built: Shell, tmp_path: Path) -> None:
    missing = built("calibrate", "--labelled", "missing.jsonl")
    assert (missing.code, missing.out) == (2, "")
    assert "Cannot read the questions in missing.jsonl" in missing.err
    labelled(tmp_path / "questions.jsonl", 19)
    few = built("calibrate", "--labelled", "questions.jsonl")
    assert (few.code, few.out) == (1, "")
    assert few.err.startswith("Only 19 questions are known to have an answer")
    assert built("info", "--json").json["threshold_from"].startswith("what comes with Footnote")


def test_says_when_the_risk_is_out_of_reach(built: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(asked(right=10, wrong=20, found=0.2, missed=0.9))
    monkeypatch.setattr("index.evaluation.calibration.ask", lambda *_: AskedQuestions(rows, ()))
    result = built("calibrate", "--risk", "0.05", "--dry-run")
    assert result.code == 0
    assert "No threshold keeps the risk at 0.05: this is the strictest." in result.err
    assert "0.05        no threshold" in result.out
    assert result.out.endswith("; not kept.\n")


def test_four_short_articles_are_too_few(built: Shell) -> None:
    result = built("calibrate")
    assert (result.code, result.out) == (1, "")
    assert "questions could be made from the articles" in result.err
    assert len(result.err.splitlines()) == 1


def test_no_article_and_no_share_are_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert shell("rebuild", "--corpus", "empty").code == 0
    assert shell("calibrate").err.startswith("There are no articles to make questions from.")
    assert shell("calibrate", "--risk", "1").code == 2
