from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.messages.answers import AnswerView, render
from bot.messages.invisible_characters import reveal
from bot.messages.question_header import Asked, head, read
from index.types import Turn
from tests.bot.written import HOSTILE, answered, citation, declined


def test_what_was_asked_is_read_back_from_the_answer() -> None:
    reply = render(answered(citation()), AnswerView(asked=True, collection="news_2026"))
    assert read(reply.content) == Asked(
        ("When does the last ferry leave?",), "The last ferry leaves at 6.40 pm.", "news_2026"
    )
    assert read(reply.content).turns == [
        Turn("When does the last ferry leave?", "The last ferry leaves at 6.40 pm.")
    ]


def test_a_refusal_is_no_answer() -> None:
    reply = render(declined(citation()), AnswerView(asked=True, about="https://discord.com/channels/1/2/3"))
    assert read(reply.content) == Asked(("Who is the president of France?",))
    assert read(render(declined(citation())).content).turns == []


def test_the_first_and_the_last_questions_are_kept() -> None:
    lines = head("And at night?", ["When does the ferry leave?", "On Sunday?", "On Monday?", "In May?"])
    assert read("\n".join(lines)).questions == (
        "When does the ferry leave?",
        "On Monday?",
        "In May?",
        "And at night?",
    )


@given(HOSTILE.filter(str.strip), st.lists(HOSTILE.filter(str.strip), max_size=3))
def test_no_question_passes_for_something_else(question: str, earlier: list[str]) -> None:
    asked = read("\n".join([*head(question, earlier), "> “Dogs travel free.” ¹"]))
    assert asked.collection is None
    assert asked.answer == "Dogs travel free."
    assert len(asked.questions) == len(earlier) + 1
    if len(question) < 20:
        heard = asked.questions[-1]
        assert reveal(heard) == reveal(" ".join(question.split())).removesuffix("…")
        if "accents]" not in heard:
            assert heard == " ".join(question.split()).removesuffix("…")
