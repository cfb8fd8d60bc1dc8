"""Where a question comes from, and the language of its answer."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import discord

from bot.messages.localization import set_language, use_language
from bot.state import Scope


def scope_of_interaction(interaction: discord.Interaction[Any]) -> Scope:
    """The place of a command, a button or a form; threads and forum posts belong to their parent."""
    return _scope(interaction.guild_id, interaction.channel)


async def scope_of(message: discord.Message) -> Scope:
    """The place of a message, even in a thread that the bot does not know yet."""
    if message.guild is None:
        return Scope(None)
    channel: object = message.channel
    if isinstance(channel, discord.PartialMessageable):
        channel = await message.guild.fetch_channel(channel.id)
    return _scope(message.guild.id, channel)


def _scope(guild: int | None, channel: object) -> Scope:
    if isinstance(channel, discord.Thread):
        return Scope(guild, channel.parent_id)
    return Scope(guild, getattr(channel, "id", 0))


def set_language_of(interaction: discord.Interaction[Any], *, private: bool = True) -> None:
    """Set the language of this task from now on.

    Args:
        interaction: What is being answered.
        private: Whether only the member sees the answer; else it is in the server's language.
    """
    shared = None if private else interaction.guild_locale
    set_language((shared or interaction.locale).value)


def before_all(interaction: discord.Interaction[Any]) -> AbstractContextManager[None]:
    """Use the server's language within a block, for what everyone in the channel sees."""
    return use_language((interaction.guild_locale or interaction.locale).value)
