"""One writer at a time, across processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import IndexBusy
from index.store._connect import disk_errors


@contextmanager
def locked(folder: Path, timeout: float) -> Iterator[None]:
    """Hold the writer's lock of an index folder, which is made when missing; a killed process lets go of it.

    Args:
        folder: The index folder.
        timeout: Seconds to wait for another process.

    Raises:
        IndexBusy: The other process is still writing.
        IndexDisk: The folder cannot be made or written.
    """
    lock = FileLock(folder / "writer.lock")
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=timeout)
        except Timeout as error:  # itself an OSError
            raise IndexBusy(
                f"Another process is changing the index in {folder}. Run the command again when it is done, "
                "or let it wait longer with INDEX_LOCK_TIMEOUT."
            ) from error
    try:
        yield
    finally:
        lock.release()
