"""How the bot starts, fails to start, and leaves: on the loopback Discord, in this process."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
import pytest
from aiohttp import web

from bot.errors import DiscordRefused, DiscordUnreachable, IntentsRefused, StartError, TokenRefused, TooSlow
from bot.run import serve
from bot.services.asking import EngineService
from bot.shutdown import Stop
from bot.state import Database, State
from bot.worker import Worker
from index.editing import Editing
from index.errors import IndexBusy, ModelUnavailable
from index.types import IndexStatus
from tests.bot.stand_in import Broken, StandIn
from tests.integration.discord_server import DiscordServer
from tests.integration.footnote import COMMANDS, footnote, settings


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the addresses of Discord back after a test."""
    for holder in (discord.http.Route, discord.asset.Asset):
        monkeypatch.setattr(holder, "BASE", holder.BASE)
    logging.getLogger("discord").setLevel(logging.INFO)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the library try again at once where it would wait for seconds."""
    sleep = asyncio.sleep

    async def soon(seconds: float, result: Any = None) -> Any:
        return await sleep(min(seconds, 0.01), result)

    monkeypatch.setattr(asyncio, "sleep", soon)


@asynccontextmanager
async def serving(server: DiscordServer, engine: StandIn, **values: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Runs the bot as the command line does; SIGTERM at the end."""
    chosen = settings(server, **values)
    assert chosen.token is not None
    worker = Worker(queue=chosen.queue, time_limit=chosen.time_limit)
    token = chosen.token.get_secret_value()
    with TemporaryDirectory() as folder, closing(State(Database(Path(folder) / "bot.db"))) as state:
        editing = Editing(Path(folder) / "corpus", Path(folder) / "index", engine.encoder)
        stop = Stop(chosen.stop_seconds, end=lambda code: None)
        task = asyncio.create_task(serve(chosen, token, EngineService(engine, worker), state, editing, stop))
        try:
            yield task
        finally:
            if not task.done():
                os.kill(os.getpid(), signal.SIGTERM)
                await task
            stop.finish()
            signal.signal(signal.SIGINT, signal.default_int_handler)


async def failure(server: DiscordServer, **values: Any) -> StartError:
    """Returns why the bot does not start."""
    async with serving(server, StandIn(), **values) as task:
        with pytest.raises(StartError) as caught:
            await asyncio.wait_for(task, 20)
    return caught.value


async def test_the_bot_asks_for_no_privileged_intent_and_registers_its_commands() -> None:
    async with footnote() as room:
        await room.server.until(
            lambda: len(room.server.commands(room.guild)) == len(COMMANDS), missing="no commands"
        )
        intents = discord.Intents._from_value(room.server.identifies[0]["intents"])
        privileged = (intents.members, intents.presences, intents.message_content)
        assert (intents.guild_messages, intents.dm_messages, privileged) == (
            True,
            True,
            (False, False, False),
        )
        by_name = {each["name"]: each for each in room.server.commands(room.guild)}
        assert set(by_name) == COMMANDS
        ask = by_name["ask"]
        assert [(each["name"], each.get("required", False)) for each in ask["options"]] == [
            ("question", True),
            ("private", False),
            ("collection", False),
        ]
        assert (ask["contexts"], ask["integration_types"]) == ([0, 1], [0])
        assert by_name["Ask about this"]["type"] == discord.AppCommandType.message.value


async def test_two_commands_never_share_a_name() -> None:
    async with footnote() as room:
        names = [
            (each.type if hasattr(each, "type") else 1, each.qualified_name)
            for each in room.bot.tree.walk_commands()
        ]
        assert len(names) == len(set(names))


async def test_a_set_gateway_wins_over_the_one_that_is_named_also_when_resuming() -> None:
    nowhere = "ws://127.0.0.1:9/nowhere"
    async with DiscordServer(announce_gateway=nowhere) as server, serving(server, StandIn()):
        await server.until(lambda: server.identifies, missing="no identify")
        await server.until(lambda: server.world.gateway.sessions, missing="no session")
        await server.cut()
        await server.until(lambda: server.resumes, missing="no resume")


async def test_without_a_set_gateway_the_named_one_is_used() -> None:
    async with DiscordServer() as server, serving(server, StandIn(), gateway_url=None):
        await server.until(lambda: server.identifies, missing="no identify")
        assert "/gateway/bot" in [each.path for each in server.requests]


async def test_a_set_gateway_makes_up_for_an_interface_that_names_none() -> None:
    async with DiscordServer() as server:
        server.fail("GET", "/gateway/bot", 404)
        async with serving(server, StandIn()):
            await server.until(lambda: server.identifies, missing="no identify")


async def test_an_interface_that_names_no_gateway_is_told() -> None:
    async with DiscordServer() as server:
        server.fail("GET", "/gateway/bot", 404)
        assert isinstance(await failure(server, gateway_url=None), DiscordUnreachable)


async def test_files_come_from_the_set_address() -> None:
    async with footnote() as room:
        await room.ask("The ferry?")
        user = await room.bot.fetch_user(room.ana.id)
        assert user.default_avatar.url.startswith(room.server.cdn_url)
        assert await user.default_avatar.read()


async def test_servers_that_do_not_let_commands_be_registered_are_named(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with DiscordServer() as server:
        server.fail("PUT", "/applications/*/guilds/*/commands", 403, code=50001, message="Missing Access")
        error = await failure(server, guilds="42=*;43=*")
        assert isinstance(error, DiscordRefused)
        assert "any server of BOT_GUILDS" in str(error)
        assert "applications.commands" in str(error)
    async with DiscordServer() as server:
        guild = server.add_guild("Reading room")
        server.fail("PUT", "/applications/*/guilds/42/commands", 403, code=50001, message="Missing Access")
        async with serving(server, StandIn(), guilds=f"42=*;{guild.id}=*"):
            await server.until(lambda: len(server.commands(guild)) == len(COMMANDS), missing="no commands")
        assert "does not let me register commands in server 42. Invite the bot there" in caplog.text


async def test_a_token_that_discord_does_not_know() -> None:
    async with DiscordServer() as server:
        error = await failure(server, token="another-token")
        assert isinstance(error, TokenRefused)
        assert "does not know the token in BOT_TOKEN" in str(error)
        assert "another-token" not in str(error)


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (4004, TokenRefused, "may have been reset"),
        (4013, IntentsRefused, "Update Footnote"),
        (4014, IntentsRefused, "privileged intents"),
        (4012, DiscordRefused, "code 4012"),
    ],
)
async def test_a_gateway_that_closes_for_good(code: int, kind: type[StartError], says: str) -> None:
    async with DiscordServer() as server, serving(server, StandIn()) as task:
        await server.until(lambda: server.world.gateway.sessions, missing="no session")
        await server.close_connections(code)
        with pytest.raises(kind, match=says):
            await asyncio.wait_for(task, 20)


async def test_an_interface_that_cannot_be_reached() -> None:
    async with DiscordServer() as server:
        error = await failure(server, api_url="http://127.0.0.1:9/api/v10")
        assert isinstance(error, DiscordUnreachable)
        assert str(error) == (
            "Discord's interface at http://127.0.0.1:9/api/v10 cannot be reached. "
            "Check the network and BOT_API_URL."
        )


async def test_an_interface_that_hangs_is_given_up() -> None:
    async with DiscordServer() as server:
        server.hang("GET", "/users/@me", 10)
        error = await failure(server, start_timeout=1)
        assert isinstance(error, DiscordUnreachable)


@pytest.mark.usefixtures("hasty")
async def test_an_interface_that_is_down_or_turns_the_bot_down() -> None:
    async with DiscordServer() as server:
        server.fail("GET", "/users/@me", 502, times=9)
        down = await failure(server)
        assert isinstance(down, DiscordUnreachable)
        assert "answers with status 502" in str(down)
    async with DiscordServer() as server:
        server.fail("PUT", "/applications/*/commands", 400, message="Invalid Form Body")
        refused = await failure(server, guilds="42")
        assert isinstance(refused, DiscordRefused)
        assert "status 400" in str(refused)


@pytest.mark.parametrize("body", ["<html>Welcome</html>", "[]", '{"hello": "world"}'])
async def test_what_is_not_discord_is_told(body: str) -> None:
    async def hello(_: web.Request) -> web.Response:
        return web.Response(
            body=body.encode(), headers={"Content-Type": "application/json"} if body[0] != "<" else {}
        )

    app = web.Application()
    app.router.add_get("/{path:.*}", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with DiscordServer() as server:
            error = await failure(server, api_url=f"http://127.0.0.1:{runner.addresses[0][1]}/api")
            assert isinstance(error, DiscordUnreachable)
            assert "is not Discord. Check BOT_API_URL." in str(error)
    finally:
        await runner.cleanup()


@pytest.mark.usefixtures("hasty")
async def test_a_gateway_that_cannot_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    async with DiscordServer() as server:
        error = await failure(server, gateway_url="ws://127.0.0.1:9/")
        assert isinstance(error, DiscordUnreachable)
        assert str(error) == (
            "Discord's gateway (ws://127.0.0.1:9) cannot be reached. Check the network and BOT_GATEWAY_URL."
        )
    async with DiscordServer(announce_gateway="ws://127.0.0.1:9/") as server:
        error = await failure(server, gateway_url=None)
        assert str(error) == "Discord's gateway (that Discord names) cannot be reached. Check the network."


async def test_a_model_that_cannot_be_loaded_stops_the_bot() -> None:
    broken = Broken(ModelUnavailable("The model of INDEX_MODEL cannot be loaded."))
    async with DiscordServer() as server, serving(server, broken) as task:
        with pytest.raises(ModelUnavailable):
            await asyncio.wait_for(task, 20)


async def test_a_model_that_takes_too_long_does_not(caplog: pytest.LogCaptureFixture) -> None:
    async with DiscordServer() as server, serving(server, Broken(TooSlow())) as task:
        await server.until(lambda: server.identifies, missing="no identify")
        await asyncio.sleep(0.1)
        assert not task.done()
        assert "The model was not loaded beforehand" in caplog.text


async def test_a_failed_rebuild_is_logged_and_keeps_nobody_from_an_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Behind(StandIn):
        def status(self) -> IndexStatus:
            return replace(super().status(), failure="The disk is full.")

    async with DiscordServer() as server, serving(server, Behind()) as task:
        await server.until(lambda: server.identifies, missing="no identify")
        assert not task.done()
    assert "The last rebuild failed, so I answer from the index before it: The disk is full." in caplog.text


async def test_an_index_that_cannot_be_read_at_the_start_does_not_stop_the_bot() -> None:
    engine = StandIn()
    engine.trouble = IndexBusy("Another program holds the index locked.")
    async with DiscordServer() as server, serving(server, engine) as task:
        await server.until(lambda: server.identifies, missing="no identify")
        assert not task.done()


async def test_told_to_stop_the_bot_finishes_those_who_wait_and_says_goodbye() -> None:
    engine = StandIn()
    async with DiscordServer() as server:
        guild = server.add_guild("Reading room")
        channel, ana = server.add_channel(guild), server.add_member(guild, "ana")
        async with serving(server, engine, guilds={guild.id: None}) as task:
            asked = [
                await server.slash(ana, channel, "ask", question=f"Shall we wait, ferry {n}?") for n in (1, 2)
            ]
            said = await server.say(ana, channel, f"{server.bot.mention} shall we wait, ferry?")
            await server.until(lambda: all(each.acknowledged for each in asked), missing="no defer")
            await asyncio.sleep(0.05)
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.1)
            late = await (await server.slash(ana, channel, "ask", question="The ferry?")).response()
            assert "shutting down" in late.content
            engine.gate.set()
            for each in asked:
                assert "6.40 pm" in (await each.response()).content
            assert "6.40 pm" in (await server.reply_to(said)).content
            await asyncio.wait_for(task, 10)
        assert server.world.gateway.sessions == {}  # it has closed the connection as one should


async def test_told_to_stop_before_it_is_online_the_bot_just_leaves() -> None:
    async with DiscordServer() as server:
        server.hang("GET", "/users/@me", 5)
        async with serving(server, StandIn()) as task:
            await asyncio.sleep(0.1)
            assert [each.path for each in server.requests] == ["/users/@me"]
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(task, 5)
        assert server.identifies == []


async def test_a_gateway_that_breaks_later_is_connected_to_again() -> None:
    async with footnote() as room:
        assert "6.40 pm" in (await room.ask("The last ferry?")).content
        await room.server.cut()
        await room.server.until(lambda: room.server.resumes, missing="no resume")
        assert "6.40 pm" in (await room.ask("The last ferry?")).content
