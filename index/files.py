"""Files that are there wholly or not at all, also when the process is killed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, cast

from index.errors import UsageError

_BESIDE: Final = ("", "-journal", "-wal", "-shm")  # what SQLite puts beside a database


@contextmanager
def atomic_write(path: Path, temporary: Path | None = None) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is written and on the disk; on an error nothing changes.

    Args:
        path: The file; its folder is made when missing, and its permissions stay.
        temporary: Where to write meanwhile. By default a new hidden name beside `path`, so that two writers
            never meet; a fixed name, for those who hold a lock, is overwritten after a crash.

    Raises:
        OSError: The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = "xb" if temporary is None else "wb"
    temporary = temporary or _hidden(path)
    try:
        with temporary.open(mode) as stream:
            yield cast("BinaryIO", stream)
            stream.flush()
            os.fsync(stream.fileno())
        if path.is_file():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Make a file's content, or a folder's names, last, where the system can."""
    with suppress(OSError):  # Windows opens no folders; some network file systems sync none
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Where to write a new file; it gets its name when the block is left in good order.

    Args:
        target: Its name; its folder is made when missing.

    Yields:
        A hidden name beside it. Whatever is there is deleted on an error.

    Raises:
        UsageError: There is a file of that name.
        OSError: The folder cannot be made or written.
    """
    if target.exists():
        raise _taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = _hidden(target)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        _name(temporary, target)
    finally:
        for suffix in _BESIDE:
            temporary.with_name(temporary.name + suffix).unlink(missing_ok=True)


def named(target: Path, kind: str) -> Path:
    """The file that is meant: `target`; or, where that is a folder, one in it, named after the time."""
    moment = datetime.now().astimezone()
    return target / f"footnote-{kind}-{moment:%Y-%m-%d-%H%M%S}.db" if target.is_dir() else target


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


def _hidden(path: Path) -> Path:
    return path.with_name(f".{secrets.token_hex(8)}.tmp")


def _taken(target: Path) -> UsageError:
    return UsageError(f"{target} already exists and is not overwritten. Choose another name.")
