"""Where the bot may answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, cast

import discord

from bot import invite
from bot.finding import FAILED, Finding, listed
from bot.visible import reveal

_LOOKED_AT: Final = 10  # servers; each costs three requests


async def servers(visitor: discord.Client, own: int | None, chosen: Collection[int]) -> list[Finding]:
    """Whether the bot may answer where it is.

    Args:
        visitor: Logged in.
        own: Id of the one server to look at; None for all.
        chosen: Ids of channels that `/footnote setup` names: the bot has to get on there.
    """
    link = invite.link(cast("int", visitor.application_id), own)
    ids = [guild.id async for guild in visitor.fetch_guilds(limit=None, with_counts=False)]
    if own is not None and own not in ids:
        return [Finding("servers", f"the bot is not in the server of BOT_GUILD. Invite it: {link}", FAILED)]
    if not ids:
        return [Finding("servers", f"the bot is in none yet. Invite it: {link}", FAILED)]
    found = [await _server(visitor, each, chosen) for each in (ids if own is None else [own])[:_LOOKED_AT]]
    if own is None and len(ids) > _LOOKED_AT:
        found.append(Finding("servers", f"{len(ids) - _LOOKED_AT} more were not looked at"))
    return found


async def _server(visitor: discord.Client, guild_id: int, chosen: Collection[int]) -> Finding:
    """In which channels of a server mentions can be answered. Commands need no permission."""
    guild = await visitor.fetch_guild(guild_id, with_counts=False)
    member = await guild.fetch_member(cast("discord.ClientUser", visitor.user).id)
    subject = f"server {reveal(guild.name)}"
    answered, unseen = 0, 0
    silent: list[str] = []
    needed: list[str] = []
    channels = [
        each
        for each in await guild.fetch_channels()
        if isinstance(each, discord.TextChannel | discord.ForumChannel)
    ]
    for channel in channels:
        wanted, allowed = _wanted(channel), channel.permissions_for(member)
        lacking = [
            each.name for each in invite.NEEDED if each.flag in wanted and not getattr(allowed, each.flag)
        ]
        named = f"#{reveal(channel.name)} ({', '.join(lacking)})"
        if not lacking:
            answered += 1
        elif channel.id in chosen:
            needed.append(named)
        elif allowed.view_channel:
            silent.append(named)
        else:
            unseen += 1
    if needed:
        text = f"channels of /footnote setup lack permissions: {listed(needed)}. Give them to its role there."
        return Finding(subject, text, FAILED)
    if not answered and (silent or unseen):
        lacks = f" It lacks, in {listed(silent)}." if silent else " It sees none of them."
        text = (
            f"mentions are answered in no channel; only commands work.{lacks} Give its role the permissions."
        )
        return Finding(subject, text, FAILED)
    parts = [f"mentions are answered in {answered} of {answered + len(silent) + unseen} channels"]
    parts += [f"not in {listed(silent)}"] if silent else []
    parts += [f"{unseen} the bot does not see"] if unseen else []
    return Finding(subject, "; ".join(parts))


def _wanted(channel: discord.TextChannel | discord.ForumChannel) -> set[str]:
    """The permissions that answering there takes."""
    send = "send_messages_in_threads" if isinstance(channel, discord.ForumChannel) else "send_messages"
    return {"view_channel", send, "read_message_history"}
