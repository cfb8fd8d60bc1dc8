from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.words import STOPWORDS, content_terms, fold, terms, terms_of_passage, written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The ferries", "the ferry"),
        ("U.S. troops", "US troops"),
        ("1,000 tonnes", "1000 tonne"),
        ("Goïta's junta", "goita junta"),
        ("the council’s plan", "the council's plans"),
        ("twelve boats", "12 boats"),
        ("the third crossing", "the 3rd crossing"),
        ("11 Sept", "11 September"),
        ("the harbour's colours", "the harbors' color"),
        ("organised", "organized"),
        ("analysed the data", "analyzed the data"),
        ("the theatre", "the theater"),
        ("a catalogue", "a catalog"),
        ("travelled", "traveled"),
        ("an encyclopaedia", "an encyclopedia"),
        ("the defence licence", "the defense license"),
        ("STRASSE", "Straße"),
        ("ﬁnal", "final"),
        ("Footnote™", "footnotetm"),
        ("№ 7", "no 7"),
    ],
)
def test_writes_what_means_the_same_one_way(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("hour", "hor"), ("wise", "wize"), ("your four tours", "yor for tors"), ("may", "might"), ("1.5", "15")],
)
def test_keeps_apart_what_differs(one: str, other: str) -> None:
    assert terms(one) != terms(other)


def test_takes_each_character_of_chinese_japanese_and_korean_as_a_word() -> None:
    assert terms("渡し船は6時に") == ["渡", "し", "船", "は", "6", "時", "に"]
    assert terms("한국 nodes") == ["한", "국", "node"]


def test_reads_numbers_as_they_are_written() -> None:
    assert terms("£1.3 million, 2,500 people, on the 21st, in 2019.") == [
        *("1.3", "million", "2500", "peopl", "on", "the", "21st", "in", "2019")
    ]


def test_splits_at_underscores_and_hyphens() -> None:
    assert written("INDEX_DIR well-known don't") == ["index", "dir", "well", "known", "don't"]


def test_content_terms_leave_out_common_words_and_repetitions() -> None:
    assert content_terms("When does the last ferry leave, and which ferry?") == ["last", "ferri", "leav"]


def test_content_terms_keep_common_words_where_there_are_no_others() -> None:
    assert content_terms("Who are you?") == ["who", "are", "you"]
    assert content_terms("🙂 …") == []


def test_a_passage_is_read_with_its_headings_and_without_markdown() -> None:
    assert terms_of_passage("Ferry > Prices", "**Tickets** cost [£2](https://a.example/b)") == [
        *("ferri", "price", "ticket", "cost", "2")
    ]
    assert terms_of_passage("", "*Tickets*") == ["ticket"]


def test_stopwords_are_folded_words() -> None:
    assert all(written(word) == [word] for word in STOPWORDS)


@given(st.text())
def test_any_text_has_terms_that_sql_takes_for_one_word_each(text: str) -> None:
    for term in terms(text):
        assert term
        assert not any(char.isspace() or char in "\"'_\0" for char in term)
        assert not any("A" <= char <= "Z" for char in term)
        assert all(char.isalnum() or char in ".," or ord(char) > 127 for char in term)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_terms_of_lines_are_the_terms_of_each(one: str, other: str) -> None:
    assert terms(f"{one}\n{other}") == terms(one) + terms(other)


@given(st.text())
def test_content_terms_are_distinct_terms_in_order(text: str) -> None:
    found = content_terms(text)
    assert len(set(found)) == len(found)
    everything = terms(text)
    assert [term for term in dict.fromkeys(everything) if term in set(found)] == found or set(found) < set(
        everything
    )
