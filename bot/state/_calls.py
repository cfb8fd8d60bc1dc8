"""Which messages called a human, so that each does it once."""

from __future__ import annotations

import time

from sqlalchemy.dialects.sqlite import insert

from bot.state._database import Database
from bot.state._feedback import DAY
from bot.state._tables import calls


class Calls:
    """The messages for which a human was called; their ids and times, nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, message: int) -> bool:
        """Note that a message calls; False where it has called before.

        Raises:
            StateError: The database cannot be used.
        """
        statement = insert(calls).values(message=message, called=int(time.time())).on_conflict_do_nothing()
        return await self._database.do(lambda connection: connection.execute(statement).rowcount == 1)

    async def release(self, message: int) -> None:
        """Take back that a message has called, because nobody could be reached.

        Raises:
            StateError: The database cannot be used.
        """
        await self._database.delete(calls, calls.c.message == message)

    async def purge(self, days: int) -> None:
        """Delete what is older.

        Raises:
            StateError: The database cannot be used.
        """
        await self._database.delete(calls, calls.c.called < time.time() - days * DAY)
