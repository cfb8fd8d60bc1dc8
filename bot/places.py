"""Where a question comes from, and what holds there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.state import Place, Rules

if TYPE_CHECKING:
    from bot.app import Footnote


def place(asked: discord.Interaction[Any] | discord.Message) -> Place:
    """The place of an interaction or a message; threads and forum posts are their parent's."""
    channel = asked.channel
    guild = asked.guild_id if isinstance(asked, discord.Interaction) else getattr(asked.guild, "id", None)
    if isinstance(channel, discord.Thread):
        return Place(guild, channel.parent_id)
    return Place(guild, getattr(channel, "id", 0))


def rules(bot: Footnote, asked: discord.Interaction[Any] | discord.Message) -> Rules:
    """The rules of the place of an interaction or a message."""
    return bot.state.places.at(place(asked))


def admit(bot: Footnote, asked: discord.Interaction[Any] | discord.Message) -> Rules:
    """Let a question in, and return the rules for its answer.

    Raises:
        TooOften: The member or the channel has asked too much.
    """
    member = asked.user if isinstance(asked, discord.Interaction) else asked.author
    bot.rates.take(member.id, place(asked).channel)
    return rules(bot, asked)
