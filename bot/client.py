"""The bot on Discord: the library's client, what it may read, and the features."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import Any, Final, Self, cast

import discord
from discord.ext import commands
from discord.state import AutoShardedConnectionState

from bot.access import Access
from bot.discord_io.addresses import Connections
from bot.discord_io.rates import CallRates, Rates
from bot.discord_io.translator import Translator
from bot.errors import DiscordRefused
from bot.features import (
    articles,
    ask,
    auto_reply,
    corpus,
    feedback,
    follow_up,
    forget,
    human,
    mention,
    outdated,
    servers,
    share,
    status,
)
from bot.features.compare import cog as compare
from bot.features.context import cog as context
from bot.features.more import cog as more
from bot.features.setup import cog as setup
from bot.features.why import cog as why
from bot.interactions import Tree
from bot.monitoring.health import Health
from bot.services.asking import EngineService
from bot.services.editing import ArticleService
from bot.services.in_progress import Answering
from bot.settings import GuildCollections
from bot.state import State

_log = logging.getLogger(__name__)

FEATURES: Final = (
    articles,
    ask,
    compare,
    context,
    corpus,
    feedback,
    follow_up,
    forget,
    human,
    setup,
    mention,
    more,
    outdated,
    servers,
    share,
    status,
    auto_reply,
    why,
)
"""What the bot does on Discord, a module or package each, in the order in which they are added."""

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None of them is privileged: Discord gives the text of mentions and direct messages anyway."""


_CLOSE: Final = 2.0  # seconds for the gateway to acknowledge that the bot leaves; the library waits for 30


def intents(*, message_content: bool) -> discord.Intents:
    """What the bot wants to be told; the text of all messages only where an operator allows it."""
    wanted = discord.Intents(**dict(INTENTS))
    wanted.message_content = message_content
    return wanted


class FootnoteBot(commands.AutoShardedBot):
    """Footnote on Discord.

    Args:
        engine_service: Answers the questions.
        state: What is remembered between starts.
        article_service: Where articles are changed.
        rates: How much may be asked; None for any number of questions.
        keep_unanswered: Whether questions in servers that no answer was found to are kept for editors.
        gap_people: How many different people must have asked what is not found, before editors see it.
        message_content: Whether to ask for the text of all messages, which is a privileged intent.
        guilds: The servers that may use the bot, with the collections that each owns; None where that is not
            set, as `Access` says.
        leave_unknown: Whether to leave other servers.
        gateway: Address of the gateway that is always used; None to use what Discord names.
    """

    def __init__(
        self,
        engine_service: EngineService,
        state: State,
        article_service: ArticleService,
        *,
        rates: Rates | None = None,
        keep_unanswered: bool = False,
        gap_people: int = 3,
        message_content: bool = False,
        guilds: GuildCollections | None = None,
        leave_unknown: bool = True,
        gateway: str | None = None,
    ) -> None:
        self.engine_service = engine_service
        self.state = state
        self.article_service = article_service
        self.rates = rates or Rates()
        self.keep_unanswered = keep_unanswered
        self.gap_people = gap_people
        self.call_rates = CallRates()
        self.answering = Answering()
        self.health = Health(self)
        self.online = asyncio.Event()
        self.registered: set[int] = set()
        self._buttons: list[re.Pattern[str]] = []
        self._gateway = gateway
        self.access = Access(self, guilds, leave_unknown=leave_unknown)
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # there is nothing to hear
        super().__init__(
            commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            allowed_contexts=discord.app_commands.AppCommandContext(guild=True, dm_channel=True),
            allowed_installs=discord.app_commands.AppInstallationType(guild=True, user=False),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )

    def _get_state(self, **options: object) -> AutoShardedConnectionState[Self]:
        # Everything in the library that sends shares this one object; here is the last place to choose it.
        self.connections = Connections(self.loop, gateway=self._gateway)
        self.http = self.connections
        return cast("AutoShardedConnectionState[Self]", super()._get_state(**options))

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
        # Commands without a server, as earlier versions registered them, would be offered in every server.
        await self.http.bulk_upsert_global_commands(cast("int", self.application_id), payload=[])

    async def register(self, guild: int) -> None:
        """Register the commands in a server; where Discord does not allow it, the log says so."""
        where = discord.Object(guild)
        self.tree.copy_global_to(guild=where)
        try:
            await self.tree.sync(guild=where)
        except (discord.Forbidden, discord.NotFound):  # the bot is not there, or has not that scope
            _log.warning(
                "Discord does not let me register commands in server %d. Invite the bot there with the scope "
                "applications.commands.",
                guild,
            )
        else:
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
        closing = asyncio.ensure_future(super().close())
        await asyncio.wait({closing}, timeout=_CLOSE)
        if not closing.done():
            await self.http.close()
        await closing

    def add_dynamic_items(self, *items: type[discord.ui.DynamicItem[Any]]) -> None:
        """Answer buttons by their custom ids."""
        super().add_dynamic_items(*items)
        self._buttons += [item.__discord_ui_compiled_template__ for item in items]

    def knows_button(self, custom_id: str) -> bool:
        """Whether a feature answers buttons of that custom id."""
        return any(pattern.fullmatch(custom_id) for pattern in self._buttons)

    async def on_message(self, message: discord.Message, /) -> None:
        """Leave messages to the features: there are no prefix commands."""

    async def on_shard_connect(self, shard_id: int) -> None:
        """Note that the gateway has let the bot in."""
        _log.info("Connected to Discord (shard %d)", shard_id)
        self.online.set()
