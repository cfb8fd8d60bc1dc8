"""A file that is there wholly or not at all, and never in place of another."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from index.errors import UsageError

_BESIDE: Final = ("", "-journal", "-wal", "-shm")  # what SQLite puts beside a database


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
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
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


def _taken(target: Path) -> UsageError:
    return UsageError(f"{target} is there already, and nothing is overwritten. Choose another name.")
