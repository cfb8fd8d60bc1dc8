from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.compound import MOST, join, split
from index.types import (
    Answer,
    Answered,
    Citation,
    Declined,
    IndexInfo,
    NotCertain,
    Note,
    NothingFound,
    SpellingCorrected,
)

INFO = IndexInfo("5f3a", 4, 6)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When does the last ferry leave?", ["When does the last ferry leave?"]),
        ("Who runs the ferry? What does it cost?", ["Who runs the ferry?", "What does it cost?"]),
        ("who founded the circle and when did it meet", ["who founded the circle", "when did it meet"]),
        ("When and where was the captain born?", ["When and where was the captain born?"]),
        ("Really? Who founded the circle?", ["Really? Who founded the circle?"]),
        ("I live in Saltmere. How do I get to the island?", None),
        ("Salt and how much of it?", None),
        ("ferry? bridge?", None),
        ("", None),
    ],
)
def test_takes_questions_apart(question: str, parts: list[str] | None) -> None:
    assert split(question) == (parts or [question])


def test_what_comes_after_the_third_stays_with_it() -> None:
    parts = split("Who runs the ferry? Who pays it? Who mends the bridge? Who waters the beans?")
    assert parts[2] == "Who mends the bridge? Who waters the beans?"
    joined = split("who runs ferries and who pays them and who mends bridges and who waters beans")
    assert joined[2] == "who mends bridges and who waters beans"


@given(st.text(st.sampled_from("who what and ferry? .\n"), max_size=80))
def test_no_word_is_lost(question: str) -> None:
    parts = split(question)
    assert 1 <= len(parts) <= MOST
    kept = " ".join(parts).split()
    assert [word for word in kept if word != "and"] == [word for word in question.split() if word != "and"]


def cite(text: str, start: int = 0) -> Citation:
    return Citation(text, "news/ferry", "Ferries", None, None, start, start + len(text), 0.8, None)


def answer(*citations: Citation, notes: tuple[Note, ...] = ()) -> Answer:
    if not citations:
        return Declined(
            question="part", confidence=0.8, candidates=(), passages=(), index=INFO, reason=NotCertain(4)
        )
    return Answered(
        question="part",
        confidence=0.8,
        candidates=citations,
        passages=(),
        index=INFO,
        citations=citations,
        notes=notes,
    )


def test_each_part_is_answered_with_its_best_first() -> None:
    ferry, fare, captain = cite("It leaves at noon."), cite("It costs £4.", 30), cite("Ruth Adeyemi.", 50)
    whole = join("Two?", ["One?", "Two?"], [answer(ferry, captain), answer(fare, ferry)], 3)
    assert whole.citations == (ferry, fare, captain)
    assert isinstance(whole, Answered)
    assert (whole.question, whole.notes) == ("Two?", ())
    assert join("Two?", ["One?", "Two?"], [answer(ferry), answer(fare)], 1).citations == (ferry,)


def test_says_which_part_was_not_found() -> None:
    found = answer(cite("It leaves at noon."), notes=(SpellingCorrected("fery", "ferry"),))
    whole = join("Both?", ["When?", "Who pays? "], [found, answer()], 3)
    assert whole.notes == (NothingFound("Who pays?"), SpellingCorrected("fery", "ferry"))
    assert whole.citations == found.citations


def test_where_nothing_is_found_one_refusal_stands_for_all() -> None:
    whole = join("Both?", ["When?", "Who?"], [answer(), answer()], 3)
    assert isinstance(whole, Declined)
    assert whole.question == "Both?"
