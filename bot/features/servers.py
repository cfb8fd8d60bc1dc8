"""Servers that the bot is in: those that may use it get the commands, and it leaves the others."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Final

import discord
from discord.ext import commands

from bot.context import BotContext
from bot.discord_io.sending import post
from bot.errors import UnknownGuild
from bot.interactions import attempt
from bot.messages.localization import gettext, use_language
from bot.messages.reply import Reply
from bot.monitoring.logs import describe_error

_log = logging.getLogger(__name__)

_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Servers(commands.Cog):
    """Checks each server that the bot is in, at the start and when it joins one.

    Args:
        bot: The bot.
    """

    def __init__(self, bot: BotContext) -> None:
        self.bot = bot

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Check all servers, once Discord has sent them."""
        for guild in sorted(self.bot.guilds, key=_since):
            await attempt(self.bot, self._look_at(guild))

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Check a server that the bot was invited to."""
        await attempt(self.bot, self._look_at(guild))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Check a server that Discord sends later, which may be a new invitation."""
        if self.bot.is_ready():
            await attempt(self.bot, self._look_at(guild))

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Delete the settings of a server; Discord has deleted its commands."""
        self.bot.registered.discard(guild.id)
        await attempt(self.bot, self._forget(guild.id))

    async def _forget(self, guild: int) -> None:
        await self.bot.state.guild_settings.forget(guild)
        await self.bot.state.unanswered.leave(guild)

    async def _look_at(self, guild: discord.Guild) -> None:
        await self._claim(guild)
        if guild.id not in self.bot.access.guilds:
            await self._turn_away(guild)
        elif guild.id not in self.bot.registered:
            await self.bot.register(guild.id)

    async def _claim(self, guild: discord.Guild) -> None:
        """Let a server ask if it is the first and BOT_GUILDS is not set."""
        first = self.bot.state.first_guild
        if not self.bot.access.is_set and first.id is None:
            await first.claim(guild.id)
            self.bot.access.warn()

    async def _turn_away(self, guild: discord.Guild) -> None:
        """Delete the commands in a server that may not use the bot, and leave it."""
        try:
            await self.bot.tree.sync(guild=guild)  # there are none for it
        except discord.HTTPException as error:
            _log.debug("Commands of server %d cannot be deleted: %s", guild.id, describe_error(error))
        try:
            self.bot.access.owned(guild.id)
        except UnknownGuild as error:
            if self.bot.access.leave_if_unknown(error):
                await _say_why(guild, error)


async def _say_why(guild: discord.Guild, error: UnknownGuild) -> None:
    """Tell a server why the bot leaves, if it has a channel for such messages."""
    channel = guild.system_channel
    if channel is None or not channel.permissions_for(guild.me).send_messages:
        return
    with use_language(guild.preferred_locale.value):
        text = gettext(error.args[0])
    await post(channel, Reply(text))


def _since(guild: discord.Guild) -> tuple[datetime, int]:
    """Since when the bot has been in a server; its id if Discord does not say."""
    joined = None if guild.unavailable else getattr(guild.me, "joined_at", None)
    return joined or _NEVER, guild.id


async def setup(bot: BotContext) -> None:
    """Listen to servers."""
    await bot.add_cog(Servers(bot))
