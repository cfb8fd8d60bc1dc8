from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.features.claim_check import CAUTION, NO_CLAIM, NOTHING, render_comparison
from bot.messages.escape import units
from bot.messages.reply import CONTENT
from index.types import Claim, Comparison, Difference, Likeness, Match
from tests.bot.written import HOSTILE, citation

ABOUT = "https://discord.com/channels/1/2/3"
FERRY = citation()
DOGS = citation("Dogs travel free.", start=40)


def test_each_claim_has_its_verdict_its_sentence_and_its_source() -> None:
    reply = render_comparison(
        Comparison(
            (
                Claim("It leaves at *7.40* pm", (Match(Likeness.DIFFERS, FERRY, (Difference.NUMBERS,)),)),
                Claim("Pigs fly"),
                Claim("Dogs travel free", (Match(Likeness.VERBATIM, DOGS), Match(Likeness.NEAR, FERRY))),
            ),
            2,
        ),
        ABOUT,
    )
    lines = reply.content.split("\n")
    assert lines[:7] == [
        f"-# about [this message](<{ABOUT}>)",
        r"-# “It leaves at \*7.40\* pm”",
        "**≠ The articles differ in numbers:**",
        "> “The last ferry leaves at 6.40 pm.” ¹",
        "-# “Pigs fly”",
        NOTHING,
        "-# “Dogs travel free”",
    ]
    assert lines[7:12] == [
        "**✓ The articles have this word for word:**",
        "> “Dogs travel free.” ²",
        "**≈ The closest sentence in the articles, which may say something else: sentence ¹, above.**",
        "-# I looked for the first 3 of 5 statements.",
        CAUTION,
    ]
    assert lines[12].startswith("-# ¹ ² Winter timetable")
    assert [each.label for each in reply.buttons] == ["In context ¹", "In context ²"]


def test_where_nothing_is_near_there_is_nothing_but_that() -> None:
    reply = render_comparison(Comparison((Claim("Pigs fly"),)), ABOUT)
    assert reply.content.split("\n")[1:] == ["-# “Pigs fly”", NOTHING, CAUTION]
    assert reply.buttons == ()
    assert render_comparison(Comparison(()), ABOUT).content == NO_CLAIM


MATCHES = st.builds(
    Match,
    st.sampled_from(Likeness),
    st.builds(
        citation,
        st.one_of(HOSTILE, HOSTILE.map(lambda text: text * 100)),
        article_id=st.sampled_from("abcd"),
        start=st.integers(0, 5),
        title=st.one_of(HOSTILE, st.just("[" * 4000)),
        link=st.integers(0, 4000).map(lambda n: "https://example.org/" + "a" * n),
    ),
    st.just(tuple(Difference)),
)


@given(
    st.lists(st.builds(Claim, HOSTILE.map(lambda text: text * 9), st.tuples(MATCHES, MATCHES)), max_size=6)
)
def test_a_message_is_never_over_a_limit(claims: list[Claim]) -> None:
    reply = render_comparison(Comparison(tuple(claims), 9), ABOUT)
    assert 0 < units(reply.content) <= CONTENT
    reply.content.encode()
    citation_ids = [each.action for each in reply.buttons if each.action]
    assert len(set(citation_ids)) == len(citation_ids)
    assert len(reply.buttons) <= 16
    bare = render_comparison(Comparison(tuple(replace(each, matches=()) for each in claims)), ABOUT)
    assert len(bare.content) <= CONTENT
