"""What a message on Discord says, in words: mentions, channels and emoji by their names."""

from __future__ import annotations

import re

import discord


def question(message: discord.Message, me: int) -> str:
    """What a message asks: its text without the mention of the bot, other mentions as names."""
    return " ".join(re.sub(rf"<@!?{me}>", " ", _named(message, me)).split())


def _named(message: discord.Message, me: int) -> str:
    names = {str(each.id): each.display_name for each in message.mentions if each.id != me}
    text = re.sub(r"<@!?(\d+)>", lambda found: names.get(found[1], found[0]), message.content)
    channels = {str(each.id): getattr(each, "name", "") for each in message.channel_mentions}
    text = re.sub(r"<#(\d+)>", lambda found: channels.get(found[1], ""), text)
    roles = {str(each.id): each.name for each in message.role_mentions if not each.is_bot_managed()}
    text = re.sub(r"<@&(\d+)>", lambda found: roles.get(found[1], ""), text)
    return re.sub(r"<a?:(\w+):\d+>", r"\1", text)
