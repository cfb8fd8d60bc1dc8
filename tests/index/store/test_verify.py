from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from index.errors import IndexMissing, IndexVersion
from index.store import Generations
from tests.index.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path).stock()
    library.builder().rebuild()
    library.builder().keep("threshold", "0.4")
    return library


def tamper(library: Library, *statements: str) -> None:
    connection = sqlite3.connect(Generations(library.folder).current())
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_a_whole_index_has_no_problems(library: Library) -> None:
    assert library.builder().verify() == []


FERRY = "(SELECT key FROM article WHERE id = 'news/ferry')"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE body SET text = replace(text, 'nine', 'five') WHERE article = {FERRY}", "its hash differs"),
        ("UPDATE article SET title = 'Bus' WHERE id = 'news/ferry'", "news/ferry is not what was indexed"),
        (f"DELETE FROM body WHERE article = {FERRY}", "The article news/ferry has no text"),
        (
            "DELETE FROM article WHERE id = 'news/ferry'",
            "A row of the table sentence refers to a row of article",
        ),
        ("UPDATE sentence SET start = start + 1 WHERE ordinal = 1", "sentence 1 does not have the vector"),
        ('UPDATE sentence SET "end" = "end" + 2 WHERE ordinal = 1', "sentence 1 is not where it should be"),
        ("UPDATE sentence SET vector = NULL WHERE kind = 'prose'", "does not have the vector of its words"),
        ("UPDATE sentence SET kind = 'code' WHERE kind = 'prose'", "does not have the vector of its words"),
        (f"DELETE FROM sentence WHERE article = {FERRY} AND ordinal = 2", "sentence 3 is not where"),
        (
            "UPDATE sentence SET start = -1 WHERE ordinal = 0",
            "Rows of the table sentence are not what was",
        ),
        ("UPDATE chunk SET start = start + 1", "chunk 0 is not the span of its sentences"),
        ("UPDATE chunk SET last = last + 50", "chunk 0 is not the span of its sentences"),
        ("UPDATE chunk SET context = 'Bus'", "chunk 0 does not have the vector of its words"),
        (f"DELETE FROM chunk WHERE article = {FERRY} AND ordinal = 0", "there is a gap before chunk 1"),
        (f"DELETE FROM chunk WHERE article = {FERRY}", "sentences are in no chunk"),
        ("UPDATE words SET terms = 'zebra'", "chunk 0 is not found by its words"),
        ("DELETE FROM words WHERE rowid = 1", "chunk 0 is not found by its words"),
        ("INSERT INTO words (rowid, terms) VALUES (999, 'zebra')", "holds 1 chunks that do not exist"),
        ("UPDATE words_content SET c0 = 'zebra' WHERE id = 1", "chunk 0 is not found by its words"),
        (
            "UPDATE vector SET value = zeroblob(length(value)) WHERE key = 1",
            "1 vectors are no unit vectors of 32",
        ),
        (
            "UPDATE vector SET value = cast(x'007e' || zeroblob(62) AS BLOB) WHERE key = 1",
            "1 vectors are no unit",
        ),
        ("UPDATE vector SET value = x'00' WHERE key = 1", "1 vectors are no unit vectors of 32"),
        ("UPDATE vector SET hash = randomblob(16) WHERE key = 1", "does not have the vector of its words"),
        ("UPDATE meta SET value = '00' WHERE name = 'digest'", "The hash of all articles is not that"),
        ("UPDATE setting SET value = '0.1'", "Rows of the table setting are not what was stored: 1"),
        ("UPDATE article SET collection = 'rules' WHERE id = 'news/ferry'", "Rows of the table article"),
        ("UPDATE article SET short = '0123456789' WHERE id = 'news/ferry'", "not listed under its own names"),
        ("UPDATE vector SET value = zeroblob(64) WHERE key = 1", "Rows of the table vector are not what"),
        ("DELETE FROM meta WHERE name = 'dimension'", "a row does not make sense"),
    ],
)
def test_whatever_is_wrong_is_said(library: Library, statement: str, said: str) -> None:
    tamper(library, "PRAGMA foreign_keys = OFF", "PRAGMA ignore_check_constraints = ON", statement)
    problems = library.builder().verify()
    assert any(said in problem for problem in problems), problems
    assert all(problem.endswith(".") for problem in problems)


def test_words_that_are_listed_wrongly(library: Library) -> None:
    """The content of the full text is right, but its index is not."""
    tamper(
        library,
        "UPDATE words SET terms = terms || ' zebra' WHERE rowid = 1",
        "UPDATE words_content SET c0 = replace(c0, ' zebra', '') WHERE id = 1",
    )
    assert library.builder().verify() == ["The full text does not list the words that it holds."]


def test_pages_that_are_damaged(library: Library) -> None:
    path = Generations(library.folder).current()
    with path.open("r+b") as file:
        file.seek(4096 * 3 + 1)
        file.write(b"\xff" * 64)
    assert any("damaged" in problem for problem in library.builder().verify())


def test_no_more_problems_are_told_than_anybody_reads(library: Library) -> None:
    library.write(
        "long.md", "# Log\n\n" + "".join(f"The ferry sailed on day {day}.\n\n" for day in range(300))
    )
    library.builder().rebuild()
    tamper(library, "UPDATE sentence SET vector = NULL")
    assert len(library.builder().verify()) == 100


def test_no_index_and_another_format(library: Library, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing):
        Library(tmp_path / "elsewhere").builder().verify()
    tamper(library, "PRAGMA user_version = 99")
    with pytest.raises(IndexVersion):
        library.builder().verify()


def test_what_is_no_database_is_a_problem_too(library: Library) -> None:
    Generations(library.folder).current().write_bytes(b"minutes of the committee" * 100)
    (problem,) = library.builder().verify()
    assert "file is not a database" in problem
