"""Questions for the articles themselves, asked of the small index."""

from __future__ import annotations

import pytest

from index.cli.asking import render
from index.engine import Engine
from index.types import Answer, Status
from tests.index.conftest import Town


def ids(answer: Answer) -> list[str]:
    assert answer.listing is not None
    return [card.id for card in answer.listing.cards]


def test_all_articles_are_counted_and_listed(engine: Engine) -> None:
    answer = engine.ask("How many articles do you have?")
    assert (answer.status, answer.reason) == (Status.DECLINED, "There are 4 articles.")
    assert ids(answer) == ["garden", "library/hours", "news/bridge", "news/ferry"]
    assert render(answer).split("\n")[:3] == ["There are 4 articles.", "", "The community garden"]
    assert ids(engine.ask("Which articles are there?", collections=["news"])) == ["news/bridge", "news/ferry"]
    assert engine.ask("List all articles", collections=["library"]).reason == "There is 1 article."


def test_the_articles_on_something_are_those_that_hold_its_words(engine: Engine, town: Town) -> None:
    answer = engine.ask("How many articles are there about the ferry?")
    assert (answer.reason, ids(answer)) == ("1 article has “ferry” in the text or title.", ["news/ferry"])
    town.write("a-walk", "The walk ends where the ferry leaves for Gull Island.\n", "title: A walk")
    town.builder.rebuild()
    answer = engine.ask("Which articles about ferries do you have?")
    assert answer.reason == "2 articles have “ferries” in the text or title."
    assert ids(answer) == ["news/ferry", "a-walk"], "those with the word in the title come first"
    assert ids(engine.ask("List all articles about closed bridges")) == ["news/bridge"]


@pytest.mark.parametrize(
    "question", ["Which articles are there about zebras?", "List the articles on bean arches"]
)
def test_where_there_are_none_it_is_a_question_like_others(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.status is Status.DECLINED
    assert answer.candidates
    assert answer.listing is not None
    assert (answer.listing.cards, answer.listing.total) == ((), 4)


def test_what_no_sentence_can_give_is_said_and_the_list_is_offered(engine: Engine) -> None:
    answer = engine.ask("What do you think of zebras?")
    assert answer.reason == (
        "I have no opinion and give no advice: I quote what the articles say. The list of articles may help."
    )
    assert answer.listing is not None
    assert (answer.listing.topic, answer.listing.total, answer.listing.cards) == ("", 4, ())
    assert answer.candidates


def test_beside_a_question_that_is_answered_the_number_is_a_note(engine: Engine) -> None:
    answer = engine.ask("Who founded the reading circle? How many articles do you have?")
    assert answer.status is Status.ANSWERED
    assert answer.notes == ("There are 4 articles.",)


def test_the_list_is_added_only_where_asked_for(engine: Engine) -> None:
    answer = engine.ask("How many articles do you have?")
    assert "listing" not in answer.as_dict()
    assert answer.as_dict(explained=True)["listing"]["total"] == 4
