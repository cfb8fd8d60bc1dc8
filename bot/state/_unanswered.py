"""Questions that no answer was found to, with a code in place of the member."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.state._codes import Codes
from bot.state._database import Database
from bot.state._feedback import DAY
from bot.state._tables import unanswered

_EACH: Final = 50  # questions of a member in a server; the oldest make room
_READ: Final = 500  # questions of a server
_NEWEST_FIRST: Final = (unanswered.c.asked.desc(), unanswered.c.id.desc())


@dataclass(frozen=True, slots=True)
class Missed:
    """A question that no answer was found to.

    Attributes:
        id: Its number.
        member: Code of the one who asked.
        question: The words.
        asked: When, in seconds since 1970.
    """

    id: int
    member: str
    question: str
    asked: int


class Unanswered:
    """What was asked and not found; the same words of a member once for each server.

    Raises:
        StateError: The database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._codes = Codes(database)

    async def note(self, member: int, guild: int, question: str) -> None:
        """Keep a question.

        Raises:
            StateError: The database cannot be used.
        """
        code = self._codes.of(member)
        values = {"guild": guild, "member": code, "question": question, "asked": int(time.time())}
        own = (unanswered.c.guild == guild, unanswered.c.member == code)
        too_many = sa.select(unanswered.c.id).where(*own).order_by(*_NEWEST_FIRST).offset(_EACH).limit(-1)

        def work(connection: sa.Connection) -> None:
            statement = insert(unanswered).values(values)
            again = statement.on_conflict_do_update(["guild", "member", "question"], set_=values)
            connection.execute(again)
            connection.execute(sa.delete(unanswered).where(unanswered.c.id.in_(too_many)))

        await self._database.do(work)

    async def of(self, guild: int) -> Sequence[Missed]:
        """The newest questions of a server, the oldest of them first.

        Raises:
            StateError: The database cannot be used.
        """
        columns = (unanswered.c.id, unanswered.c.member, unanswered.c.question, unanswered.c.asked)
        query = sa.select(*columns).where(unanswered.c.guild == guild)
        query = query.order_by(*_NEWEST_FIRST).limit(_READ)
        rows = await self._database.do(lambda connection: connection.execute(query).all())
        return [Missed(*row) for row in reversed(rows)]

    async def forget(self, member: int) -> int:
        """Delete all that a member has asked; returns how many questions went.

        Raises:
            StateError: The database cannot be used.
        """
        return await self._database.delete(unanswered, unanswered.c.member == self._codes.of(member))

    async def leave(self, guild: int) -> None:
        """Delete all that was asked in a server.

        Raises:
            StateError: The database cannot be used.
        """
        await self._database.delete(unanswered, unanswered.c.guild == guild)

    async def purge(self, days: int) -> None:
        """Delete what is older.

        Raises:
            StateError: The database cannot be used.
        """
        await self._database.delete(unanswered, unanswered.c.asked < time.time() - days * DAY)
