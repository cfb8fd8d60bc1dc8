"""What a server and its channels allow holds in every way of asking and of looking at articles."""

from __future__ import annotations

from bot.errors import NotHere, NotShown, UnknownArticle
from bot.features.mention import PRIVATE
from bot.messages.answers import DECLINED
from bot.messages.article_list import NONE_SUCH
from bot.state import GuildSettings, Scope
from tests.integration.discord_server import Channel, Message
from tests.integration.footnote import Room, footnote

QUESTION = "When does the last boat leave?"
HANDBOOK = GuildSettings(("handbook",))


def found(message: Message) -> bool:
    """Whether a message answers the question, and does not decline."""
    return "6.40 pm" in message.content and DECLINED not in message.content


async def pressed(room: Room, message: Message, label: str) -> Message:
    """Presses a button as Ana and returns what comes of it."""
    return await (await room.server.press(room.ana, message, label)).response()


async def test_only_allowed_articles_answer_commands_mentions_follow_ups_and_why() -> None:
    async with footnote() as room:
        guild_settings, server = room.bot.state.guild_settings, room.server
        before = await room.ask(QUESTION)
        assert found(before)
        await guild_settings.set(Scope(room.guild.id), HANDBOOK)
        me = server.bot.mention
        assert not found(await room.ask(QUESTION))
        assert not found(await room.say(f"{me} {QUESTION}"))
        assert not found(await room.say(f"{me} And on Sundays?", reply_to=before))
        assert "These exist: handbook." in (await room.ask(QUESTION, collection="news")).content
        said = await server.say(room.ben, room.channel, QUESTION)
        menu = await server.context_menu("Ask about this", room.ana, said)
        assert not found(await menu.response())
        assert "6.40 pm" not in (await pressed(room, before, "Why this?")).content
        form = await server.press(room.ana, before, "Follow up")
        sent = await server.submit_modal(room.ana, form, {"Your question": QUESTION})
        assert not found(await sent.response())
        assert {collections for _, collections in room.engine.asked[1:]} == {("handbook",)}


async def test_articles_that_are_not_for_the_place_are_not_shown_there() -> None:
    async with footnote() as room:
        server = room.server
        before = await room.ask("When does the last ferry leave Gull Island?")
        opened = await pressed(room, before, "In context")
        await room.bot.state.guild_settings.set(Scope(room.guild.id), HANDBOOK)
        assert (await pressed(room, before, "In context")).content == str(NotShown())
        assert (await pressed(room, opened, "Check")).content == str(NotShown())
        listed = await server.slash(room.ana, room.channel, "articles")
        assert "Mentions" in (await listed.response()).content
        assert "ferry" not in (await listed.response()).content
        searched = await server.slash(room.ana, room.channel, "articles", search="winter")
        assert (await searched.response()).content == NONE_SUCH
        for title in ("news/ferry", "winter"):
            card = await server.slash(room.ana, room.channel, "article", title=title)
            assert (await card.response()).content == str(UnknownArticle())
        for command, option in (("articles", "search"), ("article", "title")):
            offered = await server.autocomplete(room.ana, room.channel, command, option, "")
            assert [each["name"] for each in offered] == ["Mentions"]
        for command in ("ask", "articles"):
            offered = await server.autocomplete(room.ana, room.channel, command, "collection", "")
            assert [each["name"] for each in offered] == ["handbook"]


async def test_a_channel_goes_before_its_server_and_threads_follow_their_channel() -> None:
    async with footnote() as room:
        guild_settings, server = room.bot.state.guild_settings, room.server
        other = server.add_channel(room.guild, "ferries")
        thread = server.start_thread(other, room.ana, "winter")
        await guild_settings.set(Scope(room.guild.id), GuildSettings((), private=True))
        await guild_settings.set(Scope(room.guild.id, other.id), GuildSettings(("news",), private=False))

        async def ask(channel: Channel, **options: bool) -> Message:
            run = await server.slash(room.ana, channel, "ask", question=QUESTION, **options)
            return await run.response()

        refused = await ask(room.channel)
        assert (refused.content, refused.ephemeral) == (str(NotHere()), True)
        for channel in (other, thread):
            answer = await ask(channel)
            assert (found(answer), answer.ephemeral) == (True, False)
            assert found(await room.say(f"{server.bot.mention} {QUESTION}", channel))
        assert (await ask(room.channel, private=False)).ephemeral  # a refusal is for the member alone
        assert (await ask(other, private=True)).ephemeral
        assert (await room.say(f"{server.bot.mention} {QUESTION}")).content == PRIVATE


async def test_a_place_may_ask_for_more_certainty() -> None:
    async with footnote() as room:
        await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(confidence=0.95))
        assert "90%; here it has to be 95%" in (await room.ask(QUESTION)).content
        await room.bot.state.guild_settings.set(
            Scope(room.guild.id, room.channel.id), GuildSettings(confidence=0.5)
        )
        assert found(await room.ask(QUESTION))


async def test_a_thread_that_the_bot_was_not_told_of_follows_its_channel() -> None:
    async with footnote() as room:
        server = room.server
        thread = server.start_thread(room.channel, room.ana, "winter")
        await room.bot.state.guild_settings.set(Scope(room.guild.id, room.channel.id), HANDBOOK)
        text = f"{server.bot.mention} {QUESTION}"
        assert not found(await room.say(text, thread))
        guild = room.bot.get_guild(room.guild.id)
        assert guild is not None
        guild._threads.clear()
        assert not found(await room.say(text, thread))
        assert any(request.path.endswith(f"/channels/{thread.id}") for request in server.requests)
