"""The nouns of the loopback Discord: users, guilds, channels and the messages in them.

Plain mutable records; ``payloads`` turns them into Discord's JSON. Ids are integers here, strings on
the wire.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Ids as Discord makes them: milliseconds since 2015 in the high bits, strictly increasing."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, step: int = 1) -> int:
        """Returns a new id; a step of ``1 << 22`` gives it a millisecond, hence a shard, of its own."""
        now = (int(time.time() * 1000) - DISCORD_EPOCH_MS) << 22
        self._last = max(self._last + step, now)
        return self._last


def timestamp(moment: float | None = None) -> str:
    """Returns an ISO 8601 time in UTC, as in Discord's JSON (``moment``: seconds since 1970, default now)."""
    when = datetime.now(UTC) if moment is None else datetime.fromtimestamp(moment, UTC)
    return when.isoformat(timespec="microseconds")


class ChannelKind(IntEnum):
    """The channel types served, with Discord's numbers."""

    TEXT = 0
    DM = 1
    THREAD = 11
    FORUM = 15


@dataclass(eq=False)
class User:
    """An account; ``accepts_dms=False`` makes direct messages to it fail with 50007."""

    id: int
    name: str
    bot: bool = False
    locale: str = "en-US"
    accepts_dms: bool = True

    @property
    def mention(self) -> str:
        """The text that mentions this account in a message."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A role of a guild; the one with the guild's own id is ``@everyone``, one with ``bot`` is that bot's."""

    id: int
    name: str
    permissions: int = 0
    position: int = 1
    mentionable: bool = False
    bot: int | None = None

    @property
    def mention(self) -> str:
        """The text that mentions this role in a message."""
        return f"<@&{self.id}>"


@dataclass(eq=False)
class Member:
    """A user inside a guild."""

    user: User
    roles: list[Role] = field(default_factory=list)
    joined_at: str = field(default_factory=timestamp)


@dataclass(eq=False)
class Guild:
    """A server with its roles, members and channels."""

    id: int
    name: str
    owner: User
    locale: str = "en-US"
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    system_channel: Channel | None = None
    joined_at: str = field(default_factory=timestamp)


@dataclass(eq=False)
class Overwrite:
    """What a channel allows and denies to one role (kind 0) or member (kind 1)."""

    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Tag:
    """A forum tag."""

    id: int
    name: str
    moderated: bool = False


@dataclass(eq=False)
class Channel:
    """A text channel, forum, thread (also a forum post) or direct-message channel."""

    id: int
    kind: ChannelKind
    name: str
    guild: Guild | None = None
    parent: Channel | None = None
    owner: User | None = None
    recipient: User | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)
    applied: list[Tag] = field(default_factory=list)
    archived: bool = False
    locked: bool = False
    created_at: str = field(default_factory=timestamp)
    messages: dict[int, Stored] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        """The text that links to this channel in a message."""
        return f"<#{self.id}>"

    @property
    def is_thread(self) -> bool:
        """Whether this is a thread or a forum post."""
        return self.kind is ChannelKind.THREAD


@dataclass(eq=False)
class Upload:
    """A file: what a user attaches, or what the bot sent."""

    filename: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(eq=False)
class Stored:
    """A message as the server keeps it: Discord's JSON plus who may see it.

    ``viewer`` is the only user who sees an ephemeral message, None for everyone. ``interaction`` is the id
    of the interaction the message answers: a reply to such a message does not ping the bot.
    """

    raw: Json
    channel: Channel
    author: User
    viewer: User | None = None
    interaction: int | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    reactions: dict[str, list[User]] = field(default_factory=dict)
    replies: list[Stored] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The message id."""
        return int(self.raw["id"])

    @property
    def flags(self) -> int:
        """Discord's message flags."""
        return int(self.raw.get("flags", 0))
