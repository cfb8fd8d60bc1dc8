from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.unsupported import Unsupported, listing, unsupported


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How many articles are there?", ""),
        ("how many articles do you have in total", ""),
        ("Which articles do you have?", ""),
        ("List all articles.", ""),
        ("Can you show me all the articles?", ""),
        ("What can I ask you about?", ""),
        ("Which topics do you cover?", ""),
        ("How many articles are there about the Gull Island ferry?", "gull island ferry"),
        ("How many articles mention dahlias?", "dahlias"),
        ("list the articles on bridges", "bridges"),
        ("Please give me all documents about opening hours here.", "opening hours"),
        ("Which articles about ferries do you have?", "ferries"),
        ("Do you have any articles about squash?", "squash"),
        ("Is there an article on the old bridge?", "old bridge"),
    ],
)
def test_knows_questions_for_the_list_of_articles(question: str, topic: str) -> None:
    assert listing(question) == topic


@pytest.mark.parametrize(
    "question",
    [
        "How many articles are in the constitution?",
        "How many articles does the treaty have?",
        "Which article guarantees free speech?",
        "What are the articles of confederation?",
        "list the members of the council",
        "What do you know about the ferry?",
        "What can I ask the librarian?",
        "Which documents do I need for a library card?",
        "Who wrote the article about the bridge?",
        "How do I add an article?",
        "Are there any toilets on the ferry?",
        "",
    ],
)
def test_leaves_other_questions_alone(question: str) -> None:
    assert listing(question) is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("List every rule of the harbour", Unsupported.LIST),
        ("How many articles does the treaty have?", Unsupported.LIST),
        ("Summarise the timetable, please", Unsupported.SUMMARY),
        ("Can you give me a short summary of the rules?", Unsupported.SUMMARY),
        ("tl;dr of the bridge article", Unsupported.SUMMARY),
        ("What do you think of the new ferry?", Unsupported.OPINION),
        ("Ferry or bridge, what should I do?", Unsupported.OPINION),
        ("Which ferry should I take?", Unsupported.OPINION),
        ("In your opinion, is the garden worth a visit?", Unsupported.OPINION),
        ("Compare the ferry with the bridge", Unsupported.TASK),
        ("Could you translate the rules into French?", Unsupported.TASK),
    ],
)
def test_knows_what_no_sentence_can_give(question: str, asks: Unsupported) -> None:
    assert unsupported(question) is asks


@pytest.mark.parametrize(
    "question",
    [
        "How many arches does the bridge have?",
        "What should I do if I lose my library card?",
        "What steps should I take after an accident?",
        "Who should I call about the ferry?",
        "What do you say when you win at bingo?",
        "Who lists the old houses?",
        "What does the summary report say?",
        "When was the translation printed?",
        "",
    ],
)
def test_what_a_sentence_can_answer_is_not_taken_for_it(question: str) -> None:
    assert unsupported(question) is None


@given(st.text(max_size=80))
def test_is_total(text: str) -> None:
    assert listing(text) is None or text.strip()
    assert unsupported(text) is None or text.strip()
