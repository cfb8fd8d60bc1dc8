"""Connections to the database, and its errors as sentences."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal
from zlib import crc32

from index.errors import IndexBusy, IndexCorrupt, IndexDisk, IndexVersion, StoreError
from index.files import make_private
from index.store._schema import APPLICATION_ID, VERSION

_BUSY_SECONDS: Final = 10.0
_WAL_LIMIT: Final = 64 * 1024 * 1024  # bytes of the write-ahead log that stay on the disk once it is empty
_CACHE: Final = 16 * 1024  # KiB

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
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
    """Turn errors of SQLite into one sentence about the index at `path`.

    Raises:
        IndexBusy: Another program holds the database locked.
        IndexDisk: The disk is full, fails, or may not be read or written.
        IndexCorrupt: Any other error; a database in order causes none.
    """
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise  # a mistake in this package, not in the file
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except UnicodeDecodeError as error:  # sqlite3 cannot decode SQLite's own message about a damaged schema
        raise damaged(path, "it holds text that is not UTF-8") from error


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn errors of the file system into one sentence about the index folder.

    Raises:
        IndexDisk: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise disk_error(folder, error.strerror or str(error)) from error


def disk_error(place: Path, detail: str) -> IndexDisk:
    """Return the error for an index that the disk does not let us read or write."""
    return IndexDisk(
        f"The index at {place} cannot be used: {detail}. Nothing that was indexed is lost: make room, or "
        "correct the permissions of the folder, and run the command again."
    )


def damaged(path: Path, detail: str) -> IndexCorrupt:
    """Return the error for an index that does not hold what was written to it."""
    return IndexCorrupt(
        f"The index {path} is damaged: {detail}. Run `footnote rebuild` to repair it from the corpus; "
        "`footnote verify` lists what is wrong."
    )


@contextmanager
def sensible(path: Path) -> Iterator[None]:
    """Report the index at `path` as damaged where a row of it cannot be interpreted.

    Raises:
        IndexCorrupt: In place of the error.
    """
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise damaged(path, "a row does not make sense") from error


def _translated(error: sqlite3.Error, path: Path) -> StoreError:
    detail = str(error) or type(error).__name__
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; the others are details of it
    if code in _BUSY:
        return IndexBusy(f"Another program holds the index {path} locked. Try again when it is done.")
    if code in _DISK:
        return disk_error(path, detail)
    if detail.startswith("user-defined function"):  # `checksum` was given a text that is not UTF-8
        detail = "it holds text that is not UTF-8"
    return damaged(path, detail)


class Connection(sqlite3.Connection):
    """A connection to one database file.

    Attributes:
        path: The file.
        frozen: What identifies the content of a file that is read as one that nobody changes; else None.
    """

    path: Path
    frozen: tuple[int, ...] | None = None

    def is_current(self) -> bool:
        """Whether the connection reads what is in the database now."""
        return self.frozen is None or self.frozen == _content(self.path)

    def require_unchanged(self) -> None:
        """Make sure that nobody has changed a file that is read as one that nobody changes.

        Raises:
            IndexBusy: Somebody has, so what was read may be wrong.
        """
        if not self.is_current():
            raise IndexBusy(f"The index {self.path} was changed while it was being read. Try again.")


def create(path: Path, schema: str) -> Connection:
    """Make a new database file; it is complete only once its first transaction is committed."""
    make_private(path)
    connection = _connect(path, "mode=rw")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(
        f"BEGIN; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION}; {schema} COMMIT;"
    )
    _configure(connection)
    return connection


def connect(path: Path, *, write: bool) -> Connection:
    """Open an index that exists, and check that it is one.

    To read a database in WAL mode, SQLite makes a file `-shm` beside it. Where that fails, because the folder
    cannot be written or the disk is full, the file is read as one that nobody changes (`frozen`). Its `-wal`
    file must then be missing or empty: what is in there would not be seen.

    Args:
        path: The database file.
        write: Whether it will be changed.

    Raises:
        IndexCorrupt: It is not an index of Footnote.
        IndexVersion: It was written by another version of Footnote.
        sqlite3.Error: It cannot be opened; callers use `database_errors`.
    """
    if write:
        return _open(path, "mode=rw")
    try:
        return _open(path, "mode=ro")
    except sqlite3.OperationalError as error:
        frozen = _content(path) if error.sqlite_errorcode & 0xFF in _DISK else None
        if frozen is None:
            raise
        try:
            connection = _open(path, "mode=ro&immutable=1")
        except sqlite3.OperationalError:
            raise error from None
        connection.frozen = frozen
        return connection


def _content(path: Path) -> tuple[int, ...] | None:
    """What identifies the content of a database file; None if some of it is in its `-wal` file."""
    wal = path.with_name(f"{path.name}-wal")
    try:
        if wal.exists() and wal.stat().st_size:
            return None
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def checksum(*values: int | float | str | bytes | None) -> int:
    """Return the CRC-32 of the values of a row: the function `checksum` of our SQL."""
    found = 0
    for value in values:
        found = crc32(value if isinstance(value, bytes) else f"{value!r},".encode(), found)
    return found


def copy(source: Path, target: Path, *, journal: Literal["WAL", "DELETE"]) -> None:
    """Copy a database with SQLite's online backup, in one step, while others read and write it.

    Args:
        source: An index.
        target: An empty file, or one that does not exist.
        journal: How the copy keeps its journal: `DELETE` for a file that is complete in itself, `WAL` for an
            index in use.

    Raises:
        StoreError: The source cannot be read, or the target cannot be written.
    """
    with database_errors(source):
        connection = connect(source, write=False)
    with closing(connection), disk_errors(target.parent):
        make_private(target)
        with database_errors(target), closing(sqlite3.connect(target)) as other:
            connection.backup(other)
            other.execute(f"PRAGMA journal_mode = {journal}")
        connection.require_unchanged()


def _open(path: Path, how: str) -> Connection:
    connection = _connect(path, how)
    try:
        _check(connection, path)
        _configure(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, how: str) -> Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        factory=Connection,
        timeout=_BUSY_SECONDS,
        isolation_level=None,  # transactions begin and end where the code says so
        check_same_thread=False,  # one thread at a time, but not always the same
    )
    connection.path = path
    return connection


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
    connection.create_function("checksum", -1, checksum, deterministic=True)
    connection.execute("PRAGMA foreign_keys = ON")
    # A change that was reported as done survives a loss of power: what was removed must stay removed. A whole
    # rebuild is one commit, so waiting for the disk costs little.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA secure_delete = ON")  # what was removed is overwritten
    connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
    connection.execute(f"PRAGMA cache_size = -{_CACHE}")
