"""Opens and migrates the file, and uses it in one thread; errors become sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from bot.errors import StateError
from index.files import make_private

T = TypeVar("T")

APPLICATION_ID: Final = 0x466E5374  # "FnSt", which tells this file from any other SQLite file
_BUSY_SECONDS: Final = 5.0
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_BUSY, _DISK = ("locked", "busy"), ("full", "readonly", "i/o", "unable to open")


class Database:
    """The bot's database; opening it creates it, or migrates an older one.

    Args:
        path: The file; its folder is created if missing.

    Raises:
        StateError: It cannot be used; its content is unchanged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._database_errors():
            make_private(path)
        self._engine = sa.create_engine(
            sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_SECONDS}
        )
        sa.event.listen(self._engine, "connect", _configure)
        sa.event.listen(self._engine, "begin", _begin)
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise
        # One thread: SQLite has one writer anyway, and so requests are done in order.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="footnote-state")

    @classmethod
    def existing(cls, path: Path) -> Self:
        """Open an existing database.

        Raises:
            StateError: There is none, or it cannot be used.
        """
        if not path.exists():
            raise none_at(path)
        return cls(path)

    def now(self, work: Callable[[sa.Connection], T]) -> T:
        """Do work in one transaction, and wait for it; for the command line and the start.

        Raises:
            StateError: The database cannot be used; nothing of the work was done.
        """
        with self._database_errors(), self._engine.begin() as connection:
            return work(connection)

    async def do(self, work: Callable[[sa.Connection], T]) -> T:
        """Do work in one transaction in the database's thread, so that the event loop never waits.

        Raises:
            StateError: The database cannot be used; nothing of the work was done.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.now, work)

    async def delete(self, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
        """Delete rows of a table; returns how many.

        Raises:
            StateError: The database cannot be used; nothing was deleted.
        """
        query = sa.delete(table).where(which)
        return await self.do(lambda connection: connection.execute(query).rowcount)

    def close(self) -> None:
        """Finish the work that waits, and close the file."""
        self._thread.shutdown()
        self._engine.dispose()

    def _prepare(self) -> None:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        try:
            with self._database_errors(), self._engine.begin() as connection:
                self._check(connection)
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise StateError(
                f"The bot's database {self.path} is of a newer version of Footnote. "
                "Install that version, or set BOT_STATE to another file."
            ) from error

    def _check(self, connection: sa.Connection) -> None:
        known = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        empty = not connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema").scalar_one()
        if empty:
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        elif known != APPLICATION_ID:
            raise StateError(
                f"{self.path} is a database, but not one of the bot. Set BOT_STATE to another file."
            )

    @contextmanager
    def _database_errors(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DatabaseError as error:
            raise StateError(self._sentence(str(error.orig))) from error
        except OSError as error:
            raise StateError(
                f"The bot's database {self.path} cannot be made: {error.strerror}. "
                "Correct its permissions, or set BOT_STATE to another file."
            ) from error

    def _sentence(self, detail: str) -> str:
        said = detail.lower()
        if any(word in said for word in _BUSY):
            return f"Another program holds the bot's database {self.path} locked. Try again when it is done."
        if any(word in said for word in _DISK):
            return (
                f"The bot's database {self.path} cannot be used: {detail}. Nothing in it is lost: make room "
                "or correct the permissions, and try again."
            )
        return (
            f"The bot's database {self.path} is damaged: {detail}. Put your last copy of it in its place, "
            "or move it away to start with an empty one."
        )


def none_at(path: Path) -> StateError:
    """The error that there is no database."""
    return StateError(
        f"There is no database of the bot at {path}. The bot's first start makes it; check BOT_STATE."
    )


def _configure(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, also around migrations
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")  # what a member has deleted is not left in free pages
    # A loss of power must not take back a commit: with FULL, the deleted journal could come back.
    cursor.execute("PRAGMA synchronous = EXTRA")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
