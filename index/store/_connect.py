"""Connections to the database, and its errors as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from index.errors import IndexBusy, IndexCorrupt, IndexDisk, IndexVersion, StoreError
from index.store._schema import APPLICATION_ID, VERSION

_BUSY_SECONDS: Final = 10.0
_WAL_LIMIT: Final = 64 * 1024 * 1024  # bytes the write-ahead log keeps on the disk once it is empty
_CACHE: Final = 16 * 1024  # KiB

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DISK: Final = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    }
)


@contextmanager
def database_errors(path: Path) -> Iterator[None]:
    """Turn what SQLite says into one sentence about the index at `path`.

    Raises:
        IndexBusy: Another program holds the database locked.
        IndexDisk: The disk is full, fails, or may not be written.
        IndexCorrupt: Anything else that a sound database would not say.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake in this package, not in the file
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except UnicodeDecodeError as error:  # sqlite3 cannot even tell what SQLite says of a damaged schema
        raise damaged(path, "it holds text that is not UTF-8") from error


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the file system refuses into one sentence about the index folder.

    Raises:
        IndexDisk: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise disk_error(folder, error.strerror or str(error)) from error


def disk_error(place: Path, detail: str) -> IndexDisk:
    """The sentence for an index that cannot be written."""
    return IndexDisk(
        f"The index at {place} cannot be used: {detail}. Nothing that was indexed is lost: make room or "
        "correct the permissions of the folder, and run the command again."
    )


def damaged(path: Path, detail: str) -> IndexCorrupt:
    """The sentence for an index that must be made anew."""
    return IndexCorrupt(
        f"The index {path} is damaged: {detail}. Run `footnote rebuild --full` to make it anew from "
        "the corpus."
    )


@contextmanager
def sensible(path: Path) -> Iterator[None]:
    """Say that the index at `path` is damaged where what was read from it makes no sense.

    SQLite has no checksums: its pages can be in order and hold what was never written.

    Raises:
        IndexCorrupt: In place of what making sense of a row has raised.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError) as error:
        raise damaged(path, "a row does not make sense") from error


def _translated(error: sqlite3.Error, path: Path) -> StoreError:
    detail = str(error) or type(error).__name__
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the rest says more precisely what
    if code in _BUSY:
        return IndexBusy(f"Another program holds the index {path} locked. Try again when it is done.")
    if code in _DISK:
        return disk_error(path, detail)
    return damaged(path, detail)


def create(path: Path, schema: str) -> sqlite3.Connection:
    """Make a new database file; it is whole only once its first transaction is committed."""
    connection = _connect(path, mode="rwc")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {schema} COMMIT;"
    )
    _configure(connection)
    return connection


def connect(path: Path, *, write: bool) -> sqlite3.Connection:
    """Open an index that exists, and check that it is one.

    Args:
        path: The database file.
        write: Whether it will be changed.

    Raises:
        IndexCorrupt: It is not an index of Footnote.
        IndexVersion: It was written by another version of Footnote.
        sqlite3.Error: As SQLite says; callers are inside `told`.
    """
    connection = _connect(path, mode="rw")
    try:
        _check(connection, path)
        _configure(connection)
        if not write:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, *, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,  # transactions begin and end where the code says so
        check_same_thread=False,  # one thread at a time, but not always the same
    )


def _check(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise damaged(path, "it is not a database of Footnote")
    if version != VERSION:
        raise IndexVersion(
            f"The index {path} has format {version}, and this version of Footnote reads format {VERSION}. "
            "Run `footnote rebuild` to make it anew from the corpus."
        )


def _configure(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    # A change that was reported as done survives a power cut: what was removed must stay removed. There is
    # one commit for a whole rebuild, so waiting for the disk costs little.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")
