"""What is told of a question that is asked of some collections says nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from index.engine import Engine
from index.indexing.builder import Builder
from index.ranking.ranker import Ranker
from index.store import Reader
from tests.index.conftest import notes_of, reason_of
from tests.index.library import WordEncoder

BOARD = "Meeting of the board\n\nThe board sells the lighthouse to Petrokemija. The price is secret."
FERRY = "Ferry\n\nThe ferry leaves at noon. Dogs travel free on every ferry."


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An index with a collection for all and one for the board, which declines everything."""
    for name, text in (("board/sale.txt", BOARD), ("news/ferry.txt", FERRY)):
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    encoder = WordEncoder()
    Builder(tmp_path / "corpus", tmp_path / "index", encoder).rebuild()
    strict = replace(Ranker.shipped(), threshold=1.1)
    found = Engine(Reader.open(tmp_path / "index", model=encoder.fingerprint), encoder, ranker=strict)
    yield found
    found.close()


def test_a_word_of_another_collection_occurs_nowhere(engine: Engine) -> None:
    answer = engine.ask("Who is Petrokemija?", collections=["news"])
    assert reason_of(answer) == "'Petrokemija' occurs in none of 1 article."
    assert "Petrokemija" in engine.ask("Who is Petrokemija?").candidates[0].text


def test_a_misspelt_word_is_not_read_as_one_of_another_collection(engine: Engine) -> None:
    asked = "Does the bord sell the lighthuose?"
    assert any("lighthouse" in note for note in notes_of(engine.ask(asked)))
    told = engine.ask(asked, collections=["news"])
    assert not any("lighthouse" in note for note in notes_of(told))
    assert "'lighthuose'" in (reason_of(told) or "")


def test_words_are_counted_where_they_are_looked_for(engine: Engine) -> None:
    with engine._reader.snapshot() as snapshot:
        terms = ["ferri", "lighthous"]
        assert snapshot.document_frequency(terms) == {"ferri": 1, "lighthous": 1}
        assert snapshot.document_frequency(terms, ["news"]) == {"ferri": 1, "lighthous": 0}
        assert [snapshot.article_count(where) for where in (None, ["news"], ["news", "board"], [])] == [
            2,
            1,
            2,
            0,
        ]
