from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.features.context.rendering import TOO_LONG, render_context
from bot.messages.escape import units
from bot.messages.match_results import CHANGED, LOST, MOVED, REMOVED
from bot.messages.reply import CONTENT
from index.types import Article, Context
from tests.bot.written import HOSTILE


def around(before: str, sentence: str, after: str, status: str = "intact", **article: Any) -> Context:
    """Returns a sentence between two texts."""
    values = {"id": "rules/harbour", "title": "Harbour rules", "text": before + sentence + after} | article
    end = len(before) + len(sentence)
    return Context(status, Article(**values), len(before), end, before, after)


def test_the_sentence_stands_out_in_its_paragraph() -> None:
    context = around(
        "Boats lie at the\nquay. ",
        "All boats must be on land by noon.",
        " Ask the *warden*:\n- by telephone",
        url="https://saltmere.example/rules",
        source="Harbour office",
        published="2026-10-01",
    )
    assert render_context(context, "https://saltmere.example/rules#:~:text=All").content == (
        "**Harbour rules**\n"
        "> Boats lie at the quay. **All boats must be on land by noon.** Ask the \\*warden\\*:\n"
        "> \\- by telephone\n"
        "-# Harbour office · <t:1790812800:R> · [open](<https://saltmere.example/rules#:~:text=All>)"
    )


def test_gaps_between_the_sentence_and_its_neighbours_stay() -> None:
    assert (
        "> Rules:\n> **\\- Be kind.**\n> \\- Be on time."
        in render_context(around("Rules:\n", "- Be kind.", "\n- Be on time.")).content
    )
    assert "> 一。**二。**三。" in render_context(around("一。", "二。", "三。")).content
    assert "> one **two** three" in render_context(around("one\n", "two", "\nthree")).content


def test_a_sentence_alone_and_an_article_without_anything() -> None:
    assert (
        render_context(around("", "Only this.", "", title="")).content
        == "**rules/harbour**\n> **Only this.**"
    )


def test_a_link_that_would_leave_no_room_is_left_out() -> None:
    reply = render_context(around("", "Only this.", ""), "https://saltmere.example/" + "long/" * 200)
    assert reply.content == "**Harbour rules**\n> **Only this.**"


def test_what_became_of_the_sentence_is_said() -> None:
    assert render_context(Context("removed")).content == REMOVED
    assert MOVED in render_context(around("", "Here.", "", "moved")).content
    assert CHANGED in render_context(around("", "Here.", "", "changed")).content
    assert render_context(around("", "", "", "changed")).content == f"**Harbour rules**\n{LOST}"


def test_of_a_long_paragraph_the_part_around_the_sentence_is_shown() -> None:
    reply = render_context(around("Before that. " * 300, "All on land.", " After that." * 300))
    assert "> … " in reply.content
    assert "that. **All on land.** After" in reply.content
    assert reply.content.endswith(" …")
    assert 1900 < units(reply.content) <= CONTENT
    late = render_context(around("Before that. " * 300, "All on land.", " The end."))
    assert late.content.endswith("**All on land.** The end.")
    assert len(late.content) > 1900
    early = render_context(around("At first. ", "All on land.", " After that." * 300))
    assert "> At first. **All" in early.content
    assert len(early.content) > 1900
    blank = render_context(around("Before." + " " * 2500 + "Then. ", "All on land.", ""))
    assert "> … Then. **All on land.**" in blank.content
    one_word = render_context(around("b" * 3000 + " ", "All on land.", ""))
    assert "bb **All on land.**" in one_word.content


def test_a_sentence_that_fills_the_message_leaves_its_neighbours_out() -> None:
    reply = render_context(around("Before. ", "x" * 1974, " After."))
    assert reply.content == f"**Harbour rules**\n> **{'x' * 1974}**"


def test_a_sentence_too_long_for_a_message_comes_as_a_file() -> None:
    sentence = "All boats, large and small, " * 100
    reply = render_context(around("Before. ", sentence, " After.", id="rules/häfen/boats (2)"))
    assert TOO_LONG in reply.content
    assert "> **All boats, large and small," in reply.content
    assert "**…" in reply.content
    assert reply.file == (
        "rules-h-fen-boats-2.md",
        f"# Harbour rules\n\nBefore. {sentence} After.\n",
    )


@given(
    *[st.one_of(HOSTILE, HOSTILE.map(lambda text: text * 200))] * 4,
    st.sampled_from(["intact", "moved", "changed"]),
    st.one_of(st.none(), HOSTILE, st.integers(0, 4000).map(lambda n: "https://example.org/" + "a" * n)),
)
def test_context_is_never_over_a_limit(
    before: str, sentence: str, after: str, title: str, status: str, link: str | None
) -> None:
    context = around(before, sentence, after, status, title=title, source=title, url=link, id=before or "x")
    reply = render_context(context, link)
    assert 0 < units(reply.content) <= CONTENT
    reply.content.encode()
    if reply.file is not None:
        name, text = reply.file
        assert name.isascii()
        assert len(name) <= 64
        assert sentence in text
