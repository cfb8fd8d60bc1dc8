from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.features.more import BACK, NEXT, NOTHING_MORE, THE_END, TITLE, render_more
from bot.messages.escape import units
from bot.messages.question_header import read
from bot.messages.reply import CONTENT
from index.types import Citation
from tests.bot.written import HOSTILE, answered, citation, declined

FOUND = [citation(f"Boat number {n} lies at the quay.", start=n * 40) for n in range(10)]


def texts(content: str) -> list[str]:
    """Returns what is quoted, in order."""
    return [line[3 : line.rindex("”")] for line in content.split("\n") if line.startswith("> ")]


def test_pages_begin_after_what_was_shown_and_end_kindly() -> None:
    answer = replace(answered(*FOUND[:2]), candidates=tuple(FOUND))
    pages, first = [], 0
    for _ in range(3):
        pages.append(render_more(answer, first))
        first += 3
    assert [text for page in pages for text in texts(page.content)] == [each.text for each in FOUND[2:]]
    assert [each.action for each in pages[1].buttons][-2:] == ["more:0", "more:6"]
    assert [each.label for each in pages[0].buttons][-1] == NEXT
    assert [each.label for each in pages[2].buttons][-1] == BACK
    assert [THE_END in page.content for page in pages] == [False, False, True]
    assert all(TITLE in page.content for page in pages)


def test_of_a_no_the_nearest_sentence_was_shown() -> None:
    assert texts(render_more(declined(*FOUND[:3])).content) == [each.text for each in FOUND[1:3]]


def test_a_page_that_is_no_longer_there_is_the_last_one() -> None:
    answer = replace(answered(FOUND[0]), candidates=tuple(FOUND[:6]))
    assert render_more(answer, 90) == render_more(answer, 3)
    nothing = render_more(answered(FOUND[0]), 3)
    assert nothing.content.split("\n")[-2:] == [NOTHING_MORE, THE_END]
    assert nothing.buttons == ()


@given(
    st.lists(st.builds(citation, HOSTILE.map(lambda text: text * 60), article_id=HOSTILE), max_size=10),
    HOSTILE.filter(lambda text: any(char.isalnum() for char in text)),
    st.integers(0, 999),
)
def test_a_page_keeps_the_question_and_every_limit(found: list[Citation], question: str, first: int) -> None:
    reply = render_more(declined(citation(), *found), first)
    assert 0 < units(reply.content) <= CONTENT
    assert len(reply.buttons) <= 8
    asked = read(render_more(replace(declined(citation(), *found), question=question), first).content)
    assert len(asked.questions) == 1
    assert asked.answer == ""
