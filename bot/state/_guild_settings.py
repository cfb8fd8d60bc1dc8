"""Settings of servers and channels, and the first server; in memory, so that answering waits for no disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Final, Self

import sqlalchemy as sa

from bot.state._database import Database
from bot.state._tables import EVERYWHERE, first_guild, guild_settings


@dataclass(frozen=True, slots=True)
class Scope:
    """A server, or one of its channels.

    Attributes:
        guild: The server's id; None in direct messages.
        channel: The channel's id (of a thread, its parent's), or `EVERYWHERE`.
    """

    guild: int | None
    channel: int = EVERYWHERE


@dataclass(frozen=True, slots=True)
class GuildSettings:
    """How questions are answered in a place; None if nothing was set.

    Attributes:
        collections: The only ones that may be answered from.
        private: Whether answers are shown only to the one who asked.
        confidence: The least confidence with which an answer is given.
        human: Id of the role that is notified if nothing is found.
        editors: Id of the role that may change articles.
        log: Id of the channel in which changes are reported.
        auto_reply: Whether a forum's posts, or a channel's questions, are answered without a mention.
    """

    collections: tuple[str, ...] | None = None
    private: bool | None = None
    confidence: float | None = None
    human: int | None = None
    editors: int | None = None
    log: int | None = None
    auto_reply: bool | None = None

    def allows(self, collection: str) -> bool:
        """Whether articles of the collection may be shown."""
        return self.collections is None or collection in self.collections

    def within(self, owned: tuple[str, ...] | None) -> Self:
        """These settings, with only those collections that the server owns; None stands for all."""
        if owned is None:
            return self
        return replace(self, collections=tuple(name for name in owned if self.allows(name)))

    def within_choice(self, owned: tuple[str, ...] | None) -> Self:
        """As `within`, but a choice of collections that was never made stays unmade."""
        return self if self.collections is None else self.within(owned)

    def over(self, other: Self) -> Self:
        """These settings, and the other ones where nothing is set here."""
        own = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(other, **{name: value for name, value in own.items() if value is not None})


UNRESTRICTED: Final = GuildSettings()
"""The settings of a place where nothing was set."""


class GuildSettingsStore:
    """What was set where.

    Raises:
        StateError: By each method: the database cannot be used; the settings are as before.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rules = database.now(_load)
        self._changing = asyncio.Lock()

    def at(self, place: Scope) -> GuildSettings:
        """What was set for a place in a server; a channel's settings override its server's."""
        return self.of(place).over(self.of(Scope(place.guild)))

    def of(self, place: Scope) -> GuildSettings:
        """What was set for just this place."""
        return self._rules.get(place, GuildSettings())

    async def set(self, place: Scope, rules: GuildSettings) -> None:
        """Keep the settings of a place; all None deletes them."""
        await self.change(place, lambda _: rules)

    async def change(self, place: Scope, change: Callable[[GuildSettings], GuildSettings]) -> None:
        """Change the settings of a place, one change after the other, so that none is lost.

        Args:
            place: The server or channel.
            change: Makes the new settings from those that were set for just this place.
        """
        async with self._changing:
            rules = change(self.of(place))
            await self._database.do(lambda connection: _save(connection, place, rules))
            self._rules[place] = rules

    async def forget(self, guild: int) -> None:
        """Delete the settings of a server and its channels."""
        statement = sa.delete(guild_settings).where(guild_settings.c.guild == guild)
        async with self._changing:
            await self._database.do(lambda connection: connection.execute(statement))
            self._rules = {place: rules for place, rules in self._rules.items() if place.guild != guild}


def _load(connection: sa.Connection) -> dict[Scope, GuildSettings]:
    found = {}
    for row in connection.execute(sa.select(guild_settings)).mappings():
        values = {each.name: row[each.name] for each in fields(GuildSettings)}
        if values["collections"] is not None:
            values["collections"] = tuple(values["collections"])
        found[Scope(row["guild"], row["channel"])] = GuildSettings(**values)
    return found


def _save(connection: sa.Connection, place: Scope, rules: GuildSettings) -> None:
    here = (guild_settings.c.guild == place.guild, guild_settings.c.channel == place.channel)
    connection.execute(sa.delete(guild_settings).where(*here))
    if rules != GuildSettings():
        values = {name: sa.null() if value is None else value for name, value in asdict(rules).items()}
        connection.execute(
            sa.insert(guild_settings).values(guild=place.guild, channel=place.channel, **values)
        )


class FirstGuild:
    """The one server that may ask while BOT_GUILDS is not set: the first that the bot was in.

    Raises:
        StateError: The database cannot be used.

    Attributes:
        id: Its id, which never changes; None while none is stored.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.id = database.now(_stored)

    async def claim(self, guild: int) -> None:
        """Store a server, unless one is stored already.

        Raises:
            StateError: The database cannot be used.
        """

        def work(connection: sa.Connection) -> int | None:
            if _stored(connection) is None:
                connection.execute(sa.insert(first_guild).values(guild=guild))
            return _stored(connection)

        self.id = await self._database.do(work)


def _stored(connection: sa.Connection) -> int | None:
    return connection.execute(sa.select(first_guild.c.guild)).scalar()
