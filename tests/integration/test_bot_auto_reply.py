"""Answers without a mention: to new posts of a forum, and to questions in a channel set up for that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest

from bot.state import GuildSettings, Scope
from tests.integration.discord_server import Channel, Message, NoAnswer, User
from tests.integration.footnote import Room, footnote, running

CONTENT = 1 << 15
ASKED = "When does the last ferry leave Gull Island?"
TAGS = ("ferry", "Solved ✅", "not solved", "Gelöst")


@asynccontextmanager
async def forum(**options: Any) -> AsyncIterator[tuple[Room, Channel]]:
    """A forum whose posts are answered."""
    async with footnote(**options) as room:
        made = room.server.add_channel(room.guild, "help", kind="forum", tags=TAGS)
        await set_up(room, made)
        yield room, made


@asynccontextmanager
async def listening(**options: Any) -> AsyncIterator[Room]:
    """A channel whose questions are answered."""
    server = {"privileged_intents": CONTENT}
    async with footnote(server=server, message_content=True, **options) as room:
        await set_up(room, room.channel)
        yield room


async def set_up(room: Room, channel: Channel, **rules: Any) -> None:
    """Switches the mode on."""
    rules = {"auto_reply": True} | rules
    await room.bot.state.guild_settings.set(Scope(room.guild.id, channel.id), GuildSettings(**rules))


async def post(room: Room, where: Channel, title: str = ASKED, tags: Sequence[str] = ()) -> Channel:
    """Posts as Ana."""
    return await room.server.post(room.ana, where, title, "Please help, I am at the pier.", tags=tags)


def answers(room: Room, channel: Channel) -> list[str]:
    """What the bot has written there."""
    own = [each for each in channel.messages.values() if each.author is room.server.bot]
    return [each.raw["content"] for each in own]


async def one(room: Room, channel: Channel) -> str:
    """Waits for the bot's message."""
    await room.server.until(lambda: answers(room, channel), missing="no answer")
    [answer] = answers(room, channel)
    return answer


async def until_silent(room: Room, channel: Channel) -> list[str]:
    """What the bot has written by the time that it has answered something later."""
    later = room.server.add_channel(room.guild, "later")
    await room.say(f"{room.server.bot.mention} Do dogs travel free?", later)
    assert await room.bot.answering.finished(10)
    return answers(room, channel)


async def test_a_forwarded_question_is_answered() -> None:
    async with listening() as room:
        elsewhere = room.server.add_channel(room.guild, "elsewhere")
        original = await room.server.say(room.ben, elsewhere, ASKED)
        await room.server.say(room.ana, room.channel, "", forward=original)
        assert "6.40 pm" in await one(room, room.channel)
        assert room.engine.asked == [(ASKED, None)]


async def test_a_new_post_is_answered_once_from_its_title() -> None:
    async with forum() as (room, where):
        made = await post(room, where)
        answer = await one(room, made)
        assert answer.startswith(f"-# {ASKED}\n> “")
        assert "6.40 pm" in answer
        await room.server.say(room.ben, made, "And when does the first ferry leave?")
        room.server.tag(made, "ferry")
        assert len(await until_silent(room, made)) == 1
        assert [asked for asked, _ in room.engine.asked][:1] == [ASKED]
        await room.bot.close()
        async with running(room):
            await room.server.say(room.ben, made, "Does nobody know about the ferry?")
            assert len(await until_silent(room, made)) == 1


@pytest.mark.parametrize(("tag", "count"), [("Solved ✅", 0), ("Gelöst", 0), ("not solved", 1), ("ferry", 1)])
async def test_posts_that_are_solved_are_left_alone(tag: str, count: int) -> None:
    async with forum() as (room, where):
        made = await post(room, where, tags=[tag])
        if count:
            await one(room, made)
        assert len(await until_silent(room, made)) == count


@pytest.mark.parametrize("title", ["Where is the sauna?", "Thanks!", "???", "trouble"])
async def test_a_post_without_a_sure_answer_is_left_to_people(title: str) -> None:
    async with forum() as (room, where):
        assert await until_silent(room, await post(room, where, title)) == []


async def test_posts_stay_with_people_where_that_is_chosen() -> None:
    async with forum() as (room, where):
        other = room.server.add_channel(room.guild, "art", kind="forum")
        assert await until_silent(room, await post(room, other)) == []
        assert await until_silent(room, await post(room, room.channel)) == []
        await set_up(room, where, private=True)
        assert await until_silent(room, await post(room, where)) == []
    async with forum(member_rate=1) as (room, where):
        await one(room, await post(room, where))
        assert answers(room, await post(room, where)) == []


async def test_a_post_is_left_to_a_moderator_who_was_faster() -> None:
    async with forum() as (room, where):
        rights = discord.Permissions(manage_threads=True)
        moderator = room.server.add_member(room.guild, "mia", permissions=rights)
        for who, count in ((moderator, 0), (room.ben, 1)):
            room.engine.gate.clear()
            made = await post(room, where, "wait for the ferry")
            await room.server.say(who, made, "I am looking into it.")
            room.engine.gate.set()
            if count:
                await one(room, made)
            assert len(await until_silent(room, made)) == count


async def test_questions_in_a_channel_are_answered_without_a_mention() -> None:
    async with listening() as room:
        said = await room.server.say(room.ana, room.channel, ASKED)
        answer = await room.server.reply_to(said)
        assert "6.40 pm" in answer.content
        assert answer.pings == set()
        thread = await room.server.post(room.ana, room.channel, "Boats", "Do dogs travel free?")
        assert "Dogs travel free" in await one(room, thread)


@pytest.mark.parametrize(
    "text",
    [
        "The last ferry was late.",
        "!ferry when does it leave?",
        "<@{ben}> when does the ferry leave?",
        "ferry https://saltmere.example/?q=ferry",
        "Where is the sauna?",
        "?",
        "trouble with the ferry?",
    ],
)
async def test_other_messages_are_left_alone(text: str) -> None:
    async with listening() as room:
        await room.server.say(room.ana, room.channel, text.format(ben=room.ben.id))
        assert await until_silent(room, room.channel) == []


async def test_replies_bots_forums_and_rates_are_kept_silent() -> None:
    async with listening(member_rate=1) as room:
        said = await room.server.say(room.ben, room.channel, "I am at the pier.")
        await room.server.say(room.ana, room.channel, ASKED, reply_to=said, ping=False)
        robot = User(room.server.world.ids.next(), "clock", bot=True)
        room.server.world.users[robot.id] = robot
        room.server.add_member(room.guild, robot)
        await room.server.say(robot, room.channel, ASKED)
        other = room.server.add_channel(room.guild, "help", kind="forum")
        await set_up(room, other)
        made = await room.server.post(room.ana, other, "Hello", ASKED)
        assert answers(room, made) == []
        for _ in range(2):
            await room.server.say(room.ben, room.channel, ASKED)
        await room.server.until(lambda: answers(room, room.channel), missing="no answer")
        assert len(await until_silent(room, room.channel)) == 1


async def test_an_answer_that_discord_refuses_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with listening() as room:
        room.server.forbid(room.channel, "send_messages")
        said = await room.server.say(room.ana, room.channel, ASKED)
        with pytest.raises(NoAnswer):
            await room.server.reply_to(said, within=0.5)
        assert "could not be delivered" in caplog.text


async def panel(room: Room, owner: User, channel: Channel) -> Message:
    """Opens the panel of a channel."""
    return await (await room.server.slash(owner, channel, "footnote setup", channel=channel)).response()


async def test_the_modes_are_switched_on_the_panel() -> None:
    async with footnote() as room:
        rights = discord.Permissions(manage_guild=True)
        owner = room.server.add_member(room.guild, "olga", permissions=rights)
        shown = await panel(room, owner, room.channel)
        assert (
            "Answered without a mention: nothing: for that I need the message content intent" in shown.content
        )
        assert shown.button("Answer every question").disabled
        where = room.server.add_channel(room.guild, "help", kind="forum")
        run = await room.server.slash(owner, room.channel, "footnote setup", channel=where)
        shown = await run.response()
        assert "Answered without a mention: nothing\n" in shown.content
        shown = await (await room.server.press(owner, shown, "Answer new posts")).response()
        assert "Answered without a mention: new posts, from their titles" in shown.content
        assert room.bot.state.guild_settings.at(Scope(room.guild.id, where.id)).auto_reply
        shown = await (await room.server.press(owner, shown, "Private answers")).response()
        assert "⚠ Answers are private here" in shown.content
        await (await room.server.press(owner, shown, "Only when mentioned")).response()
        assert not room.bot.state.guild_settings.at(Scope(room.guild.id, where.id)).auto_reply
    async with listening() as room:
        owner = room.server.add_member(room.guild, "olga", permissions=rights)
        shown = await panel(room, owner, room.channel)
        assert "Answered without a mention: questions\n" in shown.content
