"""Where a question comes from, its text, and the language of its answer."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import Any, Final

import discord

from bot.messages.localization import set_language, use_language
from bot.state import Scope

_MEMBER: Final = re.compile(r"<@!?(\d+)>")
_CHANNEL: Final = re.compile(r"<#(\d+)>")
_ROLE: Final = re.compile(r"<@&(\d+)>")
_EMOJI: Final = re.compile(r"<a?:(\w+):\d+>")


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


def question(message: discord.Message, me: int) -> str:
    """What a message asks: its text without the mention of the bot, and with names for other mentions."""
    names = {str(each.id): each.display_name for each in message.mentions} | {str(me): " "}
    text = _MEMBER.sub(lambda found: names.get(found[1], found[0]), message.content)
    channels = {str(each.id): getattr(each, "name", "") for each in message.channel_mentions}
    text = _CHANNEL.sub(lambda found: channels.get(found[1], ""), text)
    roles = {str(each.id): each.name for each in message.role_mentions if not each.is_bot_managed()}
    text = _ROLE.sub(lambda found: roles.get(found[1], ""), text)
    return " ".join(_EMOJI.sub(r"\1", text).split())


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
