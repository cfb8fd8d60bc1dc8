"""Removals from the corpus, and the errors of its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.corpus._listing import is_row
from index.corpus._read import BOM, SIZE_LIMIT
from index.errors import CorpusError
from index.files import atomic_write, sync


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
    with atomic_write(real) as kept, real.open("rb") as stream:
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
