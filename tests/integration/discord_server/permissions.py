"""Who may do what where: Discord's computation of a member's permissions in a channel."""

from __future__ import annotations

from typing import Literal

import discord

from tests.integration.discord_server.model import Channel, Guild, User

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
SEND_MESSAGES_IN_THREADS = 1 << 38
ADD_REACTIONS = 1 << 6
ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
MANAGE_ROLES = 1 << 28
USE_APPLICATION_COMMANDS = 1 << 31
ALL = (1 << 52) - 1

PermissionName = Literal[
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "embed_links",
    "attach_files",
    "read_message_history",
    "add_reactions",
    "manage_messages",
    "create_public_threads",
    "use_application_commands",
]

EVERYONE = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | ADD_REACTIONS
    | CREATE_PUBLIC_THREADS
    | SEND_MESSAGES_IN_THREADS
    | USE_APPLICATION_COMMANDS
)

DM = EVERYONE | MENTION_EVERYONE


def bits(permissions: discord.Permissions | int) -> int:
    """Returns permissions as the integer of Discord's bit set."""
    return permissions if isinstance(permissions, int) else permissions.value


def bit(name: PermissionName) -> int:
    """Returns the bit of one permission by discord.py's name."""
    return discord.Permissions(**{name: True}).value


def in_guild(user: User, guild: Guild) -> int:
    """Returns a member's permissions in the guild as a whole; 0 for one who is not a member."""
    if user is guild.owner:
        return ALL
    member = guild.members.get(user.id)
    if member is None:
        return 0
    total = guild.roles[guild.id].permissions
    for role in member.roles:
        total |= role.permissions
    return ALL if total & ADMINISTRATOR else total


def in_channel(user: User, channel: Channel) -> int:
    """Returns a user's permissions in a channel, overwrites included; threads inherit their parent's."""
    if channel.guild is None:
        return DM if user.bot or user is channel.recipient else 0
    total = in_guild(user, channel.guild)
    if total == ALL or not total:
        return total
    source = channel.parent if channel.is_thread and channel.parent else channel
    member = channel.guild.members[user.id]
    everyone = source.overwrites.get(channel.guild.id)
    if everyone:
        total = total & ~everyone.deny | everyone.allow
    roles = [source.overwrites[role.id] for role in member.roles if role.id in source.overwrites]
    for overwrite in roles:
        total &= ~overwrite.deny
    for overwrite in roles:
        total |= overwrite.allow
    own = source.overwrites.get(user.id)
    if own:
        total = total & ~own.deny | own.allow
    return total if total & VIEW_CHANNEL else 0


def may_send(user: User, channel: Channel) -> bool:
    """Says whether a user may send messages in a channel; in a thread that is a permission of its own."""
    needed = SEND_MESSAGES_IN_THREADS if channel.is_thread else SEND_MESSAGES
    return bool(in_channel(user, channel) & needed)
