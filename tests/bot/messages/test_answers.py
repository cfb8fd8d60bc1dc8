from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from bot.messages.answers import DECLINED, NEAREST, SIGNATURE, AnswerView, render, share
from bot.messages.escape import units
from bot.messages.invisible_characters import reveal
from bot.messages.localization import gettext
from bot.messages.reply import CONTENT, Reply
from bot.messages.safe_urls import BUTTON
from bot.messages.small_talk import SmallTalk
from index.types import (
    Answer,
    ArticlesDiffer,
    Citation,
    Difference,
    Lead,
    MissingWords,
    NothingFound,
    SpellingCorrected,
)
from tests.bot.written import HOSTILE, answered, citation, declined, shown

ACTIONS = ["Follow up", "Why this?", "👍", "👎"]
MORE = ["Follow up", "Why this?", "More", "👍", "👎"]
QUOTE = re.compile(r"> “(.*?)”( …)? ([¹²³⁴⁵⁶⁷⁸⁹]+)(?=\n|\Z)", re.DOTALL)


def quotes(reply: Reply) -> list[tuple[str, bool, str]]:
    """Returns what is quoted, as shown, whether in part, with its mark."""
    return [
        (shown(text.replace("\n> ", "\n")), bool(omission), mark)
        for text, omission, mark in QUOTE.findall(reply.content)
    ]


def test_an_answer_is_the_sentence_its_footnote_and_its_source() -> None:
    assert render(answered(citation())).content == (
        "> “The last ferry leaves at 6.40 pm.” ¹\n"
        "-# ¹ Winter timetable for the Gull Island ferry · Saltmere Ferries · <t:1790812800:R>"
        " · [open](<https://saltmere.example/ferry#:~:text=The%20last%20ferry>)"
    )
    button, follow, *_ = render(answered(citation())).buttons
    assert (button.label, button.action, button.url) == (
        "In context",
        f"context:{citation().citation_id}",
        None,
    )
    assert (follow.label, follow.action) == ("Follow up", "follow")


def test_each_sentence_has_a_button() -> None:
    reply = render(
        answered(citation(start=3), citation(article_id="b"), citation(article_id="c", citation_id=""))
    )
    assert [each.label for each in reply.buttons] == ["In context ¹", "In context ²", *ACTIONS]
    assert [mark for _, _, mark in quotes(reply)] == ["¹", "²", "³"]


def test_a_declined_question_gets_the_reason_and_the_nearest_sentence_as_what_it_is() -> None:
    reply = render(declined(citation(), citation("Another.", start=99)), AnswerView(asked=True))
    assert reply.content.split("\n")[:4] == [
        "-# Who is the president of France?",
        f"{DECLINED} 'France' occurs in none of 12 articles.",
        NEAREST,
        "> “The last ferry leaves at 6.40 pm.” ¹",
    ]
    assert [each.label for each in reply.buttons] == ["In context", *MORE]
    nothing = render(declined())
    assert nothing.content == f"{DECLINED} 'France' occurs in none of 12 articles."
    assert [each.label for each in nothing.buttons] == ACTIONS


def test_what_a_sentence_leans_on_stands_above_it_and_notes_below() -> None:
    lead = Lead("Captain *Adeyemi* spoke on Monday.", 0, 34)
    answer = replace(
        answered(citation("She cut the late crossing.", start=35, lead=lead)),
        notes=(
            SpellingCorrected("fery", "ferry"),
            ArticlesDiffer((Difference.NUMBERS,), dated=False),
            NothingFound("@everyone"),
            NothingFound("One too many."),
        ),
    )
    assert render(answer).content.split("\n")[:5] == [
        r"> -# Context: “Captain \*Adeyemi\* spoke on Monday.”",
        "> “She cut the late crossing.” ¹",
        "-# I read “fery” as “ferry”.",
        "-# The articles differ in numbers.",
        r"-# On “\@everyone” I found nothing.",
    ]


def test_what_is_no_evidence_goes_where_sentences_need_its_room() -> None:
    lead = Lead("The harbour master explained at length what had happened. " * 6, 0, 340)
    long = [
        citation("The ferry does not run on Christmas Day. " * 20, article_id=str(n), lead=lead)
        for n in range(5)
    ]
    reply = render(replace(answered(*long), notes=(NothingFound("How long is it? " * 9),) * 3))
    assert "Context" not in reply.content
    assert len(quotes(reply)) == 5


def test_a_greeting_gets_no_sentence() -> None:
    reply = render(SmallTalk("Hi!", "Hello! Ask me something."), AnswerView(asked=True))
    assert (reply.content, reply.buttons) == ("-# Hi!\nHello! Ask me something.", ())


def test_what_was_asked_about_is_linked_without_a_preview() -> None:
    reply = render(answered(citation()), AnswerView(asked=True, about="https://discord.com/channels/1/2/3"))
    assert reply.content.split("\n")[:2] == [
        "-# about [this message](<https://discord.com/channels/1/2/3>)",
        "-# When does the last ferry leave?",
    ]


def test_a_long_sentence_is_quoted_in_part_with_the_mark_outside_of_the_quotation() -> None:
    [(text, in_part, _)] = quotes(render(answered(citation("All boats must be on land by noon. " * 90))))
    assert in_part
    assert ("All boats must be on land by noon. " * 90).startswith(text)
    assert text.endswith((" on", " noon.", " boats", " land", " All", " be", " by", " must"))
    assert len(text) > 1700


def test_links_move_to_buttons_where_they_leave_no_room_for_the_sentences() -> None:
    sentence = "The ferry does not run on Christmas Day. " * 20
    page = "https://saltmere.example/" + "long/" * 90
    reply = render(answered(*(citation(sentence, article_id=str(n), link=page) for n in range(3))))
    assert "open" not in reply.content
    assert [each.label for each in reply.buttons[3:]] == ["Open ¹", "Open ²", "Open ³", *ACTIONS]
    assert all(len(text) > 400 for text, _, _ in quotes(reply))


def test_many_long_sentences_share_what_is_left() -> None:
    long = [citation("The ferry does not run on Christmas Day. " * 20, article_id=str(n)) for n in range(7)]
    reply = render(
        answered(*long, question="when " * 90),
        AnswerView(asked=True, about="https://discord.com/channels/1/2/3"),
    )
    found = quotes(reply)
    assert [mark for _, _, mark in found] == ["¹", "²", "³", "⁴", "⁵"]
    assert all(in_part and len(text) > 150 for text, in_part, _ in found)


def test_a_list_is_quoted_line_by_line() -> None:
    [(text, _, _)] = quotes(render(answered(citation("Bring:\n- a warm\n  coat\n- boots"))))
    assert text == "Bring:\n- a warm coat\n- boots"


def test_a_cut_between_lines_leaves_no_empty_line() -> None:
    reply = render(answered(citation("a" * 1700 + "\n\n- " + "b" * 900)))
    assert not re.search(r"\n>\s*”", reply.content)


def test_room_is_shared_fairly() -> None:
    assert share([10, 20], 100) >= 20
    assert share([10, 900, 900], 110) == 50
    assert share([300, 300], 100) == 50
    assert share([], 100) == 0


CITATIONS = st.builds(
    citation,
    st.one_of(HOSTILE, HOSTILE.map(lambda text: text * 100), st.just("word " * 1000)),
    article_id=st.sampled_from(["a", "b", "c", "d"]),
    title=st.one_of(HOSTILE, st.just("[" * 4000)),
    source=st.one_of(st.none(), HOSTILE, st.just("_" * 4000)),
    published=st.one_of(st.none(), HOSTILE, st.dates().map(str), st.datetimes().map(str)),
    url=st.one_of(st.none(), HOSTILE, HOSTILE.map(lambda text: f"https://example.org/{text}" * 9)),
    link=st.one_of(st.none(), HOSTILE, st.integers(0, 4000).map(lambda n: "https://example.org/" + "a" * n)),
    start=st.integers(0, 9),
    lead=st.one_of(st.none(), HOSTILE.map(lambda text: Lead(text * 9, 0, 9))),
)


@given(
    st.lists(CITATIONS, max_size=7),
    HOSTILE.map(lambda text: text * 20),
    HOSTILE.map(lambda text: text * 20),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.lists(HOSTILE.map(lambda text: text * 9), max_size=5),
)
def test_a_message_is_never_over_a_limit_whatever_articles_and_questions_hold(
    citations: list[Citation],
    question: str,
    reason: str,
    asked: bool,
    found: bool,
    private: bool,
    notes: list[str],
) -> None:
    given: Answer = answered(*citations, question=question)
    if not (found and citations):
        given = replace(declined(*citations), question=question, reason=MissingWords((reason,), 1200))
    answer = replace(given, follows=private, notes=tuple(map(NothingFound, notes)))
    reply = render(
        answer,
        AnswerView(
            asked=asked,
            about="https://discord.com/channels/1/2/3" if asked else None,
            earlier=[question, reason, question, reason],
            collection=reason or None,
            private=private,
            human=asked,
        ),
    )
    assert 0 < units(reply.content) <= CONTENT - (SIGNATURE if private else 0)
    reply.content.encode()
    assert len(reply.buttons) <= 16
    for button in reply.buttons:
        assert 0 < len(button.label) <= 80
        assert [button.url, button.action].count(None) == 1
        assert len(button.url or "") <= BUTTON
    for line in reply.content.split("\n"):
        assert line.startswith(("> ", "-# ", "**", gettext(NEAREST))) or line == ">"


@given(st.lists(HOSTILE.filter(str.strip), min_size=1, max_size=3))
@example(["0\x1f", "0\x1f0"])
def test_sentences_are_quoted_word_for_word(sentences: list[str]) -> None:
    reply = render(answered(*(citation(text, article_id=str(n)) for n, text in enumerate(sentences))))
    found = quotes(reply)
    if not any(in_part for _, in_part, _ in found) and "”" not in "".join(sentences):
        # Some control characters count as white space, which a quotation may fold and a sentence has not at
        # its ends.
        assert [words(text) for text, _, _ in found] == [words(reveal(text)) for text in sentences]


def words(text: str) -> str:
    """Text without white space, and without the names of control characters that count as such."""
    return "".join(re.sub(r"\[U\+00(?:1[C-F]|85)\]", "", text).split())


def test_part_of_a_sentence_has_marks_of_omission_outside_of_the_quotation() -> None:
    part = render(answered(citation("the ferry leaves at noon and", is_part=True)))
    assert part.content.startswith("> … “the ferry leaves at noon and” … ¹\n")
    long = render(answered(*(citation("word " * 900, article_id=str(n), is_part=True) for n in range(5))))
    assert long.content.count("> … “") == long.content.count("” … ") == 5
    assert units(long.content) <= CONTENT
