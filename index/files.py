"""Writes files. Every file and folder that Footnote makes is made here.

A file is complete or not there at all, whatever ends the process. Once a call returns, a loss of power takes
back neither the content nor the name. What is `private` can be read by its owner alone, whatever the umask.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shlex
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from index.errors import UsageError

_TEMPORARY: Final = re.compile(r"\.[0-9a-f]{16}\.tmp")
_UNSYNCABLE: Final = frozenset({errno.EINVAL, errno.EBADF, errno.ENOTSUP, errno.ENOSYS})

JOURNALS: Final = ("-wal", "-shm", "-journal")
"""What SQLite appends to the name of a database for the files beside it."""


def make_folder(folder: Path, *, private: bool = False) -> None:
    """Make a folder, with those above it, where they are missing.

    Args:
        folder: The folder. If it exists, it stays as it is.
        private: Whether only its owner may enter it.

    Raises:
        OSError: The folder cannot be made.
    """
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent, private=private)
    try:
        folder.mkdir(0o700 if private else 0o777)
    except FileExistsError:
        if folder.is_dir():  # another process was quicker
            return
        raise
    if private:
        folder.chmod(0o700)  # the umask may have taken away the owner's own rights
    sync(folder.parent)


def make_private(path: Path) -> None:
    """Make an empty file that only its owner can read, where there is none; its folder too.

    SQLite takes an empty file for an empty database, and gives its journals the permissions of the database.

    Raises:
        OSError: The file cannot be made.
    """
    make_folder(path.parent, private=True)
    with suppress(FileExistsError):
        os.close(_create(path, private=True))
        sync(path.parent)


@contextmanager
def atomic_write(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """Replace a file in one step, once its new content is on the disk; on an error it stays as it was.

    Args:
        path: The file; its folder is made when missing.
        private: Whether only its owner may read it. Otherwise a file that exists keeps its permissions, and
            a new one gets those of the umask.

    Yields:
        A stream for the new content.

    Raises:
        OSError: The file cannot be written.
    """
    make_folder(path.parent, private=private)
    with _temporary(path.parent, private=private) as (temporary, stream):
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
        if path.is_file() and not private:
            shutil.copymode(path, temporary)
        if sys.platform == "win32":
            stream.close()  # what is open cannot be renamed there
        temporary.replace(path)
    sync(path.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file that only its owner can read, in UTF-8, into a folder that exists.

    A device or pipe takes the text as it is.

    Raises:
        OSError: The file cannot be written.
    """
    if path.exists() and not path.is_file():
        path.write_text(text, encoding="utf-8")
        return
    path = path.resolve()  # a link stays a link
    with atomic_write(path.parent.resolve(strict=True) / path.name, private=True) as stream:
        stream.write(text.encode())


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Make a file that only its owner can read, and give it its name if the block succeeds.

    Args:
        target: The file; its folder is made when missing.

    Yields:
        An empty file beside it, to be written by name, as SQLite does. It is deleted on an error.

    Raises:
        UsageError: There is a file of that name.
        OSError: The file cannot be written.
    """
    if target.exists():
        raise _taken(target)
    make_folder(target.parent, private=True)
    with _temporary(target.parent, private=True) as (lock, _):
        temporary = lock.with_name(f"{lock.name}.new")
        make_private(temporary)
        yield temporary
        sync(temporary)
        _name(temporary, target)
    sync(target.parent)


def named(target: Path, kind: str) -> Path:
    """The file that is meant: `target`; or, where that is a folder, one in it, named after the time."""
    moment = datetime.now().astimezone()
    return target / f"footnote-{kind}-{moment:%Y-%m-%d-%H%M%S}.db" if target.is_dir() else target


def sync(path: Path) -> None:
    """Wait until the content of a file, or the names in a folder, are on the disk.

    Does nothing where the system cannot: Windows opens no folders, and some network file systems sync none.

    Raises:
        OSError: The disk reports an error, or there is no such file.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNSYNCABLE:
            raise
    finally:
        os.close(handle)


def readable_by_others(path: Path) -> bool:
    """Whether the permissions let anyone but the owner read a file or enter a folder."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def chmod_command(paths: list[Path]) -> str:
    """The commands, for a shell, that close some files and folders to all but their owner."""
    folders = [str(path) for path in paths if path.is_dir()]
    files = [str(path) for path in paths if not path.is_dir()]
    commands = [("700", folders), ("600", files)]
    return " && ".join(shlex.join(["chmod", mode, *names]) for mode, names in commands if names)


@contextmanager
def _temporary(folder: Path, *, private: bool) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new hidden file and hold a lock on it; in the end, delete it if it still has that name.

    First deletes those that killed processes have left in the folder: nobody holds a lock on them.
    """
    with os.scandir(folder) as entries:
        left = [folder / entry.name for entry in entries if _TEMPORARY.fullmatch(entry.name)]
    for path in left:
        _delete_unlocked(path)
    while True:
        path = folder / f".{secrets.token_hex(8)}.tmp"
        with os.fdopen(_create(path, private=private), "wb") as stream:
            _lock(stream)
            if not os.fstat(stream.fileno()).st_nlink:
                continue  # deleted by another process before it was locked
            try:
                yield path, stream
            finally:
                _delete(path)
        return


def _create(path: Path, *, private: bool) -> int:
    """Create a file and open it; a private one has the mode 0600 whatever the umask.

    Raises:
        FileExistsError: There is one.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o666)
    if private:
        path.chmod(0o600)
    return handle


def _lock(stream: BinaryIO) -> bool:
    """Lock an open file until it is closed, or its process ends; False if another process holds the lock.

    Where files cannot be locked, as on some network file systems, all count as locked.
    """
    if sys.platform == "win32":
        return True  # what is open cannot be deleted there
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _delete_unlocked(path: Path) -> None:
    with suppress(OSError), path.open("rb+") as stream:
        if _lock(stream):
            _delete(path)


def _delete(path: Path) -> None:
    """Delete a temporary file with the database that `new_file` has made beside it, the file itself last."""
    for suffix in (*(f".new{journal}" for journal in JOURNALS), ".new", ""):
        path.with_name(f"{path.name}{suffix}").unlink(missing_ok=True)


def _name(temporary: Path, target: Path) -> None:
    """Give a file its name, unless another has got it meanwhile."""
    try:
        target.hardlink_to(temporary)  # fails where the name is taken, in one step
    except FileExistsError:
        raise _taken(target) from None
    except OSError:  # a file system without links
        if target.exists():
            raise _taken(target) from None
        temporary.rename(target)


def _taken(target: Path) -> UsageError:
    return UsageError(f"{target} already exists and is not overwritten. Choose another name.")
