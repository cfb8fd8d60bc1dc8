"""The bot on Discord: the library's client, what it may read, and the features."""

from __future__ import annotations

import asyncio
import importlib
import logging
import pkgutil
import re
from typing import Any, Self, cast

import discord
from discord.ext import commands
from discord.state import AutoShardedConnectionState

from bot import features
from bot.addresses import Connections
from bot.answering import Answering
from bot.desk import Desk
from bot.errors import DiscordRefused
from bot.failures import Tree
from bot.pulse import Pulse
from bot.rates import CallRates, Rates
from bot.state import State
from bot.translator import Translator
from bot.workshop import Workshop

_log = logging.getLogger(__name__)

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
"""None of them is privileged: Discord gives the text of mentions and direct messages anyway."""


def intents(*, message_content: bool) -> discord.Intents:
    """What the bot wants to be told; the text of all messages only where an operator allows it."""
    wanted = discord.Intents(**dict(INTENTS))
    wanted.message_content = message_content
    return wanted


class Footnote(commands.AutoShardedBot):
    """Footnote on Discord.

    Args:
        desk: Answers the questions.
        state: What is remembered between starts.
        workshop: Where articles are changed.
        rates: How much may be asked; None for any number of questions.
        keep_unanswered: Whether questions in servers that no answer was found to are kept for editors.
        gap_people: How many different people must have asked what is not found, before editors see it.
        message_content: Whether to ask for the text of all messages, which is a privileged intent.
        guild: Id of the one server that gets the commands; None for all.
        gateway: Address of the gateway that is always used; None to use what Discord names.
    """

    def __init__(
        self,
        desk: Desk,
        state: State,
        workshop: Workshop,
        *,
        rates: Rates | None = None,
        keep_unanswered: bool = False,
        gap_people: int = 3,
        message_content: bool = False,
        guild: int | None = None,
        gateway: str | None = None,
    ) -> None:
        self.desk = desk
        self.state = state
        self.workshop = workshop
        self.rates = rates or Rates()
        self.keep_unanswered = keep_unanswered
        self.gap_people = gap_people
        self.call_rates = CallRates()
        self.answering = Answering()
        self.pulse = Pulse(self)
        self.online = asyncio.Event()
        self._buttons: list[re.Pattern[str]] = []
        self._gateway = gateway
        self._guild = discord.Object(guild) if guild is not None else None
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
        if self._guild is not None:
            self.tree.copy_global_to(guild=self._guild)
        try:
            await self.tree.sync(guild=self._guild)
        except discord.Forbidden as error:
            raise DiscordRefused(
                "Discord does not let me register commands in the server of BOT_GUILD. "
                "Check its id, and invite the bot there with the scope applications.commands."
            ) from error

    async def add_features(self) -> None:
        """Add every module of `bot.features`, and with them the commands."""
        for found in pkgutil.iter_modules(features.__path__):
            feature = importlib.import_module(f"{features.__name__}.{found.name}")
            await feature.setup(self)
        await self.tree.set_translator(Translator())

    async def close(self) -> None:
        """Leave Discord."""
        self.pulse.close()
        await super().close()

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
