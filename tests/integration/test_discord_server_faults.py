"""The loopback Discord on bad days: deadlines, permissions, limits, cut lines and rate limits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

import aiohttp
import discord
import pytest

from tests.integration.discord_server import DiscordServer, NoAnswer
from tests.integration.librarian import QUIET, Librarian, Manual, library, pointed_at


async def test_an_interaction_is_acknowledged_once_and_within_three_seconds() -> None:
    bot = Manual()
    async with library(bot) as lib:
        run = await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")
        first = await bot.inbox.get()
        with pytest.raises(discord.NotFound) as early:
            await first.followup.send("Too early")
        assert early.value.code == 10015
        await first.response.send_message("Once")
        first.response._response_type = None  # the client would refuse by itself
        with pytest.raises(discord.HTTPException) as twice:
            await first.response.send_message("Twice")
        assert twice.value.code == 40060
        assert [each.code for each in run.refusals] == [40060]

        late = await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")
        second = await bot.inbox.get()
        lib.server.skip(3.1)
        assert late.expired
        with pytest.raises(discord.NotFound) as caught:
            await second.response.defer()
        assert caught.value.code == 10062
        with pytest.raises(NoAnswer, match="never acknowledged.*10062"):
            await late.response(within=0.01)


async def test_the_token_lets_the_bot_follow_up_for_fifteen_minutes() -> None:
    bot = Manual()
    async with library(bot) as lib:
        await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")
        interaction = await bot.inbox.get()
        deferred = await interaction.response.defer()
        assert deferred is not None
        assert deferred.is_thinking()
        original = await interaction.original_response()
        assert original.flags.loading
        lib.server.skip(14 * 60)
        extra = await interaction.followup.send("Takes the place of thinking", wait=True)
        assert extra.id == original.id
        await interaction.edit_original_response(content="Edited")
        await interaction.delete_original_response()
        with pytest.raises(discord.NotFound) as gone:
            await interaction.edit_original_response(content="Gone")
        assert gone.value.code == 10008
        lib.server.skip(61)
        with pytest.raises(discord.HTTPException) as caught:
            await interaction.followup.send("Too late")
        assert caught.value.code == 50027


async def test_missing_permissions_and_closed_direct_messages() -> None:
    async with library() as lib:
        channel = await lib.bot.fetch_channel(lib.channel.id)
        assert isinstance(channel, discord.TextChannel)
        said = await lib.server.say(lib.ana, lib.channel, "Hello")
        lib.server.forbid(lib.channel, "send_messages")
        with pytest.raises(discord.Forbidden) as caught:
            await channel.send("No")
        assert caught.value.code == 50013
        lib.server.allow(lib.channel, "send_messages")
        await channel.send("Yes")
        needed: list[tuple[Literal["read_message_history", "view_channel"], int]]
        needed = [("read_message_history", 160002), ("view_channel", 50001)]
        for permission, code in needed:
            lib.server.forbid(lib.channel, permission)
            with pytest.raises(discord.Forbidden) as caught:
                await channel.get_partial_message(said.id).reply("No")
            assert caught.value.code == code
        answer = await (await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")).response()
        assert answer.content == "Answer to Who?", (
            "interactions are answered also where the bot may not write"
        )
        shy = lib.server.add_user("shy", accepts_dms=False)
        with pytest.raises(discord.Forbidden) as caught:
            await (await lib.bot.fetch_user(shy.id)).send("Psst")
        assert caught.value.code == 50007


async def test_limits_are_refused_on_the_wire() -> None:
    async with library() as lib:
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        with pytest.raises(discord.HTTPException, match="2000 or fewer") as caught:
            await channel.send("x" * 2001)
        assert caught.value.code == 50035
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send("  \n ")
        assert caught.value.code == 50006
        with pytest.raises(discord.HTTPException, match="80 or fewer"):
            view = discord.ui.View()
            view.add_item(discord.ui.Button(label="x" * 81))
            await channel.send("Hi", view=view)
        layout = discord.ui.LayoutView()
        layout.add_item(discord.ui.Container(discord.ui.TextDisplay("One"), discord.ui.TextDisplay("Two")))
        sent = await channel.send(view=layout)
        [shown] = lib.server.messages(lib.channel)
        assert shown.text == "One\nTwo"
        with pytest.raises(discord.HTTPException, match="IS_COMPONENTS_V2"):
            await sent.edit(content="Back to plain text")
        again = [await channel.send("Once", nonce=7) for _ in range(2)]
        assert again[0].id == again[1].id


async def test_pings_need_permission_and_consent() -> None:
    async with library() as lib:
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        staff = lib.server.add_role(lib.guild, "staff", mentionable=True)
        text = f"{staff.mention} {lib.ana.mention} @everyone `{lib.ben.mention}`"
        await channel.send(text)
        await channel.send(text, allowed_mentions=discord.AllowedMentions(roles=[discord.Object(staff.id)]))
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
        pings = [each.pings for each in lib.server.messages(lib.channel)]
        assert pings == [set(), {str(staff.id)}, {str(staff.id), str(lib.ana.id)}]


async def test_rate_limits_are_waited_for() -> None:
    async with library() as lib:
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        fault = lib.server.rate_limit("POST", "/channels/*/messages", 0.05)
        whole = lib.server.rate_limit("POST", "/webhooks/*", 0.05, whole_bot=True)
        await channel.send("Patience")
        await (await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")).response()
        assert (fault.hits, whole.hits) == (1, 1)
        sent = [each for each in lib.server.requests if each.path.endswith("/messages")]
        assert [each.status for each in sent] == [429, 200]
        assert sent[1].at - sent[0].at >= 0.05


async def test_errors_hangs_and_cuts_reach_the_bot() -> None:
    async with library() as lib:
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        lib.server.fail("POST", "/channels/*/messages", 503)
        with pytest.raises(discord.DiscordServerError):
            await channel.send("One")
        lib.server.cut_request("POST", "/channels/*/messages")
        with pytest.raises(aiohttp.ClientError):
            await channel.send("Two")
        hang = lib.server.hang("POST", "/channels/*/messages", 0.05)
        started = time.monotonic()
        await channel.send("Three")
        assert time.monotonic() - started >= 0.05
        assert hang.hits == 1
        assert [each.content for each in lib.server.messages(lib.channel)] == ["Three"]


async def test_a_cut_line_is_resumed_and_nothing_is_missed() -> None:
    async with library() as lib:
        server = lib.server
        troubles: list[Callable[[], Awaitable[None]]]
        troubles = [server.cut, server.reconnect, partial(server.close_connections, 4000)]
        for number, trouble in enumerate(troubles, start=1):
            await trouble()
            run = await server.slash(lib.ana, lib.channel, "ask", question=f"Number {number}?")
            assert (await run.response()).content == f"Answer to Number {number}?"
            assert len(server.resumes) == number
        assert len(server.identifies) == 1


async def test_a_hundred_questions_at_once_are_each_answered() -> None:
    async with library() as lib:
        members = [lib.server.add_member(lib.guild, f"member{number}") for number in range(100)]
        runs = [
            await lib.server.slash(each, lib.channel, "ask", question=f"By {each.name}?") for each in members
        ]
        answers = await asyncio.gather(*(run.response() for run in runs))
        assert [each.content for each in answers] == [f"Answer to By {each.name}?" for each in members]


async def test_an_invalid_session_is_started_anew() -> None:
    async with library() as lib:
        await lib.server.invalidate_session()
        await lib.server.until(lambda: len(lib.server.identifies) == 2)
        await lib.server.invalidate_session(resumable=True)
        await lib.server.until(lambda: len(lib.server.resumes) == 1)
        run = await lib.server.slash(lib.ana, lib.channel, "ask", question="Still there?")
        assert (await run.response()).content == "Answer to Still there?"


async def test_heartbeats_are_recorded_and_silence_is_noticed() -> None:
    bot = Librarian(heartbeat_timeout=0.3)
    async with library(bot, heartbeat_interval=0.05) as lib:
        await lib.server.until(lambda: len(lib.server.heartbeats) >= 6)
        assert 0.0 < lib.server.longest_silence() < 0.3
        lib.server.stop_acknowledging()
        await lib.server.until(lambda: len(lib.server.resumes) >= 1)


@pytest.mark.parametrize(
    ("token", "intents", "error"),
    [
        ("wrong", QUIET, discord.LoginFailure),
        ("loopback-token", discord.Intents(message_content=True), discord.PrivilegedIntentsRequired),
    ],
)
async def test_a_wrong_token_or_intent_is_refused(
    token: str, intents: discord.Intents, error: type[Exception]
) -> None:
    async with DiscordServer() as server, pointed_at(server):
        bot = Librarian(intents)
        async with bot:
            with pytest.raises(error):
                await bot.start(token)


async def test_the_gateway_refuses_what_discord_refuses() -> None:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        identify = {"token": "loopback-token", "intents": 1}
        for payloads, code in (
            (["no json"], 4002),
            ([{"op": 2, "d": {"token": "wrong", "intents": 0}}], 4004),
            ([{"op": 2, "d": identify}, {"op": 2, "d": identify}], 4005),
            ([{"op": 8, "d": {}}], 4003),
            ([{"op": 2, "d": identify}, {"op": 99}], 4001),
            ([{"op": 2, "d": identify | {"shard": [2, 2]}}], 4010),
            ([{"op": 2, "d": identify | {"intents": 1 << 40}}], 4013),
            ([{"op": 6, "d": {"token": "wrong", "session_id": "s", "seq": 1}}], 4004),
            ([{"op": 1, "d": "x" * 5000}], 4002),
        ):
            async with session.ws_connect(server.gateway_url) as socket:
                for payload in payloads:
                    await (
                        socket.send_str(payload) if isinstance(payload, str) else socket.send_json(payload)
                    )
                async for _ in socket:
                    pass
                assert socket.close_code == code, payloads
