"""Where a question comes from, and in which language it is answered."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import discord

from bot.messages.language import set_language, use_language
from bot.state import Scope

if TYPE_CHECKING:
    from bot.client import FootnoteBot


def place(interaction: discord.Interaction[Any]) -> Scope:
    """The place of a command, a button or a form; threads and forum posts are their parent's."""
    return _place(interaction.guild_id, interaction.channel)


async def scope_of(bot: FootnoteBot, message: discord.Message) -> Scope:
    """The place of a message, also in a thread that Discord has not told the bot of."""
    channel: object = message.channel
    if message.guild is None:
        return Scope(None)
    if isinstance(channel, discord.PartialMessageable):
        channel = await bot.fetch_channel(channel.id)
    return _place(message.guild.id, channel)


def _place(guild: int | None, channel: object) -> Scope:
    if isinstance(channel, discord.Thread):
        return Scope(guild, channel.parent_id)
    return Scope(guild, getattr(channel, "id", 0))


def set_language_of(interaction: discord.Interaction[Any], *, private: bool = True) -> None:
    """Say what comes in the language of who reads it.

    Args:
        interaction: What is being answered.
        private: Whether only the member sees the answer; else the server's language is chosen.
    """
    shared = None if private else interaction.guild_locale
    set_language((shared or interaction.locale).value)


def before_all(interaction: discord.Interaction[Any]) -> AbstractContextManager[None]:
    """For a while, the language of those who see what is posted into the channel."""
    return use_language((interaction.guild_locale or interaction.locale).value)
