"""Questions for the articles themselves, asked of the small index."""

from __future__ import annotations

import pytest

from index.cli.answers import as_dict, render
from index.engine import Engine
from index.types import Answer, Answered, Declined
from tests.index.conftest import Town, notes_of, reason_of


def ids(answer: Answer) -> list[str]:
    assert isinstance(answer, Declined)
    assert answer.articles is not None
    return [card.id for card in answer.articles.cards]


def test_all_articles_are_counted_and_listed(engine: Engine) -> None:
    answer = engine.ask("How many articles do you have?")
    assert reason_of(answer) == "There are 4 articles."
    assert ids(answer) == ["garden", "library/hours", "news/bridge", "news/ferry"]
    assert render(answer).split("\n")[:3] == ["There are 4 articles.", "", "The community garden"]
    assert ids(engine.ask("Which articles are there?", collections=["news"])) == ["news/bridge", "news/ferry"]
    assert reason_of(engine.ask("List all articles", collections=["library"])) == "There is 1 article."


def test_the_articles_on_something_are_those_that_hold_its_words(engine: Engine, town: Town) -> None:
    answer = engine.ask("How many articles are there about the ferry?")
    assert (reason_of(answer), ids(answer)) == ("1 article has “ferry” in the text or title.", ["news/ferry"])
    town.write("a-walk", "The walk ends where the ferry leaves for Gull Island.\n", "title: A walk")
    town.builder.rebuild()
    answer = engine.ask("Which articles about ferries do you have?")
    assert reason_of(answer) == "2 articles have “ferries” in the text or title."
    assert ids(answer) == ["news/ferry", "a-walk"], "those with the word in the title come first"
    assert ids(engine.ask("List all articles about closed bridges")) == ["news/bridge"]


@pytest.mark.parametrize(
    "question", ["Which articles are there about zebras?", "List the articles on bean arches"]
)
def test_where_there_are_none_it_is_a_question_like_others(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert isinstance(answer, Declined)
    assert answer.candidates
    assert answer.articles is not None
    assert (answer.articles.cards, answer.articles.total) == ((), 4)


def test_what_no_sentence_can_give_is_said_and_the_list_is_offered(engine: Engine) -> None:
    answer = engine.ask("What do you think of zebras?")
    assert reason_of(answer) == (
        "I have no opinion and give no advice: I quote what the articles say. The list of articles may help."
    )
    assert isinstance(answer, Declined)
    assert answer.articles is not None
    assert (answer.articles.topic, answer.articles.total, answer.articles.cards) == ("", 4, ())
    assert answer.candidates


def test_beside_a_question_that_is_answered_the_number_is_a_note(engine: Engine) -> None:
    answer = engine.ask("Who founded the reading circle? How many articles do you have?")
    assert isinstance(answer, Answered)
    assert notes_of(answer) == ["There are 4 articles."]


def test_the_list_is_added_only_where_asked_for(engine: Engine) -> None:
    answer = engine.ask("How many articles do you have?")
    assert "listing" not in as_dict(answer)
    assert as_dict(answer, explained=True)["listing"]["total"] == 4
