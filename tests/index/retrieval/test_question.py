from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.retrieval.question import LONGEST, Kind, understand
from index.text.words import fold, terms
from index.types import Turn


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Who founded the reading circle?", Kind.WHO),
        ("whose idea was it", Kind.WHO),
        ("When does the last ferry leave?", Kind.WHEN),
        ("In what year did the bridge open?", Kind.WHEN),
        ("Since when, and who said so?", Kind.WHEN),
        ("Where do volunteers meet?", Kind.WHERE),
        ("Which country vetoed the resolution?", Kind.WHERE),
        ("How many arches have cracks?", Kind.NUMBER),
        ("how much does a ticket cost", Kind.NUMBER),
        ("What percentage of voters agreed?", Kind.NUMBER),
        ("Why was the crossing cut?", Kind.WHY),
        ("What caused the cracks?", Kind.WHY),
        ("Is the bridge open?", Kind.YES_NO),
        ("Did the council pay?", Kind.YES_NO),
        ("Is it a bus or a ferry?", Kind.WHAT),
        ("How do I add an article?", Kind.HOW),
        ("What grows in the garden?", Kind.WHAT),
        ("opening hours", Kind.WHAT),
        ("", Kind.WHAT),
    ],
)
def test_tells_the_kind_of_thing_asked_for(question: str, kind: Kind) -> None:
    assert understand(question).kind is kind


def test_takes_a_question_apart() -> None:
    query = understand("  When does   the last\nferry leave? ")
    assert query.text == "When does the last ferry leave?"
    assert query.terms == ("last", "ferri", "leav")
    assert query.sequence == ("when", "doe", "the", "last", "ferri", "leav")
    assert query.shown["ferri"] == "ferry"


def test_shows_words_as_the_asker_wrote_them() -> None:
    shown = understand("Does Wi-Fi reach Zürich’s café?").shown
    assert shown["wi"] == shown["fi"] == "Wi-Fi"
    assert shown["zurich"] == "Zürich’s"
    assert shown["cafe"] == "café"
    assert understand("Are 3M's well-known 2,500 tapes (№ 5) in-").shown == {
        **{"are": "Are", "3m": "3M's", "well": "well-known", "known": "well-known", "2500": "2,500"},
        **{"tape": "tapes", "no": "(№", "5": "5", "in": "in"},
    }


@pytest.mark.parametrize(
    "question", ["And when did he leave?", "Why?", "How much do they cost for children?"]
)
def test_a_question_that_leans_on_the_one_before_is_read_with_it(question: str) -> None:
    turns = [Turn("Where is the well?"), Turn("Who founded the\nreading circle?", "Tomás Ferreira")]
    query = understand(question, turns)
    assert query.text == f"Who founded the reading circle? {question}"
    assert query.kind is understand(question).kind
    assert "circl" in query.terms


def test_a_question_that_stands_alone_is_read_alone() -> None:
    question = "When does the last ferry leave Saltmere?"
    assert understand(question, [Turn("Who founded the reading circle?")]) == understand(question)


def test_a_question_of_signs_alone_takes_the_kind_of_the_one_before() -> None:
    assert understand("???", [Turn("Who founded the reading circle?")]).kind is Kind.WHO


def test_reads_only_the_beginning_of_an_endless_question() -> None:
    query = understand("ferry " * 1000, [Turn("bridge " * 1000)])
    assert len(query.text) <= LONGEST
    assert len(understand("Why? " + "🙂" * 6000, [Turn("bridge " * 1000)]).text) <= 2 * LONGEST + 1


def test_replaces_what_no_encoder_can_read() -> None:
    assert understand("Where is the \ud800ferry?").text.encode()


_TURNS = st.lists(st.builds(Turn, st.text(), st.text()), max_size=3)
_ANY = st.text(st.characters(exclude_categories=[]))


@given(_ANY, _TURNS)
def test_understands_any_text(question: str, turns: list[Turn]) -> None:
    query = understand(question, turns)
    query.text.encode()
    assert query.text == " ".join(query.text.split())
    assert set(query.terms) <= set(query.sequence) == set(terms(query.text))
    assert len(set(query.terms)) == len(query.terms)
    for word in query.shown.values():
        assert fold(word) in fold(query.text)
    assert understand(question, turns) == query
