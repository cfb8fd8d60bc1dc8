"""Answers and events from Discord that lack a field, have null for it, or are labelled otherwise."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import discord
import pytest

from bot.check.discord_probe import probe_discord
from bot.client import FootnoteBot
from bot.errors import DiscordRefused, StartError
from bot.monitoring.logs import Plain
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import DiscordServer, wire
from tests.integration.footnote import COMMANDS, Room, footnote, settings
from tests.integration.test_bot_start import failure, serving

Json = dict[str, Any]
LAST = "The last ferry leaves Gull Island at 6.40 pm."
ME = "/users/@me"
APPLICATION = "/applications/@me"


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the addresses of Discord back after a test."""
    for holder in (discord.http.Route, discord.asset.Asset):
        monkeypatch.setattr(holder, "BASE", holder.BASE)


@pytest.fixture
def log() -> Iterator[list[str]]:
    """Returns the log as operators read it, from INFO on."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    keeper = Keeper()
    keeper.setFormatter(Plain())
    root = logging.getLogger()
    before = root.level
    root.setLevel(logging.INFO)
    root.addHandler(keeper)
    yield lines
    root.removeHandler(keeper)
    root.setLevel(before)


def without(body: Json, *names: str) -> Json:
    """Returns a body without some fields."""
    return {name: value for name, value in body.items() if name not in names}


def variants(body: Json) -> Iterator[tuple[str, Json]]:
    """Yields a body without each of its fields, and with null for each."""
    for name in body:
        yield f"without {name}", without(body, name)
        yield f"null as {name}", body | {name: None}


async def check(server: DiscordServer) -> list[str]:
    """Returns the findings of `footnote-bot check --online`."""
    return [str(each) for each in await probe_discord(settings(server), server.token)]


async def test_a_content_type_is_compared_without_its_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CONTENT_TYPE", "application/json; charset=utf-8")
    async with footnote() as room:
        assert LAST in (await room.ask("The last ferry?")).content
        assert LAST in (await room.say(f"{room.server.bot.mention} the last ferry?")).content
        assert any("✓ token: Discord knows it" in line for line in await check(room.server))


async def test_an_application_may_lack_any_field(log: list[str]) -> None:
    async with DiscordServer() as server:
        for what, body in variants(server.world.application()):
            fault = server.answer("GET", APPLICATION, body)
            findings = await check(server)
            assert findings[0].startswith("✓ token: "), (what, findings)
            server.faults.remove(fault)
        server.answer("GET", APPLICATION, {"id": None})
        async with serving(server, StandIn()):
            await server.until(lambda: server.identifies, missing="no identify")
    assert "Traceback" not in "\n".join(log)


async def test_a_user_without_an_optional_field_is_the_bot() -> None:
    async with DiscordServer() as server:
        server.answer("GET", ME, {"id": str(server.bot.id)})
        assert (await check(server))[0].startswith("✓ token: ")
        async with serving(server, StandIn()):
            await server.until(lambda: server.identifies, missing="no identify")


@pytest.mark.parametrize("number", [None, "no number", [], {}])
async def test_a_user_without_a_number_is_a_sentence(number: object) -> None:
    async with DiscordServer() as server:
        server.answer("GET", ME, {"id": number})
        error = await failure(server)
        assert isinstance(error, DiscordRefused)
        assert str(error).startswith("Discord ")
        assert "\n" not in str(error)
        [only] = await check(server)
        assert only == f"✗ token: {error}"


@pytest.mark.parametrize(
    "body",
    [{}, {"url": None}, {"url": 5}, "none", [], {"shards": None, "session_start_limit": None}],
    ids=str,
)
async def test_the_gateway_may_be_named_in_any_way(body: object) -> None:
    async with DiscordServer() as server:
        server.answer("GET", "/gateway/bot", body)
        async with serving(server, StandIn()):
            await server.until(lambda: server.identifies, missing="no identify")
        assert isinstance(await failure(server, gateway_url=None, start_timeout=2), StartError)


@pytest.mark.parametrize("lacks", ["shard", "guilds", "user", "application", "private_channels", "v"])
@pytest.mark.parametrize("null", [False, True], ids=["missing", "null"])
async def test_ready_may_lack_a_field(
    lacks: str, null: bool, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with DiscordServer() as server:
        before = server.world.gateway.on_identify

        def identify(session: Any) -> None:
            dispatch = session.dispatch

            def lacking(event: str, data: Json) -> None:
                if event == "READY":
                    data = data | {lacks: None} if null else without(data, lacks)
                dispatch(event, data)

            monkeypatch.setattr(session, "dispatch", lacking)
            before(session)

        server.world.gateway.on_identify = identify
        guild = server.add_guild("Reading room")
        channel, ana = server.add_channel(guild), server.add_member(guild, "ana")
        async with serving(server, StandIn(), guilds={guild.id: None}) as task:
            await server.until(lambda: len(server.commands(guild)) == len(COMMANDS), missing="no commands")
            await server.until(lambda: server.world.gateway.sessions, missing="no session")
            run = await server.slash(ana, channel, "ask", question="The last ferry?")
            assert LAST in (await run.response()).content
            assert not task.done()
    text = "\n".join(log)
    assert "Connected to Discord" in text
    assert "Traceback" not in text
    assert "cannot be read" not in text


EVENTS: dict[str, Json] = {
    "MESSAGE_CREATE": {"id": None, "channel_id": "1"},
    "INTERACTION_CREATE": {"id": None, "type": 2},
    "GUILD_CREATE": {"id": None},
    "CHANNEL_UPDATE": {},
    "THREAD_CREATE": {"id": "7"},
    "GUILD_MEMBER_REMOVE": {"user": None},
    "GUILD_ROLE_UPDATE": {"role": None},
    "RESUMED": {},
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("empty", [False, True], ids=["lacking", "null"])
async def test_an_event_that_cannot_be_read_is_skipped(event: str, empty: bool, log: list[str]) -> None:
    async with footnote() as room:
        await room.ask("The last ferry?")
        log.clear()
        [session] = room.server.world.gateway.sessions.values()
        data: Any = None if empty else EVENTS[event] | {"guild_id": str(room.guild.id)}
        session.dispatch(event, data)
        assert LAST in (await room.ask("The last ferry?")).content
    text = "\n".join(log)
    assert "Traceback" not in text
    assert text.count("cannot be read, so it is skipped") <= 1
    assert empty <= text.count("cannot be read, so it is skipped")


async def test_a_corrupt_stream_is_begun_anew(log: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async with footnote() as room:
        await room.ask("The last ferry?")
        log.clear()
        [session] = room.server.world.gateway.sessions.values()
        corrupt = session.connection
        assert corrupt is not None
        monkeypatch.setattr(corrupt, "_pack", lambda text: b"not compressed\x00\x00\xff\xff")
        corrupt.send("{}")
        await room.server.until(
            lambda: session.connection not in (None, corrupt), missing="no second connection"
        )
        assert LAST in (await room.ask("The last ferry?")).content
    text = "\n".join(log)
    assert "is corrupt, so the bot connects anew" in text
    assert "Traceback" not in text


async def test_an_exception_in_a_handler_is_one_record(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(FootnoteBot, "on_message", fail)
    async with footnote() as room:
        assert LAST in (await room.say(f"{room.server.bot.mention} the last ferry?")).content
    records = [each for each in caplog.records if each.exc_info]
    assert [each.name for each in records] == ["bot.monitoring.logs"] * 2  # the question and the answer
    assert records[0].exc_info is not None
    assert isinstance(records[0].exc_info[1], ZeroDivisionError)


async def asked(room: Room) -> str:
    """Asks by command."""
    return (await room.ask("The last ferry?")).content


async def mentioned(room: Room) -> str:
    """Asks by mention."""
    return (await room.say(f"{room.server.bot.mention} the last ferry?")).content


@pytest.mark.parametrize(("ask", "path"), [(asked, "/webhooks/*"), (mentioned, "/channels/*/messages")])
@pytest.mark.parametrize("body", [{"message": None, "code": None, "errors": None}, {}, [], "no"], ids=str)
async def test_an_error_that_says_nothing_is_tried_again(
    ask: Callable[[Room], Awaitable[str]], path: str, body: object, log: list[str]
) -> None:
    async with footnote() as room:
        fault = room.server.answer("*", path, body, 503, times=1)
        assert LAST in await ask(room)
        assert fault.hits == 1
    assert "Traceback" not in "\n".join(log)


async def test_a_rate_limit_that_names_no_time_is_waited_for() -> None:
    async with footnote() as room:
        room.server.answer("POST", "/channels/*/messages", {"message": "Slowly"}, 429, times=1)
        assert LAST in await mentioned(room)


async def test_what_cannot_be_read_of_servers_and_commands_is_a_finding(log: list[str]) -> None:
    async with DiscordServer() as server:
        guild = server.add_guild("Harbour")
        server.add_channel(guild)
        for path in (
            "/users/@me/guilds*",
            f"/guilds/{guild.id}",
            f"/guilds/{guild.id}/channels",
            f"/guilds/{guild.id}/members/*",
        ):
            for body in ([{"id": None}], {"id": None}, [], "no"):
                fault = server.answer("GET", path, body)
                findings = await check(server)
                assert all("\n" not in line for line in findings)
                server.faults.remove(fault)
        server.answer("GET", "/users/@me/guilds*", [{"id": None}])
        assert "✗ servers: Discord sent what its library cannot read (" in "\n".join(await check(server))
    assert "Traceback" not in "\n".join(log)


async def test_a_reply_to_the_commands_that_cannot_be_read_does_not_stop_the_start(log: list[str]) -> None:
    async with DiscordServer() as server:
        guild = server.add_guild("Reading room")
        fault = server.answer("PUT", f"/applications/*/guilds/{guild.id}/commands", [{"id": None}])
        async with serving(server, StandIn(), guilds={guild.id: None}):
            await server.until(lambda: server.identifies, missing="no identify")
        assert fault.hits
    text = "\n".join(log)
    assert f"Discord's reply to the commands of server {guild.id} cannot be read" in text
    assert "Traceback" not in text


async def test_a_fault_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: object) -> None:
        raise KeyError("ours")

    async with DiscordServer() as server:
        with monkeypatch.context() as patch:
            patch.setattr(FootnoteBot, "setup_hook", fail)
            async with serving(server, StandIn()) as task:
                with pytest.raises(KeyError) as caught:
                    await asyncio.wait_for(task, 20)
        assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "fail"
