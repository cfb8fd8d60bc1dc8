"""Reads the bot's database while the bot uses it: checks, a few look-ups, and backups."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.errors import StateError
from bot.state._database import APPLICATION_ID, none_at
from bot.state._tables import first_guild, guild_settings
from index.files import named, new_file


def back_up(path: Path, target: Path) -> Path:
    """Copy the database as it is at this moment into one file, and check the copy.

    Args:
        path: The database; it is only read, also where it is of an older version.
        target: The new file; or a folder that exists, in which it is named after the time.

    Raises:
        UsageError: There is a file of that name.
        StateError: There is no database of the bot, or it is damaged, or the copy cannot be written. Nothing
            is left of it.

    Returns:
        The new file.
    """
    if not path.is_file():
        raise none_at(path)
    target = named(target, "bot")
    try:
        with new_file(target) as temporary:
            with _opened(path) as connection:
                _check(connection, path)
                connection.exec_driver_sql("VACUUM INTO ?", (str(temporary),))
            with _opened(temporary) as connection:
                _check(connection, path)
    except (sa.exc.DatabaseError, OSError) as error:
        detail = error.orig if isinstance(error, sa.exc.DatabaseError) else error.strerror
        raise StateError(
            f"The bot's database {path} cannot be copied to {target}: {detail}. Nothing of the copy is left."
        ) from error
    return target


def examine(path: Path) -> None:
    """Check that a file is an intact database of the bot, of any version; changes nothing.

    Raises:
        StateError: It is not.
    """
    try:
        with _opened(path) as connection:
            _check(connection, path)
    except sa.exc.DatabaseError as error:
        raise StateError(
            f"The bot's database {path} cannot be read: {error.orig}. Check BOT_STATE."
        ) from error


def channels_set_up(path: Path) -> frozenset[int]:
    """Ids of the channels that have settings of their own, or are a log; none if they cannot be read."""
    rows = _rows(path, sa.select(guild_settings.c.channel, guild_settings.c.log))
    return frozenset(each for row in rows for each in row if each)


def stored_first_guild(path: Path) -> int | None:
    """Id of the first server that the bot was in; None if none is stored, or it cannot be read."""
    return next((row[0] for row in _rows(path, sa.select(first_guild.c.guild))), None)


def _rows(path: Path, query: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
    """The rows of a query; none if the database is missing or cannot be read, as `examine` says."""
    if not path.is_file():
        return []
    try:
        with _opened(path) as connection:
            return connection.execute(query).all()
    except sa.exc.DatabaseError:
        return []


def _opened(path: Path) -> sa.Connection:
    """A connection that only reads, and ends with its block."""
    url = sa.URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    return engine.connect()


def _check(connection: sa.Connection, path: Path) -> None:
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
        raise StateError(f"{path} is not a database of the bot. Check BOT_STATE.")
    [first, *_] = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    if first != "ok":
        raise StateError(
            f"The bot's database {path} is damaged: {first}. Put your last copy of it in its place."
        )
