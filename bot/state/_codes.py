"""What stands for a member: a code that only this database can make from the id."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from bot.state._database import Database
from bot.state._tables import salt


class Codes:
    """Makes codes of members' ids with the salt of a database.

    Raises:
        StateError: The database cannot be used.
    """

    def __init__(self, database: Database) -> None:
        self._salt = database.now(lambda connection: connection.execute(sa.select(salt)).scalar_one())

    def of(self, member: int) -> str:
        """The code of a member."""
        return hashlib.blake2b(str(member).encode(), key=self._salt, digest_size=16).hexdigest()
