"""Ask a human: one call of exactly the role that a server has set, for a question that found no answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.discord_io.rate_limits import CallRates
from bot.features.history import UNKNOWN
from bot.features.human import ALREADY, CALLED, EMPTY, GONE, NOBODY, NOT_POSTED, POST, READER, UNHEARD
from bot.messages.answers import HUMAN
from bot.state import GuildSettings, Scope
from tests.integration.discord_server import Message, Role, User
from tests.integration.footnote import Room, footnote, running

QUESTION = "Where is **parking**? Ask @everyone or <@&1>"


async def helpers(room: Room, *, members: Sequence[str] = ("helper",), **options: Any) -> Role:
    """Sets a role to be called, and returns it."""
    role = room.server.add_role(room.guild, "helpers", mentionable=True)
    for name in members:
        room.server.add_member(room.guild, name, roles=[role])
    await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(human=role.id, **options))
    return role


async def press(room: Room, member: User, message: Message, label: str = HUMAN) -> str:
    """Presses a button and returns what only the member is told."""
    run = await room.server.press(member, message, label)
    return (await run.followup()).content


def calls(room: Room) -> list[Message]:
    """The messages that call a role."""
    return [each for each in room.server.messages(room.channel) if each.raw["mention_roles"]]


async def test_a_question_without_an_answer_calls_the_role_once() -> None:
    async with footnote() as room:
        role = await helpers(room)
        assert HUMAN not in [each.label for each in (await room.ask("When does the ferry leave?")).buttons]
        refused = await room.ask(QUESTION)
        assert await press(room, room.ben, refused) == CALLED.format(role=f"<@&{role.id}>")
        [call] = calls(room)
        assert call.pings == {str(role.id)}
        assert call.content == (
            f"<@&{role.id}> Can somebody answer this?\n"
            "> Where is \\*\\*parking\\*\\*? Ask \\@everyone or\n"
            "-# sent by \\@Ben · [what I found]"
            f"(<https://discord.com/channels/{room.guild.id}/{room.channel.id}/{refused.id}>)"
        )
        shown = room.server.current(refused)
        assert shown is not None
        assert shown.button(HUMAN).disabled
        assert not shown.button("👎").disabled


async def test_after_a_restart_it_is_still_once() -> None:
    async with footnote() as room:
        await helpers(room)
        refused = await room.ask(QUESTION)
        await room.bot.state.calls.claim(refused.id)
        await room.bot.close()
        async with running(room):
            assert await press(room, room.ben, refused) == ALREADY
            assert calls(room) == []


async def test_a_private_question_is_posted_only_when_its_member_says_so() -> None:
    async with footnote() as room:
        role = await helpers(room, private=True)
        refused = await room.ask("Where is parking?")
        asked = await (await room.server.press(room.ana, refused, HUMAN)).response()
        assert (asked.ephemeral, asked.pings, "for everyone to see" in asked.content) == (True, set(), True)
        assert calls(room) == []
        assert await press(room, room.ana, asked, POST) == CALLED.format(role=f"<@&{role.id}>")
        [call] = calls(room)
        assert call.content.endswith("> Where is parking?\n-# sent by \\@Ana")
        again = await (await room.server.press(room.ana, refused, HUMAN)).response()
        assert await press(room, room.ana, again, POST) == ALREADY
        shared = await (await room.server.press(room.ana, refused, "Share")).followup()
        assert await press(room, room.ben, shared) == ALREADY
        assert len(calls(room)) == 1


async def test_follow_ups_and_mentions_are_quoted_with_what_came_before() -> None:
    async with footnote() as room:
        await helpers(room)
        first = await room.say(f"{room.server.bot.mention} Where is parking?")
        opened = await room.server.press(room.ana, first, "Follow up")
        sent = await room.server.submit_modal(room.ana, opened, {"Your question": "And on Sundays?"})
        await press(room, room.ana, await sent.response())
        assert "\n> -# Where is parking?\n> And on Sundays?\n" in calls(room)[0].content
        asked = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} Parking?")
        lost = await room.server.reply_to(asked)
        await room.server.delete_message(asked)
        assert await press(room, room.ana, lost) == UNKNOWN


async def test_nobody_is_called_too_often_or_where_that_is_not_wanted() -> None:
    async with footnote() as room:
        role = await helpers(room)
        room.bot.call_rates = CallRates(1)
        first, second = await room.ask("Where is parking?"), await room.ask("Where is breakfast?")
        room.server.forbid(room.channel, "send_messages")
        assert await press(room, room.ana, first) == NOT_POSTED
        room.server.allow(room.channel, "send_messages")
        assert await press(room, room.ana, first) == CALLED.format(role=f"<@&{role.id}>")
        assert "Please try again <t:" in await press(room, room.ana, second)
        await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings())
        run = await room.server.press(room.ben, second, HUMAN)
        assert (await run.response()).content == NOBODY


async def test_who_may_not_write_somewhere_calls_nobody_there() -> None:
    async with footnote() as room:
        await helpers(room)
        refused = await room.ask("Where is parking?")
        thread = room.server.start_thread(room.channel, room.ana, "winter")
        run = await room.server.slash(room.ana, thread, "ask", question="Where is parking?")
        room.guild.roles[room.guild.id].permissions &= ~discord.Permissions(send_messages=True).value
        told = await (await room.server.press(room.ana, refused, HUMAN)).response()
        assert (told.content, told.ephemeral) == (READER, True)
        assert await press(room, room.ana, await run.response()) != READER
        assert calls(room) == []


async def test_a_role_that_cannot_be_notified_is_told() -> None:
    async with footnote() as room:
        role = room.server.add_role(room.guild, "helpers")
        room.server.add_member(room.guild, "helper", roles=[role])
        await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(human=role.id))
        refused = await room.ask("Where is parking?")
        assert await press(room, room.ana, refused) == UNHEARD.format(role=f"<@&{role.id}>")


async def test_a_question_of_a_member_who_has_left_can_be_passed_on() -> None:
    async with footnote() as room:
        role = await helpers(room)
        asked = await room.say(f"{room.server.bot.mention} Where is parking?")
        room.server.remove_member(room.guild, room.ana)
        assert await press(room, room.ben, asked) == CALLED.format(role=f"<@&{role.id}>")
        assert "> Where is parking?\n" in calls(room)[0].content


async def test_a_role_without_members_is_told() -> None:
    async with footnote() as room:
        role = await helpers(room, members=())
        refused, second = await room.ask("Where is parking?"), await room.ask("Where is breakfast?")
        assert await press(room, room.ben, refused) == EMPTY.format(role=f"<@&{role.id}>")
        assert len(calls(room)) == 1
        room.server.fail("GET", "/guilds/*/roles/member-counts", 403)
        assert await press(room, room.ben, second) == CALLED.format(role=f"<@&{role.id}>")


async def test_a_role_that_was_deleted_is_told() -> None:
    async with footnote() as room:
        await room.bot.state.guild_settings.set(Scope(room.guild.id), GuildSettings(human=7))
        refused = await room.ask("Where is parking?")
        told = await (await room.server.press(room.ben, refused, HUMAN)).response()
        assert (told.content, told.ephemeral) == (GONE, True)


async def test_in_direct_messages_there_is_nobody_to_call() -> None:
    async with footnote() as room:
        await helpers(room)
        refused = await room.say("Where is parking?", room.server.dm(room.ana))
        assert HUMAN not in [each.label for each in refused.buttons]
