"""Members browse the articles, and read what is kept of them."""

from __future__ import annotations

import logging

import pytest

from bot.features.articles import GAPS, LOG, LOG_WITH_QUESTIONS, PRIVACY, READS
from bot.messages.article_list import NONE_SUCH
from index.errors import IndexMissing
from index.types import Article
from tests.bot.stand_in import FERRY, RULES, Broken, StandIn
from tests.integration.discord_server import Message
from tests.integration.footnote import Room, footnote


async def slash(room: Room, command: str, **options: object) -> Message:
    """Runs a command as Ana and returns the answer."""
    return await (await room.server.slash(room.ana, room.channel, command, **options)).response()


async def choices(room: Room, command: str, option: str, typed: str, **others: object) -> dict[str, str]:
    """Returns what is suggested: names and values."""
    found = await room.server.autocomplete(room.ana, room.channel, command, option, typed, **others)
    return {each["name"]: each["value"] for each in found}


async def test_articles_are_listed_for_the_one_who_asked() -> None:
    async with footnote() as room:
        shown = await slash(room, "articles")
        assert shown.content == (
            "- Winter timetable for the Gull Island ferry · [open](<https://saltmere.example/ferry>)"
            " · news · <t:1790812800:R>\n- Mentions · handbook"
        )
        assert (shown.ephemeral, shown.previews, shown.pings) == (True, [], set())
        assert (await slash(room, "articles", search="ment")).content == "- Mentions · handbook"
        assert (await slash(room, "articles", search="bicycle")).content == NONE_SUCH
        assert "Mentions" not in (await slash(room, "articles", collection="news")).content
        unknown = await slash(room, "articles", collection="sport")
        assert unknown.content.startswith("There is no collection with that name.")


async def test_an_article_has_a_card() -> None:
    async with footnote() as room:
        await room.ask("When does the last ferry leave?")
        await room.ask("How deep is the sea?")
        assert await choices(room, "article", "title", "winter") == {FERRY.title: "news/ferry"}
        card = await slash(room, "article", title="news/ferry")
        assert card.content.split("\n") == [
            f"**{FERRY.title}**",
            "Published: <t:1790812800:D>, <t:1790812800:R>",
            "Source: Saltmere Ferries",
            "Collection: news",
            "Length: 4 sentences",
            "Cited: in 1 answer",
        ]
        assert card.ephemeral
        assert [each.url for each in card.buttons] == ["https://saltmere.example/ferry"]
        typed = await slash(room, "article", title="Mention", private=False)
        assert typed.content.startswith("**Mentions**\n")
        assert not typed.ephemeral
        for nothing in ("bicycles", " "):
            told = await slash(room, "article", title=nothing)
            assert "`/articles` lists them all." in told.content


async def test_at_most_25_titles_are_suggested_each_as_discord_takes_it() -> None:
    many = [Article(f"news/{number}", f"Ferry {number} " + "\u202e" * 200, "Sails.") for number in range(40)]
    long = Article("news/" + "x" * 200, " ", "Sails.")
    async with footnote(StandIn(long, *many)) as room:
        found = await choices(room, "article", "title", "")
        assert len(found) == 24
        assert all(len(name) <= 100 for name in found)
        assert len(await choices(room, "articles", "search", "")) == 24
        assert await choices(room, "articles", "collection", "NE") == {"news": "news"}
        assert len((await slash(room, "articles")).content.split("\n")) <= 26


async def test_titles_are_suggested_while_a_question_waits_and_none_without_an_index() -> None:
    async with footnote(StandIn(FERRY, RULES), queue=0) as room:
        await room.server.slash(room.ana, room.channel, "ask", question="wait")
        await room.server.until(lambda: room.engine.asked != [], missing="the question")
        assert list((await choices(room, "article", "title", "winter")).values()) == [FERRY.id]
        room.engine.gate.set()
    async with footnote(Broken(IndexMissing("There is no index."))) as room:
        assert await choices(room, "article", "title", "winter") == {}
        assert await choices(room, "articles", "collection", "") == {}
        assert "I cannot read the articles right now." in (await slash(room, "articles")).content


async def test_what_is_kept_is_told_in_plain_words() -> None:
    async with footnote() as room:
        told = await slash(room, "privacy")
        assert (told.content, told.ephemeral) == (
            PRIVACY.format(log=LOG, days=90, gaps="", reads=""),
            True,
        )


async def test_that_discord_shows_all_messages_is_told() -> None:
    async with footnote(server={"privileged_intents": 1 << 15}, message_content=True) as room:
        assert (await slash(room, "privacy")).content.endswith(READS)


async def test_a_log_with_questions_is_admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger("bot.questions"), "disabled", False)
    async with footnote() as room:
        assert LOG_WITH_QUESTIONS in (await slash(room, "privacy")).content


async def test_that_what_is_not_found_is_kept_is_told() -> None:
    async with footnote(keep_unanswered=True) as room:
        told = await slash(room, "privacy")
        assert told.content == PRIVACY.format(log=LOG, days=90, gaps=GAPS.format(people=3), reads="")
