from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.answering.unsupported import topic_of, unsupported
from index.types import PlainReason


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
    assert topic_of(question) == topic


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
    assert topic_of(question) is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("List every rule of the harbour", PlainReason.ASKS_FOR_LIST),
        ("How many articles does the treaty have?", PlainReason.ASKS_FOR_LIST),
        ("Summarise the timetable, please", PlainReason.ASKS_FOR_SUMMARY),
        ("Can you give me a short summary of the rules?", PlainReason.ASKS_FOR_SUMMARY),
        ("tl;dr of the bridge article", PlainReason.ASKS_FOR_SUMMARY),
        ("What do you think of the new ferry?", PlainReason.ASKS_FOR_OPINION),
        ("Ferry or bridge, what should I do?", PlainReason.ASKS_FOR_OPINION),
        ("Which ferry should I take?", PlainReason.ASKS_FOR_OPINION),
        ("In your opinion, is the garden worth a visit?", PlainReason.ASKS_FOR_OPINION),
        ("Compare the ferry with the bridge", PlainReason.ASKS_FOR_TASK),
        ("Could you translate the rules into French?", PlainReason.ASKS_FOR_TASK),
    ],
)
def test_knows_what_no_sentence_can_give(question: str, asks: PlainReason) -> None:
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
    assert topic_of(text) is None or text.strip()
    assert unsupported(text) is None or text.strip()
