from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from index.cli import main
from index.embedding import SentenceEncoder
from index.indexing.builder import Builder
from index.ranking.features import Feature
from index.ranking.ranker import Ranker
from index.store import locked
from index.types import Progress
from tests.commands import assert_only_notes
from tests.index.conftest import ARTICLES, RANKER
from tests.index.convert.test_docx import docx, par
from tests.index.hashed import HashedEncoder

ROOT = Path(__file__).parents[3]
FINGERPRINT = SentenceEncoder().fingerprint
"""Of the default model, so that what these tests build can be opened by a process with real settings."""


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        [line] = self.out.splitlines()
        return json.loads(line)


Shell = Callable[..., Result]


def a_model(*_: object, **__: object) -> HashedEncoder:
    return HashedEncoder(FINGERPRINT)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs a command in a folder with a corpus of four articles; nothing is real but all except the model."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("INDEX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr("index.embedding.SentenceEncoder", a_model)
    monkeypatch.setattr("index.engine.SentenceEncoder", a_model)
    for article_id, (front, text) in ARTICLES.items():
        write(tmp_path / "corpus" / f"{article_id}.md", f"---\n{front}---\n{text}")

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "argv", ["index", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code: Any = 0
        capsys.readouterr()
        try:
            main()
        except SystemExit as leaving:
            code = leaving.code
        result = Result(int(code or 0), *capsys.readouterr())
        assert_only_notes(result.code, result.err)
        return result

    return run


@pytest.fixture
def built(shell: Shell) -> Shell:
    """The same, with an index."""
    assert shell("rebuild").code == 0
    return shell


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_rebuild_tells_what_became_of_every_article_and_file(shell: Shell, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "latin.txt").write_bytes("Menu\n\ncafé au lait\n".encode("latin-1"))
    first = shell("rebuild")
    assert first.code == 0
    *lines, skipped, total = first.out.splitlines()
    assert lines == [f"added {name}" for name in sorted(ARTICLES)]
    assert skipped.startswith("skipped latin.txt: latin.txt is not UTF-8")
    assert total == "4 added, 0 changed, 0 removed, 0 unchanged, 1 skipped"
    assert "sentences and encoded" in first.err
    (corpus / "garden.md").unlink()
    write(corpus / "news" / "ferry.md", "# Ferry\n\nThe ferry is sold.\n")
    second = shell("rebuild")
    assert second.out.splitlines()[:2] == ["changed news/ferry", "removed garden"]
    assert second.out.endswith("0 added, 1 changed, 1 removed, 2 unchanged, 1 skipped\n")
    third = shell("rebuild", "--json")
    assert (third.json["unchanged"], third.json["added"], third.json["encoded"]) == (3, [], 0)
    assert third.json["skipped"][0]["path"] == "latin.txt"
    assert third.err == ""


def test_a_sentence_that_had_to_be_split_is_named(shell: Shell, tmp_path: Path) -> None:
    write(tmp_path / "corpus" / "chant.txt", "Chant\n\n" + "row the boat and " * 60 + "rest.\n")
    assert "chant: a sentence longer than the encoder reads was split." in shell("rebuild").err


def test_a_document_is_converted_within_the_limits_that_are_set(
    built: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = tmp_path / "letter.docx"
    letter.write_bytes(docx(par("a") * 300_000))
    monkeypatch.setenv("INDEX_CONVERT_SECONDS", "1.5")
    refused = built("add", str(letter))
    assert refused.code == 1
    assert refused.err == (
        f"{letter} takes more than 1.5 seconds to convert. Split it, or save it as text and add that.\n"
    )
    letter.write_bytes(docx(par("Ballots close on 3 May at noon.")))
    monkeypatch.setenv("INDEX_CONVERT_SECONDS", "60")
    assert built("add", str(letter)).out.startswith("added rules-customs\n")


def test_add_copies_converts_and_reads_standard_input(built: Shell, tmp_path: Path) -> None:
    rules = write(tmp_path / "notes" / "rules.md", "# Voting\n\nBallots close on 3 May at noon.\n")
    page = write(
        tmp_path / "page.html",
        "<html><head><title>Lost property</title></head><body><article><h1>Lost property</h1><p>Umbrellas "
        "left on the ferry are kept at the harbour office for thirty days.</p></article></body></html>",
    )
    both = built("add", str(rules), str(page), "--collection", "town")
    assert both.code == 0
    assert both.out.splitlines()[:2] == ["added town/lost-property", "added town/rules"]
    assert f"{rules} -> corpus/town/rules.md" in both.err
    assert (tmp_path / "corpus/town/rules.md").read_bytes() == rules.read_bytes()
    typed = built("add", "-", "--json", stdin=b"Harbour rules\n\nBoats are ashore by noon.\n")
    assert typed.json["added"] == ["harbour-rules"]
    described = built(
        *("add", str(rules), "--title", "Ballots", "--url", "https://saltmere.example/ballots"),
        *("--source", "Town council", "--published", "2026-11-24"),
    )
    assert described.code == 0
    shown = built("show", "ballots").out
    assert shown.startswith(
        "title: Ballots\nurl: https://saltmere.example/ballots\nsource: Town council\npublished: 2026-11-24\n"
    )
    write(rules, "# Voting\n\nBallots close on 4 May.\n")
    refused = built("add", str(rules), "-c", "town")
    assert (refused.code, refused.out) == (1, "")
    assert "--replace" in refused.err
    replaced = built("add", str(rules), "-c", "town", "--replace")
    assert replaced.out.startswith("changed town/rules\n")


def test_add_indexes_what_it_could_bring_in_and_names_what_it_could_not(built: Shell, tmp_path: Path) -> None:
    rules = write(tmp_path / "rules.md", "# Voting\n\nBallots close on 3 May at noon.\n")
    result = built("add", "gone.pdf", str(rules), "gone.txt")
    assert result.code == 1
    assert result.out.startswith("added rules\n")
    *_, first, second = result.err.splitlines()
    assert first.startswith("gone.pdf cannot be read")
    assert second.startswith("gone.txt cannot be read")


@pytest.mark.parametrize("option", ["--title", "--url", "--source", "--published"])
def test_a_description_is_of_one_article(built: Shell, option: str) -> None:
    result = built("add", "a.md", "b.md", option, "2026-11-24")
    assert result.code == 2
    assert "one by one" in result.err


def test_remove_deletes_file_and_index_entry(built: Shell, tmp_path: Path) -> None:
    result = built("remove", "garden", "news/ferry")
    assert result.out == (
        "removed garden\nremoved news/ferry\n0 added, 0 changed, 2 removed, 0 unchanged, 0 skipped\n"
    )
    assert not (tmp_path / "corpus/garden.md").exists()
    assert "garden" not in built("list").out
    again = built("remove", "garden")
    assert (again.code, again.err) == (1, 'No article has the id "garden". Nothing was removed.\n')


def test_add_names_what_it_could_not_bring_in_also_when_the_index_is_locked(
    built: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = write(tmp_path / "rules.md", "# Voting\n\nBallots close on 3 May at noon.\n")
    monkeypatch.setenv("INDEX_LOCK_TIMEOUT", "0.1")
    with locked(tmp_path / ".footnote", 1):
        result = built("add", "gone.pdf", str(rules))
    assert result.code == 1
    *_, first, second = result.err.splitlines()
    assert first.startswith("gone.pdf cannot be read")
    assert "another process" in second.lower()
    assert (tmp_path / "corpus/rules.md").exists()


def test_remove_names_what_could_not_be_deleted(
    built: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "ferry.md":
            raise PermissionError(13, "Permission denied", str(path))
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    result = built("remove", "garden", "news/ferry")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Not removed: news/ferry (")
    assert result.err.endswith("). Removed: garden.\n")
    listed = built("list").out
    assert "garden" not in listed
    assert "news/ferry" in listed


def test_rollback_goes_back_once_there_is_something_to_go_back_to(built: Shell) -> None:
    nothing = built("rollback")
    assert nothing.code == 1
    assert "no index to go back to" in nothing.err
    built("rebuild", "--full")
    assert built("rollback").out == "0 added, 0 changed, 0 removed, 4 unchanged, 0 skipped\n"


def test_list_show_and_info_look_into_the_index(built: Shell) -> None:
    assert (
        built("list").out.splitlines()[-1]
        == "news/ferry\t2026-11-02\tWinter timetable for the Gull Island ferry"
    )
    assert built("list").err == "4 articles\n"
    assert built("list", "bridge").out.startswith("news/bridge\t2026-10-19\t")
    assert built("list", "bridge").err == "1 article\n"
    assert [card["id"] for card in built("list", "--json", "-c", "library").json] == ["library/hours"]
    assert built("show", "garden").out.endswith("The water comes from the brewery's old well.\n")
    assert built("show", "news/ferry", "--json").json["source"] == "Saltmere Herald"
    missing = built("show", "news/tram")
    assert (missing.code, missing.out, missing.err) == (1, "", 'No article has the id "news/tram".\n')
    info = built("info").out
    assert "articles: 4\n" in info
    assert "collections: (none), library, news\n" in info
    assert built("info", "--json").json["model"] == FINGERPRINT


def test_tags_are_shown(shell: Shell, tmp_path: Path) -> None:
    write(tmp_path / "corpus/town.md", "---\ntitle: Town\ntags: [mayor, hall]\n---\nThe hall is old.\n")
    shell("rebuild")
    assert "tags: mayor, hall\n" in shell("show", "town").out


def test_verify_says_what_is_wrong_and_exits_with_1(built: Shell, tmp_path: Path) -> None:
    assert (built("verify").out, built("verify", "--json").json) == (
        "The index is whole.\n",
        {"problems": []},
    )
    [database] = (tmp_path / ".footnote").glob("*.db")
    database.write_bytes(b"SQLite format 3\x00" + bytes(5000))
    broken = built("verify")
    assert broken.code == 1
    assert database.name in broken.out
    assert built("verify", "--json").json["problems"]


def test_search_prints_passages_with_scores(built: Shell) -> None:
    found = built("search", "ferry storms", "-k", "2", "--json").json
    assert len(found) == 2
    assert set(found[0]) == {"article_id", "title", "start", "end", "text", "score"}
    assert found[0]["article_id"] == "news/ferry"
    plain = built("search", "ferry storms", "-k", "1", "-c", "news").out
    assert "[news/ferry:" in plain
    assert float(plain.split()[0]) > 0
    assert built("search", "  ").code == 2


def test_ask_answers_with_footnotes_or_says_that_it_cannot(built: Shell) -> None:
    question = "How much are tickets for adults?"
    answer = built("ask", question, "--json").json
    assert set(answer) == {
        *(
            "question",
            "status",
            "confidence",
            "reason",
            "citations",
            "candidates",
            "passages",
            "index",
            "seconds",
        )
    }
    cited = {"text", "article_id", "title", "url", "published", "start", "end", "score", "link"}
    assert cited <= set(answer["candidates"][0])
    assert answer["question"] == question
    declined = built("ask", "Who is the president of France?")
    assert declined.code == 0
    assert declined.out.startswith("Not found. ")
    assert "\n\nThe nearest sentence:\n“" in declined.out
    assert "\n[1] " in declined.out


def test_an_answer_and_a_no_can_be_explained(built: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ranker, "shipped", lambda: RANKER)
    question = "When does the last fery leave Saltmere?"
    lines = built("ask", question, "--explain", "-k", "1").out.splitlines()
    assert "I read “fery” as “ferry”." in lines
    assert "Searched for:    When does the last ferry leave Saltmere?" in lines
    assert any(line.endswith("at or above the threshold of 0.50") for line in lines)
    assert any(
        re.fullmatch(r"Word: +Saltmere: in \d passages?, in the best sentence", line) for line in lines
    )
    assert any(line.startswith("Speaks for it:") and line.endswith(" shared words") for line in lines)
    assert any(line.startswith("Runner-up:       “") for line in lines)
    no = built("ask", "Who is the president of France?", "--explain").out
    assert "below the threshold of 0.50" in no
    assert "Word:            France: in no article" in no
    assert built("ask", question, "--explain", "--json").json["why"]["threshold"] == 0.5
    assert built("ask", "List all articles", "--explain").out.endswith("\n\nNothing was searched for.\n")


def test_a_greeting_is_a_question_like_any_other(built: Shell) -> None:
    assert built("ask", "Hello!").out.startswith("Not found. 'Hello' occurs in none of 4 articles.\n")


def test_what_a_sentence_leans_on_is_shown_as_context(built: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ranker, "shipped", lambda: replace(RANKER, ranking={Feature.COVERAGE: 60.0}))
    out = built("ask", "They grow which squash and dahlias?", "-k", "1").out.splitlines()
    assert out[0] == "(context: “Volunteers meet in the community garden every Saturday at 10 am.”)"
    assert out[1] == "“They grow beans, squash and dahlias.” [1]"


def test_part_of_a_sentence_is_marked_as_one(built: Shell) -> None:
    long = "The zebras graze here, " + "and the keeper counts them every day, " * 60 + "or not."
    Path("corpus/rules.md").write_text(long, encoding="utf-8")
    built("rebuild")
    assert "… “The zebras graze here, and" in built("ask", "Where do the zebras graze?", "-k", "1").out


def test_cited_says_what_became_of_a_quotation(built: Shell) -> None:
    path = Path("corpus/news/ferry.md")
    text = path.read_text(encoding="utf-8")
    found = built("ask", "When does the last ferry leave Saltmere?", "--json").json["candidates"][0]
    proof = found["receipt"]
    intact = built("cited", proof, "--json")
    assert (intact.code, intact.json["status"], intact.json["text"]) == (0, "intact", found["text"])
    shown = built("cited", proof)
    assert shown.out.startswith(f"Still there, word for word.\n“{found['text']}”\nWinter timetable")
    assert "https://saltmere.example/ferry#:~:text=" in shown.out
    path.write_text(text.replace("6.40 pm", "7 pm"), encoding="utf-8")
    built("rebuild")
    changed = built("cited", proof, "--quoted", found["text"])
    assert changed.code == 1
    assert changed.out.splitlines()[1].startswith("“The last ferry leaves Saltmere at 7 pm")
    built("remove", "news/ferry")
    gone = built("cited", proof, "--json")
    assert (gone.code, gone.json["status"], gone.json["text"], gone.json["link"]) == (
        1,
        "removed",
        None,
        None,
    )
    assert built("cited", proof).out == "Removed: the article is gone.\n"
    assert built("cited", "nonsense").code == 2


def test_an_answer_quotes_and_names_its_sources(built: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Ranker, "shipped", lambda: RANKER)
    answered = built("ask", "When does the last ferry leave Saltmere?", "-k", "1")
    quoted, blank, source, link = answered.out.splitlines()
    assert quoted.startswith("“The last ferry leaves Saltmere at 6.40 pm, two hours earlier")
    assert quoted.endswith("” [1]")
    assert blank == ""
    assert source.startswith(
        "[1] Winter timetable for the Gull Island ferry · Saltmere Herald · 2026-11-02 · news/ferry:"
    )
    assert link.startswith("    https://saltmere.example/ferry#:~:text=")


def test_an_empty_index_has_no_nearest_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    assert shell("rebuild", "--corpus", "nothing", "--index", "there").code == 0
    result = shell("ask", "Who?", "--index", "there")
    assert result.out.startswith("Not found. ")
    assert "nearest" not in result.out


def test_a_batch_answers_each_line_in_order(built: Shell, tmp_path: Path) -> None:
    lines = (
        '{"question": "When does the last ferry leave?"}\n\n'
        '{"id": "b", "question": "And in summer?", "turns": [{"question": "When does the ferry leave?"}]}\n'
    )
    path = write(tmp_path / "questions.jsonl", lines)
    for result in (
        built("ask", "--batch", str(path)),
        built("ask", "--batch", "-", stdin=b"\xef\xbb\xbf" + lines.encode()),
    ):
        first, second = (json.loads(line) for line in result.out.splitlines())
        assert (first["id"], second["id"]) == ("1", "b")
        assert first["question"] == "When does the last ferry leave?"


def test_a_line_of_a_batch_that_cannot_be_read_is_an_error_and_the_others_are_answered(
    built: Shell, tmp_path: Path
) -> None:
    lines = (
        b'{"question": "When does the last ferry leave?"}\n{"question": "caf\xe9"}\n{"id": 7}\n[1]\n'
        b'{"id": 7,\n{"id": "b", "question": "Who?", "turns": [1]}\n%b\n'
        b'{"id": "c", "question": "Who?"}\n{"id": "c", "question": "Who?"}\n'
    ) % (b"[" * 100_000)
    path = tmp_path / "questions.jsonl"
    path.write_bytes(lines)
    for name, result in (
        (str(path), built("ask", "--batch", str(path))),
        ("Standard input", built("ask", "--batch", "-", stdin=lines)),
    ):
        rows = [json.loads(line) for line in result.out.splitlines()]
        assert [row["id"] for row in rows] == ["1", "2", "7", "4", "5", "b", "7", "c", "c"]
        assert [row["question"] for row in rows if "error" not in row] == [
            "When does the last ferry leave?",
            "Who?",
        ]
        assert [row["error"] for row in rows if "error" in row] == [
            f"{name}, line 2: not UTF-8 (byte 17).",
            f'{name}, line 3: "question" is missing.',
            f"{name}, line 4: a question must be an object, not [1].",
            f"{name}, line 5: not JSON (Expecting property name enclosed in double quotes, column 1).",
            f"{name}, line 6: a turn must be an object, not 1.",
            f"{name}, line 7: nested too deeply.",
            f'{name}, line 9: the id "c" is taken by line 8.',
        ]
        assert (result.code, result.err) == (
            1,
            '7 lines of the batch could not be read; see the field "error".\n',
        )


def test_a_question_typed_in_another_encoding_is_asked_with_signs_in_place(built: Shell) -> None:
    assert built("ask", "caf\udce9?", "--json").json["question"] == "caf�?"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", " "],
        ["ask", "Who?", "--batch", "questions.jsonl"],
        ["ask", "Who?", "-k", "0"],
        ["ask", "--batch", "nowhere.jsonl"],
        ["frobnicate"],
        ["rebuild", "--fast"],
        ["show"],
        ["evaluate", "nowhere.jsonl"],
    ],
)
def test_wrong_usage_exits_with_2(built: Shell, arguments: list[str]) -> None:
    result = built(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err


def test_a_wrong_setting_is_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INDEX_THREADS", "many")
    result = shell("list")
    assert result.code == 2
    assert "INDEX_THREADS" in result.err


def test_without_an_index_every_reader_says_how_to_make_one(shell: Shell) -> None:
    for arguments in (["list"], ["info"], ["show", "garden"], ["verify"], ["search", "x"], ["ask", "Who?"]):
        result = shell(*arguments)
        assert (result.code, result.out) == (1, "")
        assert "footnote rebuild" in result.err
        assert len(result.err.splitlines()) == 1


LABELLED = (
    '{"id": "president", "question": "Who is the president of France?", "answerable": false}\n'
    '{"id": "capital", "question": "Which is the capital of Mongolia?", "answerable": true,'
    ' "evidence": [{"article_id": "news/ferry"}]}\n'
)


def test_evaluate_prints_a_table_keeps_the_run_and_gates(built: Shell, tmp_path: Path) -> None:
    questions = str(write(tmp_path / "labelled.jsonl", LABELLED))
    plain = built("evaluate", questions, "--save", "run.json", "--report", "report.html")
    assert plain.code == 0
    assert "labelled" in plain.out
    assert plain.err == "wrote report.html\n"
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<html" in page
    reasons = re.findall(r"Reason given: <bdi>(.*?)</bdi>", page)
    assert reasons
    assert all(reason.endswith(".") for reason in reasons)  # sentences, not codes
    assert built("evaluate", questions, "--json").json["labelled"]["questions"] == 2
    gated = built("evaluate", questions, "--gate")
    assert gated.code == 1
    assert gated.err == "capital: declined, though an article answers it\n"
    assert built("evaluate", questions, "--gate", "--before", "run.json").code == 0  # it was so before
    unwritable = built("evaluate", questions, "--report", "nowhere/report.html")
    assert (unwritable.code, unwritable.err) == (
        2,
        "Cannot write the report to nowhere/report.html: No such file or directory.\n",
    )


def test_what_nobody_expected_is_one_sentence_and_the_traceback_is_in_the_log(
    built: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("The disk is on fire.\nReally.")

    monkeypatch.setattr("index.engine.Engine.facts", fail)
    result = built("info")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("Unexpected RuntimeError: The disk is on fire. ")
    assert len(result.err.splitlines()) == 1
    debugged = built("--debug", "info")
    assert "Traceback" in debugged.err
    assert debugged.err.splitlines()[-1] == result.err.strip()


def test_interrupting_leaves_with_130(built: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("index.engine.Engine.ask", interrupt)
    result = built("ask", "Who?")
    assert result.code == 130
    assert result.err.startswith("Interrupted.")


class Terminal(io.StringIO):
    """A standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_is_shown_how_far_it_is(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert shell("rebuild").code == 0
    for stage in ("comparing", "encoding", "writing"):
        assert stage in terminal.getvalue()
    assert "4/4" in terminal.getvalue()
    assert shell("ask", "Who?", "--json").json["status"] == "declined"
    assert "Looking" in terminal.getvalue()


def test_who_reads_only_the_beginning_is_not_told_of_a_broken_pipe(tmp_path: Path) -> None:
    rows = (json.dumps({"id": n, "title": f"{n} " + "long " * 50, "text": "Short."}) for n in range(400))
    write(tmp_path / "corpus/dump.jsonl", "\n".join(rows))
    Builder(tmp_path / "corpus", tmp_path / "index", HashedEncoder(FINGERPRINT)).rebuild()
    command = [sys.executable, "-m", "index", "list", "--index", str(tmp_path / "index")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"dump/0\t-\t0 long long")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_progress_is_silent_in_a_pipe(shell: Shell, capsys: pytest.CaptureFixture[str]) -> None:
    from index.cli.common import progress

    with progress() as on_progress:
        on_progress(Progress("encoding", 1, 2, "texts"))
    assert capsys.readouterr() == ("", "")


def test_backup_and_restore(built: Shell, tmp_path: Path) -> None:
    made = built("backup", "monday.db")
    assert (made.code, made.out) == (0, "monday.db\n")
    assert built("backup", "monday.db").code == 2
    assert built("backup", ".", "--json").json["bytes"] == Path("monday.db").stat().st_size
    (tmp_path / "corpus" / "news" / "ferry.md").unlink(missing_ok=True)
    back = built("restore", "monday.db")
    assert back.code == 0
    assert "restored" in back.out
    assert "Now run `footnote rebuild`" in back.err
    assert built("restore", "monday.db", "--json").json["added"] == []
