"""Where the bot may answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, cast

import discord

from bot import invite
from bot.check.finding import FAILED, Finding
from bot.messages.figures import first_names
from bot.messages.visible import reveal

_LOOKED_AT: Final = 10  # servers; each costs three requests


async def servers(probe: discord.Client, guilds: Collection[int], chosen: Collection[int]) -> list[Finding]:
    """Whether the bot may answer where it is.

    Args:
        probe: Logged in.
        guilds: Ids of the servers that may use the bot; empty where that is not decided yet.
        chosen: Ids of channels that `/footnote setup` names: the bot has to get on there.
    """
    application = cast("int", probe.application_id)
    ids = [guild.id async for guild in probe.fetch_guilds(limit=None, with_counts=False)]
    if not ids and not guilds:
        link = invite.link(application)
        return [Finding("servers", f"the bot is in none yet. Invite it: {link}", FAILED)]
    own = [each for each in ids if each in guilds or not guilds]
    found = [await _server(probe, each, chosen) for each in own[:_LOOKED_AT]]
    if len(own) > _LOOKED_AT:
        found.append(Finding("servers", f"{len(own) - _LOOKED_AT} more were not looked at"))
    found += [
        Finding(
            "servers", f"the bot is not in server {each}. Invite it: {invite.link(application, each)}", FAILED
        )
        for each in guilds
        if each not in ids
    ]
    if len(own) < len(ids):
        text = f"the bot is also in {len(ids) - len(own)} that may not use it"
        found.append(Finding("servers", text, warns=True))
    return found


async def _server(probe: discord.Client, guild_id: int, chosen: Collection[int]) -> Finding:
    """In which channels of a server mentions can be answered. Commands need no permission."""
    guild = await probe.fetch_guild(guild_id, with_counts=False)
    member = await guild.fetch_member(cast("discord.ClientUser", probe.user).id)
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
        text = (
            f"channels of /footnote setup lack permissions: {first_names(needed)}."
            " Give them to its role there."
        )
        return Finding(subject, text, FAILED)
    if not answered and (silent or unseen):
        lacks = f" It lacks, in {first_names(silent)}." if silent else " It sees none of them."
        text = (
            f"mentions are answered in no channel; only commands work.{lacks} Give its role the permissions."
        )
        return Finding(subject, text, FAILED)
    parts = [f"mentions are answered in {answered} of {answered + len(silent) + unseen} channels"]
    parts += [f"not in {first_names(silent)}"] if silent else []
    parts += [f"{unseen} the bot does not see"] if unseen else []
    return Finding(subject, "; ".join(parts))


def _wanted(channel: discord.TextChannel | discord.ForumChannel) -> set[str]:
    """The permissions that answering there takes."""
    send = "send_messages_in_threads" if isinstance(channel, discord.ForumChannel) else "send_messages"
    return {"view_channel", send, "read_message_history"}
