"""What a message on Discord says, in words: mentions, channels and emoji by their names."""

from __future__ import annotations

import re
from typing import Final

import discord

_MEMBER: Final = re.compile(r"<@!?(\d+)>")
_CHANNEL: Final = re.compile(r"<#(\d+)>")
_ROLE: Final = re.compile(r"<@&(\d+)>")
_EMOJI: Final = re.compile(r"<a?:(\w+):\d+>")


def question(message: discord.Message, me: int) -> str:
    """What a message asks: its text without the mention of the bot, other mentions as names."""
    text = _named(message, me).replace(f"<@{me}>", " ").replace(f"<@!{me}>", " ")
    return " ".join(text.split())


def _named(message: discord.Message, me: int) -> str:
    names = {str(each.id): each.display_name for each in message.mentions if each.id != me}
    text = _MEMBER.sub(lambda found: names.get(found[1], found[0]), message.content)
    channels = {str(each.id): getattr(each, "name", "") for each in message.channel_mentions}
    text = _CHANNEL.sub(lambda found: channels.get(found[1], ""), text)
    roles = {str(each.id): each.name for each in message.role_mentions if not each.is_bot_managed()}
    text = _ROLE.sub(lambda found: roles.get(found[1], ""), text)
    return _EMOJI.sub(r"\1", text)
