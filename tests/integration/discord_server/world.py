"""Everything the server knows: accounts, guilds, channels, commands, files, and what time it is."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.integration.discord_server import errors, gateway, permissions
from tests.integration.discord_server.model import (
    Channel,
    ChannelKind,
    Guild,
    Json,
    Member,
    Snowflakes,
    Stored,
    User,
)
from tests.integration.discord_server.payloads import user_json
from tests.integration.discord_server.watch import Watch

# The application flags that say which privileged intents are switched on (for small bots).
INTENT_FLAGS = {gateway.PRESENCES: 1 << 13, gateway.GUILD_MEMBERS: 1 << 15, gateway.MESSAGE_CONTENT: 1 << 19}


class World:
    """The server's state, and the lookups that fail as Discord's API does."""

    def __init__(self, token: str, heartbeat_interval: float, privileged_intents: int) -> None:
        self.ids = Snowflakes()
        self.watch = Watch()
        self.token = token
        self.gateway = gateway.Gateway(self.watch, token, heartbeat_interval, privileged_intents)
        self.owner = User(self.ids.next(), "operator")
        self.bot = User(self.ids.next(), "footnote", bot=True)
        self.application_id = self.bot.id
        self.users: dict[int, User] = {self.owner.id: self.owner, self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int | None, dict[int, Json]] = {None: {}}  # guild id, None for global
        self.files: dict[str, bytes] = {}
        self.base_url = ""
        self.announced_gateway = ""
        self.shards = 1
        self._skew = 0.0

    # --- time ---

    def now(self) -> float:
        """Returns seconds on the clock by which interactions expire."""
        return time.monotonic() + self._skew

    def skip(self, seconds: float) -> None:
        """Lets that much time pass at once."""
        self._skew += seconds
        self.watch.changed()

    # --- lookups ---

    def channel(self, channel_id: int | str) -> Channel:
        """Returns a channel the bot can see.

        Raises:
            ApiError: 404 for a channel that is not there, 403 for one the bot cannot see.
        """
        channel = self.channels.get(int(channel_id))
        if channel is None:
            raise errors.unknown_channel()
        if not permissions.in_channel(self.bot, channel):
            raise errors.missing_access()
        return channel

    def guild(self, guild_id: int | str) -> Guild:
        """Returns a guild the bot is in.

        Raises:
            ApiError: 404 otherwise.
        """
        try:
            return self.guilds[int(guild_id)]
        except KeyError:
            raise errors.unknown_guild() from None

    def message(self, channel: Channel, message_id: int | str) -> Stored:
        """Returns a message by id; ephemeral ones are not to be had this way.

        Raises:
            ApiError: 404 if there is none.
        """
        stored = channel.messages.get(int(message_id))
        if stored is None or stored.viewer is not None:
            raise errors.unknown_message()
        return stored

    def find_message(self, message_id: int) -> Stored | None:
        """Returns a message of any channel, ephemeral ones included."""
        return next(
            (each.messages[message_id] for each in self.channels.values() if message_id in each.messages),
            None,
        )

    def dm(self, user: User) -> Channel:
        """Returns the direct-message channel with a user, making it at first."""
        for each in self.channels.values():
            if each.recipient is user:
                return each
        channel = Channel(self.ids.next(), ChannelKind.DM, "", recipient=user)
        self.channels[channel.id] = channel
        return channel

    def member(self, user: User, channel: Channel) -> Member | None:
        """Returns the user as a member of the channel's guild, None in direct messages."""
        return channel.guild.members.get(user.id) if channel.guild else None

    def sees_content(self) -> bool:
        """Whether the message-content intent is switched on for the application."""
        return bool(self.gateway.enabled_intents & gateway.MESSAGE_CONTENT)

    # --- the application ---

    def application(self) -> Json:
        """Returns the application object."""
        enabled = self.gateway.enabled_intents
        return {
            "id": str(self.application_id),
            "name": "Footnote",
            "icon": None,
            "description": "Answers with footnotes.",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": user_json(self.owner),
            "team": None,
            "flags": sum(flag for intent, flag in INTENT_FLAGS.items() if enabled & intent),
            "interactions_endpoint_url": None,
            "approximate_guild_count": len(self.guilds),
            "integration_types_config": {"0": {}},
        }

    def commands_for(self, guild: Guild | None) -> Iterator[Json]:
        """Yields the commands of a guild (its own, then global ones) or, for None, of direct messages."""
        if guild is not None:
            yield from self.commands.get(guild.id, {}).values()
        yield from self.commands[None].values()
