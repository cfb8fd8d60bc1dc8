"""What `footnote-bot check --online` finds at Discord, over the wire."""

from __future__ import annotations

import asyncio
import email.utils
import sys
import time
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.check.discord_probe import probe_discord
from bot.check.finding import Finding
from bot.state import Database, GuildSettings, Scope, State
from tests.integration.discord_server import DiscordServer, wire
from tests.integration.discord_server.permissions import EVERYONE, VIEW_CHANNEL
from tests.integration.footnote import COMMANDS, footnote, settings
from tests.integration.test_bot_process import environment, pointing_at


@pytest.fixture(autouse=True)
def addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts the addresses of Discord back after a test."""
    for holder in (discord.http.Route, discord.asset.Asset):
        monkeypatch.setattr(holder, "BASE", holder.BASE)


async def found(server: DiscordServer, token: str | None = None, **values: Any) -> dict[str, Finding]:
    """Returns what is found, by subject; nothing may be changed on the way."""
    before = len(server.requests)
    findings = await probe_discord(settings(server, **values), token or server.token)
    assert all(each.method == "GET" for each in server.requests[before:])
    assert not any(server.token in str(each) for each in findings)
    return {each.subject: each for each in findings}


async def test_all_in_order(caplog: pytest.LogCaptureFixture) -> None:
    async with footnote() as room:
        server = room.server
        await server.until(
            lambda: len(server.commands(room.guild)) == len(COMMANDS), missing="not registered"
        )
        identified = len(server.identifies)
        told = [str(each) for each in (await found(server, guilds=str(room.guild.id))).values()]
        assert told == [
            "✓ token: Discord knows it; it is that of footnote",
            "✓ clock: agrees with Discord's",
            "✓ intents: those that are needed, and no other",
            "⚠ application: anyone may invite the bot (Public Bot is on). Set Install Link to None at "
            f"https://discord.com/developers/applications/{server.world.application_id}/installation, "
            "then switch Public Bot off at "
            f"https://discord.com/developers/applications/{server.world.application_id}/bot",
            "✓ server Reading room: mentions are answered in 1 of 1 channels",
            f"✓ commands: all {len(COMMANDS)} are registered",
        ]
        assert len(server.identifies) == identified
        await asyncio.sleep(0)
        assert caplog.records == []


async def test_a_token_that_discord_does_not_know_ends_it() -> None:
    async with DiscordServer() as server:
        only = await found(server, "another-token")
        assert set(only) == {"token"}
        assert only["token"].code == 1
        assert only["token"].text.startswith("Discord does not know the token in BOT_TOKEN. Open https://")


async def test_no_discord_at_all() -> None:
    async with DiscordServer() as server:
        pass
    only = await found(server, start_timeout=2)
    assert only["token"].code == 1
    assert "cannot be reached. Check the network and BOT_API_URL." in only["token"].text
    async with DiscordServer() as server:
        server.fail("GET", "/users/@me", 200, message="It works!")
        assert "is not Discord. Check BOT_API_URL." in (await found(server))["token"].text


async def test_a_bot_that_is_in_no_server_gets_a_link() -> None:
    async with DiscordServer() as server:
        told = await found(server)
        assert told["servers"].code == 1
        assert "the bot is in none yet. Invite it: https://discord.com/oauth2/" in told["servers"].text
        assert str(told["commands"]) == (
            "✓ commands: none is registered yet; the bot does that when it starts"
        )
        server.add_guild("Elsewhere")
        findings = await probe_discord(settings(server, guilds="4711"), server.token)
        lines = [str(each) for each in findings if each.subject == "servers"]
        assert lines[0].startswith("✗ servers: the bot is not in server 4711. Invite it: ")
        assert "guild_id=4711" in lines[0]
        assert lines[1] == "⚠ servers: the bot is also in 1 that may not use it"


async def test_channels_in_which_mentions_are_not_answered() -> None:
    async with DiscordServer() as server:
        guild = server.add_guild("Harbour")
        general, rules = server.add_channel(guild, "general"), server.add_channel(guild, "rules")
        server.add_channel(guild, "staff", hidden=True)
        forum = server.add_channel(guild, "help", kind="forum")
        server.forbid(rules, "send_messages")
        server.forbid(forum, "send_messages_in_threads")
        told = (await found(server, guilds=str(guild.id)))["server Harbour"]
        assert told.code == 0
        assert told.text == (
            "mentions are answered in 1 of 4 channels; not in #rules (Send Messages), "
            "#help (Send Messages in Threads); 1 the bot does not see"
        )
        server.forbid(general, "read_message_history")
        told = (await found(server))["server Harbour"]
        assert told.code == 1
        assert "It lacks, in #general (Read Message History), #rules" in told.text
        guild.roles[guild.id].permissions = EVERYONE & ~VIEW_CHANNEL
        told = (await found(server))["server Harbour"]
        assert told.code == 1
        assert "It sees none of them." in told.text


async def test_channels_that_were_set_up_have_to_work(tmp_path: Path) -> None:
    async with DiscordServer() as server:
        guild = server.add_guild("Harbour")
        server.add_channel(guild, "general")
        rules, log = server.add_channel(guild, "rules"), server.add_channel(guild, "log", hidden=True)
        state = State(Database(tmp_path / "bot.db"))
        await state.guild_settings.set(Scope(guild.id), GuildSettings(private=True, log=log.id))
        await state.guild_settings.set(Scope(guild.id, rules.id), GuildSettings(confidence=0.8))
        state.close()
        told = (await found(server, state=tmp_path / "bot.db"))["server Harbour"]
        assert told.code == 1
        assert told.text.startswith("channels of /footnote setup lack permissions: #log (View Channels")
        server.allow(log, "view_channel")
        server.forbid(rules, "send_messages")
        told = (await found(server, state=tmp_path / "bot.db"))["server Harbour"]
        assert "#rules (Send Messages). Give" in told.text
        (tmp_path / "bot.db").write_text("These are not the pages of a database. " * 300)
        assert (await found(server, state=tmp_path / "bot.db"))["server Harbour"].code == 0


async def test_a_server_without_channels_and_many_servers() -> None:
    async with DiscordServer() as server:
        for number in range(12):
            server.add_guild(f"Harbour {number}")
        told = await found(server)
        assert told["server Harbour 0"].code == 0
        assert "server Harbour 11" not in told
        assert str(told["servers"]) == "✓ servers: 2 more were not looked at"


async def test_choices_in_the_developer_portal(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordServer(privileged_intents=1 << 15) as server:
        told = (await found(server))["intents"]
        assert (told.code, "message content can be switched off" in told.text) == (0, True)
        wanted = discord.Intents(guilds=True, members=True, presences=True)
        monkeypatch.setattr("bot.client.INTENTS", wanted)
        told = (await found(server))["intents"]
        assert told.code == 1
        assert "the privileged intents members, presences are needed." in told.text
        application = server.world.application() | {
            "interactions_endpoint_url": "https://old.example/interactions",
            "bot_require_code_grant": True,
            "bot_public": False,
        }
        monkeypatch.setattr(server.world, "application", lambda: application)
        findings = await probe_discord(settings(server), server.token)
        texts = [each.text for each in findings if each.subject == "application"]
        assert [text.partition(",")[0] for text in texts] == [
            "commands go to an interactions endpoint and not to the bot. Empty it at "
            f"https://discord.com/developers/applications/{server.world.application_id}/information",
            "it requires the OAuth2 code grant",
        ]


async def test_commands_of_another_version() -> None:
    async with footnote() as room:
        server = room.server
        await server.until(
            lambda: len(server.commands(room.guild)) == len(COMMANDS), missing="not registered"
        )
        known = server.world.commands[room.guild.id]
        by_name = {each["name"]: number for number, each in known.items()}
        del known[by_name["articles"]]
        known[by_name["privacy"]] |= {"description": "See what is kept"}
        known[by_name["ask"]] |= {"options": known[by_name["ask"]]["options"][:1]}
        known[1] = known[by_name["privacy"]] | {"id": "1", "name": "search"}
        told = (await found(server, guilds=str(room.guild.id)))["commands"]
        assert told.code == 1
        assert "missing: articles; gone since: search; changed since: ask, privacy. Start" in told.text


@pytest.mark.parametrize(("off", "text"), [(3600, "1 hour behind"), (-120, "2 minutes ahead of")])
async def test_a_clock_that_is_wrong(off: float, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = email.utils.formatdate(time.time() + off + (9 if off > 0 else -9), usegmt=True)
    monkeypatch.setitem(wire.HEADERS, "Date", there)
    async with DiscordServer() as server:
        told = (await found(server))["clock"]
        assert told.code == 1
        assert told.text.startswith(f"{text} Discord's.")


async def test_a_clock_that_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(wire.HEADERS, "Date", "today")
    async with DiscordServer() as server:
        told = (await found(server))["clock"]
        assert (told.code, told.text.startswith("Discord's answer does not tell the time")) == (0, True)


async def test_what_fails_half_way_is_a_finding() -> None:
    async with DiscordServer() as server:
        server.add_guild("Harbour")
        server.fail("GET", "/users/@me/guilds*", 403)
        told = await found(server)
        assert told["servers"].code == 1
        assert told["servers"].text.startswith("Discord turned the bot down: ")
        assert told["commands"].code == 0


async def test_the_command_line_asks_discord_only_if_it_may(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "ferry.txt").write_text("Ferry\n\nThe last ferry leaves at 6.40 pm.\n")

    async def check(*options: str) -> tuple[int | None, list[str]]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.integration.with_stand_in", "check", *options),
            cwd=tmp_path,
            env=environment(**pointing_at(server)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        said, errors = await process.communicate()
        assert errors == b""
        return process.returncode, said.decode().splitlines()

    async with DiscordServer() as server:
        code, lines = await check()
        assert (code, server.requests) == (0, [])
        server.add_channel(server.add_guild("Harbour"))
        code, more = await check("--online")
        assert code == 0
        assert len(more) == len(lines) + 5
        assert "✓ server Harbour: mentions are answered in 1 of 1 channels" in more
        server.fail("GET", "/users/@me", 401)
        code, more = await check("--online")
        assert code == 1
        assert "✗ token: Discord does not know the token" in more[1]


async def test_a_command_that_lacks_a_language_is_of_another_version() -> None:
    async with footnote() as room:
        server = room.server
        await server.until(
            lambda: len(server.commands(room.guild)) == len(COMMANDS), missing="not registered"
        )
        for each in server.commands(room.guild):
            if each["name"] == "ask":
                each["description_localizations"] = {}
        told = str((await found(server, guilds=str(room.guild.id)))["commands"])
        assert "Discord knows those of another version. changed since: ask." in told


async def test_each_server_has_its_commands_and_none_are_registered_for_all() -> None:
    async with DiscordServer() as server:
        guilds = [server.add_guild(name) for name in ("Harbour", "Library")]
        server.world.commands[None][7] = {"id": "7", "name": "ask", "type": 1, "description": ""}
        chosen = settings(server, guilds=";".join(f"{each.id}=*" for each in guilds))
        told = [str(each) for each in await probe_discord(chosen, server.token) if each.subject == "commands"]
        assert told == [
            *(
                f"✓ commands: none is registered yet; the bot does that when it starts (server {each.id})"
                for each in guilds
            ),
            "✗ commands: some are registered in no particular server, so every server is offered them. "
            "Start the bot (again): it deletes them.",
        ]
