"""The loopback Discord, tried with the real discord.py client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands

from tests.integration.discord_server import DiscordServer


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch):
    """Points the client's class attributes at a server; undone after the test."""

    def point(server: DiscordServer) -> None:
        monkeypatch.setattr(discord.http.Route, "BASE", server.api_url)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        monkeypatch.setattr(discord.asset.Asset, "BASE", server.cdn_url)

    return point


class Librarian(commands.Bot):
    """A small bot that uses each way of answering."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        chosen = intents or discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(
            "!", intents=chosen, allowed_mentions=discord.AllowedMentions.none(), help_command=None
        )
        self.tree.command(name="ask", description="Asks the articles")(ask)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        if self.user in message.mentions:
            await message.reply(f"You said: {message.clean_content}")


@app_commands.describe(question="What to find", private="Only for you")
async def ask(interaction: discord.Interaction, question: str, private: bool = False) -> None:
    await interaction.response.defer(ephemeral=private, thinking=True)
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="In context", custom_id="context:1"))
    await interaction.followup.send(f"Answer to {question}", view=view)


@asynccontextmanager
async def running(bot: commands.Bot, server: DiscordServer) -> AsyncIterator[None]:
    task = asyncio.create_task(bot.start(server.token))
    try:
        await server.connected()
        yield
    finally:
        await bot.close()
        await task


async def test_smoke(addresses) -> None:
    async with DiscordServer() as server:
        addresses(server)
        guild = server.add_guild()
        channel = server.add_channel(guild)
        ana = server.add_member(guild, "ana")
        bot = Librarian()
        async with running(bot, server):
            run = await server.slash(ana, channel, "ask", question="Who?", private=True)
            answer = await run.response()
            assert answer.content == "Answer to Who?"
            assert answer.ephemeral
            assert answer.button("In context").custom_id == "context:1"
            said = await server.say(ana, channel, f"{server.bot.mention} hello")
            reply = await server.reply_to(said)
            assert reply.content == "You said: @footnote hello"
