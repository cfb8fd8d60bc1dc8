"""The bot on Discord: the library's client, what it may read, and the features."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Final, Self, cast

import discord
from discord.ext import commands
from discord.state import AutoShardedConnectionState

from bot.access import Access
from bot.context import Handler, Interaction
from bot.discord_io import payloads
from bot.discord_io.endpoints import Connections
from bot.discord_io.rate_limits import CallRates, Rates
from bot.discord_io.translator import Translator
from bot.errors import DiscordRefused
from bot.features import (
    articles,
    ask,
    auto_reply,
    claim_check,
    context,
    corpus,
    feedback,
    forget,
    human,
    mention,
    more,
    servers,
    setup,
    share,
    why,
)
from bot.interactions import Presses, Tree
from bot.messages.custom_ids import Kind
from bot.monitoring.health import Health
from bot.monitoring.interruptions import Interruptions
from bot.monitoring.logs import MISREAD, is_misread, refer
from bot.services.asking import Answering, EngineService
from bot.services.editing import ArticleService
from bot.settings import BotSettings
from bot.state import State

_log = logging.getLogger(__name__)

FEATURES: Final = (
    articles,
    ask,
    claim_check,
    context,
    corpus,
    feedback,
    forget,
    human,
    setup,
    mention,
    more,
    servers,
    share,
    auto_reply,
    why,
)
"""What the bot does on Discord, a module or package each, in the order in which they are added."""

INTENTS: Final = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None of them is privileged: Discord sends the text of mentions and direct messages anyway."""

_CLOSE: Final = 2.0  # seconds for the gateway to acknowledge that the bot leaves; the library waits for 30


def intents(*, message_content: bool) -> discord.Intents:
    """The events that the bot asks for; the text of all messages, which is privileged, only on request."""
    wanted = discord.Intents(**dict(INTENTS))
    wanted.message_content = message_content
    return wanted


class FootnoteBot(commands.AutoShardedBot):
    """Footnote on Discord; as a `BotContext`, what its features see.

    Args:
        settings: How to reach Discord, who may ask, and how often.
        engine_service: Answers the questions.
        state: What is remembered between starts.
        article_service: Changes articles.
    """

    def __init__(
        self,
        settings: BotSettings,
        engine_service: EngineService,
        state: State,
        article_service: ArticleService,
    ) -> None:
        self.settings = settings
        self.engine_service = engine_service
        self.state = state
        self.article_service = article_service
        self.rates = Rates(settings.member_rate, settings.channel_rate)
        self.call_rates = CallRates()
        self.answering = Answering()
        self.presses = Presses()
        self.online = asyncio.Event()
        self.interruptions = Interruptions()
        self.registered: set[int] = set()
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot uses no voice
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(message_content=settings.message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=discord.app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self.health = Health(self, engine_service.status, engine_service.worker)
        self.access = Access(state, self.http, settings.guilds, leave_unknown=settings.leave_unknown)

    def _get_state(self, **options: object) -> AutoShardedConnectionState[Self]:
        # Everything in the library that sends shares this one object; here is the last place to choose it.
        self.connections = Connections(self.loop, gateway=self.settings.gateway_url)
        self.http = self.connections
        state = cast("AutoShardedConnectionState[Self]", super()._get_state(**options))
        state.parsers["READY"] = payloads.ready(state.parsers["READY"], lambda: self.connections.me)
        return state

    async def setup_hook(self) -> None:
        """Add the features and register the commands; a failure stops the start."""
        await self.add_features()
        self.access.warn()
        for guild in self.access.guilds:
            await self.register(guild)
        if self.access.is_set and not self.registered:
            raise DiscordRefused(
                "Discord does not let me register commands in any server of BOT_GUILDS. "
                "Check the ids, and invite the bot there with the scope applications.commands."
            )
        # Earlier versions registered commands globally; those would be offered in every server.
        await self.http.bulk_upsert_global_commands(cast("int", self.application_id), payload=[])

    async def register(self, guild: int) -> None:
        """Register the commands in a server; if Discord does not allow it, log how to change that."""
        where = discord.Object(guild)
        self.tree.copy_global_to(guild=where)
        try:
            await self.tree.sync(guild=where)
        except (discord.Forbidden, discord.NotFound):  # the bot is not there, or lacks that scope
            _log.warning(
                "Discord does not let me register commands in server %d. Invite the bot there with the scope "
                "applications.commands.",
                guild,
            )
            return
        except MISREAD as error:
            if not is_misread(error):
                raise
            _log.warning("Discord's reply to the commands of server %d cannot be read", guild, exc_info=error)
        self.registered.add(guild)

    async def add_features(self) -> None:
        """Add every feature, and with them the commands."""
        for feature in FEATURES:
            await feature.setup(self)
        await self.tree.set_translator(Translator())

    async def close(self) -> None:
        """Leave Discord; connections that do not close in time are cut."""
        self.health.close()
        self.access.close()
        self.interruptions.close()
        closing = asyncio.ensure_future(super().close())
        await asyncio.wait({closing}, timeout=_CLOSE)
        if not closing.done():
            await self.http.close()
        await closing

    def on_press(self, kind: Kind, handler: Handler) -> None:
        """Answer a kind of button, menu or form, as `BotContext` says."""
        self.presses.handlers.append((kind, handler))

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer presses and forms; the library answers commands."""
        await self.presses.answer(interaction)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Log an exception that no feature has reported."""
        error = sys.exc_info()[1]
        if error is not None:
            refer(error)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the features: there are no prefix commands."""

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that the gateway has let the bot in."""
        _log.info("Connected to Discord (shard %d)", shard_id)
        self.online.set()
        self.interruptions.end(shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that the gateway has let the bot in again."""
        self.interruptions.end(shard_id)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that the connection to the gateway is lost."""
        self.interruptions.begin(shard_id)
