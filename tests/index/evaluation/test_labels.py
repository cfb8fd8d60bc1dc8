import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.evaluation import Evidence, holds_gold, is_gold, normalise
from tests.index.evaluation.made import DAM, citation, passage


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("The  DAM -- at\nLast.", "the dam at last"),
        ("“Mali’s” president", "mali s president"),
        ("US$3 per barrel", "us 3 per barrel"),
        ("Zürich, ÉTÉ", "zürich été"),
        ("snake_case stays", "snake_case stays"),
        ("…", ""),
    ],
)
def test_normalises_case_and_punctuation(text, same):
    assert normalise(text) == same


@given(st.text())
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


def test_gold_contains_the_evidence_or_is_contained_in_it():
    assert is_gold(citation("the dam was finished in may 1936"), [DAM])
    assert is_gold(citation("After years, the dam was finished in May 1936, at last."), [DAM])
    assert is_gold(citation("finished in May"), [DAM])
    assert not is_gold(citation("The dam was begun in May 1931."), [DAM])


def test_gold_comes_from_the_article_of_the_evidence():
    assert not is_gold(citation(DAM.text, "news/bridge"), [DAM])
    assert is_gold(citation(DAM.text, "news/bridge"), [DAM, Evidence("news/bridge", DAM.text)])


def test_a_row_of_a_dump_is_known_by_its_own_id():
    assert is_gold(citation(DAM.text, "dumps/articles/qed-0001"), [Evidence("qed-0001", DAM.text)])
    assert not is_gold(citation(DAM.text, "dumps/articles/xqed-0001"), [Evidence("qed-0001", DAM.text)])


def test_evidence_may_name_just_an_article_or_just_a_sentence():
    assert is_gold(citation("It rained."), [Evidence("news/dam")])
    assert not is_gold(citation("It rained.", "news/bridge"), [Evidence("news/dam")])
    assert is_gold(citation(DAM.text, "anywhere"), [Evidence(text=DAM.text)])


def test_no_words_or_no_evidence_is_not_gold():
    assert not is_gold(citation("…"), [DAM])
    assert not is_gold(citation(DAM.text), [])
    assert not holds_gold(passage(DAM.text), [])


def test_a_passage_is_gold_if_it_holds_the_evidence():
    text = "It took five years. The dam was finished in May 1936. Power followed in October."
    assert holds_gold(passage(text), [DAM])
    assert holds_gold(passage(text), [Evidence("news/dam")])
    assert not holds_gold(passage(text, "news/bridge"), [DAM])


def test_a_passage_is_gold_if_one_of_its_sentences_is():
    long = Evidence(
        "news/dam", "Work began in 1931. The dam was finished in May 1936. Power followed in October."
    )
    overlapping = "The dam was finished in May 1936. Power followed in October. Fishing is allowed all year."
    assert holds_gold(passage(overlapping), [long])
    assert not holds_gold(passage("Fishing is allowed all year. Boats are not."), [long])
