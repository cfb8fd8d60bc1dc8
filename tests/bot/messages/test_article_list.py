from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.messages.article_list import LISTED, NONE, NONE_SUCH, render_card, render_list
from bot.messages.escape import units
from bot.messages.reply import CONTENT
from bot.messages.safe_urls import BUTTON
from index.types import Article, ArticleCard
from tests.bot.written import HOSTILE

FERRY = ArticleCard(
    "news/ferry",
    "Winter timetable for the *Gull Island* ferry",
    "https://saltmere.example/ferry",
    published="2026-10-01",
    collection="news",
)


def test_a_list_names_title_link_collection_and_age() -> None:
    rules = ArticleCard("rules", " ")
    assert render_list([FERRY, rules]).content == (
        "- Winter timetable for the \\*Gull Island\\* ferry · [open](<https://saltmere.example/ferry>)"
        " · news · <t:1790812800:R>\n- rules"
    )


def test_an_empty_list_says_why() -> None:
    assert render_list([]).content == NONE
    assert render_list([], searched="bicycles").content == NONE_SUCH


def test_a_list_says_that_there_are_more() -> None:
    short = [ArticleCard(f"news/{number}", f"News {number}") for number in range(LISTED + 1)]
    lines = render_list(short).content.split("\n")
    assert lines[24:] == ["- News 24", "-# There are more: `search:` and `collection:` narrow the list."]
    assert "more" not in render_list(short[:LISTED]).content
    long = [ArticleCard(f"news/{number}", "Gull Island " * 20) for number in range(LISTED)]
    assert render_list(long).content.split("\n")[-1] == lines[-1]


def test_a_card_says_what_there_is_to_know() -> None:
    article = Article(
        "news/ferry",
        "Winter timetable",
        "…",
        "https://saltmere.example/ferry",
        "Saltmere Ferries",
        "2026-10-01",
        tags=("ferry", "winter"),
    )
    reply = render_card(article, 1204, 2)
    assert reply.content == (
        "**Winter timetable**\nPublished: <t:1790812800:D>, <t:1790812800:R>\nSource: Saltmere Ferries\n"
        "Collection: news\nTags: ferry, winter\nLength: 1,204 sentences\nCited: in 2 answers"
    )
    [button] = reply.buttons
    assert (button.label, button.url) == ("Open", "https://saltmere.example/ferry")
    bare = render_card(Article("rules", "", "Be kind.", "http://intranet/rules"), 1)
    assert (
        bare.content == "**rules**\nLength: 1 sentence\nCited: in 0 answers\n[open](<http://intranet/rules>)"
    )
    assert bare.buttons == ()


TEXT = st.one_of(HOSTILE, HOSTILE.map(lambda text: text * 60))
URL = st.one_of(st.none(), HOSTILE, st.integers(0, 4000).map(lambda n: "https://example.org/" + "a" * n))


@given(st.lists(st.builds(ArticleCard, TEXT, TEXT, URL, TEXT, TEXT), max_size=30), TEXT)
def test_a_list_is_never_over_a_limit(cards: list[ArticleCard], searched: str) -> None:
    content = render_list(cards, searched=searched).content
    assert 0 < units(content) <= CONTENT
    content.encode()


@given(TEXT, TEXT, URL, TEXT, st.lists(TEXT, max_size=9))
def test_a_card_is_never_over_a_limit(
    title: str, source: str, url: str | None, id_: str, tags: list[str]
) -> None:
    reply = render_card(Article(id_ or "x", title, "", url, source, source, tags=tuple(tags)), 3)
    assert 0 < units(reply.content) <= CONTENT
    reply.content.encode()
    assert all(len(each.url or "") <= BUTTON for each in reply.buttons)
