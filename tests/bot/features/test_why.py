from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.features.why import NOTHING, render_why
from bot.messages.escape import units
from bot.messages.reply import CONTENT
from index.types import Explanation, Word
from tests.bot.written import HOSTILE, answered, citation, declined

WHY = Explanation(
    read_as="When does the last ferry leave?",
    threshold=0.21,
    words=(Word("last", 3, True), Word("ferry", 2, True), Word("leave", 4, False), Word("France", 0, False)),
    meaning=0.64,
    interaction=0.74,
    signals=(("word by word", 3.69), ("its passage", 2.3), ("length", -0.2)),
    probabilities=(0.8, 0.1),
)


def test_an_answer_is_explained() -> None:
    answer = replace(answered(citation(), citation("Tickets cost £2.")), why=WHY)
    assert render_why(answer).content == (
        "**Why this?**\n"
        "-# When does the last ferry leave?\n"
        "Confidence 0.90: I answer from 0.21 on, so I did.\n"
        "The best sentence fits by meaning 0.64, word by word 0.74.\n"
        "Words that it has: last, ferry\n"
        "Words that only other sentences have: leave\n"
        "Words in no article: France\n"
        "What sets it apart most: word by word, its passage.\n"
        "Runner-up (10% against 80%): “Tickets cost £2.”"
    )


def test_a_no_is_explained() -> None:
    content = render_why(replace(declined(), why=replace(WHY, signals=(), probabilities=()))).content
    assert "Confidence 0.10: I answer from 0.21 on, so I did not." in content
    assert "best sentence" not in content
    assert render_why(declined()).content == NOTHING


def test_a_reranker_is_named() -> None:
    assert (
        "by the reranker 0.95"
        in render_why(replace(answered(citation()), why=replace(WHY, reranker=0.95))).content
    )


@given(HOSTILE.map(lambda text: text * 40), st.lists(HOSTILE, max_size=40))
def test_it_is_never_over_a_limit(text: str, words: list[str]) -> None:
    why = replace(
        WHY, read_as=text, words=tuple(Word(each, n % 2, n % 3 == 0) for n, each in enumerate(words))
    )
    reply = render_why(replace(answered(citation(), citation(text)), why=why))
    assert 0 < units(reply.content) <= CONTENT
