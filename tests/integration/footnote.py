"""Footnote on the loopback Discord, with the small engine, inside the test's own process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import discord
import pytest

from bot.client import FootnoteBot
from bot.services.asking import EngineProtocol, EngineService
from bot.services.drafts import Drafts
from bot.services.editing import ArticleService
from bot.settings import BotSettings
from bot.state import Database, State
from bot.worker import Worker
from index.editing import Editing
from index.settings import load
from tests.bot.stand_in import StandIn
from tests.integration.discord_server import Channel, DiscordServer, Guild, Message, User

COMMANDS = {
    *("ask", "articles", "article", "privacy", "forget-me", "footnote", "corpus"),
    *("Ask about this", "Is this in our articles?"),
}
"""The names of all commands."""


@dataclass
class Room:
    """A server with a guild, a channel, two members, and Footnote in it."""

    server: DiscordServer
    engine: Any  # a StandIn, as a rule
    guild: Guild
    channel: Channel
    ana: User
    ben: User
    state: Path
    editing: Editing | None = None
    guilds: dict[int, tuple[str, ...] | None] = field(default_factory=dict)  # may use the bot
    bots: list[FootnoteBot] = field(default_factory=list)

    @property
    def bot(self) -> FootnoteBot:
        """The bot that is running."""
        return self.bots[-1]

    async def ask(self, question: str, **options: Any) -> Message:
        """Asks as Ana and returns the answer."""
        run = await self.server.slash(self.ana, self.channel, "ask", question=question, **options)
        return await run.response()

    async def say(self, text: str, channel: Channel | None = None, **options: Any) -> Message:
        """Writes as Ana and returns the bot's reply."""
        said = await self.server.say(self.ana, channel or self.channel, text, **options)
        return await self.server.reply_to(said)


def settings(server: DiscordServer, **values: Any) -> BotSettings:
    """Returns settings that point at a server."""
    addresses = {"api_url": server.api_url, "gateway_url": server.gateway_url, "cdn_url": server.cdn_url}
    return load(BotSettings, **{"token": server.token, **addresses, **values})


@asynccontextmanager
async def running(
    room: Room, *, queue: int = 30, time_limit: float = 20, **options: Any
) -> AsyncIterator[FootnoteBot]:
    """Runs the bot until the block is left."""
    worker = Worker(queue=queue, time_limit=time_limit)
    state = State(Database(room.state))
    folder = room.state.parent
    editing = room.editing or Editing(folder / "corpus", folder / "index", room.engine.encoder)
    room.guilds = room.guilds or {room.guild.id: None}
    chosen = settings(room.server, **{"member_rate": 0, "channel_rate": 0, "gateway_url": None, **options})
    chosen.guilds = options.get("guilds", room.guilds)  # the same object, which tests change
    article_service = ArticleService(editing, Drafts(folder / "drafts"))
    bot = FootnoteBot(chosen, EngineService(room.engine, worker), state, article_service)
    room.bots.append(bot)
    before = len(room.server.identifies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.http.Route, "BASE", room.server.api_url)
        patch.setattr(discord.asset.Asset, "BASE", room.server.cdn_url)
        task = asyncio.create_task(bot.start(room.server.token))
        try:
            await room.server.until(lambda: len(room.server.identifies) > before, missing="no identify")
            yield bot
        finally:
            if isinstance(room.engine, StandIn):
                room.engine.gate.set()
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
            bot.engine_service.close()
            bot.article_service.close()
            state.close()


@asynccontextmanager
async def footnote(
    engine: EngineProtocol | None = None,
    *,
    editing: Editing | None = None,
    server: dict[str, Any] | None = None,
    locale: str = "en-US",
    **options: Any,
) -> AsyncIterator[Room]:
    """Runs a server and Footnote on it."""
    logging.getLogger("discord").setLevel(logging.WARNING)
    with TemporaryDirectory() as folder:
        async with DiscordServer(**(server or {})) as discord_server:
            guild = discord_server.add_guild("Reading room", locale=locale)
            channel = discord_server.add_channel(guild, "general")
            ana, ben = (discord_server.add_member(guild, name, locale=locale) for name in ("ana", "ben"))
            state = Path(folder) / "bot.db"
            room = Room(discord_server, engine or StandIn(), guild, channel, ana, ben, state, editing)
            async with running(room, **options):
                yield room
