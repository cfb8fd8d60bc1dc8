"""The one server that may ask while BOT_GUILDS is not set."""

from __future__ import annotations

import sqlalchemy as sa

from bot.state._database import Database
from bot.state._tables import first_guild


class FirstGuild:
    """The first server that the bot was in; it never changes once it is stored.

    Raises:
        StateError: The database cannot be used.

    Attributes:
        id: Its id; None while none is stored.
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
