"""`/footnote setup`: those who manage a server say how questions are answered there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.errors import StateError
from bot.features.setup import cog as manage
from bot.features.setup.panel import NOWHERE
from bot.state import GuildSettings, GuildSettingsStore, Scope
from index.types import Article
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import Channel, Message, Refused, Role, User
from tests.integration.footnote import Room, footnote, running

MANAGE = discord.Permissions(manage_guild=True)


async def panel(room: Room, owner: User, **options: Any) -> Message:
    """Opens the panel."""
    return await (await room.server.slash(owner, room.channel, "footnote setup", **options)).response()


async def choose(
    room: Room, owner: User, shown: Message, menu: str, *values: str | Role | Channel
) -> Message:
    """Chooses in a menu of the panel, and returns the panel as it is then."""
    run = await room.server.choose(owner, shown, *values, menu=menu)
    return await run.response()


async def test_only_those_who_manage_a_server_are_offered_it() -> None:
    async with footnote() as room:
        with pytest.raises(Refused, match="not offered"):
            await panel(room, room.ana)
        with pytest.raises(Refused, match="not offered"):
            await room.server.slash(room.ana, room.server.dm(room.ana), "footnote setup")


async def test_a_server_is_set_up_on_a_panel_that_shows_what_holds() -> None:
    async with footnote() as room:
        server, guild_settings = room.server, room.bot.state.guild_settings
        owner = server.add_member(room.guild, "olga", permissions=MANAGE)
        helpers = server.add_role(room.guild, "helpers", mentionable=True)
        editors = server.add_role(room.guild, "editors")
        log = server.add_channel(room.guild, "log")
        shown = await panel(room, owner)
        assert shown.ephemeral
        for line in ("the whole server", "Answers from: all articles", "Ask a human notifies: nobody"):
            assert line in shown.content
        assert "⚠" not in shown.content
        shown = await choose(room, owner, shown, "setup:0:collections", "handbook")
        assert "Answers from: handbook" in shown.content
        shown = await choose(room, owner, shown, "setup:0:human", helpers)
        shown = await choose(room, owner, shown, "setup:0:editors", editors)
        shown = await choose(room, owner, shown, "setup:0:log", log)
        for line in (f"<@&{helpers.id}>", f"Editors: <@&{editors.id}>", f"Log: <#{log.id}>"):
            assert line in shown.content
        assert shown.pings == set()
        shown = await (await server.press(owner, shown, "Private answers")).response()
        assert "private unless the member chooses" in shown.content
        opened = await server.press(owner, shown, "Certainty")
        shown = await (await server.submit_modal(owner, opened, {"confidence": "80 %"})).response()
        assert "Certainty: at least 80%" in shown.content
        everything = GuildSettings(("handbook",), True, 0.8, helpers.id, editors.id, log.id)
        assert guild_settings.at(Scope(room.guild.id)) == everything
        shown = await choose(room, owner, shown, "setup:0:collections", NOWHERE)
        assert "nothing is answered here" in shown.content
        shown = await (await server.press(owner, shown, "Reset")).response()
        assert "Answers from: all articles" in shown.content
        assert guild_settings.of(Scope(room.guild.id)) == GuildSettings()


async def test_a_channel_inherits_from_its_server_and_can_differ() -> None:
    async with footnote() as room:
        server, guild_settings = room.server, room.bot.state.guild_settings
        owner = server.add_member(room.guild, "olga", permissions=MANAGE)
        await guild_settings.set(Scope(room.guild.id), GuildSettings(("news",), private=True))
        shown = await panel(room, owner, channel=room.channel)
        assert f"<#{room.channel.id}>" in shown.content
        assert "Answers from: news · from the server" in shown.content
        here = f"setup:{room.channel.id}"
        shown = await choose(room, owner, shown, f"{here}:collections", "handbook", "news")
        assert "Answers from: handbook, news\n" in shown.content
        for label in ("Private answers", "Public answers"):
            shown = await (await server.press(owner, shown, label)).response()
        assert "Answers are: public\n" in shown.content
        shown = await (await server.press(owner, shown, "Same as the server")).response()
        assert "private unless the member chooses · from the server" in shown.content
        shown = await choose(room, owner, shown, f"{here}:collections")
        assert "Answers from: news · from the server" in shown.content
        assert guild_settings.of(Scope(room.guild.id, room.channel.id)) == GuildSettings()


async def test_what_will_not_work_is_told() -> None:
    async with footnote() as room:
        server = room.server
        owner = server.add_member(room.guild, "olga", permissions=MANAGE)
        silent = server.add_role(room.guild, "helpers")
        log = server.add_channel(room.guild, "log")
        server.forbid(room.channel, "send_messages", "read_message_history")
        server.forbid(log, "send_messages")
        await room.bot.state.guild_settings.set(
            Scope(room.guild.id), GuildSettings(None, human=silent.id, log=log.id)
        )
        shown = await panel(room, owner, channel=room.channel)
        for line in (
            "I lack the permission Send Messages, to answer a mention",
            "Read Message History",
            f"<@&{silent.id}> can't be pinged",
            "cannot write into the log channel",
        ):
            assert line in shown.content
        await room.bot.state.guild_settings.set(
            Scope(room.guild.id), GuildSettings(None, human=7, editors=8, log=9)
        )
        shown = await panel(room, owner)
        assert shown.content.count("is gone") == 3
        everyone = room.guild.roles[room.guild.id]
        refused = await choose(room, owner, shown, "setup:0:human", everyone)
        assert "can't be @everyone" in refused.content
        opened = await server.press(owner, shown, "Certainty")
        refused = await (await server.submit_modal(owner, opened, {"confidence": "very"})).response()
        assert "a number from 0 to 100" in refused.content
        opened = await server.press(owner, shown, "Certainty")
        shown = await (await server.submit_modal(owner, opened, {"confidence": ""})).response()
        assert "Certainty: as calibrated" in shown.content


async def test_panels_work_after_a_restart_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Article(f"topic{number:02}/rules", "Rules", "Be kind.") for number in range(30)]
    async with footnote(StandIn(*many)) as room:
        owner = room.server.add_member(room.guild, "olga", permissions=MANAGE)
        shown = await panel(room, owner)
        assert "no room for 6 more collections" in shown.content
        await room.bot.close()
        async with running(room) as bot:
            shown = await choose(room, owner, shown, "setup:0:collections", "topic02")
            assert bot.state.guild_settings.at(Scope(room.guild.id)).collections == ("topic02",)
            monkeypatch.setattr(manage, "_FRESH", timedelta(0))
            run = await room.server.choose(owner, shown, "topic03", menu="setup:0:collections")
            assert (await run.response()).content == manage.OLD


async def test_failures_of_the_database_and_a_missing_server_are_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise StateError("The disk is full.")

    async with footnote() as room:
        owner = room.server.add_member(room.guild, "olga", permissions=MANAGE)
        shown = await panel(room, owner)
        monkeypatch.setattr(GuildSettingsStore, "change", fail)
        monkeypatch.setattr(GuildSettingsStore, "forget", fail)
        run = await room.server.press(owner, shown, "Reset")
        assert "cannot read my database" in (await run.followup()).content
        guild = room.bot.get_guild(room.guild.id)
        assert guild is not None
        guild.unavailable = True
        assert "I am not in this server" in (await panel(room, owner)).content
        room.server.remove_guild(room.server.add_guild("Harbour"))
        await room.say(f"{room.server.bot.mention} When does the ferry leave?")
        assert caplog.text.count("StateError: The disk is full.") == 2
