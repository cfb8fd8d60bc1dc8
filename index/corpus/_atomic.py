"""Changes to files that happen wholly or not at all, also when the process is killed."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from index.corpus._listing import is_row
from index.corpus._read import BOM, SIZE_LIMIT
from index.errors import CorpusError


@contextmanager
def file_errors(name: str) -> Iterator[None]:
    """Turn what the file system refuses into one sentence that names the file.

    Raises:
        CorpusError: In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise CorpusError(f"{name} cannot be changed: {error.strerror or error}.") from error


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is written and on the disk; on an error nothing changes.

    Its temporary name is hidden, so that a crash leaves nothing that counts as an article.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if path.is_file():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync(path.parent)


def sync(folder: Path) -> None:
    """Make names that were added to or removed from a folder last, where the system can."""
    with suppress(OSError):  # Windows opens no folders; some network file systems sync none
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_file(path: Path, corpus: Path) -> None:
    """Delete a file of the corpus, and the folders that it leaves empty."""
    path.unlink(missing_ok=True)
    folder = path.parent
    with suppress(OSError):  # not empty
        while folder != corpus:
            folder.rmdir()
            folder = folder.parent
    sync(folder)


def remove_row(path: Path, row: str) -> bool:
    """Take the rows of that id out of a dump, every other byte kept; whether any row is left."""
    left = False
    real = path.resolve()  # a link stays a link
    with atomic(real) as kept, real.open("rb") as stream:
        continued = False
        first = True
        while line := stream.readline(SIZE_LIMIT + 1):
            mark = BOM if first and line.startswith(BOM) else b""
            whole = not continued and len(line) <= SIZE_LIMIT
            if whole and is_row(line.removeprefix(mark), row):
                kept.write(mark)
            else:
                kept.write(line)
                left = left or bool(line.removeprefix(mark).strip())
            continued = not line.endswith(b"\n")
            first = False
    return left
