"""Furnishing the world: guilds, channels, roles, members; before the bot connects or while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import discord

from tests.integration.discord_server import permissions
from tests.integration.discord_server.announce import Announce
from tests.integration.discord_server.errors import Refused
from tests.integration.discord_server.model import (
    Channel,
    ChannelKind,
    Guild,
    Member,
    Overwrite,
    Role,
    Tag,
    Upload,
    User,
)
from tests.integration.discord_server.permissions import PermissionName
from tests.integration.discord_server.world import World

Permissions = discord.Permissions | int


class Building:
    """Adds, changes and removes what a world consists of, and announces it to a connected bot."""

    def __init__(self, world: World, announce: Announce) -> None:
        self.world = world
        self.announce = announce

    def add_guild(
        self,
        name: str = "Reading room",
        *,
        locale: str = "en-US",
        bot_permissions: Permissions | None = None,
        system_channel: str | None = None,
    ) -> Guild:
        """Adds a server that the bot is a member of.

        Args:
            name: Its name.
            locale: Its preferred locale.
            bot_permissions: What the bot's own role grants beyond ``@everyone``; None for nothing more.
            system_channel: Name of the channel for Discord's own messages, if there is one.
        """
        ids = self.world.ids
        guild = Guild(ids.next(1 << 22), name, self.world.owner, locale)
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions.EVERYONE, 0)
        guild.members[self.world.owner.id] = Member(self.world.owner)
        granted, bot = permissions.bits(bot_permissions or 0), self.world.bot
        role = Role(ids.next(), bot.name, granted, bot=bot.id)
        guild.roles[role.id] = role
        guild.members[self.world.bot.id] = Member(self.world.bot, [role])
        self.world.guilds[guild.id] = guild
        if system_channel is not None:
            guild.system_channel = Channel(ids.next(), ChannelKind.TEXT, system_channel, guild)
            guild.channels[guild.system_channel.id] = guild.system_channel
            self.world.channels[guild.system_channel.id] = guild.system_channel
        self.announce.guild(guild)
        return guild

    def remove_guild(self, guild: Guild) -> None:
        """Throws the bot out of a server."""
        for channel in guild.channels.values():
            self.world.channels.pop(channel.id, None)
        del self.world.guilds[guild.id]
        self.announce.guild_gone(guild)

    def add_channel(
        self,
        guild: Guild,
        name: str = "general",
        *,
        kind: Literal["text", "forum"] = "text",
        tags: Iterable[str] = (),
        hidden: bool = False,
    ) -> Channel:
        """Adds a text channel or forum (``tags``: the forum's tags; ``hidden``: not for ``@everyone``)."""
        ids = self.world.ids
        channel = Channel(ids.next(), ChannelKind[kind.upper()], name, guild)
        channel.tags = [Tag(ids.next(), each) for each in tags]
        if hidden:
            channel.overwrites[guild.id] = Overwrite(0, deny=permissions.VIEW_CHANNEL)
        self._register(channel)
        return channel

    def start_thread(
        self, parent: Channel, owner: User, name: str, tags: Sequence[Tag] = (), thread_id: int | None = None
    ) -> Channel:
        """Starts a thread (in a forum: a post) and announces it; ``thread_id`` is the message it hangs on."""
        number = thread_id or self.world.ids.next()
        thread = Channel(number, ChannelKind.THREAD, name, parent.guild, parent, owner)
        thread.applied = list(tags)
        self._register(thread)
        return thread

    def _register(self, channel: Channel) -> None:
        assert channel.guild is not None
        channel.guild.channels[channel.id] = channel
        self.world.channels[channel.id] = channel
        self.announce.channel("CHANNEL_CREATE", channel)

    def dm(self, user: User) -> Channel:
        """Returns the direct-message channel between a user and the bot."""
        return self.world.dm(user)

    def delete_channel(self, channel: Channel) -> None:
        """Deletes a channel with its threads."""
        guild = channel.guild
        if guild is None:
            raise Refused("a direct-message channel cannot be deleted")
        for each in [each for each in guild.channels.values() if each.parent is channel]:
            self.delete_channel(each)
        del guild.channels[channel.id]
        del self.world.channels[channel.id]
        self.announce.channel("CHANNEL_DELETE", channel)

    def tag(self, post: Channel, *names: str) -> None:
        """Puts exactly these of its forum's tags on a post."""
        assert post.parent is not None
        post.applied = [tag for tag in post.parent.tags if tag.name in names]
        self.announce.channel("CHANNEL_UPDATE", post)

    # --- people ---

    def add_user(self, name: str, *, locale: str = "en-US", accepts_dms: bool = True) -> User:
        """Adds an account that is in no guild yet."""
        user = User(self.world.ids.next(), name, locale=locale, accepts_dms=accepts_dms)
        self.world.users[user.id] = user
        return user

    def add_member(
        self,
        guild: Guild,
        who: str | User,
        *,
        permissions: Permissions = 0,
        roles: Sequence[Role] = (),
        locale: str = "en-US",
    ) -> User:
        """Adds a member to a guild.

        Args:
            guild: The guild.
            who: A name for a new account, or an account that exists.
            permissions: Granted beyond ``@everyone``, by a role of the member's own.
            roles: Further roles.
            locale: The language of a new account's client.
        """
        user = who if isinstance(who, User) else self.add_user(who, locale=locale)
        own = [self.add_role(guild, f"role of {user.name}", permissions=permissions)] if permissions else []
        member = Member(user, [*roles, *own])
        guild.members[user.id] = member
        self.announce.member("GUILD_MEMBER_ADD", guild, member)
        return user

    def remove_member(self, guild: Guild, user: User) -> None:
        """Lets a member leave."""
        self.announce.member("GUILD_MEMBER_REMOVE", guild, guild.members.pop(user.id))

    def add_role(
        self, guild: Guild, name: str, *, permissions: Permissions = 0, mentionable: bool = False
    ) -> Role:
        """Adds a role to a guild."""
        bits = permissions if isinstance(permissions, int) else permissions.value
        role = Role(self.world.ids.next(), name, bits, len(guild.roles), mentionable)
        guild.roles[role.id] = role
        self.announce.role("GUILD_ROLE_CREATE", guild, role)
        return role

    def set_roles(self, guild: Guild, user: User, roles: Sequence[Role]) -> None:
        """Gives a member exactly these roles."""
        guild.members[user.id].roles = list(roles)
        self.announce.member("GUILD_MEMBER_UPDATE", guild, guild.members[user.id])

    # --- what the bot may do ---

    def forbid(self, channel: Channel, *names: PermissionName) -> None:
        """Takes permissions from the bot in a channel, as an overwrite that the client is told of."""
        overwrite = channel.overwrites.setdefault(self.world.bot.id, Overwrite(1))
        for name in names:
            overwrite.deny |= permissions.bit(name)
            overwrite.allow &= ~permissions.bit(name)
        self.announce.channel("CHANNEL_UPDATE", channel)

    def allow(self, channel: Channel, *names: PermissionName) -> None:
        """Gives permissions to the bot in a channel, as an overwrite that the client is told of."""
        overwrite = channel.overwrites.setdefault(self.world.bot.id, Overwrite(1))
        for name in names:
            overwrite.allow |= permissions.bit(name)
            overwrite.deny &= ~permissions.bit(name)
        self.announce.channel("CHANNEL_UPDATE", channel)

    def upload(self, filename: str, data: bytes, content_type: str = "text/markdown") -> Upload:
        """Returns a file for a user to attach to a message or a command's option."""
        return Upload(filename, data, content_type)
